"""An instance's global state: every participant's view of it, and the truth. Its run is a walk.

Most instances walk the same few paths, so states and the edges between them are numbered when first
met and judged once. A walk is then one dictionary look-up per row, and every metric an operation on
arrays of edge numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from wfmodel.designs.anomalies import LASTING, NO_EFFECT, Count
from wfmodel.designs.history import History
from wfmodel.designs.messages import StepStatus
from wfmodel.designs.state import Status, View
from wfmodel.metrics.codes import Codes, Does
from wfmodel.metrics.distance import distance

CONCLUDED: Final = frozenset({StepStatus.DONE, StepStatus.FAILED, StepStatus.COMPENSATED})
"""What a view says of a step once it has the step's result."""


class GlobalState(NamedTuple):
    """``views`` holds the number of one view per participant; ``truth`` the counts of every visit
    that landed or was taken back; ``past`` the verdicts that some store has ever held, and
    ``compensating`` if one has ever said so.
    """

    views: tuple[int, ...]
    truth: tuple[Count, ...] = ()
    past: frozenset[Status] = frozenset()

    @property
    def verdicts(self) -> frozenset[Status]:
        """Verdicts ever held: forgetting one does not make it unsaid."""
        return self.past - {Status.COMPENSATING}


@dataclass(frozen=True, slots=True)
class Edge:
    """One step of a walk, judged: from the numbered state ``source`` to ``target``."""

    source: int
    target: int
    progress: bool
    """A store learned something, or the truth changed; forgetting is no progress."""
    concludes: bool
    """The instance's first verdict."""
    participant: int
    """Whose view it is; -1 for the truth."""
    gains: tuple[int, ...]
    """Steps whose result the participant's view now has, and had not before."""
    lands: int
    """The step whose visit landed for the first time, or -1."""
    repeats: bool
    """An effect landed that its visit had landed before."""


class StateGraph:
    """Global states and edges that the walks of one history have met; state 0 knows nothing.

    Lists are indexed by state: ``divergence`` (largest distance of two views), ``pairs`` (how many
    pairs of views differ), ``sound`` (views agree and local invariants hold). ``outgoing`` leads
    from a state by code to an edge; ``targets`` are the edges' ends.
    """

    def __init__(self, history: History, codes: Codes) -> None:
        self.codes = codes
        self.states: list[GlobalState] = []
        self.divergence: list[int] = []
        self.pairs: list[int] = []
        self.sound: list[bool] = []
        self.outgoing: list[dict[int, int]] = []
        self.edges: list[Edge] = []
        self.targets: list[int] = []
        self.effects = frozenset(s.node for s in history.steps if s.effect != NO_EFFECT)
        self._numbers: dict[GlobalState, int] = {}
        self._distances: dict[tuple[int, int], int] = {}
        self._concluded = [_concluded(view) for view in codes.views]
        names = {name: i for i, name in enumerate(history.participants)}
        self._owner = {step.node: names.get(step.service, -1) for step in history.steps}
        self._claims: dict[tuple[int, int], tuple[tuple[int, StepStatus], ...]] = {}
        self._state(GlobalState((0,) * len(history.participants)))

    def view(self, number: int) -> View:
        """The view of this number."""
        return self.codes.views[number]

    def add(self, source: int, code: int) -> int:
        """The number of the edge that a code takes from a state where it was not met before."""
        before = self.states[source]
        does, subject, value = self.codes.read(code)
        gains: set[int] = set()
        first = repeats = False
        if does is Does.VIEW or does is Does.FORGET:
            after = self._learned(before, subject, value)
            gains = self._concluded[value] - self._concluded[before.views[subject]]
        else:
            after, landed = _counted(before, does, subject, value)
            first, repeats = landed == 1, landed > 1
        edge = Edge(
            source=source,
            target=self._state(after),
            progress=does is not Does.FORGET and after != before,
            concludes=bool(after.verdicts) and not before.verdicts,
            participant=subject if does is Does.VIEW else -1,
            gains=tuple(sorted(gains)),
            lands=subject if first else -1,
            repeats=repeats and subject in self.effects,
        )
        self.edges.append(edge)
        self.targets.append(edge.target)
        self.outgoing[source][code] = len(self.edges) - 1
        return len(self.edges) - 1

    def _learned(self, before: GlobalState, participant: int, view: int) -> GlobalState:
        views = (*before.views[:participant], view, *before.views[participant + 1 :])
        status = self.view(view).status
        past = before.past | {status} if status in LASTING else before.past
        return GlobalState(views, before.truth, past)

    def _state(self, state: GlobalState) -> int:
        found = self._numbers.get(state)
        if found is None:
            found = self._numbers[state] = len(self.states)
            apart = self._apart(state.views)
            self.states.append(state)
            self.outgoing.append({})
            self.divergence.append(max(apart, default=0))
            self.pairs.append(sum(d > 0 for d in apart))
            self.sound.append(not any(apart) and self._locally_sound(state))
        return found

    def _apart(self, views: tuple[int, ...]) -> list[int]:
        """Distances of all pairs of views that know something."""
        known = [view for view in views if view]
        return [
            self._distance(one, other) for i, one in enumerate(known) for other in known[i + 1 :]
        ]

    def _distance(self, one: int, other: int) -> int:
        found = self._distances.get((one, other))
        if found is None:
            found = distance(self.view(one), self.view(other))
            self._distances[one, other] = self._distances[other, one] = found
        return found

    def _locally_sound(self, state: GlobalState) -> bool:
        """No visit stands twice or is taken back unlanded; no service misreports its own steps."""
        mine = [count for count in state.truth if count.node in self.effects]
        if any(count.net not in (0, 1) for count in mine):
            return False
        for participant, view in enumerate(state.views):
            for node, status in self._claimed(participant, view):
                counts = [count for count in mine if count.node == node]
                if status is StepStatus.DONE and not any(count.landed for count in counts):
                    return False
                if status is StepStatus.COMPENSATED and any(count.net for count in counts):
                    return False
        return True

    def _claimed(self, participant: int, view: int) -> tuple[tuple[int, StepStatus], ...]:
        """What a view says of effects that its own participant would have made or taken back."""
        found = self._claims.get((participant, view))
        if found is None:
            found = self._claims[participant, view] = tuple(
                (node, status)
                for node, status in self.view(view).steps
                if self._owner.get(node) == participant and node in self.effects
            )
        return found


def _counted(before: GlobalState, does: Does, node: int, epoch: int) -> tuple[GlobalState, int]:
    """One more landing or undoing of a visit, and which landing of it this is (0: none)."""
    counts = {count[:2]: count for count in before.truth}
    _, _, landed, undone = counts.get((node, epoch), Count(node, epoch, 0, 0))
    landed, undone = (landed + 1, undone) if does is Does.LAND else (landed, undone + 1)
    counts[node, epoch] = Count(node, epoch, landed, undone)
    after = before._replace(truth=tuple(sorted(counts.values())))
    return after, landed if does is Does.LAND else 0


def _concluded(view: View) -> set[int]:
    return {node for node, status in view.steps if status in CONCLUDED}
