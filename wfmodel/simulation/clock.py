"""SimPy keeps the time of a run: its environment, in integer nanoseconds.

A run's events are no SimPy events: these can fail, be waited for and be composed, and cost a
dictionary each, and a run schedules some forty per instance. A user's own SimPy processes run in
the same environment, with everything that SimPy offers.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from heapq import heappush

from simpy import Environment
from simpy.events import NORMAL

from wfmodel.designs.history import Kind
from wfmodel.simulation.dispatch import begin_arrivals, begin_fault, dispatch
from wfmodel.simulation.event_codes import OUTSIDE
from wfmodel.simulation.questions import Questions
from wfmodel.simulation.records import Event
from wfmodel.simulation.run_context import RunContext
from wfmodel.simulation.run_record import Run
from wfmodel.simulation.setup import Objects, RunSetup

YOUNG_OBJECTS = 150_000
"""Threshold of the youngest generation during a run."""


class Clock(Environment):
    """SimPy's environment with events of a run in it. Its ``callbacks`` are told of each."""

    _now: int

    def __init__(self) -> None:
        super().__init__(initial_time=0)
        self.callbacks: tuple[Callable[[Event], None], ...] = ()

    def put(self, event: Event, delay_ns: int) -> None:
        """Schedule an event: ``schedule`` without a call for every part of it."""
        event.callbacks = self.callbacks
        heappush(self._queue, (self._now + delay_ns, NORMAL, next(self._eid), event))  # type: ignore[misc]

    @property
    def now_ns(self) -> int:
        """Simulated nanoseconds since the start."""
        return self._now


class OnSimpy:
    """A run in plain Python."""

    def __init__(self, context: RunContext, clock: Clock | None = None) -> None:
        self.context = context
        self.clock = clock = clock or Clock()
        self.setup = RunSetup(context, Objects())
        self.run = run = Run(
            **self.setup.fields(),
            clock=clock,
            write=context.recorder.row,
            questions=Questions(context, self.setup),
        )

        def happens(event: Event) -> None:
            run.now = clock._now
            dispatch(run, event)

        clock.callbacks = (happens,)

    def play(self, begin_own: Iterable[Callable[[], object]] = ()) -> None:
        """Through both phases; then the rows that say how it ended."""
        for fault in self.setup.faults():
            begin_fault(self.run, fault)
        begin_arrivals(self.run)
        for begin in begin_own:
            begin()
        with _rare_collections():
            self._advance_through()

    def _advance_through(self) -> None:
        clock, setting, recorder = self.clock, self.context.setting, self.context.recorder
        _advance(clock, setting.horizon)
        recorder.row((setting.horizon, Kind.ARRIVALS_END, -1, OUTSIDE, 0, 0))
        _advance(clock, setting.convergence)
        settled = clock.peek() == float("inf")
        end = recorder.last_time_ns() if settled else setting.horizon + setting.convergence
        recorder.row((end, Kind.END, -1, OUTSIDE, int(settled), 0))


@contextmanager
def _rare_collections() -> Generator[None, None, None]:
    """Let the cyclic garbage collector run more rarely: a run makes much, and little of it cyclic.

    At the default threshold (700 objects) collections are a sixth of the run time.
    """
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], YOUNG_OBJECTS), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _advance(env: Environment, duration_ns: int) -> None:
    env.run(until=env.timeout(duration_ns))
    env.step()  # SimPy puts the event that stopped it back, for its other callbacks: none here
