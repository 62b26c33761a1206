"""How a command ends: its exit code, and one line about what went wrong.

Exit codes: 0 done, 1 findings (``check``), 2 could not run (a library of an extra is missing, too),
3 a fault of the program, 130 interrupted. What went wrong is one line on standard error, never a
traceback: of a fault of the program the line names a file with the details (``fault``).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NoReturn

from wfmodel.cli.refusing import is_abort, line_refusal
from wfmodel.cli.streams import discard, make_usable
from wfmodel.cli.terminal import guarded, say
from wfmodel.extras import MissingExtraError, foreseen
from wfmodel.native.lost import WorkersLostError

COULD_NOT_RUN: Final = 2
INTERRUPTED: Final = 130


def exit_with(run: Callable[[], int], arguments: list[str] | None) -> NoReturn:
    """Do what a command line asks for, and exit with the code that it gives."""
    make_usable()
    with guarded():
        _ended(run, arguments)


def _ended(run: Callable[[], int], arguments: list[str] | None) -> NoReturn:
    try:
        code = _flushed(run)
    except BrokenPipeError:
        _nobody_reads()
    except MemoryError as error:
        _fail(f"out of memory{f': {error}' if str(error) else ''}", COULD_NOT_RUN)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _fail(f"{place}{error.strerror or error}", COULD_NOT_RUN)
    except (WorkersLostError, MissingExtraError) as error:
        _fail(str(error), COULD_NOT_RUN)
    except SystemExit as request:
        if isinstance(request.__context__, BrokenPipeError):  # typer answers it by exit code 1
            _nobody_reads()
        raise
    except BaseException as error:
        _answer(error, arguments)
    sys.exit(code)


def _answer(error: BaseException, arguments: list[str] | None) -> NoReturn:
    if is_abort(error):
        _fail("interrupted", INTERRUPTED)
    said = line_refusal(error)
    if said is None:
        from wfmodel.cli.fault import CODE, said_of  # most runs have none

        _fail(said_of(error, arguments), CODE)
    if not said:  # called without arguments: the help has been shown
        sys.exit(COULD_NOT_RUN)
    _fail(said, COULD_NOT_RUN)


def _flushed(run: Callable[[], int]) -> int:
    """The command's exit code; what it said has been written, or why not is raised here."""
    try:
        code = run()
    except ModuleNotFoundError as error:
        raise foreseen(error) or error from None
    sys.stdout.flush()
    return code


def _nobody_reads() -> NoReturn:
    """The reader has gone (``wfmodel rules | head``): nothing is wrong, and nobody to tell."""
    discard()
    sys.exit(0)


def _fail(message: str, code: int) -> NoReturn:
    with suppress(OSError):  # nobody is there to be told; the code says it
        say(f"wfmodel: error: {message}", err=True)
    sys.exit(code)
