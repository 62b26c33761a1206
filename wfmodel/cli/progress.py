"""A progress bar on standard error: only for people, and only after a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from wfmodel.cli.terminal import console
from wfmodel.escaping import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE_S: Final = 1.0


class Bars:
    """One bar per kind of work; call it with what is under way, how much is done, of how much."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._shown: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, label: str, done: int, total: int) -> None:
        """Show how far it is, once it has taken a while."""
        if self._shown is None:
            if time.monotonic() - self._begun < PATIENCE_S:
                return
            self._shown = _new_display()
            self._shown.start()
        if label not in self._tasks:
            self._tasks[label] = self._shown.add_task(printable(label), total=total)
        self._shown.update(self._tasks[label], completed=done)

    def close(self) -> None:
        """Take the bars away."""
        if self._shown is not None:
            self._shown.stop()


def _new_display() -> Progress:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description:<12}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console(err=True),
        transient=True,
    )


@contextmanager
def progress() -> Iterator[Bars | None]:
    """Bars while the block runs; None where standard error is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    bars = Bars()
    try:
        yield bars
    finally:
        bars.close()
