"""From a larger file to the file that one of its machines stands in: inside the boundary only."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Final

from wfmodel.model.boundary import why_not_led_to

MISSING: Final = "missing"
OUTSIDE: Final = "outside"


def followed(file: str | FilePath, target: str) -> FilePath | str:
    """The file that a reference leads to; or ``missing``, or ``outside``, whatever is there."""
    folder = FilePath(file).parent
    path = folder / target
    if why_not_led_to(path, folder):
        return OUTSIDE
    try:
        return path if path.is_file() else MISSING
    except OSError:  # a name that no file can have
        return MISSING
