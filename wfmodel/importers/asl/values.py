"""Kinds of values in Amazon States Language: each is one function from a value to its findings.

A kind never raises and never guesses: a ``${…}`` substitution passes wherever a value is due,
because only the deployment knows it. Kinds combine (``list_of``, ``one_of``) into the tables of
``fields``.

Sources: Amazon States Language specification (states-language.net), "Paths", "Reference Paths";
AWS Step Functions Developer Guide, "Transforming data with JSONata".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from wfmodel.importers.asl.catalogue import (
    MALFORMED_EXPRESSION,
    MALFORMED_PATH,
    MALFORMED_TIMESTAMP,
    OUT_OF_RANGE,
    WRONG_TYPE,
)
from wfmodel.importers.asl.expressions import intrinsic_error, is_path, jsonata_error
from wfmodel.model.findings import Finding
from wfmodel.model.source import Path

JSONPATH: Final = "JSONPath"
JSONATA: Final = "JSONata"

Check: TypeAlias = Callable[[object, Path, str], Iterator[Finding]]
"""Findings of a value at a path, under a query language."""

MOST_SECONDS: Final = 99_999_999
"""Largest number of seconds and of attempts that ASL permits."""

_SUBSTITUTION: Final = re.compile(r"\$\{[^{}]+\}")
_EXPRESSION: Final = re.compile(r"\{%.*%\}", re.DOTALL)
_SEGMENT: Final = r"(?:\.[^\s.\[\](),'\"@?*:]+|\[-?\d+\]|\[(?:'[^']+'|\"[^\"]+\")\])"
_REFERENCE: Final = re.compile(rf"\$(?!\$)[A-Za-z0-9_]*{_SEGMENT}*")
_TIMESTAMP: Final = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)T(?P<time>\d\d:\d\d:\d\d)(?:\.\d+)?"
    r"(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_INTRINSIC: Final = re.compile(r"States\.[A-Za-z0-9]+\(.*\)", re.DOTALL)


def is_substitution(value: object) -> bool:
    """Whether a deployment fills (part of) this in: ``${X}``, or a CloudFormation function."""
    if isinstance(value, Mapping):
        return len(value) == 1 and all(
            isinstance(key, str) and (key == "Ref" or key.startswith("Fn::")) for key in value
        )
    return isinstance(value, str) and _SUBSTITUTION.search(value) is not None


def is_expression(value: object) -> bool:
    """Whether this is a JSONata expression, ``{% … %}``."""
    return isinstance(value, str) and _EXPRESSION.fullmatch(value) is not None


def is_number(value: object) -> bool:
    """Whether this is a number (True and False are not)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def anything(value: object, path: Path, language: str) -> Iterator[Finding]:
    """A payload: JSON of any shape."""
    return iter(())


def text(value: object, path: Path, language: str) -> Iterator[Finding]:
    """Text; in JSONata an expression too."""
    if not isinstance(value, str) and not is_substitution(value):
        yield _wrong(path, "text", value)


def name(most: int) -> Check:
    """Text of 1 to ``most`` characters: the name of a state or of an error."""

    def check(value: object, path: Path, language: str) -> Iterator[Finding]:
        if not isinstance(value, str):
            yield from text(value, path, language)
        elif not 0 < len(value) <= most:
            message = f"{path[-1]} has 1 to {most} characters; got {shown(value)}"
            yield OUT_OF_RANGE.at(path, message)

    return check


def timestamp(value: object, path: Path, language: str) -> Iterator[Finding]:
    """A point in time: RFC 3339 with a large T, and a large Z or an offset."""
    if is_substitution(value) or (language == JSONATA and is_expression(value)):
        return
    if not isinstance(value, str):
        yield _wrong(path, "a timestamp", value)
    elif not _is_instant(value):
        message = f"{path[-1]} is a timestamp such as 2026-03-14T01:59:00Z; got {shown(value)}"
        yield MALFORMED_TIMESTAMP.at(path, message)


def _is_instant(value: str) -> bool:
    found = _TIMESTAMP.fullmatch(value)
    if found is None:
        return False
    try:
        # A leap second is a point in time; Python has none.
        datetime.fromisoformat(found["day"] + "T" + found["time"].replace(":60", ":59"))
    except ValueError:
        return False
    return True


def boolean(value: object, path: Path, language: str) -> Iterator[Finding]:
    """True or false."""
    if not isinstance(value, bool) and not is_substitution(value):
        yield _wrong(path, "true or false", value)


def true(value: object, path: Path, language: str) -> Iterator[Finding]:
    """True, the only value that End may have."""
    if value is not True and not is_substitution(value):
        yield _wrong(path, "true", value)


