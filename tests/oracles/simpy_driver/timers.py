"""Timers of all cells. Timers of one constant length run out in the order in which they were set.

So they wait in a lane, one queue with one scheduled occurrence for its head: most time-outs are
cleared long before they would fire, and then never enter SimPy's heap at all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.oracles.simpy_driver.cells import Cell, Occurrence, Process
from tests.oracles.simpy_driver.run import Run
from tests.oracles.simpy_driver.workers import ATTEMPTS
from wfmodel.designs.messages import Timer
from wfmodel.model.distributions import Constant, Distribution
from wfmodel.model.failures import Jitter
from wfmodel.model.workflow import Compensation, Receive, Task, Wait
from wfmodel.simulation.randomness import uniform

Handle = list[Any]
"""[cell, its process's incarnation, timer, event when it fires]: one setting of one timer."""

Draw = Callable[[Cell], int]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A length drawn from a stream at an index: a distribution's, or a share of the most."""

    stream: tuple[str, ...]
    index: int
    distribution: Distribution | None = None
    most_ns: int = 0


def length_of(run: Run, timer: Any) -> int | Drawn:
    """How long a timer runs: always so many nanoseconds, or drawn.

    Raises:
        ValueError: nobody has said how long a timer of one's own runs.
    """
    own = run.system.lasts.get(timer)
    if isinstance(own, Constant):
        return own.value
    if own is not None:
        return Drawn(("own-timer", repr(timer)), 0, own)
    if not isinstance(timer, Timer):
        raise ValueError(f"how long does the timer {timer!r} run? own_system(..., lasts=...) says")
    if timer.kind == "watchdog":
        if run.knobs.watchdog is None:
            raise ValueError("how long does the watchdog run? Knobs(watchdog=...) says")
        return run.knobs.watchdog
    node = run.flow.nodes[timer.node]
    state = node.state
    if timer.kind == "wait":
        assert isinstance(state, Wait)
        return Drawn(("wait", node.name), timer.epoch, state.duration)
    if timer.kind == "timeout":
        assert isinstance(state, Task | Compensation | Receive)
        assert state.timeout is not None
        return state.timeout
    assert isinstance(state, Task | Compensation)
    assert state.retry is not None
    pause = state.retry.delay_before(timer.attempt)
    if state.retry.jitter is Jitter.NONE:
        return pause
    return Drawn(("jitter", node.name), timer.epoch * ATTEMPTS + timer.attempt, most_ns=pause)


class Timers:
    """Sets, clears and fires."""

    def __init__(self, run: Run, take: Callable[[Cell, Handle], None]) -> None:
        self.run = run
        self.env = run.env
        self._take = take
        self._lengths: dict[int, Lane | Draw] = {}
        self._lanes: dict[int, Lane] = {}
        self._on_fire = (self._occurred,)

    def set(self, cell: Cell, timer: int, fired: int, since: int, *, lasting: bool) -> None:
        """Start a timer; a running one of that name starts anew, one of an earlier life goes on."""
        due, life = cell.dues.pop(timer, (-1, cell.process.incarnation))
        kept = due >= 0 and life != cell.process.incarnation
        length = self._lengths.get(timer)
        if length is None:
            length = self._lengths[timer] = self._length_of(self.run.table.timer(timer))
        handle = cell.timers[timer] = [cell, cell.process.incarnation, timer, fired]
        lane = isinstance(length, Lane)
        if not kept:
            due = since + (length.length_ns if lane else length(cell))
        if lasting:
            cell.dues[timer] = (due, cell.process.incarnation)
        if lane and not kept and length.is_last(due):
            length.add(handle, due)
        else:
            self.env.after(max(0, due - self.env.now_ns), self._on_fire, handle)

    def _length_of(self, timer: Any) -> Lane | Draw:
        length = length_of(self.run, timer)
        if isinstance(length, int):
            if length not in self._lanes:
                self._lanes[length] = Lane(self, length)
            return self._lanes[length]
        index, most = length.index, length.most_ns
        if length.distribution is not None:
            sample = self.run.sampler(length.stream[0], length.distribution, *length.stream[1:])
            return lambda cell: sample(cell.instance.index, index)
        base = self.run.streams.base(*length.stream)
        return lambda cell: int(most * uniform(base, cell.instance.index, index))

    def _occurred(self, event: Occurrence) -> None:
        self.fire(event.value)

    def fire(self, handle: Handle) -> None:
        """A timer's time has come; one that was cleared, or lost in a crash, does nothing."""
        cell, incarnation, timer, fired = handle
        process: Process = cell.process
        if incarnation != process.incarnation or cell.timers.get(timer) is not handle:
            return
        if process.paused:
            process.deferred.append((self._occurred, Occurrence((), handle)))
        elif cell.busy:
            cell.inbox.append((fired, handle))
        else:
            self._take(cell, handle)


class Lane:
    """Timers of one length, in order."""

    def __init__(self, timers: Timers, length_ns: int) -> None:
        self.timers = timers
        self.length_ns = length_ns
        self._waiting: deque[tuple[int, Handle]] = deque()
        self._on_head = (self._head_is_due,)

    def is_last(self, due: int) -> bool:
        """Whether nothing in it is due later."""
        return not (self._waiting and self._waiting[-1][0] > due)

    def add(self, handle: Handle, due: int) -> None:
        """Set a timer that runs out at ``due``, after all that are in it."""
        if not self._waiting:
            now = self.timers.env.now_ns
            self.timers.env.after(max(0, due - now), self._on_head, None)
        self._waiting.append((due, handle))

    def _head_is_due(self, event: Occurrence) -> None:
        _, handle = self._waiting[0]
        self.timers.fire(handle)
        waiting = self._waiting
        waiting.popleft()
        while waiting and not _is_set(waiting[0][1]):
            waiting.popleft()
        if waiting:
            env = self.timers.env
            env.after(waiting[0][0] - env.now_ns, self._on_head, None)


def _is_set(handle: Handle) -> bool:
    cell, incarnation, timer, _ = handle
    return incarnation == cell.process.incarnation and cell.timers.get(timer) is handle
