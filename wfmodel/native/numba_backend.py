"""Compiled: the words of ``interpreted``, by numba and LLVM.

numba optimises and assembles each function together with all that it calls, once for every function
on the way up. Here that is done for the entries only: inner functions stop before machine code.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

import numpy as np

from wfmodel.native.compiler import (
    AnalysisPass,
    CompilerBase,
    DefaultPassBuilder,
    IRProcessing,
    JITCodeLibrary,
    NoPythonBackend,
    intrinsic,
    ir,
    numba,
    register_pass,
    types,
)
from wfmodel.native.numba_records import KINDS, address_of, reference, type_of, word_at

__all__ = ["address_of", "reference"]

Function = TypeVar("Function", bound=Callable[..., Any])


class _PlainLibrary(JITCodeLibrary):  # type: ignore[misc]
    """A function's code with all that it calls, as it was written: nothing is optimised."""

    def finalize(self) -> None:
        """Collect; whoever calls this function optimises all of it at once."""
        for library in self._linking_libraries:
            module = library._get_module_for_linking()
            self._final_module.link_in(module, preserve=True)
        self._finalized = True


@register_pass(mutates_CFG=False, analysis_only=True)
class _NoMachineCodeYet(AnalysisPass):  # type: ignore[misc]
    """Keeps an inner function from being optimised and assembled by itself."""

    _name = "no_machine_code_yet"

    def __init__(self) -> None:
        super().__init__()

    def run_pass(self, state: Any) -> bool:  # noqa: ANN401
        """Before lowering."""
        state.library = _PlainLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        state.flags.no_compile = True
        return False


@register_pass(mutates_CFG=False, analysis_only=True)
class _NotForPython(AnalysisPass):  # type: ignore[misc]
    """numba knows a function by what Python would call: a built-in that nobody else has."""

    _name = "not_for_python"

    def __init__(self) -> None:
        super().__init__()

    def run_pass(self, state: Any) -> bool:  # noqa: ANN401
        """After all others."""
        made = state.cr._replace(entry_point=[].append)
        state.targetctx.insert_user_function(made.entry_point, made.fndesc, [made.library])
        state.cr = made
        return False


class _Inner(CompilerBase):  # type: ignore[misc]
    """The usual passes, up to machine code."""

    def define_pipelines(self) -> list[Any]:
        """One pipeline."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.add_pass_after(_NoMachineCodeYet, IRProcessing)
        passes.add_pass_after(_NotForPython, NoPythonBackend)
        passes.finalize()
        return [passes]


_waiting: dict[Any, tuple[Any, ...]] = {}
"""Inner functions that are not compiled yet, and their arguments."""


def compiled(function: Function, *, natural: bool = False) -> Function:
    """Compile a function for the entries, when the first of them needs it.

    ``natural``: its numbers are never negative.
    """
    jit = numba.njit(
        error_model="numpy",
        no_cpython_wrapper=True,
        no_cfunc_wrapper=True,
        no_rewrites=True,
        pipeline_class=_Inner,
    )(function)
    wanted = [value for name, value in function.__annotations__.items() if name != "return"]
    _waiting[jit] = tuple(types.uint64 if natural else _declared(function, name) for name in wanted)
    return cast(Function, jit)


def _declared(function: Any, name: str) -> Any:  # noqa: ANN401
    """The type that an annotation names: a number, or a record that its module knows."""
    return KINDS.get(name) or type_of(function.__globals__[name])


def _compile_inner(function: Any) -> None:  # noqa: ANN401
    """Compile what a function calls, then itself, for the types that it declares and no others.

    numba would make a version for each constant that a function is called with.
    """
    for callee in _called_by(function.py_func):
        if isinstance(callee, type(function)) and callee in _waiting:
            _compile_inner(callee)
    if function in _waiting:
        function.compile(_waiting.pop(function))
        function.disable_compile()


def _called_by(function: Any) -> Iterator[Any]:  # noqa: ANN401
    """What a function names that is not its own: of its module, or of the function around it."""
    around = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    for each in dis.get_instructions(function):
        if each.opname == "LOAD_GLOBAL":
            yield function.__globals__.get(each.argval)
        elif each.opname == "LOAD_DEREF":
            yield around[each.argval].cell_contents


def entry(function: Function) -> Function:
    """Compile what Python calls, and keep it on disk where there is a place for it."""
    arguments = (types.int64,) * function.__code__.co_argcount
    try:
        made = numba.njit(error_model="numpy", cache=True)(function)
    except RuntimeError:  # numba found no folder that it can write to
        made = numba.njit(error_model="numpy")(function)
    if made._cache.load_overload(arguments, made.targetctx) is None:
        _compile_inner(made)
    made.compile(arguments)
    return cast(Function, made)


@compiled
def unsigned(word: int) -> Any:  # noqa: ANN401
    """The word as a number that is never negative."""
    return np.uint64(word)


def _reader(result: Any, kind: Any) -> Any:  # noqa: ANN401
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        address, field = arguments
        return builder.load(word_at(builder, address, field, kind))

    return result(types.int64, types.int64), generate


def _writer(value: Any, kind: Any) -> Any:  # noqa: ANN401
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        address, field, word = arguments
        builder.store(word, word_at(builder, address, field, kind))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, value), generate


@intrinsic  # type: ignore[untyped-decorator]
def get(typing: Any, address: Any, field: Any) -> Any:  # noqa: ANN401
    """A field of a record."""
    return _reader(types.int64, ir.IntType(64))


@intrinsic  # type: ignore[untyped-decorator]
def put(typing: Any, address: Any, field: Any, value: Any) -> Any:  # noqa: ANN401
    """Set a field of a record."""
    return _writer(types.int64, ir.IntType(64))


@intrinsic  # type: ignore[untyped-decorator]
def get_real(typing: Any, address: Any, field: Any) -> Any:  # noqa: ANN401
    """A field that holds a floating-point number."""
    return _reader(types.float64, ir.DoubleType())


@intrinsic  # type: ignore[untyped-decorator]
def put_real(typing: Any, address: Any, field: Any, value: Any) -> Any:  # noqa: ANN401
    """Set a field that holds a floating-point number."""
    return _writer(types.float64, ir.DoubleType())


@intrinsic  # type: ignore[untyped-decorator]
def ask(typing: Any, function: Any, question: Any, a: Any, b: Any, c: Any, d: Any) -> Any:  # noqa: ANN401
    """Call Python."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        word = ir.IntType(64)
        kind = ir.FunctionType(word, [word] * 5)
        target = builder.inttoptr(arguments[0], kind.as_pointer())
        return builder.call(target, arguments[1:])

    return types.int64(*[types.int64] * 6), generate
