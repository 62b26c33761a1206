"""The comparisons of a JSONPath Choice: which there are, and how they read in words.

>>> in_words({"Not": {"Variable": "$.paid", "BooleanEquals": True}})
'not $.paid == true'

Source: Amazon States Language specification, "Choice State", "Comparison operators".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from wfmodel.importers.asl.fields import CONDITION, FieldSpec, FieldTable
from wfmodel.importers.asl.values import (
    JSONPATH,
    Check,
    boolean,
    number,
    plain_path,
    text,
    timestamp,
)

SIGNS: Final = {
    "Equals": "==",
    "LessThan": "<",
    "GreaterThan": ">",
    "LessThanEquals": "<=",
    "GreaterThanEquals": ">=",
}
"""How each comparison of two values ends, and its sign in words and guards."""
_KINDS: Final[Mapping[str, Check]] = {
    "String": text,
    "Numeric": number(float("-inf"), float("inf"), whole=False),
    "Timestamp": timestamp,
}
_TESTS: Final = ("IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp")

_ORDERED: Final = {f"{kind}{sign}": check for kind, check in _KINDS.items() for sign in SIGNS} | {
    "BooleanEquals": boolean
}

OPERATORS: Final[Mapping[str, Check]] = {
    **_ORDERED,
    **{f"{name}Path": plain_path for name in _ORDERED},
    "StringMatches": text,
    **dict.fromkeys(_TESTS, boolean),
}
"""Every comparison operator, and what it compares with."""

COMBINATIONS: Final = ("And", "Or", "Not")

RULE: Final = FieldTable(
    {
        "Variable": FieldSpec(plain_path, language=JSONPATH),
        **{name: FieldSpec(check, language=JSONPATH) for name, check in OPERATORS.items()},
        "And": FieldSpec(nested="rules"),
        "Or": FieldSpec(nested="rules"),
        "Not": FieldSpec(nested="rule"),
        "Comment": FieldSpec(text),
    },
    one=((*OPERATORS, *COMBINATIONS),),
)
"""A comparison inside And, Or and Not."""

CHOICE_RULE: Final = FieldTable(
    {**RULE.fields, "Next": CONDITION.fields["Next"], "Assign": CONDITION.fields["Assign"]},
    RULE.one,
)
"""One entry of Choices in JSONPath."""

_LONGEST: Final = 300


def in_words(rule: Mapping[str, object]) -> str:
    """A comparison as a line of text, cut at 300 characters."""
    words = _words(rule)
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 3]}..."


def _words(rule: Mapping[str, object]) -> str:
    match rule:
        case {"And": list() | tuple() as parts}:
            return " and ".join(_grouped(part) for part in parts)
        case {"Or": list() | tuple() as parts}:
            return " or ".join(_grouped(part) for part in parts)
        case {"Not": Mapping() as part}:
            return f"not {_grouped(part)}"
    operator = next((name for name in rule if name in OPERATORS), "")
    return f"{rule.get('Variable', '')} {_operator(operator)} {_operand(rule.get(operator))}"


def _grouped(part: object) -> str:
    if not isinstance(part, Mapping):
        return ""
    words = _words(part)
    return f"({words})" if "And" in part or "Or" in part else words


def _operator(name: str) -> str:
    plain = name.removesuffix("Path")
    for kind in (*_KINDS, "Boolean"):
        sign = SIGNS.get(plain.removeprefix(kind))
        if sign is not None and plain.startswith(kind):
            return sign
    return {"StringMatches": "matches"}.get(name, f"{name} is")


def _operand(value: object) -> str:
    if isinstance(value, str) and value.startswith("$"):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
