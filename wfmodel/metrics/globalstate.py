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
>>> history.instances(), len(graph.states)
(59, 42)
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, Final, NamedTuple, TypeAlias

from wfmodel.designs.anomalies import (
    LASTING,
    Anomaly,
    EffectCount,
    Judge,
    Past,
    Terminal,
    primary,
)
from wfmodel.designs.history import History
from wfmodel.designs.messages import StepStatus
from wfmodel.designs.node_trie import NodeTrie
from wfmodel.designs.state import Status, View
from wfmodel.metrics.codes import Bools, Does, Views, read
from wfmodel.metrics.growing_columns import Bits, NumberColumn
from wfmodel.metrics.invariants import LocalInvariants
from wfmodel.metrics.node_facts import TRUTH, NodeFacts, Origin, Origins, nodes_changed
from wfmodel.metrics.view_disputes import Disputes

CONCLUDED: Final = frozenset({StepStatus.DONE, StepStatus.FAILED, StepStatus.COMPENSATED})
"""What a view says of a step once it has the step's result."""
MOST_PATHS: Final = 20_000
"""Paths that a graph remembers; some kilobytes each."""
MOST_CHANGES: Final = 100_000
"""Changes of a view that it remembers, since others make them too; some hundred bytes each."""
NO_CODE: Final = -1
GROUP: Final = 64
"""Participants: a few have one group, and of thousands a state copies two short tuples."""


