"""One recorded instance step by step: what happened, and how everything stood after it.

``walk_of`` walks an instance of a history; ``story_walk`` makes the same of a story that the
explorer found, and whoever shows a walk cannot tell them apart, but for the time, which a story has
none of.

>>> from wfmodel.designs import choreograph
>>> from wfmodel.importers import load_any
>>> from wfmodel.simulation import Arrivals, Setting, simulate
>>> order = load_any("models/order-fulfilment/workflow.yaml").workflow
>>> setting = Setting(arrivals=Arrivals(at=("0s",)), horizon="1m")
>>> walk = walk_of(simulate(choreograph(order), setting, seed=1), 0)
>>> walk.steps[0].what, walk.steps[-1].moment.disputed
('arrives', frozenset())
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations
from typing import Final, NamedTuple

from wfmodel.designs.commit_policy import CommitPolicy
from wfmodel.designs.history import CRASHES, FAULT_KINDS, Drop, History, Kind, Row
from wfmodel.designs.state import Status, View
from wfmodel.experiments.timeline import OUTSIDE, SINGLE, deliveries
from wfmodel.metrics.distance import disputed
from wfmodel.wording.histories import DROPS, message_words, row_words, who_words

WHOLE: Final = -1
"""In place of a step's node: what views say of the instance as a whole."""


class OnNow(NamedTuple):
    """A fault that is on: at a participant, or at the broker (-1)."""

    participant: int
    fault: str


@dataclass(frozen=True)
class WalkMoment:
    """How everything stands. By participant: what it believes (lost in a crash, as far as it is not
    stored), and what its store says. ``effects``: (step's node, how often its effect stands, how
    often it was taken back), where it ever landed.
    """

    believed: tuple[View, ...]
    stored: tuple[View, ...]
    faults: tuple[OnNow, ...] = ()
    effects: tuple[tuple[int, int, int], ...] = ()

    @cached_property
    def disputed(self) -> frozenset[int]:
        """What two stores contradict each other about: nodes of steps, and ``WHOLE``."""
        return frozenset().union(*(_between(*pair) for pair in combinations(self.stored, 2)))

    @property
    def verdicts(self) -> frozenset[Status]:
        """What stores say of how the instance ended."""
        return frozenset(view.status for view in self.stored if view.status.is_final)


@lru_cache(maxsize=1 << 16)
def _between(one: View, other: View) -> frozenset[int]:
    known = Status.UNKNOWN not in (one.status, other.status)
    whole = {WHOLE} if known and one.status is not other.status else set[int]()
    return frozenset(disputed(one, other)) | whole


@dataclass(frozen=True)
class WalkStep:
    """What happened, and the moment after it. ``at_ns`` counts from the arrival."""

    at_ns: int
    participant: int
    who: str
    what: str
    moment: WalkMoment
    fault: bool = False


@dataclass(frozen=True, slots=True)
class Flight:
    """A message on its way, from the step ``sent`` to the step ``ended`` (None: to the end).

    ``fate``: ``taken up``, why it never arrived, or nothing where it is on its way still.
    """

    sent: int
    ended: int | None
    sender: int
    recipient: int
    words: str
    fate: str


@dataclass(frozen=True)
class InstanceWalk:
    """All steps of an instance. ``decisive``: the step after which it cannot end clean any more,
    where somebody asked; ``timed``: whether times mean anything.
    """

    participants: tuple[str, ...]
    nodes: tuple[str, ...]
    steps: tuple[WalkStep, ...]
    flights: tuple[Flight, ...]
    decisive: int | None = None
    timed: bool = True


def walk_of(history: History, instance: int) -> InstanceWalk:
    """The walk of one instance.

    Raises:
        KeyError: no such instance arrived.
    """
    rows = history.of_instance(instance)
    follower = _Follower(history, instance)
    steps = tuple(follower.step(row, rows[0].time_ns) for row in rows)
    return InstanceWalk(history.participants, history.nodes, steps, tuple(_flights(history, rows)))


