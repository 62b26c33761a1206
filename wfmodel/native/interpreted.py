"""Not compiled: words and records in memory, in plain Python, a hundred times slower; for tests."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Hashable
from functools import cache
from typing import Any, Final, TypeVar, cast

from wfmodel.native.record_layout import NULL, FieldPlace, Meaning, is_record, item_of, layout_of

Function = TypeVar("Function", bound=Callable[..., Any])
R = TypeVar("R")

Answer: Final = ctypes.CFUNCTYPE(ctypes.c_int64, *(ctypes.c_int64 for _ in range(5)))
"""The shape of what ``ask`` calls: a question and four words to a word."""


def compiled(function: Function, *, natural: bool = False) -> Function:
    """Leave a function as it is: there is nothing to compile with."""
    return function


def entry(function: Function) -> Function:
    """Leave a function as it is."""
    return function


def unsigned(word: int) -> int:
    """The word as a number that is never negative."""
    return word & 0xFFFF_FFFF_FFFF_FFFF


def get(address: int, field: int) -> int:
    """A field of a record."""
    return ctypes.c_int64.from_address(address + 8 * field).value


def put(address: int, field: int, value: int) -> None:
    """Set a field of a record."""
    ctypes.c_int64.from_address(address + 8 * field).value = value


def get_real(address: int, field: int) -> float:
    """A field that holds a floating-point number."""
    return ctypes.c_double.from_address(address + 8 * field).value


def put_real(address: int, field: int, value: float) -> None:
    """Set a field that holds a floating-point number."""
    ctypes.c_double.from_address(address + 8 * field).value = value


def ask(function: int, question: int, a: int, b: int, c: int, d: int) -> int:
    """Call Python."""
    return int(Answer(function)(question, a, b, c, d))


# ---------------------------------------------------------------------------------------- records


class _Address:
    """Where a record or an array begins. Two of one place are the same."""

    __slots__ = ("address",)

    def __init__(self, address: int) -> None:
        self.address = address

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Address) and other.address == self.address

    def __hash__(self) -> int:
        return self.address


class _Array(_Address):
    """Words side by side."""

    __slots__ = ("place",)

    def __init__(self, address: int, item: Meaning) -> None:
        super().__init__(address)
        self.place = FieldPlace(0, item, inside=False)

    def __getitem__(self, index: int) -> Any:  # noqa: ANN401 - whatever it holds
        return _read(self.address + 8 * index, self.place)

    def __setitem__(self, index: int, value: Any) -> None:  # noqa: ANN401 - whatever it holds
        _write(self.address + 8 * index, self.place, value)


def address_of(record: Any) -> int:  # noqa: ANN401 - any record
    """Where a record begins."""
    return 0 if record is NULL else int(record.address)


def reference(meaning: type[R]) -> Callable[[int], R]:
    """A function from an address to the record, or the array, that begins there."""
    item = item_of(meaning)
    made: Callable[[int], Any] = (
        _proxy(cast(Hashable, meaning)) if item is None else lambda address: _Array(address, item)
    )
    return lambda address: made(address) if address else NULL


@cache
def _proxy(record: Hashable) -> Callable[[int], _Address]:
    """A class whose fields are those of a record, read and written in memory."""

    def field(place: FieldPlace) -> property:
        def read(self: _Address) -> Any:  # noqa: ANN401 - whatever it holds
            return _read(self.address, place)

        def write(self: _Address, value: Any) -> None:  # noqa: ANN401 - whatever it holds
            _write(self.address, place, value)

        return property(read, write)

    fields = {name: field(place) for name, place in layout_of(cast(type, record)).places.items()}
    return type(getattr(record, "__name__", "Record"), (_Address,), {"__slots__": (), **fields})


def _read(address: int, place: FieldPlace) -> Any:  # noqa: ANN401 - whatever it holds
    if place.inside:
        return reference(place.meaning)(address + 8 * place.offset)
    if place.meaning is float:
        return get_real(address, place.offset)
    word = get(address, place.offset)
    if is_record(place.meaning) or item_of(place.meaning) is not None:
        return reference(place.meaning)(word)
    return bool(word) if place.meaning is bool else word


def _write(address: int, place: FieldPlace, value: Any) -> None:  # noqa: ANN401 - whatever it holds
    if place.meaning is float:
        put_real(address, place.offset, value)
    elif value is NULL or isinstance(value, _Address):
        put(address, place.offset, address_of(value))
    else:
        put(address, place.offset, int(value))
