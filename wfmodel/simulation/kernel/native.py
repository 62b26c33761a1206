"""What compiled code stands on: words of memory, read and written by address, and calls to Python.

Everything in the kernel is a 64-bit word. A record is the address of its first word; its fields are
named positions (``layout``). Records never move, so an address stays good while the run lasts.
Without numba the same functions work in plain Python, a few hundred times slower: tests use that.
"""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any, Final, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])



def same_text(module: ModuleType, *names: str) -> tuple[Callable[..., Any], ...]:
    """Functions of a module, compiled, with all that they call there: their text stays the only one.

    A compiled function cannot call a plain one, so the module is loaded once more with all of its
    functions compiled.
    """
    if not NUMBA:
        return tuple(getattr(module, name) for name in names)
    assert module.__spec__ is not None
    twin = importlib.util.module_from_spec(module.__spec__)
    assert module.__spec__.loader is not None
    module.__spec__.loader.exec_module(twin)
    for name, value in list(vars(twin).items()):
        if isinstance(value, FunctionType) and value.__module__ == module.__name__:
            setattr(twin, name, compiled(value))
    return tuple(getattr(twin, name) for name in names)


Answer: Final = ctypes.CFUNCTYPE(ctypes.c_int64, *(ctypes.c_int64 for _ in range(5)))
"""The shape of what ``ask`` calls: a question and four words to a word."""

try:
    import numba
    import numpy as np
    from llvmlite import ir
    from numba.core import types
    from numba.extending import intrinsic
except ImportError:
    NUMBA = False

    def compiled(function: Function) -> Function:
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

else:
    NUMBA = True

    def compiled(function: Function) -> Function:
        """Compile a function when it is first called, for the types that it is called with."""
        jit = numba.njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
        made: Function = jit(function)
        return made

    def entry(function: Function) -> Function:
        """Compile what Python calls, and keep it on disk where there is a place for it."""
        options = {"error_model": "numpy"}
        try:
            return cast(Function, numba.njit(cache=True, **options)(function))
        except RuntimeError:  # numba found no folder that it can write to
            return cast(Function, numba.njit(**options)(function))

    @compiled
    def unsigned(word: int) -> Any:  # noqa: ANN401
        """The word as a number that is never negative."""
        return np.uint64(word)

    def _word(builder: Any, address: Any, field: Any, kind: Any) -> Any:  # noqa: ANN401
        base = builder.inttoptr(address, kind.as_pointer())
        return builder.gep(base, [field])

    def _reader(result: Any, kind: Any) -> Any:  # noqa: ANN401
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
            return builder.load(_word(builder, *arguments, kind))

        return result(types.int64, types.int64), generate

    def _writer(value: Any, kind: Any) -> Any:  # noqa: ANN401
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
            address, field, word = arguments
            builder.store(word, _word(builder, address, field, kind))
            return context.get_dummy_value()

        return types.void(types.int64, types.int64, value), generate

    @intrinsic
    def get(typing: Any, address: Any, field: Any) -> Any:  # noqa: ANN401
        """A field of a record."""
        return _reader(types.int64, ir.IntType(64))

    @intrinsic
    def put(typing: Any, address: Any, field: Any, value: Any) -> Any:  # noqa: ANN401
        """Set a field of a record."""
        return _writer(types.int64, ir.IntType(64))

    @intrinsic
    def get_real(typing: Any, address: Any, field: Any) -> Any:  # noqa: ANN401
        """A field that holds a floating-point number."""
        return _reader(types.float64, ir.DoubleType())

    @intrinsic
    def put_real(typing: Any, address: Any, field: Any, value: Any) -> Any:  # noqa: ANN401
        """Set a field that holds a floating-point number."""
        return _writer(types.float64, ir.DoubleType())

    @intrinsic
    def ask(typing: Any, function: Any, question: Any, a: Any, b: Any, c: Any, d: Any) -> Any:  # noqa: ANN401
        """Call Python."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
            word = ir.IntType(64)
            kind = ir.FunctionType(word, [word] * 5)
            target = builder.inttoptr(arguments[0], kind.as_pointer())
            return builder.call(target, arguments[1:])

        return types.int64(*[types.int64] * 6), generate
