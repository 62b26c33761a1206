"""From a larger file to the file that one of its machines stands in: inside the checkout only.

The root is the nearest folder above that holds ``.git``; without one, the working directory where
the file lies in it, else the file's own folder. What lies outside is not read, and neither is what
a link leads outside to.
"""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Final

MISSING: Final = "missing"
OUTSIDE: Final = "outside"


def followed(file: str | FilePath, target: str) -> FilePath | str:
    """The file that a reference leads to; or ``missing``, or ``outside``."""
    folder = FilePath(file).parent
    path = folder / target
    try:
        whole, root = path.resolve(), root_of(folder)
        if not whole.is_relative_to(root):
            return OUTSIDE
        return path if whole.is_file() else MISSING
    except (OSError, ValueError):  # a name that no file can have
        return MISSING


def root_of(folder: FilePath) -> FilePath:
    """The folder that references may not leave."""
    whole, here = folder.resolve(), FilePath.cwd().resolve()
    for each in (whole, *whole.parents):
        if (each / ".git").exists():
            return each
    return here if whole.is_relative_to(here) else whole