class GlobalState(NamedTuple):
    """``views`` holds the number of one view per participant, in groups of ``GROUP``: a state
    shares all of them but one with the state before. ``truth`` holds the counts of every visit that
    landed or was taken back; ``past`` the verdicts that some store has ever held, and
    ``compensating`` if one has ever said so.
    """

    views: tuple[tuple[int, ...], ...]
    truth: NodeTrie[EffectCount] = NodeTrie()
    past: frozenset[Status] = frozenset()

    @property
    def verdicts(self) -> frozenset[Status]:
        """Verdicts ever held: forgetting one does not make it unsaid."""
        return self.past - {Status.COMPENSATING}

    def view_of(self, participant: int) -> int:
        """The number of a participant's view."""
        return self.views[participant // GROUP][participant % GROUP]

    def every_view(self) -> Iterator[int]:
        """The number of each participant's view, in order."""
        return chain.from_iterable(self.views)

    def with_view(self, participant: int, view: int, past: frozenset[Status]) -> GlobalState:
        """The same when a participant has another view, and with another past."""
        at, place = divmod(participant, GROUP)
        group = self.views[at]
        group = (*group[:place], view, *group[place + 1 :])
        views = (*self.views[:at], group, *self.views[at + 1 :])
        return GlobalState(views, self.truth, past)


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
    """Whose view it is; TRUTH where nobody learned anything."""
    gains: tuple[int, ...]
    """Steps whose result the participant's view now has, and had not before."""
    lands: int
    """The step whose visit landed for the first time, or -1."""
    repeats: bool
    """An effect landed that its visit had landed before."""


StateJudge: TypeAlias = Callable[["StateGraph", int, int], bool]
"""Whether something holds in a graph, about something, in a state."""

FactsOf: TypeAlias = Callable[["StateGraph", int, int, int], tuple[tuple[Any, ...], ...]]
"""What holds in a graph, about something, in a state, of a node."""


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
        self.sources, self.targets, self.lands = NumberColumn(), NumberColumn(), NumberColumn()
        self.progress, self.concludes, self.repeats = Bits(), Bits(), Bits()
        self.participant, self.gains = NumberColumn(), NumberColumn()
        self.first_gains, self.gained = NumberColumn(), NumberColumn()
        self.origins = Origins()
        self._invariants = LocalInvariants(history.steps, history.participants)
        self.effects = self._invariants.effects
        self._judge = Judge.of(history.steps)
        self._judged: dict[tuple[int, frozenset[int]], tuple[Anomaly, Terminal]] = {}
        self._first_code, self._first_edge = array("q"), array("q")
        """By state: the edge that was met first, which most often is the only one."""
        self._other_edges: dict[tuple[int, int], int] = {}
        self._paths: dict[bytes, bytes] = {}
        self._numbers: dict[GlobalState, int] = {}
        self._disputes = Disputes(self._view_in)
        self._changes: dict[tuple[int, int], tuple[tuple[int, ...], tuple[int, ...]]] = {}
        self._facts: dict[tuple[FactsOf, int], NodeFacts] = {}
        self._judgements: dict[tuple[StateJudge, int], Bits] = {}
        self._broken = NodeFacts(self.origins, self._breaks)
        knowing = len(history.participants)
        start = GlobalState(
            tuple((0,) * min(GROUP, knowing - first) for first in range(0, knowing, GROUP))
        )
        self._numbers[start] = 0
        self.states.append(start)
        self.origins.append(Origin(0, TRUTH, ()))
        self._judge_state(0, 0, 0)

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
        if self._first_code[state] == code:
            return self._first_edge[state]
        known = self._other_edges.get((state, code))
        return self._add(state, code) if known is None else known

    def change(self, edge: int) -> StateChange:
        """The edge of a number."""
        first, amount = self.first_gains.values[edge], self.gains.values[edge]
        return StateChange(
            source=self.sources.values[edge],
            target=self.targets.values[edge],
            progress=bool(self.progress.values[edge]),
            concludes=bool(self.concludes.values[edge]),
            participant=self.participant.values[edge],
            gains=tuple(self.gained.values[first : first + amount]),
            lands=self.lands.values[edge],
            repeats=bool(self.repeats.values[edge]),
        )

    def judged(self, number: int, revisited: frozenset[int]) -> tuple[Anomaly, Terminal]:
        """What is wrong with an instance that ended in a state, and its class. ``revisited``: steps
        that it began in more than one epoch.
        """
        found = self._judged.get((number, revisited))
        if found is None:
            state = self.states[number]
            views = [self.view(view) for view in state.every_view()]
            flags = self._judge.anomalies(views, state.truth, Past(state.past, revisited))
            found = self._judged[number, revisited] = flags, primary(state.verdicts, flags)
        return found

    def view(self, number: int) -> View:
        """The view of this number."""
        return self.views.values[number]

    def judgements(self, judge: StateJudge, about: int) -> Bools:
        """By state: what a judge says of it. Each is judged once, for all runs that share it."""
        column = self._judgements.setdefault((judge, about), Bits())
        new = range(len(column.values), len(self.states))
        column.values.extend(judge(self, about, number) for number in new)
        return column.array()

    def facts(self, judge: FactsOf, about: int, heeds: Collection[int]) -> NodeFacts:
        """What a judge says of each state's nodes; runs that share the graph ask for the same."""
        known = self._facts.get((judge, about))
        if known is None:
            known = NodeFacts(self.origins, partial(judge, self, about), heeds)
            self._facts[judge, about] = known
        return known

    def _add(self, source: int, code: int) -> int:
        """The number of the edge that a code takes from a state where it was not met before."""
        before = self.states[source]
        does, subject, value = read(code)
        gains: tuple[int, ...] = ()
        first = repeats = False
        if does is Does.VIEW or does is Does.FORGET:
            after = self._learned(before, subject, value)
            changed, gains = self._view_changes(before.view_of(subject), value)
            target = self._state(after, Origin(source, subject, changed))
        else:
            after, landed = _counted(before, does, subject, value)
            target = self._state(after, Origin(source, TRUTH, (subject,)))
            first, repeats = landed == 1, landed > 1
        edge = len(self.sources.values)
        if self._first_code[source] == NO_CODE:
            self._first_code[source], self._first_edge[source] = code, edge
        else:
            self._other_edges[source, code] = edge
        self.sources.values.append(source)
        self.targets.values.append(target)
        self.lands.values.append(subject if first else -1)
        self.progress.values.append(does is not Does.FORGET and target != source)
        heard = after.past is not before.past
        self.concludes.values.append(heard and bool(after.verdicts) and not before.verdicts)
        self.repeats.values.append(repeats and subject in self.effects)
        self.participant.values.append(subject if does is Does.VIEW else TRUTH)
        self.gains.values.append(len(gains))
        self.first_gains.values.append(len(self.gained.values))
        self.gained.values.extend(gains)
        return edge

    def _view_changes(self, before: int, after: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Nodes about which a view says something else than the one before it; steps of whose
        result it knows, and the view before it did not.
        """
        known = self._changes.get((before, after))
        if known is None:
            if len(self._changes) >= MOST_CHANGES:
                self._changes.clear()
            one, other = self.view(before), self.view(after)
            told = tuple(other.steps.differing(one.steps))
            known = tuple(sorted(nodes_changed(one, other, told))), _gains(one, other, told)
            self._changes[before, after] = known
        return known

    def _learned(self, before: GlobalState, participant: int, view: int) -> GlobalState:
        status = self.view(view).status
        past = before.past
        if status in LASTING and status not in past:
            past = past | {status}
        return before.with_view(participant, view, past)

    def _state(self, state: GlobalState, origin: Origin) -> int:
        """The number of a state, new or known, to which an edge leads."""
        number = len(self.states)
        found = self._numbers.setdefault(state, number)
        if found < number:
            return found
        self.states.append(state)
        self.origins.append(origin)
        source, subject, changed = origin
        if subject == TRUTH:
            self._disputes.append_same(source)
            self._judge_state(number, self.divergence.values[source], self.pairs.values[source])
        else:
            self._judge_state(number, *self._disputes.append(source, subject, changed))
        return number

    def _judge_state(self, number: int, divergence: int, pairs: int) -> None:
        self._first_code.append(NO_CODE)
        self._first_edge.append(NO_CODE)
        self.divergence.values.append(divergence)
        self.pairs.values.append(pairs)
        self.sound.values.append(not divergence and not self._broken.of(number))

    def _view_in(self, number: int, participant: int) -> View:
        return self.view(self.states[number].view_of(participant))

    def _breaks(self, number: int, node: int) -> tuple[tuple[int], ...]:
        state, owner = self.states[number], self._invariants.owner(node)
        if self.origins.participants[number] not in (TRUTH, owner):
            return self._broken.of(self.origins.numbers[number]).at(node)
        said = self.view(state.view_of(owner)).steps.at(node) if owner >= 0 else ()
        return ((node,),) if self._invariants.broken(node, said, state.truth.at(node)) else ()


def _gains(before: View, after: View, told: Iterable[int]) -> tuple[int, ...]:
    """Of some steps those of whose result a view knows, and the view before it did not."""
    return tuple(
        node
        for node in told
        for _, status in after.steps.at(node)
        if status in CONCLUDED and not any(said in CONCLUDED for _, said in before.steps.at(node))
    )


def _counted(before: GlobalState, does: Does, node: int, epoch: int) -> tuple[GlobalState, int]:
    """One more landing or undoing of a visit, and which landing of it this is (0: none)."""
    old = next((count for count in before.truth.at(node) if count.epoch == epoch), None)
    _, _, landed, undone = old or EffectCount(node, epoch, 0, 0)
    landed, undone = (landed + 1, undone) if does is Does.LAND else (landed, undone + 1)
    truth = before.truth.with_item(EffectCount(node, epoch, landed, undone), old)
    return before._replace(truth=truth), landed if does is Does.LAND else 0
