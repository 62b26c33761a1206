"""Conditions of Choice rules, translated to guards; what cannot be is named, as ``opaque``.

JSONPath comparisons translate one by one. Two texts of one instant are equal as timestamps and
different as strings, so the instant that a text means is a value of its own, ``timestamp($.due)``,
in seconds since 1970. Of JSONata those expressions translate that compare paths and
constants; a call or computation stays opaque, alone, so that what surrounds it is still decided.

Paths keep their own spelling (``at("$.order.total")``): they are places of the state's JSON, not
data items of the model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from wfmodel.importers.asl.comparisons import SIGNS
from wfmodel.importers.asl.expressions import jsonata_tree
from wfmodel.model.guards import LONGEST, MOST_DEPTH

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS: Final = ("String", "Numeric", "Boolean")
_TESTS: Final = {
    "IsNull": "is_null",
    "IsPresent": "present",
    "IsNumeric": "is_number",
    "IsString": "is_string",
    "IsBoolean": "is_boolean",
}
_TIME: Final = "Timestamp"


def from_rule(rule: Mapping[str, object]) -> str:
    """The guard of a JSONPath Choice rule; empty where it is too long to be read again."""
    return _bounded(_rule(rule, 0))


def _bounded(text: str) -> str:
    return text if len(text) <= LONGEST else ""


def _rule(rule: object, depth: int) -> str:
    if not isinstance(rule, Mapping) or depth > MOST_DEPTH // 2:
        return _opaque(json.dumps(rule, default=str, sort_keys=True))
    for name, word in (("And", " and "), ("Or", " or ")):
        if name in rule and isinstance(rule[name], list | tuple):
            return "(" + word.join(_rule(part, depth + 1) for part in rule[name]) + ")"
    if "Not" in rule:
        return f"not {_rule(rule['Not'], depth + 1)}"
    path = str(rule.get("Variable", ""))
    for operator, operand in rule.items():
        found = _comparison(path, str(operator), operand)
        if found is not None:
            return found
    shown = {name: value for name, value in rule.items() if name not in ("Next", "Assign")}
    return _opaque(json.dumps(shown, default=str, sort_keys=True))


def _of_instants(path: str, operator: str, operand: object) -> str | None:
    sign = SIGNS.get(operator.removeprefix(_TIME).removesuffix("Path"))
    if sign is None or not isinstance(operand, str):
        return None
    if operator.endswith("Path"):
        return f"{_instant_at(path)} {sign} {_instant_at(operand)}"
    seconds = _instant(operand)
    return None if seconds is None else f"{_instant_at(path)} {sign} {seconds}"


def _instant_at(path: str) -> str:
    return _at(f"timestamp({path})")


def _instant(text: str) -> str | None:
    """Seconds since 1970, exactly; None where the text is no point in time that Python has."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    exact = (moment - _EPOCH) // timedelta(microseconds=1)
    whole, rest = divmod(exact, 1_000_000)
    return str(whole) if not rest else repr(exact / 1_000_000)


def _comparison(path: str, operator: str, operand: object) -> str | None:
    if operator in _TESTS and isinstance(operand, bool):
        return f"{'' if operand else 'not '}{_TESTS[operator]}({_at(path)})"
    if operator == "IsTimestamp" and isinstance(operand, bool):
        return f"{'' if operand else 'not '}is_number({_instant_at(path)})"
    if operator.startswith(_TIME):
        return _of_instants(path, operator, operand)
    if operator == "StringMatches":
        return f"matches({_at(path)}, {operand!r})"
    for kind in _KINDS:
        sign = SIGNS.get(operator.removeprefix(kind).removesuffix("Path"))
        if operator.startswith(kind) and sign is not None:
            other = _at(str(operand)) if operator.endswith("Path") else _constant(operand)
            return f"{_at(path)} {sign} {other}"
    return None


def _at(path: str) -> str:
    return f"at({path!r})"


def _opaque(words: str) -> str:
    """What cannot be translated. Equal words mean an equal condition, so nothing is cut short."""
    return f"opaque({words!r})"


def _part(node: Any, text: str) -> str:  # noqa: ANN401 - a parser's node
    """A part of an expression: the parser keeps only where it stands."""
    return _opaque(f"{text} (at character {node.position})")


def _constant(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else repr(value)


def from_jsonata(text: str) -> str:
    """The guard of a JSONata condition, without its ``{% %}``."""
    try:
        tree = jsonata_tree(text)
    except ValueError:
        return _bounded(_opaque(text))  # the reader of expressions reports it
    return _bounded(_expression(tree, text, 0))


_JSONATA_SIGNS: Final = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def _expression(node: Any, text: str, depth: int) -> str:  # noqa: ANN401 - a parser's node
    if depth > MOST_DEPTH // 2:
        return _part(node, text)
    match (node.type, node.value):
        case ("binary", "and" | "or" as word):
            one, other = (_expression(side, text, depth + 1) for side in (node.lhs, node.rhs))
            return f"({one} {word} {other})"
        case ("binary", sign) if sign in _JSONATA_SIGNS:
            left, right = _term(node.lhs), _term(node.rhs)
            if left is not None and right is not None:
                return f"{left} {_JSONATA_SIGNS[sign]} {right}"
        case ("binary", "in"):
            return _membership(node, text)
        case ("block", _) if len(node.expressions) == 1:
            return _expression(node.expressions[0], text, depth + 1)
        case ("function", "("):
            return _call(node, text, depth)
        case ("value", bool() as value):
            return str(value).lower()
        case ("path" | "variable", _):
            path = _path(node)
            if path is not None:
                return f"{_at(path)} == true"
    return _part(node, text)


def _call(node: Any, text: str, depth: int) -> str:  # noqa: ANN401 - as above
    name = node.procedure.value if node.procedure.type == "variable" else ""
    [argument] = node.arguments if len(node.arguments) == 1 else [None]
    if name == "exists" and argument is not None and (path := _path(argument)) is not None:
        return f"present({_at(path)})"
    if name == "not" and argument is not None:
        return f"not {_expression(argument, text, depth + 1)}"
    return _part(node, text)


def _membership(node: Any, text: str) -> str:  # noqa: ANN401 - as above
    left = _term(node.lhs)
    options = node.rhs.expressions if node.rhs.type == "unary" and node.rhs.value == "[" else None
    terms = [_term(each) for each in options or ()]
    if left is None or not terms or None in terms:
        return _part(node, text)
    return "(" + " or ".join(f"{left} == {term}" for term in terms) + ")"


def _term(node: Any) -> str | None:  # noqa: ANN401 - as above
    """A path or a constant."""
    if node.type in ("string", "number"):
        return repr(node.value)
    if node.type == "value":
        return _constant(node.value)
    if node.type == "unary" and node.value == "-" and node.expression.type == "number":
        return repr(-node.expression.value)
    path = _path(node)
    return None if path is None else _at(path)


def _path(node: Any) -> str | None:  # noqa: ANN401 - as above
    """``$states.input.total``; None where a step filters, sorts or computes."""
    if node.type == "variable":
        return f"${node.value}" if not (node.predicate or node.stages) else None
    if node.type != "path" or node.keep_singleton_array or node.group is not None:
        return None
    names = []
    for number, step in enumerate(node.steps):
        plain = step.type == "name" or (number == 0 and step.type == "variable")
        if not plain or step.predicate or step.stages:
            return None
        names.append(f"${step.value}" if step.type == "variable" else str(step.value))
    return ".".join(names)
