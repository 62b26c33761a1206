"""The kernel as plain Python: what its text says, without numba; and with a line changed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from unittest import mock

PREFIX = "wfmodel.simulation.kernel"


@contextmanager
def interpreted_kernel() -> Iterator[dict[str, ModuleType]]:
    """Modules of a second copy of the kernel, made as if numba were not installed."""
    parent = import_module("wfmodel.simulation")
    attribute = vars(parent).get("kernel")
    blocked = dict.fromkeys(("numba", "llvmlite"))
    others = {name: module for name, module in sys.modules.items() if not name.startswith(PREFIX)}
    with mock.patch.dict(sys.modules, {**others, **blocked}, clear=True):
        import_module(f"{PREFIX}.run")
        copy = {
            name.removeprefix(f"{PREFIX}."): module
            for name, module in sys.modules.items()
            if name.startswith(f"{PREFIX}.")
        }
        yield copy
    if attribute is not None:
        parent.kernel = attribute
