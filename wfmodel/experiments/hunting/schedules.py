"""A fault schedule names faults with their instants; ``ScheduleGround`` plays it in real durations.

Faults are placed where something happens in the run that the earlier ones have made: right before
and right after what a participant does, on the very message that is sent, on the very attempt that
ends. An instant is the one with the fewest digits between its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, NamedTuple

from wfmodel.designs.fault_facts import PER_ATTEMPT, PER_MESSAGE, STOPPING
from wfmodel.designs.faults import FACTS, Fault, FaultKind, FaultScope, of_scope
from wfmodel.designs.history import History, Kind
from wfmodel.designs.messages import Received, WorkDone
from wfmodel.designs.system import System
from wfmodel.designs.table import Table
from wfmodel.model.distributions import Constant
from wfmodel.model.units import format_duration, parse_duration
from wfmodel.simulation import Arrivals, Setting, simulate

STOPS: Final = STOPPING - set(of_scope(FaultScope.BROKER))
SLOWED: Final = {FaultScope.PROCESS: Kind.BEGIN, FaultScope.STORE: Kind.REACT}
"""Where slowness tells: the rows after which work, or a commit, begins."""
FACTORS: Final = (10.0, 1_000.0)
"""How much slower a step or a commit is made."""
BROKER: Final = "*"
FIRST_ARRIVAL_NS: Final = parse_duration("1ms")
SECOND: Final = parse_duration("1s")
MOST_KEPT: Final = 512
"""Histories that are kept, so that a schedule that grows fault by fault is not played twice."""


@dataclass(frozen=True, slots=True)
class FaultSchedule:
    """``world`` numbers the draws of everything that is no fault: durations, outcomes, branches."""

    world: int = 0
    faults: tuple[Fault, ...] = ()

    def words(self) -> tuple[str, ...]:
        """A line for each fault."""
        return tuple(_words(fault) for fault in self.faults)


class FaultPlace(NamedTuple):
    """Where a fault may strike."""

    at_ns: int
    target: str
    step: str | None = None
    age_ns: int | None = None
    """Of the backup that is restored."""


class ScheduleGround:
    """The runs of one system under fault schedules: pure, so each is played once."""

    def __init__(
        self, system: System, surroundings: Setting, *, seed: int = 1, instances: int = 1
    ) -> None:
        self.system = system
        self.seed = seed
        self.table = Table(system)
        self.quiet = replace(
            surroundings,
            arrivals=Arrivals(at=(FIRST_ARRIVAL_NS,) * instances),
            horizon=2 * FIRST_ARRIVAL_NS,
            warm_up=0,
            faults=(),
        )
        self._kept: dict[FaultSchedule, History] = {}
        self.waits = self._waits()
        """How long a fault may last: longer than something that somebody waits for, each."""

    def setting(self, schedule: FaultSchedule) -> Setting:
        """What surrounds the run."""
        begun = [fault.at[0] for fault in schedule.faults]
        horizon = max([*begun, self.quiet.horizon]) + FIRST_ARRIVAL_NS
        return replace(self.quiet, horizon=horizon, faults=schedule.faults)

    def play(self, schedule: FaultSchedule) -> History:
        """The run of a schedule."""
        found = self._kept.get(schedule)
        if found is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            found = self._kept[schedule] = simulate(
                self.system,
                self.setting(schedule),
                seed=self.seed,
                replication=schedule.world,
                table=self.table,
            )
        return found

    def places(self, schedule: FaultSchedule, kind: FaultKind) -> tuple[FaultPlace, ...]:
        """Where a further fault of a kind may strike, in order of time."""
        history = self.play(schedule)
        return tuple(dict.fromkeys(sorted(self._places(history, kind), key=_in_order)))

    def _places(self, history: History, kind: FaultKind) -> Iterator[FaultPlace]:
        if "age" in FACTS[kind].keys:
            yield from _backups(history)
        elif kind in STOPS:
            yield from _moments(history)
        elif kind in STOPPING:
            yield from (place._replace(target=BROKER) for place in _moments(history))
        elif kind in PER_MESSAGE:
            yield from self._messages(history)
        else:
            yield from self._deeds(history, kind)

    def _messages(self, history: History) -> Iterator[FaultPlace]:
        takers = _takers(history)
        for row in history:
            if row.kind == Kind.SEND:
                others = (p for p in range(len(history.participants)) if p != row.participant)
                for p in sorted(takers.get(row.a) or others):
                    yield FaultPlace(row.time_ns - 1, history.participants[p])

    def _deeds(self, history: History, kind: FaultKind) -> Iterator[FaultPlace]:
        slowed = SLOWED[FACTS[kind].scope] if FACTS[kind].slows else None
        for row in history:
            if row.kind == slowed:
                yield FaultPlace(row.time_ns - 1, history.participants[row.participant])
            elif row.kind == Kind.REACT and kind in PER_ATTEMPT:
                event = history.events[row.a]
                if isinstance(event, WorkDone):
                    who, step = history.participants[row.participant], history.nodes[event.node]
                    yield FaultPlace(row.time_ns - 1, who, step)

    def lengths(self, kind: FaultKind) -> int:
        """How many lengths, or factors, a fault of a kind can have."""
        if kind in STOPPING or "delay" in FACTS[kind].keys:
            return len(self.waits)
        return len(FACTORS) if FACTS[kind].slows else 1

    def fault(self, kind: FaultKind, place: FaultPlace, length: int) -> Fault:
        """A fault at a place, of one of its lengths."""
        facts = FACTS[kind]
        return Fault(
            kind=kind,
            target=place.target,
            step=place.step,
            at=(place.at_ns,),
            lasts=Constant(self.waits[length] if facts.stops else 2),
            delay=Constant(self.waits[length] if "delay" in facts.keys else 0),
            factor=FACTORS[length] if facts.slows else 1.0,
            age=place.age_ns,
        )

    def _waits(self) -> tuple[int, ...]:
        knobs, waits = self.system.knobs, {SECOND, 0}
        waits |= {knobs.redelivery_timeout, knobs.watchdog or 0}
        waits.add(self.system.flow.workflow.timeout or 0)
        for node in self.system.flow.nodes:
            waits.add(getattr(node.state, "timeout", None) or 0)
        rows = self.play(FaultSchedule()).rows
        waits.add(int(rows[-1, 0] - rows[0, 0]) // SECOND * SECOND)
        return tuple(sorted({wait + SECOND for wait in waits}))


def _in_order(place: FaultPlace) -> tuple[int, str, str, int]:
    return place.at_ns, place.target, place.step or "", place.age_ns or 0


def _takers(history: History) -> dict[int, set[int]]:
    """Message to whoever takes it up in this run."""
    numbers = {message: number for number, message in enumerate(history.messages)}
    takers: dict[int, set[int]] = {}
    for row in history:
        if row.kind == Kind.REACT:
            event = history.events[row.a]
            if isinstance(event, Received):
                takers.setdefault(numbers[event.message], set()).add(row.participant)
    return takers


def _moments(history: History) -> Iterator[FaultPlace]:
    """Right before and right after everything that a participant does."""
    times = sorted({row.time_ns for row in history})
    gaps = {a: simplest_between(a, b) for a, b in pairwise(times)}
    before = dict(zip(times[1:], times, strict=False))
    for row in history:
        if row.participant < 0 or row.instance < 0:
            continue
        for time in (before.get(row.time_ns), row.time_ns):
            if time in gaps:
                yield FaultPlace(gaps[time], history.participants[row.participant])


def _backups(history: History) -> Iterator[FaultPlace]:
    """At those moments, and when all is over, each state that the store has held before."""
    changes: dict[str, list[int]] = {}
    for row in history:
        if row.kind == Kind.COMMIT:
            changes.setdefault(history.participants[row.participant], []).append(row.time_ns)
    end = int(history.rows[-1, 0])
    over = simplest_between(end, end + SECOND)
    late = [FaultPlace(over, name) for name in history.participants]
    for place in dict.fromkeys((*_moments(history), *late)):
        for changed in changes.get(place.target, ()):
            if changed < place.at_ns:
                yield place._replace(age_ns=place.at_ns - changed + 1)


def simplest_between(low_ns: int, high_ns: int) -> int:
    """The instant with the fewest digits after ``low_ns`` and before ``high_ns``, the earliest.

    >>> simplest_between(1_234_567, 1_300_001)
    1300000
    """
    unit = 1
    while (low_ns // (unit * 10) + 1) * unit * 10 < high_ns:
        unit *= 10
    return (low_ns // unit + 1) * unit


def _words(fault: Fault) -> str:
    at, kind = format_duration(fault.at[0]), fault.kind.value.replace("-", " ")
    where = "" if FACTS[fault.kind].scope is FaultScope.BROKER else f" at {fault.target}"
    assert isinstance(fault.lasts, Constant)
    assert isinstance(fault.delay, Constant)
    if fault.kind in PER_MESSAGE:
        longer = f" by {format_duration(fault.delay.value)}" if fault.delay.value else ""
        at = format_duration(fault.at[0] + 1)
        return f"{kind}{longer} of what is sent to {fault.target} at {at}"
    if fault.step is not None:
        return f"{kind} of {fault.step}{where}, at {format_duration(fault.at[0] + 1)}"
    if fault.factor != 1.0:
        return f"{kind}{where}, {fault.factor:,.0f} times, from {format_duration(fault.at[0] + 1)}"
    to = "" if fault.age is None else f" from a backup {format_duration(fault.age)} old"
    return f"{kind}{where}{to}, from {at}, for {format_duration(fault.lasts.value)}"
