"""Compiled code as plain Python: what its text says, without numba; and with a line changed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from types import ModuleType
from unittest import mock

NATIVE = "wfmodel.native"
Modules = dict[str, ModuleType]


def interpreted_kernel() -> AbstractContextManager[Modules]:
    """Modules of a second copy of the kernel, made as if numba were not installed."""
    return _interpreted("wfmodel.simulation.compiled", "engine")


def interpreted_meter() -> AbstractContextManager[Modules]:
    """The same of the meter."""
    return _interpreted("wfmodel.metrics.streaming", "meter", "row_reading")


@contextmanager
def _interpreted(package: str, *modules: str) -> Iterator[Modules]:
    kept = [_attribute_of(each) for each in (package, NATIVE)]
    compiled = (f"{package}.", f"{NATIVE}.")
    blocked = dict.fromkeys(("numba", "llvmlite"))
    others = {
        name: module for name, module in sys.modules.items() if not f"{name}.".startswith(compiled)
    }
    try:
        with mock.patch.dict(sys.modules, {**others, **blocked}, clear=True):
            for module in modules:
                import_module(f"{package}.{module}")
            found = {name: each for name, each in sys.modules.items() if name.startswith(compiled)}
            text = vars(sys.modules.get(f"{package}.loop", ModuleType("none"))).get("text", {})
            yield {name.rpartition(".")[2]: each for name, each in {**found, **text}.items()}
    finally:
        for parent, name, attribute in kept:
            if attribute is not None:
                setattr(parent, name, attribute)


def _attribute_of(package: str) -> tuple[ModuleType, str, ModuleType | None]:
    """Where the package above has it: to import it once more puts another one there."""
    above, _, name = package.rpartition(".")
    parent = import_module(above)
    return parent, name, vars(parent).get(name)
