"""Durations are integers of nanoseconds; only this file reads and writes their text.

>>> parse_duration("1.5s")
1500000000
>>> format_duration(90_000_000_000)
'90s'

Integers, because sums of simulated times must be exact and equal on every machine.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

NANOSECONDS: Final[dict[str, int]] = {
    "ns": 1,
    "us": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
    "d": 86400 * 10**9,
}
"""Nanoseconds in each accepted unit."""

LONGEST_NS: Final = 10**18
"""Longest accepted duration (about 31 years): sums of many still fit in 64 bits."""

_PATTERN: Final = r"^\s*(\d+(?:\.\d+)?)\s*([A-Za-zµ]+)\s*$"
_UNITS_TEXT: Final = ", ".join(NANOSECONDS)
_ALSO: Final = {
    "ns": r"nanos?|nanoseconds?",
    "us": r"µs|μs|micros?|microseconds?",
    "ms": r"millis?|msecs?|milliseconds?",
    "s": r"S|secs?|seconds?",
    "m": r"M|mins?|minutes?",
    "h": r"H|hrs?|hours?",
    "d": r"D|days?",
}
"""What people write for a unit."""
_LONGEST: Final = 80
"""Characters of a duration's text: what is computed of its digits stays short."""
_IN_PARTS: Final = r"(?:\d+(?:h|m|s)\s*){2,3}"


def parse_duration(value: object) -> int:
    """Nanoseconds from text such as ``250ms``, ``1.5s``, ``2h`` (or an integer of nanoseconds).

    Raises:
        ValueError: not a duration, an unknown unit, negative, or longer than ``LONGEST_NS``.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        nanoseconds = value
    elif isinstance(value, str):
        nanoseconds = _from_text(value)
    else:
        raise ValueError(f"a duration is a number with a unit, such as 250ms; got {value!r}")
    if nanoseconds < 0:
        raise ValueError(f"a duration cannot be negative; got {value!r}")
    if nanoseconds > LONGEST_NS:
        raise ValueError(f"a duration is at most {format_duration(LONGEST_NS)}; got {value!r}")
    return nanoseconds


def _from_text(text: str) -> int:
    if text.strip().startswith("-"):
        raise ValueError(f"a duration cannot be negative; got {text!r}")
    match = re.match(_PATTERN, text) if len(text) <= _LONGEST else None
    if match is None:
        raise ValueError(
            f"a duration is a number with a unit ({_UNITS_TEXT}), such as 250ms; got"
            f" {text!r}{_sum_of(text)}"
        )
    number, unit = match.groups()
    if unit not in NANOSECONDS:
        likely = [each for each, words in _ALSO.items() if re.fullmatch(words, unit)]
        meant = f"; did you mean '{number}{likely[0]}'?" if likely else ""
        raise ValueError(f"unknown unit {unit!r} in {text!r}; units are {_UNITS_TEXT}{meant}")
    return int(Decimal(number) * NANOSECONDS[unit])


def _sum_of(text: str) -> str:
    """How ``1h30m`` is written."""
    if re.fullmatch(_IN_PARTS, text[:_LONGEST].strip()) is None:
        return ""
    parts = re.findall(r"(\d+)(h|m|s)", text)
    total = sum(int(number) * NANOSECONDS[unit] for number, unit in parts)
    return f"; did you mean {format_duration(total)!r}?"


def format_duration(nanoseconds: int) -> str:
    """The shortest exact text of a duration, such as ``1500ms``."""
    if nanoseconds == 0:
        return "0s"
    for unit in ("d", "h", "m", "s", "ms", "us"):
        if nanoseconds % NANOSECONDS[unit] == 0 and (
            unit in ("s", "ms", "us") or nanoseconds >= 2 * NANOSECONDS[unit]
        ):
            return f"{nanoseconds // NANOSECONDS[unit]}{unit}"
    return f"{nanoseconds}ns"


DURATION_SCHEMA: Final[dict[str, Any]] = {
    "type": "string",
    "pattern": r"^\s*\d+(\.\d+)?\s*(ns|us|ms|s|m|h|d)\s*$",
    "examples": ["250ms", "1.5s", "2h"],
}
"""How a duration looks in a file, for JSON Schema."""

FROM_FILE: Final = "from-file"
"""Validation context of values that stand in a file: there, a number without a unit is refused."""


def _parse_field(value: object, info: ValidationInfo) -> int:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if info.context == FROM_FILE and is_number and value != 0:
        raise ValueError(f"a duration needs a unit ({_UNITS_TEXT}); got {value!r}")
    return parse_duration(value)


Duration = Annotated[
    int,
    BeforeValidator(_parse_field),
    PlainSerializer(format_duration, when_used="json"),
    WithJsonSchema(DURATION_SCHEMA),
]
"""Integer nanoseconds; files and calls may give text with a unit."""
