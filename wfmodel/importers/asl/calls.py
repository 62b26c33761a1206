"""What AWS refuses of a Task: what it calls, with which parameters, and how it waits for the end.

Sources: AWS Step Functions Developer Guide, "Integrating optimized services with Step Functions",
"Discover service integration patterns", "Choosing workflow type", "Task workflow state".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from wfmodel.importers.asl import arns
from wfmodel.importers.asl.catalogue import (
    CALLBACK_WITHOUT_TOKEN,
    EXPRESS_LIMIT,
    LATE_HEARTBEAT,
    MALFORMED_RESOURCE,
    MISSING_FIELD,
    MISSING_PARAMETER,
    OUT_OF_RANGE,
    UNKNOWN_FIELD,
    UNKNOWN_INTEGRATION,
    UNKNOWN_PARAMETER,
    UNSUPPORTED_PATTERN,
    WRONG_TYPE,
)
from wfmodel.importers.asl.integrations import (
    RETIRED,
    Action,
    sdk_actions,
    sdk_services,
    source,
    spelled,
)
from wfmodel.importers.asl.optimized import (
    CALLBACK,
    OPTIMIZED,
    PATTERNS,
    SYNC,
    optimized_action,
)
from wfmodel.importers.asl.values import (
    JSONATA,
    is_expression,
    is_number,
    is_substitution,
    key_of,
    parts_in,
    shown,
)
from wfmodel.importers.asl.walk import StatePlace
from wfmodel.model.findings import Finding
from wfmodel.model.source import Path
from wfmodel.model.spelling import did_you_mean, nearest

_TOKEN: Final = re.compile(
    r"\$\$(?:\.Task(?:\.Token)?|\[['\"]Task['\"]\](?:\.Token|\[['\"]Token['\"]\])?)?(?![\w.\[])"
)
_JSONATA_TOKEN: Final = re.compile(r"\$states(?:\.context(?:\.Task(?:\.Token)?)?)?(?!\s*[\w.])")


def task_findings(place: StatePlace) -> Iterator[Finding]:
    """What is refused of a task."""
    text = place.value.get("Resource")
    if isinstance(text, str):
        resource = arns.read_call(text)
        at = (*place.path, "Resource")
        if isinstance(resource, arns.Malformed):
            message = f"{shown(text)} is no resource of a task: {resource.said}"
            yield MALFORMED_RESOURCE.at(at, message, help=_meant(text))
        elif isinstance(resource, arns.Activity) and place.express:
            yield EXPRESS_LIMIT.at(at, f"{place.name!r} is in an express workflow: no activities")
        elif isinstance(resource, arns.Call):
            yield from _call(place, resource, at)
        if not isinstance(resource, arns.Malformed | arns.Foreign):
            yield from _credentials(place)
    yield from _heartbeat(place)


def _credentials(place: StatePlace) -> Iterator[Finding]:
    """Whose permissions a task has; other interpreters than AWS's may want other fields."""
    value, at = place.value.get("Credentials"), (*place.path, "Credentials")
    if not isinstance(value, Mapping) or is_substitution(value):
        return
    names = {_named(key, place.language): str(key) for key in value}
    if "RoleArn" not in names:
        yield MISSING_FIELD.at(at, f"Credentials of {place.name!r} has no RoleArn")
    for name, key in names.items():
        if name != "RoleArn":
            message = f"Credentials has no field {shown(key)}"
            yield UNKNOWN_FIELD.at((*at, key), message, help="its only field is RoleArn")
        elif not is_substitution(value[key]):
            yield from _role(value[key], (*at, key), computed=key != name, place=place)


def _role(value: object, at: Path, *, computed: bool, place: StatePlace) -> Iterator[Finding]:
    if not isinstance(value, str):
        yield WRONG_TYPE.at(at, f"RoleArn is text; got {shown(value)}")
    elif computed or (place.language == JSONATA and is_expression(value)):
        return
    elif not arns.is_role(value):
        help = "a path stands under RoleArn.$" if value.startswith("$") else ""
        message = f"RoleArn is arn:aws:iam::<account>:role/<name>; got {shown(value)}"
        yield OUT_OF_RANGE.at(at, message, help=help)


def _meant(text: str) -> str:
    """Help for an integration that is written with other signs between its words."""
    found = re.fullmatch(r"(arn:[\w-]+:states):+(\w[\w-]*)[.:/](\w+)", text)
    return f"did you mean '{found[1]}:::{found[2]}:{found[3]}'?" if found else ""


def _call(place: StatePlace, call: arns.Call, at: Path) -> Iterator[Finding]:
    waits = call.pattern.partition(":")[0] in (SYNC, CALLBACK)
    if place.express and waits:
        message = f"{place.name!r} is in an express workflow: it cannot wait (.{call.pattern})"
        yield EXPRESS_LIMIT.at(at, message)
    if arns.HOLE in call.service or arns.HOLE in call.action:
        return
    known = None
    if call.sdk:
        actions = sdk_actions(call.service)
        wrong = list(_unknown_sdk(call, at))
        patterns: tuple[str, ...] = (CALLBACK,)
        known = actions.get(call.action)
    else:
        wrong = list(_unknown_optimized(call, at))
        integration = OPTIMIZED.get(call.service, {}).get(call.action)
        patterns = integration.patterns if integration else PATTERNS
        known = optimized_action(call.service, call.action) if integration else None
    yield from wrong or _pattern(call, patterns, at)
    yield from parameter_findings(place, call, known, place.value, place.path)


