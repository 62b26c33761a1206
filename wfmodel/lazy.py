"""A package's names, each imported when it is first used: a command starts with what it needs.

The package's ``__init__`` says where its names come from below ``if TYPE_CHECKING:``, as type
checkers and editors read it, and below ``else:`` there is ``__getattr__ = on_use(__name__)``. The
same lines are read here, when somebody asks for the first of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from wfmodel.extras import foreseen


def on_use(package: str) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package whose names are imported on first use."""

    def find(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
        if name.startswith("__") or name not in _homes(package):
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, attribute = _homes(package)[name]
        try:
            value = getattr(import_module(module), attribute)
        except ModuleNotFoundError as error:
            raise foreseen(error) or error from None
        setattr(sys.modules[package], name, value)
        return value

    return find


@cache
def _homes(package: str) -> dict[str, tuple[str, str]]:
    """Name to module and name there, by the imports below ``if TYPE_CHECKING:``."""
    import ast  # most runs of a command ask no package
    from importlib.util import find_spec

    spec = find_spec(package)
    source = getattr(spec and spec.loader, "get_source", lambda _: None)(package)
    blocks = (node for node in ast.parse(source or "").body if isinstance(node, ast.If))
    return {
        alias.asname or alias.name: (line.module, alias.name)
        for block in blocks
        if ast.unparse(block.test) == "TYPE_CHECKING"
        for line in block.body
        if isinstance(line, ast.ImportFrom) and line.module is not None
        for alias in line.names
    }
