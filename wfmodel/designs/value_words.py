"""Values of one's own in words: the same in every process, and as short as a story needs them.

>>> value_words(("join", "m1")), value_words(frozenset({"b", "a"})), value_words("")
('join m1', '{a, b}', "''")
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum


def value_words(value: object) -> str:
    """A state, message or timer of one's own in words.

    Sets are sorted: Python's own order differs from one process to the next.
    """
    return " ".join(_words(value, inside=False).split())


def _words(value: object, *, inside: bool = True) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, str):
        return value or "''"
    if isinstance(value, frozenset | set):
        return f"{{{', '.join(sorted(map(_words, value)))}}}"
    if isinstance(value, tuple):
        return _of_tuple(value, inside=inside)
    plain = type(value).__str__ is object.__str__
    if plain and is_dataclass(value) and not isinstance(value, type):
        parts = [f"{each.name}={_words(getattr(value, each.name))}" for each in fields(value)]
        return _called(type(value).__name__, parts)
    return str(value)


def _of_tuple(value: tuple[object, ...], *, inside: bool) -> str:
    parts = [_words(each) for each in value]
    names = getattr(type(value), "_fields", None)
    if names is not None:
        told = [f"{name}={part}" for name, part in zip(names, parts, strict=True)]
        return _called(type(value).__name__, told)
    if not inside and len(value) > 1 and isinstance(value[0], str) and value[0]:
        return " ".join(parts)
    return f"({', '.join(parts)})"


def _called(name: str, parts: list[str]) -> str:
    return f"{name}({', '.join(parts)})" if parts else name