def _unknown_sdk(call: arns.Call, at: Path) -> Iterator[Finding]:
    actions = sdk_actions(call.service)
    if call.service in RETIRED:
        return
    if not actions:
        help = did_you_mean(call.service, sdk_services())
        message = f"there is no service {call.service!r} ({source()})"
        yield UNKNOWN_INTEGRATION.at(at, message, help=help)
    elif call.action not in actions and not _is_variant(call.action, tuple(actions)):
        help = did_you_mean(call.action, tuple(actions))
        message = f"{call.service} has no action {call.action!r} ({source()})"
        yield UNKNOWN_INTEGRATION.at(at, message, help=help)
    elif call.action in actions and actions[call.action].streams:
        message = f"{call.service}:{call.action} streams: Step Functions has no integration for it"
        yield UNKNOWN_INTEGRATION.at(at, message)


def _is_variant(action: str, actions: tuple[str, ...]) -> bool:
    """Whether only the case of letters inside differs: SDKs write initials in several ways."""
    return action[:1].islower() and action.lower() in {name.lower() for name in actions}


def _unknown_optimized(call: arns.Call, at: Path) -> Iterator[Finding]:
    name = f"{call.service}:{call.action}"
    if call.action in OPTIMIZED.get(call.service, {}):
        return
    names = [f"{s}:{a}" for s, actions in OPTIMIZED.items() for a in actions]
    help = did_you_mean(name, names)
    if call.action in sdk_actions(call.service):
        help = f"arn:aws:states:::aws-sdk:{name} calls it"
    yield UNKNOWN_INTEGRATION.at(at, f"there is no integration {name}", help=help)


def _pattern(call: arns.Call, patterns: tuple[str, ...], at: Path) -> Iterator[Finding]:
    if not call.pattern or arns.HOLE in call.pattern or call.pattern in patterns:
        return
    name = f"{call.service}:{call.action}"
    ways = ", ".join(f".{pattern}" for pattern in patterns)
    help = f"{name} can be called plainly" + (f", or with {ways}" if ways else " only")
    message = f"{name} has no pattern .{call.pattern}"
    yield UNSUPPORTED_PATTERN.at(at, message, help=did_you_mean(call.pattern, patterns) or help)


def parameter_findings(
    place: StatePlace,
    call: arns.Call,
    known: Action | None,
    holder: Mapping[str, object],
    path: Path,
    *,
    strict: bool = True,
) -> Iterator[Finding]:
    """Parameters that lack or that the action does not have, and the token of a callback.

    ``holder``, at a path, has the parameters. Where not ``strict`` it need not have any.
    """
    field = "Arguments" if place.language == JSONATA else "Parameters"
    given = holder.get(field, {})
    if not isinstance(given, Mapping) or is_substitution(given):
        return
    at = (*path, field) if field in holder else path
    if known is not None and (strict or field in holder):
        names = {_named(key, place.language): str(key) for key in given}
        yield from _missing(call, known, names, at)
        yield from _strange(call, known, names, at)
    if call.pattern == CALLBACK and not _sends_token(given, place.language):
        token = "$states.context.Task.Token" if place.language == JSONATA else "$$.Task.Token"
        message = f"{place.name!r} waits for an answer, but does not send its token"
        help = f"pass {token}" + (
            "" if place.language == JSONATA else " under a key that ends in .$"
        )
        yield CALLBACK_WITHOUT_TOKEN.at(at, message, help=help)


def _named(key: object, language: str) -> str:
    return str(key) if language == JSONATA else str(key).removesuffix(".$")


def _missing(
    call: arns.Call, known: Action, names: Mapping[str, str], at: Path
) -> Iterator[Finding]:
    there = {name.lower() for name in names}
    for name in sorted(known.required):
        if name.lower() not in there:
            wanted = name if not call.sdk else spelled(name)
            message = f"{call.service}:{call.action} needs {wanted}"
            yield MISSING_PARAMETER.at(at, message)
    if (call.service, call.action) == ("http", "invoke") and not {
        "Authentication",
        "InvocationConfig",
    } & set(names):
        message = "http:invoke needs Authentication or InvocationConfig with a ConnectionArn"
        yield MISSING_PARAMETER.at(at, message)


def _strange(
    call: arns.Call, known: Action, names: Mapping[str, str], at: Path
) -> Iterator[Finding]:
    for name, key in names.items():
        if known.knows(name) or is_substitution(name):
            continue
        spellings = known.spellings if call.sdk else tuple(sorted(known.parameters))
        folded = {each.lower(): each for each in spellings}
        likely = folded.get(name.lower()) or nearest(name, spellings)
        message = f"{call.service}:{call.action} has no parameter {shown(name)}"
        help = f"did you mean {likely!r}?" if likely else f"it has {', '.join(spellings[:12])}"
        yield UNKNOWN_PARAMETER.at((*at, key), message, help=help)


def _sends_token(given: Mapping[str, object], language: str) -> bool:
    """Whether a part of the parameters may hold the token; what is filled in later may."""
    for value, path in parts_in(given):
        if isinstance(value, str):
            computed = key_of(path).endswith(".$")
            evaluated = is_expression(value) if language == JSONATA else computed
            pattern = _JSONATA_TOKEN if language == JSONATA else _TOKEN
            if (evaluated and pattern.search(value)) or is_substitution(value):
                return True
    return False


def _heartbeat(place: StatePlace) -> Iterator[Finding]:
    beat, limit = place.value.get("HeartbeatSeconds"), place.value.get("TimeoutSeconds")
    if not is_number(beat) or not is_number(limit):
        return
    assert isinstance(beat, int | float)
    assert isinstance(limit, int | float)
    if beat >= limit:
        message = f"HeartbeatSeconds, {beat:g}, is not less than TimeoutSeconds, {limit:g}"
        yield LATE_HEARTBEAT.at((*place.path, "HeartbeatSeconds"), message)
