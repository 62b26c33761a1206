"""What escapes from a command is a fault of the program: one line, and a file with the details.

The file stands in the user's own folder, else in a new one among temporary files; nobody else may
read it, for a traceback can quote what was read. Writing it must never raise: there is nobody left
to catch it.
"""

from __future__ import annotations

import platform
import re
import shlex
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib import metadata
from os import getpid
from pathlib import Path
from typing import Final

from wfmodel.cli.own_folder import own_folder
from wfmodel.escaping import log_text
from wfmodel.model.files import write_file

CODE: Final = 3
MOST_SAID: Final = 200
"""Characters of the error's own message in the line; the file has all of it."""
MOST_FRAMES: Final = 200
"""Frames of the traceback in the file: endless recursion has a thousand alike."""


def said_of(error: BaseException, arguments: Sequence[str] | None) -> str:
    """The line about an error that nothing foresaw; its details have been written."""
    text = str(error)
    if len(text) > MOST_SAID:
        text = f"{text[:MOST_SAID]}…"
    about = f": {text}" if text else ""
    file = _written(_report(error, sys.argv[1:] if arguments is None else arguments))
    details = "its details could not be written" if file is None else f"details in {file}"
    return f"a fault of wfmodel: {type(error).__name__}{about} ({details})"


def _report(error: BaseException, arguments: Sequence[str]) -> str:
    """All that is known of it, as lines that a terminal may show."""
    trace = traceback.format_exception(error, limit=-MOST_FRAMES)
    return log_text("\n".join((*_surroundings(arguments), "", *trace)))


def _surroundings(arguments: Sequence[str]) -> Iterator[str]:
    yield f"command: wfmodel {shlex.join(arguments)}"
    yield f"at: {datetime.now(UTC).isoformat(timespec='seconds')}"
    yield f"python: {platform.python_version()} on {platform.platform()}"
    yield f"wfmodel: {_version('wfmodel')}"
    with suppress(metadata.PackageNotFoundError):
        lines = metadata.requires("wfmodel") or ()
        names = {re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in lines} - {"wfmodel"}
        for name in sorted(names):  # extras name some twice
            yield f"{name}: {_version(name)}"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _written(report: str) -> Path | None:
    """The file that holds the report; None where none can be written."""
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{getpid()}.txt"
    for folder in (_own, _temporary):
        with suppress(OSError, RuntimeError):
            file = folder() / name
            write_file(file, report)
            return file
    return None


def _own() -> Path:
    base = own_folder()
    if base is None:
        raise OSError("no folder of one's own")
    folder = base / "faults"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _temporary() -> Path:
    return Path(tempfile.mkdtemp(prefix="wfmodel-fault-"))
