"""Guards as expressions over data: a small language that can be decided, not only read.

    total > 100 and currency in ["EUR", "USD"]
    not present(order.coupon) or is_null(order.coupon)
    matches(sku, "toy-*")

Operands are paths (``order.total``, ``items[0].price``, ``at("$.any text")``) and constants:
numbers, strings, ``true``, ``false``, ``null``. Operators are ``== != < <= > >= in``, ``and or
not``, and the tests ``present``, ``is_null``, ``is_number``, ``is_string``, ``is_boolean``,
``matches`` (``*`` stands for any text, ``\\*`` for itself). ``opaque("words")`` is a condition that
nobody can decide here.

The meaning is that of a strict comparison: values of different kinds are never equal and never in
order, and whatever is compared with a value that is absent does not hold. Strings are ordered by
code point. Truth is three-valued (Kleene): None stands for what an opaque condition leaves open.

The syntax is a part of Python's, so its parser reads it; nothing is ever evaluated but this file's
own nodes. Read ``wfmodel.checks.guards`` next: it decides questions about guards.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final, TypeAlias

from wfmodel.model.wildcards import fits

LONGEST: Final = 4000
"""Longest text of a guard."""

MOST_DEPTH: Final = 40


class Special(Enum):
    """What is no constant: nothing at all, and a value with paths inside it."""

    ABSENT = "absent"
    OBJECT = "object"


ABSENT: Final = Special.ABSENT
OBJECT: Final = Special.OBJECT

Scalar: TypeAlias = bool | float | int | str | Special | None
Valuation: TypeAlias = Mapping[str, Scalar]
"""Path to value; a path that is not in it is absent."""


@dataclass(frozen=True, slots=True)
class Var:
    """The value at a path."""

    path: str


@dataclass(frozen=True, slots=True)
class Const:
    """A constant."""

    value: bool | float | int | str | None


Operand: TypeAlias = Var | Const


@dataclass(frozen=True, slots=True)
class Compare:
    """``op`` is one of ``== != < <= > >=``."""

    op: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Test:
    """``name`` is one of ``TESTS``."""

    name: str
    of: Var


@dataclass(frozen=True, slots=True)
class Matches:
    """A string that fits a pattern; ``parts`` are the texts between its stars."""

    of: Var
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opaque:
    """A condition that cannot be decided here."""

    words: str


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Every:
    """Conjunction; empty: true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """Disjunction; empty: false."""

    parts: tuple[Condition, ...]


Condition: TypeAlias = Compare | Test | Matches | Opaque | Not | Every | Some

TESTS: Final[Mapping[str, Callable[[Scalar], bool]]] = {
    "present": lambda value: value is not ABSENT,
    "is_null": lambda value: value is None,
    "is_number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "is_string": lambda value: isinstance(value, str),
    "is_boolean": lambda value: isinstance(value, bool),
}

_SIGNS: Final = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_WORDS: Final = {"true": True, "false": False, "null": None}


def parse_guard(text: str) -> Condition:
    """The condition that a text says.

    Raises:
        ValueError: it says none; the place in the text is named.
    """
    found = _parsed(text)
    if isinstance(found, str):
        raise ValueError(found)
    return found


@lru_cache(10_000)
def _parsed(text: str) -> Condition | str:
    """A condition, or what is wrong: errors are cached, too."""
    if len(text) > LONGEST:
        return f"a guard has at most {LONGEST} characters; this one has {len(text)}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's opinions on escapes are not the user's
            tree = ast.parse(text.strip(), mode="eval")
        return _condition(tree.body, 0)
    except SyntaxError as error:
        return f"not a guard: {error.msg} at character {error.offset or 1}"
    except (ValueError, RecursionError, MemoryError) as error:
        return f"not a guard: {error or 'nested too deeply'}"


def checked(text: str) -> str:
    """The text itself, where it is empty or says a condition.

    Raises:
        ValueError: it does not.
    """
    if text.strip():
        parse_guard(text)
    return text


def _condition(node: ast.expr, depth: int) -> Condition:
    if depth > MOST_DEPTH:
        raise ValueError(f"nested more than {MOST_DEPTH} levels deep")
    match node:
        case ast.BoolOp(op=op, values=values):
            parts = tuple(_condition(value, depth + 1) for value in values)
            return Every(parts) if isinstance(op, ast.And) else Some(parts)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Not(_condition(operand, depth + 1))
        case ast.Compare(left=left, ops=ops, comparators=others):
            return _comparisons(left, ops, others)
        case ast.Call():
            return _call(node)
        case ast.Name(id="true"):
            return Every(())
        case ast.Name(id="false"):
            return Some(())
        case ast.Name() | ast.Attribute() | ast.Subscript():
            return Compare("==", Var(_path(node)), Const(True))
    raise _wrong(node, "a condition is expected here")


def _comparisons(left: ast.expr, ops: list[ast.cmpop], others: list[ast.expr]) -> Condition:
    parts: list[Condition] = []
    for op, right in zip(ops, others, strict=True):
        sign = _SIGNS.get(type(op))
        if sign is not None:
            parts.append(Compare(sign, _operand(left), _operand(right)))
        elif isinstance(op, ast.In | ast.NotIn) and isinstance(right, ast.List | ast.Tuple):
            options = (Compare("==", _operand(left), _operand(each)) for each in right.elts)
            among = Some(tuple(options))
            parts.append(among if isinstance(op, ast.In) else Not(among))
        else:
            raise _wrong(right, "'in' needs a list in brackets")
        left = right
    return parts[0] if len(parts) == 1 else Every(tuple(parts))


