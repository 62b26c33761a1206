"""Records of one text that runs in two ways: as Python objects, or as words of memory.

A record is a dataclass whose fields are whole numbers, real numbers, truth values, other records
(or ``NULL``) or arrays of these. A record that is made with it (a ``default_factory``) lies inside.
Plain Python makes objects of records. Compiled code sees the address of the first word;
``layout_of`` says where each field is:

>>> @dataclass(slots=True, eq=False)
... class Queue:
...     length: int = 0
...     factor: float = 1.0
>>> layout_of(Queue).words
2

Every field takes one word; ``SHARED`` names fields that lie in the word of another one, because no
record needs both. ``FIRST`` leaves words free at the beginning, for whoever keeps the memory. What
is marked ``PYTHON`` exists in plain Python only.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, Final, TypeAlias, get_args, get_origin, get_type_hints

NULL: Final[Any] = None
"""No record: what a field that refers to one holds before anything is put there."""

PYTHON: Final = {"python": True}
"""Metadata of a field that compiled code does not have."""

Meaning: TypeAlias = Any
"""int, float, bool, a record, or list[...] of one of these."""


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """Where a field is, in words from the beginning, and what it holds."""

    offset: int
    meaning: Meaning
    inside: bool
    """The record that it means lies here, and not elsewhere."""


@dataclass(frozen=True)
class RecordLayout:
    """All fields of a record, and its length in words."""

    places: dict[str, FieldPlace]
    words: int


@cache
def layout_of(record: type) -> RecordLayout:
    """Where the fields of a record are."""
    assert is_dataclass(record)
    hints, places = get_type_hints(record), dict[str, FieldPlace]()
    shared: dict[str, str] = getattr(record, "SHARED", {})
    offset: int = getattr(record, "FIRST", 0)
    for each in fields(record):
        if each.metadata.get("python"):
            continue
        meaning = hints[each.name]
        inside = is_record(meaning) and each.default_factory is meaning
        if each.name in shared:
            places[each.name] = FieldPlace(places[shared[each.name]].offset, meaning, inside=False)
            continue
        places[each.name] = FieldPlace(offset, meaning, inside)
        offset += layout_of(meaning).words if inside else 1
    return RecordLayout(places, offset)


def is_record(meaning: Meaning) -> bool:
    """Whether a field means another record."""
    return isinstance(meaning, type) and is_dataclass(meaning)


def item_of(meaning: Meaning) -> Meaning:
    """What an array holds; None for what is no array."""
    origin: Any = get_origin(meaning)
    return get_args(meaning)[0] if origin is list else None
