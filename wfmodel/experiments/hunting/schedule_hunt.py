"""Hypothesis looks for a fault schedule under which a run shows the quarry, and makes it small.

>>> found = hunt(system, Setting(...), AnomalyTarget())
>>> found.found.schedule.words()
('crash at hotel, from 3ms, for 1s',)

The same arguments give the same result with the same Hypothesis, but for ``seconds``: where the
time is up depends on the machine, and the result says so. A hunt that finds nothing has shown that
it found nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Final

from wfmodel.designs.fault_facts import HUNTED
from wfmodel.designs.faults import FaultKind
from wfmodel.designs.history import History
from wfmodel.designs.system import System
from wfmodel.display import Shown
from wfmodel.experiments.explored_variant import Told, tell
from wfmodel.experiments.hunting.history_to_schedule import Untellable, retell
from wfmodel.experiments.hunting.hunt_coverage import CoverageMeter, HuntCoverage
from wfmodel.experiments.hunting.schedules import FaultSchedule, ScheduleGround
from wfmodel.experiments.hunting.target import Sighting, Target
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.properties import Violated, decide, parse_property
from wfmodel.extras import install_command
from wfmodel.simulation import Setting

WORLDS: Final = 20
MISSING: Final = (
    f"hunting needs Hypothesis, which is not installed: {install_command('hypothesis')}"
)


@dataclass(frozen=True, repr=False)
class FoundSchedule(Shown):
    """A run that shows the quarry, after shrinking."""

    schedule: FaultSchedule
    sighting: Sighting
    history: History
    first: FaultSchedule
    """As it was met, before shrinking."""
    met_after: int
    """Schedules that were played until then, this one included."""
    told: Told | None
    """As a run without time; None where the explorer cannot follow it, or nothing is claimed."""
    budget: FaultBudget
    """What ``told`` spends."""


@dataclass(frozen=True, repr=False)
class Hunted(Shown):
    """What became of a hunt. ``stopped``: why it ended early; empty where it did not."""

    name: str
    system: System
    ground: ScheduleGround
    quarry: str
    kinds: tuple[FaultKind, ...]
    most: int
    examples: int
    coverage: HuntCoverage
    found: FoundSchedule | None
    stopped: str


def hunt(
    system: System,
    surroundings: Setting,
    quarry: Target,
    *,
    name: str = "",
    kinds: tuple[FaultKind, ...] = HUNTED,
    most: int = 3,
    examples: int = 500,
    worlds: int = WORLDS,
    instances: int = 1,
    seed: int = 1,
    seconds: float | None = None,
) -> Hunted:
    """Look for a schedule of at most ``most`` faults, among so many ``examples`` of Hypothesis.

    Of ``surroundings`` the network and the convergence limit count; ``instances`` arrive at once.
    ``worlds``: how many different draws of durations, outcomes and branches are tried.

    Raises:
        ImportError: Hypothesis is missing; the message says how to get it.
        ValueError: the quarry's claim says nothing of this system.
    """
    try:
        from wfmodel.experiments.hunting.strategies import fault_schedules, smallest
    except ImportError as error:
        raise ImportError(MISSING) from error
    ground = ScheduleGround(system, surroundings, seed=seed, instances=instances)
    chase = _Chase(ground, quarry, seconds)
    drawn = fault_schedules(ground, kinds=kinds, most=most, worlds=worlds, is_over=chase.is_over)
    try:
        smallest(drawn, chase.shows, seed=seed, examples=examples)
    except KeyboardInterrupt:
        chase.stopped = "interrupted"
    found = chase.found()
    total = chase.covering.total()
    return Hunted(
        name or system.design,
        system,
        ground,
        quarry.title,
        kinds,
        most,
        examples,
        total,
        found,
        chase.stopped,
    )


class _Chase:
    """What has been tried, and the smallest schedule so far that shows the quarry."""

    def __init__(self, ground: ScheduleGround, quarry: Target, seconds: float | None) -> None:
        self.ground, self.quarry = ground, quarry
        self.covering = CoverageMeter(ground.system, ground.table)
        self.stopped = ""
        self._limit = None if seconds is None else monotonic() + seconds
        self._seen: dict[FaultSchedule, Sighting | None] = {}
        self._first: FaultSchedule | None = None
        self._best: FaultSchedule | None = None
        self._met_after = 0

    def _time_is_up(self) -> bool:
        if self._limit is None or monotonic() < self._limit:
            return False
        self.stopped = "the time was up"
        return True

    def is_over(self) -> bool:
        """Nothing was found in time. What was found is still shrunk, as far as it is known."""
        return self._best is None and self._time_is_up()

    def shows(self, schedule: FaultSchedule) -> bool:
        """Whether a schedule's run shows the quarry."""
        if schedule not in self._seen:
            if self._time_is_up():
                return False
            self._seen[schedule] = self._judged(schedule)
        if self._seen[schedule] is None:
            return False
        if self._first is None:
            self._first, self._met_after = schedule, len(self._seen)
        self._best = schedule
        return True

    def _judged(self, schedule: FaultSchedule) -> Sighting | None:
        history = self.ground.play(schedule)
        self.covering.add(history)
        return self.quarry.seen(self.ground.system, history)

    def found(self) -> FoundSchedule | None:
        """The last schedule that showed it, without any fault that it can do without."""
        if self._best is None or self._first is None:
            return None
        schedule = self._fewest(self._best)
        sighting = self._seen[schedule]
        assert sighting is not None
        history = self.ground.play(schedule)
        told, budget = _told(self.ground, history, sighting)
        return FoundSchedule(
            schedule, sighting, history, self._first, self._met_after, told, budget
        )

    def _fewest(self, schedule: FaultSchedule) -> FaultSchedule:
        """No fault can be left out: Hypothesis tries that, within bounds of its own."""
        for place in range(len(schedule.faults)):
            faults = (*schedule.faults[:place], *schedule.faults[place + 1 :])
            less = FaultSchedule(schedule.world, faults)
            if less not in self._seen:
                self._seen[less] = self._judged(less)
            if self._seen[less] is not None:
                return self._fewest(less)
        return schedule


def _told(
    ground: ScheduleGround, history: History, sighting: Sighting
) -> tuple[Told | None, FaultBudget]:
    """The run without time, if the explorer can follow it and says that it breaks the claim."""
    nothing = (None, FaultBudget())
    if not sighting.claim:
        return nothing
    try:
        _, space = retell(ground.system, history, sighting.instance)
    except Untellable:
        return nothing
    [answer] = decide(space, [parse_property(sighting.claim, ground.system)])
    if not isinstance(answer, Violated):
        return nothing
    return tell(space, answer, sighting.claim), space.budget(0)
