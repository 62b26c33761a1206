"""The working directory may be a stranger's checkout: nothing in it is imported, loaded or obeyed.

Interpreters that start for worker processes would look there for modules first, and three libraries
look there for something as they are imported: Z3 for its machine code, numba and matplotlib for
settings (numba's say where compiled code is read from). All processes start through
``pools.WorkerPool`` or within ``leaving_out_the_working_directory``; all three libraries are
imported by ``library`` first.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Final

from wfmodel.extras import foreseen

SAFE_PATH: Final = "PYTHONSAFEPATH"
SEARCHED: Final = "PYTHONPATH"
END_WITH_PARENT: Final = (
    "__import__('sys').platform == 'linux' and __import__('ctypes').CDLL(None).prctl(1, 9)"
)
"""Of a program that is started and waited for, the line with which it ends when whoever waits does
(PR_SET_PDEATHSIG, SIGKILL)."""
IGNORED: Final = (
    "python -E ignores what keeps worker processes from importing from the working directory:"
    " start it with -P as well, or with -I"
)


def safe_search_path() -> None:
    """Import nothing from the working directory from here on: ``python -m`` puts it first, as does
    an empty entry in PYTHONPATH. One that holds this very package stays.
    """
    sys.path[:] = [entry for entry in sys.path if not _is_working_directory(entry)]


def can_start_safely() -> bool:
    """Whether interpreters that this one starts can be told where not to import from."""
    return bool(sys.flags.safe_path) or not sys.flags.ignore_environment


@contextmanager
def leaving_out_the_working_directory() -> Iterator[None]:
    """Interpreters that start meanwhile do not import from the working directory.

    Once it runs, a worker has the search path of its parent; this is about what it imports first.

    Raises:
        RuntimeError: this interpreter was told to ignore what would tell them.
    """
    if not can_start_safely():
        raise RuntimeError(IGNORED)
    before = {name: os.environ.get(name) for name in (SAFE_PATH, SEARCHED)}
    os.environ[SAFE_PATH] = "1"
    if before[SEARCHED] is not None:
        kept = (e for e in before[SEARCHED].split(os.pathsep) if not _is_working_directory(e))
        _set(SEARCHED, os.pathsep.join(kept) or None)
    try:
        yield
    finally:
        for name, value in before.items():
            _set(name, value)


def library(name: str) -> ModuleType:
    """A library that looks into the working directory as it is imported: imported from elsewhere.

    Call it before anything of the library is imported in the ordinary way.

    Raises:
        MissingExtraError: it is not installed.
    """
    if (known := sys.modules.get(name)) is not None:  # None: it must not be imported
        return known
    with _elsewhere():
        try:
            found = import_module(name)
        except ModuleNotFoundError as error:
            raise foreseen(error) or error from None
    if name == "numba":  # it looks for its settings again with everything that it compiles
        found.core.config._config_fname = os.devnull
    return found


@contextmanager
def _elsewhere() -> Iterator[None]:
    """In this package's own folder for the while."""
    try:
        here = os.getcwd()  # noqa: PTH109 - to come back to it as it is called
    except OSError:  # it has been removed: nothing can be there
        yield
        return
    os.chdir(Path(__file__).parent)
    try:
        yield
    finally:
        os.chdir(here)


def _is_working_directory(entry: str) -> bool:
    """Whether an entry of a search path means it, and is not where this package comes from."""
    try:
        return os.path.samefile(entry or os.curdir, os.curdir) and not os.path.samefile(  # noqa: PTH121
            os.curdir, Path(__file__).parents[2]
        )
    except OSError:
        return False


def _set(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