def number(low: float, high: float, *, whole: bool = True, computed: bool = True) -> Check:
    """A number between two bounds, both included; in JSONata an expression too, if ``computed``."""

    def check(value: object, path: Path, language: str) -> Iterator[Finding]:
        if is_substitution(value) or (computed and language == JSONATA and is_expression(value)):
            return
        if not isinstance(value, int | float) or isinstance(value, bool):
            yield _wrong(path, "a number", value)
        elif whole and value != value // 1:
            yield _wrong(path, "a whole number", value)
        elif not low <= value <= high:
            message = f"{path[-1]} is {low:.15g} to {high:.15g}; got {value:.15g}"
            yield OUT_OF_RANGE.at(path, message)

    return check


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of some words; in JSONata an expression too where the word may be ``computed``."""

    allowed: tuple[str, ...]
    computed: bool = False

    def __call__(self, value: object, path: Path, language: str) -> Iterator[Finding]:
        """Findings, as of any kind."""
        if not isinstance(value, str):
            yield from text(value, path, language)
        elif self.computed and language == JSONATA and is_expression(value):
            return
        elif value not in self.allowed and not is_substitution(value):
            known = ", ".join(self.allowed)
            yield OUT_OF_RANGE.at(path, f"{path[-1]} is one of {known}; got {shown(value)}")


def words(*allowed: str, computed: bool = False) -> OneOf:
    """One of some words."""
    return OneOf(allowed, computed)


def json_path(value: object, path: Path, language: str) -> Iterator[Finding]:
    """A JSONPath or an intrinsic function."""
    if is_substitution(value):
        return
    if not isinstance(value, str):
        yield _wrong(path, "a path", value)
    elif _INTRINSIC.fullmatch(value):
        if (wrong := intrinsic_error(value)) is not None:
            yield MALFORMED_PATH.at(path, f"{wrong}; in {shown(value)}")
    elif not is_path(value):
        yield MALFORMED_PATH.at(path, f"{path[-1]} is a path such as $.order; got {shown(value)}")


def plain_path(value: object, path: Path, language: str) -> Iterator[Finding]:
    """A path that selects: no intrinsic function, which only a payload template may call."""
    if isinstance(value, str) and _INTRINSIC.fullmatch(value):
        message = f"{path[-1]} is a path; an intrinsic function stands in a payload template only"
        yield MALFORMED_PATH.at(path, f"{message}; got {shown(value)}")
    else:
        yield from json_path(value, path, language)


def data_path(value: object, path: Path, language: str) -> Iterator[Finding]:
    """A path that selects a state's input or output; null selects nothing."""
    return iter(()) if value is None else plain_path(value, path, language)


def result_path(value: object, path: Path, language: str) -> Iterator[Finding]:
    """A reference path into the state's input: no variable; null discards the result."""
    if value is None:
        return
    if isinstance(value, str) and re.match(r"\$[A-Za-z0-9_]", value):
        message = f"{path[-1]} names a place in the input; got the variable {shown(value)}"
        yield MALFORMED_PATH.at(path, message)
    else:
        yield from reference_path(value, path, language)


def reference_path(value: object, path: Path, language: str) -> Iterator[Finding]:
    """A path that names exactly one place: ``$.a.b[0]``."""
    if is_substitution(value):
        return
    if not isinstance(value, str):
        yield _wrong(path, "a path", value)
    elif not _REFERENCE.fullmatch(value):
        message = f"{path[-1]} names one place, such as $.order.id; got {shown(value)}"
        yield MALFORMED_PATH.at(path, message)


def expression(value: object, path: Path, language: str) -> Iterator[Finding]:
    """A JSONata expression."""
    if is_substitution(value) or isinstance(value, bool):
        return
    if not isinstance(value, str):
        yield _wrong(path, "an expression", value)
    elif not is_expression(value):
        message = f"{path[-1]} stands between {{% and %}}; got {shown(value)}"
        yield MALFORMED_EXPRESSION.at(path, message)
    elif (wrong := jsonata_error(value[2:-2])) is not None:
        yield MALFORMED_EXPRESSION.at(path, f"not JSONata: {wrong}; in {shown(value)}")


def list_of(check: Check, *, least: int = 0) -> Check:
    """A list of values of one kind."""

    def check_list(value: object, path: Path, language: str) -> Iterator[Finding]:
        if not isinstance(value, list | tuple):
            yield _wrong(path, "a list", value)
            return
        if len(value) < least:
            yield OUT_OF_RANGE.at(path, f"{path[-1]} has at least {least} entry")
        for index, item in enumerate(value):
            yield from check(item, (*path, index), language)

    return check_list


def parts_in(value: object, path: Path = ()) -> Iterator[tuple[object, Path]]:
    """A value and all parts of it with their paths, outermost first, in the order of the text."""
    stack = [(value, path)]
    while stack:
        part, at = stack.pop()
        yield part, at
        if isinstance(part, Mapping):
            stack += reversed([(inner, (*at, str(key))) for key, inner in part.items()])
        elif isinstance(part, list | tuple):
            stack += reversed([(inner, (*at, index)) for index, inner in enumerate(part)])


def key_of(path: Path) -> str:
    """The key that a part stands under; of an entry of a list, the list's."""
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def shown(value: object) -> str:
    """A value in a message: short, on one line."""
    plain = repr(value) if isinstance(value, str | int | float | bool) else kind_of(value)
    return plain if len(plain) <= 60 else f"{plain[:57]}..."


def kind_of(value: object) -> str:
    """What a value is, in the words of JSON."""
    match value:
        case None:
            return "null"
        case Mapping():
            return "an object"
        case list() | tuple():
            return "a list"
        case _:
            return f"{type(value).__name__} {value!r}"[:60]


def _wrong(path: Path, wanted: str, value: object) -> Finding:
    return WRONG_TYPE.at(path, f"{path[-1]} is {wanted}; got {shown(value)}")
