"""How much work the check of one file may be: steps that are counted, and seconds as a last resort.

A definition comes from anybody, and some rules ask questions whose answers take time that grows
faster than the file. So every file has a budget. Work is counted where it is done (a node that is
visited, a name that is compared, what the solver says it took): the same file gives the same answer
on any machine. Processor time is looked at too, in case work is done where nobody counts.

What does not fit is not decided, and a finding says so (``too-large-to-decide``).
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Final

MOST_STEPS: Final = 1_200_000
"""Steps for one file: less than a second."""

MOST_SECONDS: Final = 1.0
"""Processor time for one file, where it is bounded at all. With half a second to start and what it
takes to tell the findings, the command stays below two."""

MOST_FINDINGS: Final = 2_000
"""So many findings of a file are told; who mends those can ask again."""

_AGAIN: Final = 0.05
"""The alarm rings again, in case it was swallowed (an exception in ``__del__`` is)."""


_LOCKLESS: Final = frozenset({"wfmodel", "networkx", "jsonata", "yaml", "json", "re", "tomllib"})
"""Packages in which the alarm may ring; anywhere else it rings again a little later."""


class OverBudgetError(BaseException):
    """The work does not fit. No ``Exception``: nobody on the way may take it for a fault."""


@dataclass(slots=True)
class Effort:
    """The budget of one file; what is spent is spent, whatever came of it."""

    steps: int = MOST_STEPS
    seconds: float | None = None
    """None: without a clock (in Python, where whoever waits can interrupt)."""
    began: float = field(default_factory=time.process_time)
    allowed: int = MOST_STEPS
    """Steps before the piece of work that is being done has to stop."""
    rang: bool = False
    is_held: bool = False
    timed_out: bool = False
    """The clock has stopped something: on another machine it might not."""
    abandoned: bool = False
    """Nobody waits for the answer any more (set by another thread): stop at the next step."""

    def __post_init__(self) -> None:
        self.allowed = self.steps

    def spend(self, steps: int = 1) -> None:
        """Count work.

        Raises:
            OverBudgetError: it does not fit.
        """
        self.steps -= steps
        self.allowed -= steps
        if self.allowed < 0 or self.rang or self.abandoned:
            raise OverBudgetError

    @contextmanager
    def unclocked(self) -> Iterator[None]:
        """Do what no file asks for: what is imported for the first one is no work on it."""
        before = time.process_time()
        try:
            yield
        finally:
            self.began += time.process_time() - before

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let the alarm wait for the next step that is counted: what calls into C may not break."""
        self.is_held = True
        try:
            yield
        finally:
            self.is_held = False

    @contextmanager
    def share(self, part: float, *, final: bool = True) -> Iterator[None]:
        """Bound what is done inside to a part of what is left, of steps and of seconds.

        What is not ``final`` is tried again with more.
        """
        self.allowed = max(0, int(self.steps * part))
        try:
            with self._alarm(part, final):
                yield
        finally:
            self.allowed = self.steps

    @contextmanager
    def _alarm(self, part: float, final: bool) -> Iterator[None]:
        if self.seconds is None or not _has_alarms():
            yield
            return
        left = max(0.001, (self.seconds - time.process_time() + self.began) * part)

        def ring(_: int, frame: FrameType | None) -> None:
            self.timed_out |= final
            self.rang = True
            signal.setitimer(signal.ITIMER_PROF, _AGAIN)  # from now on: not while this unwinds
            if not self.is_held and _may_break(frame):
                raise OverBudgetError

        before = signal.signal(signal.SIGPROF, ring)
        try:
            signal.setitimer(signal.ITIMER_PROF, left)
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            self.rang = False
            signal.signal(signal.SIGPROF, before)


def _may_break(frame: FrameType | None) -> bool:
    """Whether an exception may be raised where the alarm rang: nobody there holds a lock.

    Elsewhere (an import, a debugger, whoever traces) a lock would never be given back.
    """
    name = "" if frame is None else frame.f_globals.get("__name__", "")
    return str(name).partition(".")[0] in _LOCKLESS


def _has_alarms() -> bool:
    """Signals reach the main thread only, and there is no such timer on Windows."""
    is_main = threading.current_thread() is threading.main_thread()
    return is_main and hasattr(signal, "setitimer") and hasattr(signal, "SIGPROF")
