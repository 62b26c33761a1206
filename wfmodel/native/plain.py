"""Not compiled: the kernel's words in plain Python, some hundred times slower. Tests use it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, Final, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

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
