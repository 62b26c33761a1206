"""An instance's global state: every participant's view of it, and the truth. Its run is a walk.

Most instances walk the same few paths, so states and the edges between them are numbered when first
met and judged once. A walk is then one dictionary look-up per row, and every metric an operation on
arrays of edge numbers.

>>> from wfmodel.designs import orchestrate
>>> from wfmodel.importers import load_any
>>> from wfmodel.metrics import tracks_of
>>> from wfmodel.simulation import Arrivals, Setting, simulate
>>> order = load_any("models/order-fulfilment/workflow.yaml").workflow
>>> setting = Setting(arrivals=Arrivals(every="1s"), horizon="1m")
>>> history = simulate(orchestrate(order), setting, seed=1)
>>> graph = tracks_of(history).graph
>>> history.instances(), len(graph.states), len(graph.edges)
(59, 42, 49)
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Final, NamedTuple

from wfmodel.designs.anomalies import (
    LASTING,
    Anomaly,
    Count,
    Judge,
    Past,
    Terminal,
    primary,
)
from wfmodel.designs.history import History
from wfmodel.designs.messages import StepStatus
from wfmodel.designs.node_trie import NodeTrie
from wfmodel.designs.state import Status, View
from wfmodel.metrics.codes import Does, Views, read
from wfmodel.metrics.distance import differ_about, disputed, statuses_differ
from wfmodel.metrics.growing_columns import Bits, NumberColumn
from wfmodel.metrics.invariants import LocalInvariants
from wfmodel.metrics.node_facts import Facts, NodeFacts, Origin, nodes_changed

CONCLUDED: Final = frozenset({StepStatus.DONE, StepStatus.FAILED, StepStatus.COMPENSATED})
"""What a view says of a step once it has the step's result."""
MOST_PATHS: Final = 20_000
"""Paths that a graph remembers; some kilobytes each."""


class GlobalState(NamedTuple):
    """``views`` holds the number of one view per participant; ``truth`` the counts of every visit
    that landed or was taken back; ``past`` the verdicts that some store has ever held, and
    ``compensating`` if one has ever said so.
    """

    views: tuple[int, ...]
    truth: NodeTrie[Count] = NodeTrie()
    past: frozenset[Status] = frozenset()

    @property
    def verdicts(self) -> frozenset[Status]:
        """Verdicts ever held: forgetting one does not make it unsaid."""
        return self.past - {Status.COMPENSATING}


