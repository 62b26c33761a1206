"""``--watch``: the same check again whenever a file changes that it looked into, or one comes.

Files are looked at by their times and sizes, twice a second: no service of the operating system,
so it is the same on all of them, and in folders that are mounted from elsewhere. Settings are read
once. Ctrl-C ends it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from wfmodel.cli.cache_keys import beside, side_files

PAUSE_S: Final = 0.5
State: TypeAlias = Mapping[str, tuple[int, int]]
"""File to its time of change and its size."""


def state_of(files: Iterable[str]) -> State:
    """What files, and those beside them, are like now; one that is gone has no state."""
    named, listed = list(files), cache(side_files)
    every = (*named, *(side for file in named for side in beside(file, listed)))
    return {name: seen for name in every if (seen := _seen(name)) is not None}


def _seen(name: str) -> tuple[int, int] | None:
    try:
        found = Path(name).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def watch(
    check: Callable[[], object],
    look: Callable[[], State],
    *,
    wait: Callable[[float], object] = time.sleep,
) -> None:
    """Check, and again after each change, until interrupted."""
    try:
        while True:
            before = look()  # a change during the check is one to check
            check()
            while look() == before:
                wait(PAUSE_S)
    except KeyboardInterrupt:
        return
