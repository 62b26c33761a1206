"""Where the command line keeps what is its own: the user's cache directory, never a checkout."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

HYPOTHESIS: Final = "HYPOTHESIS_STORAGE_DIRECTORY"

CACHE_DIR: Final = "WFMODEL_CACHE_DIR"
"""Names the cache where ``--cache-dir`` does not: a checkout cannot set it."""


def own_folder(
    surroundings: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> Path | None:
    """``wfmodel`` in the user's cache directory; None for a user who has none."""
    home = _absolute(surroundings.get("HOME"))
    if platform == "win32":
        base = _absolute(surroundings.get("LOCALAPPDATA"))
    elif (named := _absolute(surroundings.get("XDG_CACHE_HOME"))) is not None:
        base = named
    elif platform == "darwin":
        base = None if home is None else home / "Library" / "Caches"
    else:
        base = None if home is None else home / ".cache"
    return None if base is None else base / "wfmodel"


def keep_hypothesis_out() -> None:
    """Hypothesis reads and writes ``.hypothesis`` in the working directory unless told otherwise;
    it is told before it is imported.
    """
    folder = own_folder()
    place = os.devnull if folder is None else str(folder / "hypothesis")
    os.environ.setdefault(HYPOTHESIS, place)


def _absolute(named: str | None) -> Path | None:
    """A relative one would be in the checkout; so it is none."""
    return Path(named) if named and Path(named).is_absolute() else None
