"""What compiled code stands on: words of memory, read and written by address, and calls to Python.

Everything in compiled code is a 64-bit word. A record is the address of its first word; its fields
are named (``records``), or numbered positions. Records never move: an address stays good.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from wfmodel.extras import install_command
from wfmodel.native.interpreted import Answer
from wfmodel.native.safety import library

SUPPORTED: Final = "0.68"
"""numba's versions change what code is compiled by."""
INSTALL: Final = install_command("numba")


def _obstacle() -> str:
    """Why nothing can be compiled; empty if it can."""
    try:
        found = version("numba")
    except PackageNotFoundError:
        return f"it needs numba; {INSTALL}"
    if not found.startswith(f"{SUPPORTED}."):
        return f"it needs numba {SUPPORTED}, and {found} is installed; {INSTALL}"
    try:
        numba = library("numba")
    except (ImportError, OSError) as error:
        return f"it needs numba, which is installed and cannot be imported ({error}); {INSTALL}"
    if numba.config.DISABLE_JIT:
        return "it needs numba, which NUMBA_DISABLE_JIT has switched off"
    return ""


OBSTACLE: Final = _obstacle()
if TYPE_CHECKING or OBSTACLE:
    from wfmodel.native import interpreted as base
else:
    from wfmodel.native import numba_backend as base

ask, compiled, entry, unsigned = base.ask, base.compiled, base.entry, base.unsigned
get, get_real, put, put_real = base.get, base.get_real, base.put, base.put_real
address_of, reference = base.address_of, base.reference

__all__ = [
    "OBSTACLE",
    "Answer",
    "address_of",
    "ask",
    "compiled",
    "entry",
    "get",
    "get_real",
    "put",
    "put_real",
    "reference",
    "same_text",
    "twins",
    "unsigned",
]


def same_text(module: ModuleType, *names: str) -> tuple[Callable[..., Any], ...]:
    """Functions of a module, compiled, with all that they call there: there is only one text.

    A compiled function cannot call a plain one, so the module is loaded once more with all of its
    functions compiled.
    """
    if OBSTACLE:
        return tuple(getattr(module, name) for name in names)
    twin = _twin(module)
    return tuple(getattr(twin, name) for name in names)


def _twin(module: ModuleType) -> ModuleType:
    assert module.__spec__ is not None
    assert module.__spec__.loader is not None
    twin = importlib.util.module_from_spec(module.__spec__)
    module.__spec__.loader.exec_module(twin)
    for name, value in list(vars(twin).items()):
        if isinstance(value, FunctionType) and value.__module__ == module.__name__:
            setattr(twin, name, compiled(value))
    return twin


def twins(text: Sequence[str], instead: Mapping[str, ModuleType]) -> dict[str, ModuleType]:
    """Modules of one text once more, compiled: each may import those before it.

    ``instead`` has other modules in the place of some that the text imports: what it stands on
    when it is compiled. Modules that are imported already stay as they are.
    """
    made: dict[str, ModuleType] = {}
    for name in text:
        module = importlib.import_module(name)
        others = {**instead, **made}
        kept = {other: sys.modules[other] for other in others if other in sys.modules}
        sys.modules.update(others)
        try:
            made[name] = _twin(module)
        finally:
            sys.modules.update(kept)
    return made