class _Follower:
    """How everything stands after each row, in order."""

    def __init__(self, history: History, instance: int) -> None:
        self._history = history
        size = len(history.participants)
        self._memory = CommitPolicy.of(history.knobs).memory
        self._volatile, self._durable = [0] * size, [0] * size
        self._faults: Counter[OnNow] = Counter()
        self._landed: Counter[int] = Counter()
        self._undone: Counter[int] = Counter()
        self._last: WalkMoment | None = None
        before = history.rows[: int((history.rows[:, 2] == instance).argmax())]
        switches = (before[:, 1] == Kind.FAULT_ON) | (before[:, 1] == Kind.FAULT_OFF)
        for row in before[switches].tolist():  # a fault may be on when the instance arrives
            self._switch(Row(*row))

    def step(self, row: Row, start_ns: int) -> WalkStep:
        history = self._history
        self._follow(row)
        return WalkStep(
            row.time_ns - start_ns,
            row.participant,
            who_words(row, history),
            row_words(row, history),
            self._moment(),
            fault=row.kind in (Kind.FAULT_ON, Kind.DROP, Kind.DUPLICATE, Kind.PHANTOM),
        )

    def _follow(self, row: Row) -> None:
        match row.kind:
            case Kind.REACT:
                self._volatile[row.participant] = row.b
                if self._memory:
                    self._durable[row.participant] = row.b
            case Kind.COMMIT:
                self._durable[row.participant] = row.a
            case Kind.RESTORE:
                self._durable[row.participant] = self._volatile[row.participant] = row.a
            case Kind.EFFECT:
                self._landed[row.a] += 1
            case Kind.UNDO:
                self._undone[row.a] += 1
            case Kind.FAULT_ON | Kind.FAULT_OFF:
                self._switch(row)

    def _switch(self, row: Row) -> None:
        if row.kind == Kind.FAULT_ON and row.a in CRASHES:
            if self._memory:
                self._durable[row.participant] = 0
            self._volatile[row.participant] = self._durable[row.participant]
        kind = FAULT_KINDS[row.a]
        if kind not in SINGLE:
            self._faults[OnNow(row.participant, kind.value)] += (
                1 if row.kind == Kind.FAULT_ON else -1
            )

    def _moment(self) -> WalkMoment:
        views = self._history.views
        found = WalkMoment(
            tuple(views[p][state] for p, state in enumerate(self._volatile)),
            tuple(views[p][state] for p, state in enumerate(self._durable)),
            tuple(sorted(fault for fault, count in self._faults.items() if count > 0)),
            tuple(
                (node, landed - self._undone[node], self._undone[node])
                for node, landed in sorted(self._landed.items())
            ),
        )
        if found != self._last:
            self._last = found
        return self._last


def _flights(history: History, rows: Sequence[Row]) -> Iterator[Flight]:
    """Every message: those that were taken up, and those that were dropped or are still open."""
    answered = set()
    for sent, taken, message in deliveries(history, rows):
        answered.add(sent)
        sender, recipient = rows[sent].participant, rows[taken].participant
        yield Flight(sent, taken, sender, recipient, _words(history, message), "taken up")
    dropped = set()
    for place, row in enumerate(rows):
        origin = _last_sending(rows, place, row.a) if row.kind == Kind.DROP else None
        if origin is not None:
            dropped.add(origin)
            sender, why = rows[origin].participant, DROPS[Drop(row.b)]
            yield Flight(origin, place, sender, row.participant, _words(history, row.a), why)
    for place, row in enumerate(rows):
        if row.kind == Kind.SEND and place not in answered | dropped:
            yield Flight(place, None, row.participant, OUTSIDE, _words(history, row.a), "")


def _last_sending(rows: Sequence[Row], before: int, message: int) -> int | None:
    places = range(before - 1, -1, -1)
    return next((i for i in places if rows[i].kind == Kind.SEND and rows[i].a == message), None)


def _words(history: History, message: int) -> str:
    return message_words(history.messages[message], history.nodes)
