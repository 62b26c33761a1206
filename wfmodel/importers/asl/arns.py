"""What a Resource names: an integration with its pattern, a function, or an activity.

>>> read_call("arn:aws:states:::ecs:runTask.sync")
Call(service='ecs', action='runTask', pattern='sync', sdk=False)
>>> read_call("arn:aws:states:::lambda.invoke").said
'an integration is arn:aws:states:::<service>:<action>'

Texts that another tool fills in before deployment (``${X}``, ``{{X}}``, ``<X>``, ``__X__``,
``%X%``, ``@X@``) are taken to be right.

Sources: AWS Step Functions Developer Guide, "Discover service integration patterns", "Task workflow
state"; IAM User Guide, "Amazon Resource Names".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

HOLE: Final = "\0"
"""Stands for a part that another tool fills in."""

_HOLES: Final = re.compile(
    r"\$\{[^{}]*\}|#\{[^{}]*\}|\{\{[^{}]*\}\}|<[^<>]+>|__\w+__|%\w+%|@@?\w+@@?|\[\[[^\[\]]+\]\]"
)
_PARTITION: Final = re.compile(r"aws[a-z-]*")
_NAME: Final = re.compile(r"[\w.-]+", re.ASCII)
_ROLE: Final = re.compile(r"iam:role/\S+")
_VERSION: Final = re.compile(r"\$LATEST|[\w-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Call:
    """An integration: who is called, for what, and how its end is waited for."""

    service: str
    action: str
    pattern: str = ""
    sdk: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function, called by its own ARN."""


@dataclass(frozen=True, slots=True)
class Activity:
    """Work that somebody outside asks for."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Filled in on deployment, or a kind that is not judged."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """The specification's examples name services that its other interpreters call."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """Nothing that can be called; ``said`` is why, or what was due."""

    said: str = ""


Resource: TypeAlias = Call | Function | Activity | Unknown | Foreign | Malformed


def read_call(text: str) -> Resource:
    """What a Resource names."""
    plain = _HOLES.sub(HOLE, text)
    parts = plain.split(":")
    if "${" in plain:
        return Malformed("a substitution is not closed")
    if plain.startswith(HOLE) or (HOLE in plain and len(parts) < 6):
        return Unknown()
    if len(parts) < 6 or parts[0] != "arn" or not _is(_PARTITION, parts[1]):
        return Malformed("a Resource is an ARN")
    kind, rest = parts[2], parts[5:]
    if HOLE in kind:
        return Unknown()
    if kind == "swf":
        return Foreign()
    if kind == "lambda":
        return _function(rest)
    if kind == "states":
        return _of_states(parts[3], parts[4], rest)
    return Malformed(f"of {kind!r} nothing can be called by its ARN")


def _function(rest: list[str]) -> Resource:
    wanted = Malformed("a function is arn:aws:lambda:<region>:<account>:function:<name>")
    if HOLE in rest[0]:
        return Unknown()
    if rest[0] != "function" or len(rest) not in (2, 3) or not _is(_NAME, rest[1]):
        return wanted
    return Function() if len(rest) == 2 or _is(_VERSION, rest[2]) else wanted


def _of_states(region: str, account: str, rest: list[str]) -> Resource:
    if rest[0] == "activity":
        if len(rest) == 2 and rest[1] and region and account:
            return Activity()
        return Malformed("an activity is arn:aws:states:<region>:<account>:activity:<name>")
    if rest[0] in ("stateMachine", "express", "execution"):
        return Malformed("a machine is started by arn:aws:states:::states:startExecution")
    sdk = rest[0] == "aws-sdk"
    words = rest[1:] if sdk else rest
    if len(words) < 2 and HOLE in rest[-1]:
        return Unknown()
    if len(words) < 2 or not words[0] or not words[1] or bool(region) != bool(account):
        prefix = "aws-sdk:" if sdk else ""
        return Malformed(f"an integration is arn:aws:states:::{prefix}<service>:<action>")
    action, point, pattern = ":".join(words[1:]).partition(".")
    if point and not pattern:
        return Malformed("behind the point stands a pattern")
    return Call(words[0], action, pattern, sdk)


def is_role(text: str) -> bool:
    """Whether a text is the ARN of a role, or is filled in on deployment."""
    plain = _HOLES.sub(HOLE, text)
    parts = plain.split(":")
    if plain.startswith(HOLE) or (HOLE in plain and len(parts) < 6):
        return True
    return len(parts) == 6 and parts[0] == "arn" and _is(_ROLE, ":".join(parts[2:4]) + parts[5])


def _is(pattern: re.Pattern[str], text: str) -> bool:
    return HOLE in text or pattern.fullmatch(text) is not None