@dataclass(frozen=True, slots=True)
class StateChange:
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
    """Global states and edges that walks have met; state 0 knows nothing.

    Histories of one system may share a graph: then what one run has met is known to the next. The
    numbers of states and edges depend on who came first, so no metric may depend on them.

    By state: ``divergence`` (largest distance of two views), ``pairs`` (how many pairs of views
    differ), ``sound`` (views agree and local invariants hold). By edge: ``sources``, ``targets``,
    ``progress``, ``concludes``, ``lands``, ``repeats``, ``participant`` as in ``StateChange``;
    of ``gained``, the steps that ``gains`` of an edge says, from ``first_gains`` on, are its own.
    """

    def __init__(self, history: History) -> None:
        self.participants = history.participants
        self.steps = history.steps
        self.views = Views()
        self.states: list[GlobalState] = []
        self.divergence, self.pairs, self.sound = NumberColumn(), NumberColumn(), Bits()
        self.edges: list[StateChange] = []
        self.sources, self.targets, self.lands = NumberColumn(), NumberColumn(), NumberColumn()
        self.progress, self.concludes, self.repeats = Bits(), Bits(), Bits()
        self.participant, self.gains = NumberColumn(), NumberColumn()
        self.first_gains, self.gained = NumberColumn(), NumberColumn()
        self._invariants = LocalInvariants(history.steps, history.participants)
        self.effects = self._invariants.effects
        self._judge = Judge.of(history.steps)
        self._judged: dict[tuple[int, frozenset[int]], tuple[Anomaly, Terminal]] = {}
        self._outgoing: list[dict[int, int]] = []
        self._paths: dict[bytes, bytes] = {}
        self._numbers: dict[GlobalState, int] = {}
        self.origins: list[Origin] = []
        """By state: where it was met first, and what changed."""
        self._disputes: dict[tuple[int, int], Facts] = {}
        self._view_origins: dict[int, Origin] = {}
        self._broken = NodeFacts(self.origins, self._breaks)
        self._state(GlobalState((0,) * len(history.participants)), 0, ())

    def path(self, codes: bytes) -> bytes:
        """The edges that an instance takes, as 64-bit words, from those of its codes.

        Most instances take a path that another one took before.
        """
        found = self._paths.get(codes)
        if found is None:
            if len(self._paths) >= MOST_PATHS:
                self._paths.clear()
            found = self._paths[codes] = self._walk(array("q", codes))
        return found

    def _walk(self, codes: array[int]) -> bytes:
        taken, state, targets = array("q"), 0, self.targets.values
        for code in codes:
            edge = self.edge(state, code)
            taken.append(edge)
            state = targets[edge]
        return taken.tobytes()

    def edge(self, state: int, code: int) -> int:
        """The number of the edge that a code takes from a state."""
        known = self._outgoing[state].get(code)
        return self._add(state, code) if known is None else known

    def judged(self, number: int, revisited: frozenset[int]) -> tuple[Anomaly, Terminal]:
        """What is wrong with an instance that ended in a state, and its class. ``revisited``: steps
        that it began in more than one epoch.
        """
        found = self._judged.get((number, revisited))
        if found is None:
            state = self.states[number]
            views = [self.view(view) for view in state.views]
            flags = self._judge.anomalies(views, state.truth, Past(state.past, revisited))
            found = self._judged[number, revisited] = flags, primary(state.verdicts, flags)
        return found

    def view(self, number: int) -> View:
        """The view of this number."""
        return self.views.values[number]

    def _add(self, source: int, code: int) -> int:
        """The number of the edge that a code takes from a state where it was not met before."""
        before = self.states[source]
        does, subject, value = read(code)
        gains: tuple[int, ...] = ()
        first = repeats = False
        if does is Does.VIEW or does is Does.FORGET:
            after = self._learned(before, subject, value)
            changed = self._view_changes(before.views[subject], value)
            gains = self._gains(self.view(before.views[subject]), self.view(value))
        else:
            after, landed = _counted(before, does, subject, value)
            changed = (subject,)
            first, repeats = landed == 1, landed > 1
        edge = StateChange(
            source=source,
            target=self._state(after, source, changed),
            progress=does is not Does.FORGET and after != before,
            concludes=bool(after.verdicts) and not before.verdicts,
            participant=subject if does is Does.VIEW else -1,
            gains=gains,
            lands=subject if first else -1,
            repeats=repeats and subject in self.effects,
        )
        self._outgoing[source][code] = len(self.edges)
        self.edges.append(edge)
        self.sources.values.append(edge.source)
        self.targets.values.append(edge.target)
        self.lands.values.append(edge.lands)
        self.progress.values.append(edge.progress)
        self.concludes.values.append(edge.concludes)
        self.repeats.values.append(edge.repeats)
        self.participant.values.append(edge.participant)
        self.gains.values.append(len(edge.gains))
        self.first_gains.values.append(len(self.gained.values))
        self.gained.values.extend(edge.gains)
        return len(self.edges) - 1

    def _view_changes(self, before: int, after: int) -> tuple[int, ...]:
        """Nodes about which a view says something else than the one before it."""
        known = self._view_origins.get(after)
        if known is not None and known.number == before:
            return known.changed
        changed = tuple(sorted(nodes_changed(self.view(before), self.view(after))))
        self._view_origins.setdefault(after, Origin(before, changed))
        return changed

    def _gains(self, before: View, after: View) -> tuple[int, ...]:
        """Steps of whose result a view knows, and the view before it did not."""
        return tuple(
            node
            for node, status in after.steps.beyond(before.steps)
            if status in CONCLUDED
            and not any(said in CONCLUDED for _, said in before.steps.at(node))
        )

    def _learned(self, before: GlobalState, participant: int, view: int) -> GlobalState:
        views = (*before.views[:participant], view, *before.views[participant + 1 :])
        status = self.view(view).status
        past = before.past | {status} if status in LASTING else before.past
        return GlobalState(views, before.truth, past)

    def _state(self, state: GlobalState, source: int, changed: tuple[int, ...]) -> int:
        found = self._numbers.get(state)
        if found is None:
            found = self._numbers[state] = len(self.states)
            apart = self._apart(state.views)
            self.states.append(state)
            self.origins.append(Origin(source, changed))
            self._outgoing.append({})
            self.divergence.values.append(max(apart, default=0))
            self.pairs.values.append(sum(d > 0 for d in apart))
            self.sound.values.append(not any(apart) and not self._broken.of(found))
        return found

    def _apart(self, views: tuple[int, ...]) -> list[int]:
        """Distances of all pairs of views that know something."""
        known = [view for view in views if view]
        return [
            self._distance(one, other) for i, one in enumerate(known) for other in known[i + 1 :]
        ]

    def _distance(self, one: int, other: int) -> int:
        return len(self._disputed(one, other)) + statuses_differ(self.view(one), self.view(other))

    def _disputed(self, one: int, other: int) -> Facts:
        """Steps on which two views differ: from those of a view that one of them has come from."""
        found = self._disputes.get((one, other))
        if found is None:
            for mine, theirs in ((one, other), (other, one)):
                origin = self._view_origins.get(mine)
                before = origin and self._disputes.get((origin.number, theirs))
                if origin is not None and before is not None:
                    found = self._disputed_since(before, mine, theirs, origin.changed)
                    break
            else:
                nodes = disputed(self.view(one), self.view(other))
                found = NodeTrie((node,) for node in nodes)
            self._disputes[one, other] = self._disputes[other, one] = found
        return found

    def _disputed_since(
        self, before: Facts, one: int, other: int, changed: tuple[int, ...]
    ) -> Facts:
        mine, theirs = self.view(one), self.view(other)
        for node in changed:
            before = before.filed(node, ((node,),) if differ_about(node, mine, theirs) else ())
        return before

    def _breaks(self, number: int, node: int) -> tuple[tuple[int], ...]:
        state, owner = self.states[number], self._invariants.owner(node)
        said = self.view(state.views[owner]).steps.at(node) if owner >= 0 else ()
        return ((node,),) if self._invariants.broken(node, said, state.truth.at(node)) else ()


def _counted(before: GlobalState, does: Does, node: int, epoch: int) -> tuple[GlobalState, int]:
    """One more landing or undoing of a visit, and which landing of it this is (0: none)."""
    old = next((count for count in before.truth.at(node) if count.epoch == epoch), None)
    _, _, landed, undone = old or Count(node, epoch, 0, 0)
    landed, undone = (landed + 1, undone) if does is Does.LAND else (landed, undone + 1)
    truth = before.truth.with_item(Count(node, epoch, landed, undone), old)
    return before._replace(truth=truth), landed if does is Does.LAND else 0
