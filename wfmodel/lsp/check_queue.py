"""Checks, one after another, in the main thread: there alone the clock of ``checks.effort`` rings.

Requests come from the thread of the protocol. Of one file only the last text counts: one that waits
is replaced, and one that is being checked is abandoned at its next counted step.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition
from typing import Final

from wfmodel.checks.effort import MOST_SECONDS, MOST_STEPS, Effort
from wfmodel.lsp.checker import Checked, Checker
from wfmodel.model.loading import LoadResult
from wfmodel.model.reading import reading_once

MOST_WAITING: Final = 1_000
"""Files that wait for their check; an editor has not so many open."""


@dataclass(frozen=True, slots=True)
class CheckJob:
    """One text to check. Both functions are called in the main thread, in this order.

    ``told`` is handed what was read, ``done`` what was found and, by absolute path, the files that
    were read for it. Neither is called for a text that another has replaced.
    """

    uri: str
    file: Path
    folder: Path
    texts: Mapping[str, bytes]
    """What the editor holds of files, by absolute path."""
    told: Callable[[Sequence[LoadResult]], None]
    done: Callable[[Checked, Mapping[str, bytes]], None]
    effort: Effort = field(default_factory=lambda: Effort(MOST_STEPS, MOST_SECONDS))


class CheckQueue:
    """Texts that wait for their check."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._waiting: dict[str, CheckJob] = {}
        self._running: CheckJob | None = None
        self._changed = Condition()
        self._closed = False

    def put(self, job: CheckJob) -> None:
        """Check this text; an older one of the same name is not checked any more."""
        with self._changed:
            self._abandon(job.uri)
            if len(self._waiting) < MOST_WAITING:
                self._waiting[job.uri] = job
            self._changed.notify()

    def drop(self, uri: str) -> None:
        """Nobody asks for this text any more."""
        with self._changed:
            self._abandon(uri)

    def close(self) -> None:
        """End ``work`` as soon as what is being checked has stopped."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            if self._running is not None:
                self._running.effort.abandoned = True
            self._changed.notify()

    def work(self) -> None:
        """Check whatever comes, until closed."""
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                job = self._waiting.pop(next(iter(self._waiting)))
                self._running = job
            self._check(job)
            with self._changed:
                self._running = None

    def _abandon(self, uri: str) -> None:
        self._waiting.pop(uri, None)
        if self._running is not None and self._running.uri == uri:
            self._running.effort.abandoned = True

    def _check(self, job: CheckJob) -> None:
        def told(results: Sequence[LoadResult]) -> None:
            if not job.effort.abandoned:
                job.told(results)

        with reading_once(job.texts) as held:
            try:
                answer = self._checker.check(job.file, job.folder, job.effort, told)
            except Exception as error:
                answer = Checked(complaint=self._checker.fault(error))
            read = {os.path.abspath(name): raw for name, raw in held.items()}  # noqa: PTH100
        if not job.effort.abandoned:
            job.done(answer, read)
