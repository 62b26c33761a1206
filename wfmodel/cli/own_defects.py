"""What is done about a defect of wfmodel itself: one line, the details in a file, and on with it.

The file is written among temporary files, never into the folder that is checked. It holds where the
program failed and on which platform; of the input only its name.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from wfmodel.checks.resolved_finding import Reported
from wfmodel.model.findings import Severity

CODE: Final = "L199"
NAME: Final = "fault-of-wfmodel"

EXIT_CODE: Final = 3
"""A defect of the program came to light; whatever else was found is reported all the same."""


def fault_in(file: str, error: BaseException) -> Reported:
    """The finding of an exception that escaped while a file was checked."""
    import traceback  # all that is imported here is for what seldom happens

    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" in {Path(last[0].filename).name}:{last[0].lineno}" if last else ""
    details = _written(file, error)
    return fault(file, f"a fault of wfmodel: {type(error).__name__}{where}; {details}")


def fault(file: str, message: str) -> Reported:
    """The finding of a file that wfmodel could not check, by no fault of the file."""
    return Reported(
        code=CODE,
        name=NAME,
        severity=Severity.ERROR,
        message=message,
        file=file,
        line=1,
        column=1,
        end_line=1,
        end_column=1,
        help="report it with the file that holds the details; the other files were checked",
    )


def _written(file: str, error: BaseException) -> str:
    """Write what a developer needs to know, and say where it is."""
    import platform
    import tempfile
    import traceback
    from importlib import metadata

    lines = [
        f"wfmodel {metadata.version('wfmodel')}, Python {sys.version}, {platform.platform()}",
        f"while checking {file!r}",
        "",
        *traceback.format_exception(error),
    ]
    try:
        handle, name = tempfile.mkstemp(prefix="wfmodel-fault-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write("\n".join(lines))
    except OSError as refused:
        return f"its details cannot be written: {refused.strerror or refused}"
    return f"details are in {name}"
