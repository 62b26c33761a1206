"""What ``pip install wfmodel`` does not bring, and the one line that says how to get it.

The package alone reads, checks and draws as text. Every library beyond that belongs to an extra of
pyproject.toml (a test compares), is imported where it is used, and is named here:

>>> install_command("simpy")
"pip install 'wfmodel[sim]'"
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

EXTRAS: Final = {
    "numpy": "sim",
    "scipy": "sim",
    "simpy": "sim",
    "numba": "fast",
    "llvmlite": "fast",
    "matplotlib": "report",
    "jinja2": "report",
    "pygraphviz": "report",
    "networkx": "graphs",
    "transitions": "graphs",
    "z3": "guards",
    "filelock": "sweeps",
    "pyarrow": "sweeps",
    "pandas": "frames",
    "polars": "frames",
    "distributed": "dask",
    "hypothesis": "testing",
    "pygls": "lsp",
}
"""Library, as it is imported, to the extra that brings it."""


class MissingExtraError(ModuleNotFoundError):
    """A library is not installed; the message says which extra of wfmodel brings it."""


def install_command(library: str) -> str:
    """How to get a library of ``EXTRAS``."""
    return f"pip install 'wfmodel[{EXTRAS[library]}]'"


def missing(library: str) -> MissingExtraError:
    """The error that says what to install."""
    said = f"{library} is not installed: {install_command(library)}"
    return MissingExtraError(said, name=library)


def need(library: str) -> None:
    """Import a library of ``EXTRAS``; packages that cannot do without begin with this.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import_module(library)
    except ModuleNotFoundError as error:
        raise foreseen(error) or error from None


def foreseen(error: ModuleNotFoundError) -> MissingExtraError | None:
    """The error to show instead, if it is a library of an extra that is missing."""
    if isinstance(error, MissingExtraError):
        return error
    library = (error.name or "").partition(".")[0]
    return missing(library) if library in EXTRAS else None
