"""Is this Amazon States Language? The tables of ``fields`` decide; this file only walks them.

>>> [f.name for f in shape_findings({"StartAt": "A", "States": {"A": {"Type": "Succed"}}})]
['unknown-state-type']
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from wfmodel.importers.asl import fields
from wfmodel.importers.asl.catalogue import (
    CONFLICTING_FIELDS,
    DUPLICATE_STATE,
    DYNAMIC_VALUE,
    MISPLACED_WILDCARD,
    MISSING_FIELD,
    MISSING_TRANSITION,
    NOT_A_STATE_MACHINE,
    OUT_OF_RANGE,
    TOO_DEEP,
    UNKNOWN_FIELD,
    UNKNOWN_STATE_TYPE,
    WRONG_QUERY_LANGUAGE,
    WRONG_TYPE,
)
from wfmodel.importers.asl.comparisons import CHOICE_RULE, COMBINATIONS, RULE
from wfmodel.importers.asl.fields import FieldTable
from wfmodel.importers.asl.refusals import refusals
from wfmodel.importers.asl.values import (
    JSONATA,
    Check,
    is_expression,
    is_substitution,
    kind_of,
    list_of,
    shown,
)
from wfmodel.importers.asl.walk import (
    DEEPEST,
    PROCESSORS,
    language_of,
    machine_language,
    state_paths,
)
from wfmodel.model.findings import Finding
from wfmodel.model.source import Path
from wfmodel.model.spelling import did_you_mean, respelt

_SCOPES: Final = ("Branches", *PROCESSORS)

LONGEST_STATE_NAME: Final = 80
"""Characters of a state name (Amazon States Language specification, "States")."""


def shape_findings(value: object, *, express: bool = False) -> tuple[Finding, ...]:
    """What in a definition is not Amazon States Language, or is refused by AWS.

    Paths are those of the definition; ``express`` is the machine's type where something says so.
    """
    if not isinstance(value, Mapping) or "States" not in value:
        what = "no States" if isinstance(value, Mapping) else kind_of(value)
        return (NOT_A_STATE_MACHINE.at((), f"a state machine has StartAt and States; got {what}"),)
    language = machine_language(value)
    return (
        *_record(fields.MACHINE, value, (), language),
        *_repeated_names(value),
        *refusals(value, express=express),
    )


def _record(
    table: FieldTable, value: object, path: Path, language: str, outer: str | None = None
) -> Iterator[Finding]:
    """Unknown, missing, misplaced and conflicting fields, then the value of each field.

    ``outer`` is the machine's language, which states inside go by, where the state has its own.
    """
    if not isinstance(value, Mapping):
        yield WRONG_TYPE.at(path, f"{_part(path)} is an object; got {kind_of(value)}")
        return
    for name, row in table.fields.items():
        if row.required and name not in value:
            yield MISSING_FIELD.at(path, f"{_part(path)} has no {name}")
    yield from _groups(table, value, path)
    known = [name for name in table.fields if name not in value]
    for name, item in value.items():
        if name not in table.fields:
            yield _unknown(name, known, path)
            continue
        inside = outer is not None and name in _SCOPES
        yield from _field(table, name, item, path, outer if inside and outer else language)


def _groups(table: FieldTable, value: Mapping[str, object], path: Path) -> Iterator[Finding]:
    for group in (*table.one, *table.most_one):
        there = [name for name in group if name in value]
        if len(there) > 1:
            yield CONFLICTING_FIELDS.at((*path, there[1]), f"{' and '.join(there)} conflict")
        elif not there and group in table.one:
            kind = MISSING_TRANSITION if group == ("Next", "End") else MISSING_FIELD
            wanted = " or ".join(group) if len(group) < 6 else "comparison"
            yield kind.at(path, f"{_part(path)} has no {wanted}")


def _field(
    table: FieldTable, name: str, item: object, path: Path, language: str
) -> Iterator[Finding]:
    row, at = table.fields[name], (*path, name)
    if row.language is not None and row.language != language:
        message = f"{name} belongs to {row.language}; {_part(path)} is in {language}"
        yield WRONG_QUERY_LANGUAGE.at(at, message)
    else:
        check = row.check if row.nested is None else _NESTED[row.nested]
        yield from check(item, at, language)


def _unknown(name: object, known: list[str], path: Path) -> Finding:
    """A field that is not known; ``known`` are those that could still stand here."""
    at = (*path, name if isinstance(name, str | int) else str(name))
    fix = respelt(name, known, at, key=True)
    message = f"{_part(path)} has no field {shown(name)}"
    return UNKNOWN_FIELD.at(at, message, help=did_you_mean(name, known), fix=fix)


def _part(path: Path) -> str:
    """What stands at a path, in words."""
    for index in range(len(path) - 1, 0, -1):
        if path[index - 1] == "States":
            inside = path[index + 1 :]
            return f"state {path[index]!r}" + (f", {'.'.join(map(str, inside))}" if inside else "")
    return ".".join(map(str, path)) or "the state machine"


def _states(value: object, path: Path, language: str) -> Iterator[Finding]:
    if len(path) > DEEPEST:
        yield TOO_DEEP.at(path, "states are nested too deeply")
    elif is_substitution(value):
        yield DYNAMIC_VALUE.at(path, "the states are only known later: the machine is not read")
    elif not isinstance(value, Mapping):
        yield WRONG_TYPE.at(path, f"States is an object; got {kind_of(value)}")
    elif not value:
        yield OUT_OF_RANGE.at(path, "States has at least one entry")
    else:
        for name, state in value.items():
            yield from _state(name, state, (*path, name), language)


def _state(name: object, value: object, path: Path, language: str) -> Iterator[Finding]:
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_STATE_NAME:
        message = f"a state name has 1 to {LONGEST_STATE_NAME} characters; got {shown(name)}"
        yield OUT_OF_RANGE.at(path, message)
    if is_substitution(value):
        yield DYNAMIC_VALUE.at(path, f"{name!r} is only known later: the machine is not read")
        return
    if not isinstance(value, Mapping):
        help = f"{name} stands beside States" if name in fields.MACHINE.fields else ""
        message = f"state {name!r} is an object; got {kind_of(value)}"
        yield WRONG_TYPE.at(path, message, help=help)
        return
    kind = value.get("Type")
    if "Type" not in value:
        yield MISSING_FIELD.at(path, f"state {name!r} has no Type")
    elif is_substitution(kind):
        message = f"the type of {name!r} is only known later: the machine is not read"
        yield DYNAMIC_VALUE.at((*path, "Type"), message)
    elif not isinstance(kind, str) or kind not in fields.STATES:
        message = f"{shown(kind)} is no type of state"
        at = (*path, "Type")
        help, fix = did_you_mean(kind, fields.STATES), respelt(kind, fields.STATES, at)
        yield UNKNOWN_STATE_TYPE.at(at, message, help=help, fix=fix)
    else:
        own = language_of(value, language)
        yield from _record(fields.STATES[kind], value, path, own, language)


def _choices(value: object, path: Path, language: str) -> Iterator[Finding]:
    rule = _recorded(fields.CONDITION) if language == JSONATA else _compared(CHOICE_RULE)
    return list_of(rule, least=1)(value, path, language)


def _compared(table: FieldTable) -> Check:
    """A comparison of JSONPath."""

    def check(value: object, path: Path, language: str) -> Iterator[Finding]:
        if len(path) > DEEPEST:
            yield TOO_DEEP.at(path, "comparisons are nested too deeply")
            return
        yield from _record(table, value, path, language)
        if isinstance(value, Mapping) and not any(n in value for n in ("Variable", *COMBINATIONS)):
            yield MISSING_FIELD.at(path, f"{_part(path)} has no Variable")

    return check


def _guards(table: FieldTable) -> Check:
    """Retriers or catchers: States.ALL stands alone, in the last of them."""

    def check(value: object, path: Path, language: str) -> Iterator[Finding]:
        yield from list_of(_recorded(table))(value, path, language)
        entries = value if isinstance(value, list | tuple) else ()
        for index, entry in enumerate(entries):
            errors = entry.get("ErrorEquals") if isinstance(entry, Mapping) else None
            if not isinstance(errors, list | tuple) or "States.ALL" not in errors:
                continue
            if len(errors) > 1 or index < len(entries) - 1:
                at = (*path, index, "ErrorEquals")
                yield MISPLACED_WILDCARD.at(at, "States.ALL stands alone, in the last entry")

    return check


def _recorded(table: FieldTable) -> Check:
    return lambda value, path, language: _record(table, value, path, language)


def _filled(table: FieldTable) -> Check:
    """A part that a deployment may fill in as a whole."""

    def check(value: object, path: Path, language: str) -> Iterator[Finding]:
        computed = is_substitution(value) or (language == JSONATA and is_expression(value))
        return iter(()) if computed else _record(table, value, path, language)

    return check


_NESTED: Final[Mapping[str, Check]] = {
    "states": _states,
    "branches": list_of(_recorded(fields.BRANCH), least=1),
    "processor": _recorded(fields.PROCESSOR),
    "config": _recorded(fields.CONFIG),
    "batcher": _filled(fields.BATCHER),
    "reader": _recorded(fields.READER),
    "reader config": _recorded(fields.READER_CONFIG),
    "writer": _recorded(fields.WRITER),
    "writer config": _filled(fields.WRITER_CONFIG),
    "retriers": _guards(fields.RETRIER),
    "catchers": _guards(fields.CATCHER),
    "choices": _choices,
    "rules": list_of(_compared(RULE), least=1),
    "rule": _compared(RULE),
}


def _repeated_names(value: Mapping[str, object]) -> Iterator[Finding]:
    seen: dict[str, Path] = {}
    for name, path in state_paths(value):
        if name in seen:
            message = f"the state name {name!r} is used twice"
            yield DUPLICATE_STATE.at(path, message)
        seen.setdefault(name, path)
