"""Stories that the explorer found, as walks: each anomaly that a variant can show at all.

The budgets are those that a scenario's faults suggest (``reachability``), from little to much, so a
story has the smallest one that leads there, and is a shortest run. Its decisive step is the first
after which, whatever happens next within the budget, the instance does not end clean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from wfmodel.designs.anomalies import CLEAN, Anomaly, primary
from wfmodel.designs.commit_policy import CommitPolicy
from wfmodel.designs.system import System
from wfmodel.designs.table import Table
from wfmodel.designs.trace_script import FAULTS
from wfmodel.experiments.reachability import shortest_runs, space_within
from wfmodel.experiments.walkthrough import Flight, InstanceWalk, OnNow, WalkMoment, WalkStep
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.fault_accounting import is_part
from wfmodel.exploration.properties.property_answer import Trace
from wfmodel.exploration.state_space import StateSpace
from wfmodel.exploration.stories import story_of
from wfmodel.exploration.symmetry.unfolding import unfolded
from wfmodel.exploration.terminal_states import is_end
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.enabled_steps import faults_on
from wfmodel.semantics.outcome_monitor import Memory, OutcomeMonitor
from wfmodel.wording.histories import message_words

MOST_FOLLOWED: Final = 20_000
"""States that are looked through to see whether a clean end can still be reached."""


@dataclass(frozen=True)
class FoundStory:
    """A shortest run to an anomaly, and the budget that it takes."""

    anomaly: Anomaly
    budget: FaultBudget
    walk: InstanceWalk


@dataclass(frozen=True)
class FoundStories:
    """``cut``: budgets whose search was stopped at the most states, so that stories may be missing
    (and the shortest be longer than it need be).
    """

    stories: tuple[FoundStory, ...]
    cut: tuple[FaultBudget, ...]


def find_stories(system: System, tried: Sequence[FaultBudget], *, most_states: int) -> FoundStories:
    """A story for each anomaly that is found under one of the budgets."""
    table = Table(system)
    found: dict[Anomaly, FoundStory] = {}
    cut: list[FaultBudget] = []
    for budget in tried:
        if any(is_part(each, budget) for each in cut):
            cut.append(budget)
            continue
        space = space_within(table, budget, most_states)
        if not space.complete:
            cut.append(budget)
        for anomaly, trace in shortest_runs(space):
            if anomaly not in found:
                found[anomaly] = FoundStory(anomaly, budget, story_walk(space, trace))
    return FoundStories(tuple(found[each] for each in Anomaly if each in found), tuple(cut))


def story_walk(space: StateSpace, trace: Trace) -> InstanceWalk:
    """A run of a space as a walk."""
    decisive = decisive_step(space, trace)
    space, trace = unfolded(space, trace)
    configs = [space.configuration(number) for number in trace.numbers]
    table = space.table
    names = {name: place for place, name in enumerate(table.names)}
    steps = tuple(
        WalkStep(
            line.number,
            names[line.act.participant],
            line.act.participant,
            line.text.removeprefix(f"{line.act.participant} "),
            _moment(table, config),
            fault=line.act.deed in FAULTS,
        )
        for line, config in zip(story_of(space, trace), configs[1:], strict=True)
    )
    nodes = tuple(node.name for node in table.system.flow.nodes)
    flights = tuple(_Flights(table, nodes, steps).of(configs))
    return InstanceWalk(table.names, nodes, steps, flights, decisive, timed=False)


def _moment(table: Table, config: Configuration) -> WalkMoment:
    memory = CommitPolicy.of(table.system.knobs).memory
    cells = list(enumerate(config.cells))
    believed = tuple(table.view(p, cell.volatile) for p, cell in cells)
    stored = tuple(table.view(p, cell.durable) for p, cell in cells)
    faults = [OnNow(p, kind.value) for p, cell in cells for kind in faults_on(cell)]
    landed: Counter[int] = Counter()
    undone: Counter[int] = Counter()
    for effect in config.effects:
        landed[effect.node] += effect.landed
        undone[effect.node] += effect.undone
    effects = tuple((n, landed[n] - undone[n], undone[n]) for n in sorted(landed))
    return WalkMoment(believed, believed if memory else stored, tuple(sorted(faults)), effects)


@dataclass
class _Flights:
    """Messages on their way, told from what is in the inboxes after each step."""

    table: Table
    nodes: tuple[str, ...]
    steps: tuple[WalkStep, ...]
    open: dict[tuple[int, int], list[tuple[int, int]]] = field(default_factory=dict)

    def of(self, configs: Sequence[Configuration]) -> Iterator[Flight]:
        before: Counter[tuple[int, int]] = Counter()
        for place, step in enumerate(self.steps):
            now = Counter(configs[place + 1].channel)
            for parcel in (now - before).elements():
                self.open.setdefault(parcel, []).append((place, step.participant))
            for parcel in (before - now).elements():
                if self.open.get(parcel):
                    sent, sender = self.open[parcel].pop(0)
                    yield self._flight(
                        parcel, sent, sender, place, "lost" if step.fault else "taken up"
                    )
            before = now
        for parcel, left in self.open.items():
            for sent, sender in left:
                yield self._flight(parcel, sent, sender, None, "")

    def _flight(
        self, parcel: tuple[int, int], sent: int, sender: int, ended: int | None, fate: str
    ) -> Flight:
        recipient, message = parcel
        words = message_words(self.table.messages.values[message], self.nodes)
        return Flight(sent, ended, sender, recipient, words, fate)


def decisive_step(space: StateSpace, trace: Trace) -> int | None:
    """Number of the first step (from 0) after which no clean end can be reached any more.

    None: it could not be told within ``MOST_FOLLOWED`` states, or the beginning was decided.
    """
    observer = OutcomeMonitor(space.table)
    memories = [Memory()]
    for number in trace.numbers:
        memories.append(memories[-1] | _seen(space, observer, number))
    first, last = 0, len(trace.steps)
    while first < last:  # once it is decided it stays so
        middle = (first + last) // 2
        saved = _ends_clean(space, observer, trace.numbers[middle], memories[middle + 1])
        if saved is None:
            return None
        first, last = (middle + 1, last) if saved else (first, middle)
    return first - 1 if first else None


def _ends_clean(
    space: StateSpace, observer: OutcomeMonitor, number: int, memory: Memory
) -> bool | None:
    """Whether a clean end can be reached from there; None: not decided."""
    met, stack = {(number, memory)}, [(number, memory)]
    while stack:
        at, seen = stack.pop()
        if space.is_open(at):
            return None
        if is_end(space, at):
            settled = not space.budget(at).forgets
            anomalies = observer.anomalies(space.configuration(at), seen, settled=settled)
            if primary(seen.past.verdicts, anomalies) in CLEAN:
                return True
        for _, target in space.successors(at):
            after = (target, seen | _seen(space, observer, target))
            if after not in met:
                met.add(after)
                stack.append(after)
        if len(met) > MOST_FOLLOWED:
            return None
    return False


def _seen(space: StateSpace, observer: OutcomeMonitor, number: int) -> Memory:
    return observer.sees(space.configuration(number), settled=not space.budget(number).forgets)