def _call(node: ast.Call) -> Condition:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    args = node.args
    if node.keywords:
        raise _wrong(node, "no named arguments")
    if name == "at":
        return Compare("==", Var(_path(node)), Const(True))
    if name in TESTS and len(args) == 1:
        return Test(name, Var(_path(args[0])))
    texts = [arg.value for arg in args if isinstance(arg, ast.Constant)]
    text = texts[0] if len(texts) == 1 and isinstance(texts[0], str) else None
    if name == "matches" and len(args) == 2 and text is not None:
        return Matches(Var(_path(args[0])), _pattern(text))
    if name == "opaque" and len(args) == 1 and text is not None:
        return Opaque(text)
    known = ", ".join([*TESTS, "matches", "at", "opaque"])
    raise _wrong(node, f"{name or 'this'} is no test here (tests: {known})")


def _pattern(text: str) -> tuple[str, ...]:
    """Texts between stars; a backslash takes the star (or backslash) after it literally."""
    parts = [""]
    rest = iter(text)
    for character in rest:
        if character == "*":
            parts.append("")
        else:
            parts[-1] += next(rest, "\\") if character == "\\" else character
    return tuple(parts)


def _operand(node: ast.expr) -> Operand:
    match node:
        case ast.Constant(value=int() | float() as value) if abs(value) > sys.float_info.max:
            raise _wrong(node, "a number beyond the range of floats")
        case ast.Constant(value=bool() | int() | float() | str() | None as value):
            return Const(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant() as inner):
            operand = _operand(inner)
            if isinstance(operand, Const) and kind_of(operand.value) == "number":
                return Const(-operand.value)  # type: ignore[operator]
        case ast.Name(id=name) if name in _WORDS:
            return Const(_WORDS[name])
    return Var(_path(node))


def _path(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) if name not in _WORDS:
            return name
        case ast.Attribute(value=holder, attr=name):
            return f"{_path(holder)}.{name}"
        case ast.Subscript(value=holder, slice=ast.Constant(value=int() | str() as key)):
            return f"{_path(holder)}[{key!r}]"
        case ast.Call(func=ast.Name(id="at"), args=[ast.Constant(value=str() as text)]):
            return text
    raise _wrong(node, "a path such as order.total is expected here")


def _wrong(node: ast.expr, expected: str) -> ValueError:
    return ValueError(f"{expected} (character {node.col_offset + 1})")


def holds(condition: Condition, values: Valuation) -> bool | None:
    """Whether a condition holds; None where an opaque part leaves it open."""
    match condition:
        case Compare(op, left, right):
            return _compare(op, _value(left, values), _value(right, values))
        case Test(name, of):
            return TESTS[name](values.get(of.path, ABSENT))
        case Matches(of):
            value = values.get(of.path, ABSENT)
            return isinstance(value, str) and fits(value, condition.parts)
        case Opaque():
            return None
        case Not(part):
            inner = holds(part, values)
            return None if inner is None else not inner
        case Every(parts):
            found = [holds(part, values) for part in parts]
            return False if False in found else None if None in found else True
        case Some(parts):
            found = [holds(part, values) for part in parts]
            return True if True in found else None if None in found else False


def _value(operand: Operand, values: Valuation) -> Scalar:
    return operand.value if isinstance(operand, Const) else values.get(operand.path, ABSENT)


def kind_of(value: Scalar) -> str:
    """``absent``, ``null``, ``boolean``, ``number``, ``string`` or ``object``."""
    match value:
        case Special():
            return value.value
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"


def _compare(op: str, left: Scalar, right: Scalar) -> bool:
    kinds = kind_of(left), kind_of(right)
    if "absent" in kinds:
        return False
    if op in ("==", "!="):
        same = kinds[0] == kinds[1] != "object" and left == right
        return same if op == "==" else not same
    if kinds[0] != kinds[1] or kinds[0] not in ("number", "string"):
        return False
    less, equal = left < right, left == right  # type: ignore[operator]
    return {"<": less, "<=": less or equal, ">": not less and not equal, ">=": not less}[op]


def parts_of(condition: Condition) -> Iterator[Condition]:
    """A condition and all inside it, outermost first."""
    stack = [condition]
    while stack:
        part = stack.pop()
        yield part
        match part:
            case Not(inner):
                stack.append(inner)
            case Every(parts) | Some(parts):
                stack += reversed(parts)


def paths_of(condition: Condition) -> tuple[str, ...]:
    """Paths that a condition reads, in order of appearance."""
    found: dict[str, None] = {}
    for part in parts_of(condition):
        match part:
            case Compare(_, left, right):
                found |= {each.path: None for each in (left, right) if isinstance(each, Var)}
            case Test(_, of) | Matches(of):
                found[of.path] = None
    return tuple(found)


def roots_of(text: str) -> tuple[str, ...]:
    """Data items that a guard's text reads; foreign paths (``at("$...")``) are none."""
    paths = paths_of(parse_guard(text)) if text.strip() else ()
    roots = (re.split(r"[.\[]", path, maxsplit=1)[0] for path in paths if path[:1] != "$")
    return tuple(dict.fromkeys(roots))
