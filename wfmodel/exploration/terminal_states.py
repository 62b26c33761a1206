"""Every end of a state space, judged: the product of the space with an observer of its paths.

The same configuration can be reached by one who has heard a verdict and by one who has not, and
these are two ends. An instance is at its end where nothing but another fault can happen. Nodes of
the product are met breadth first, so the first path to an anomaly is a shortest one.

What it cannot see: beyond the space (a search that was cut short), and livelocks, which never end.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wfmodel.designs.anomalies import CLEAN, Anomaly, Terminal, primary
from wfmodel.designs.table import Interned
from wfmodel.exploration.state_space import StateSpace, is_fault
from wfmodel.exploration.step_graph import Projection, StepGraph, firsts, graph_of, steps_along
from wfmodel.semantics.outcome_monitor import Memory, OutcomeMonitor
from wfmodel.semantics.successors import Step

Path: TypeAlias = tuple[tuple[Step, int], ...]
"""Each step, and the number of the configuration that it leads to."""


@dataclass(frozen=True)
class Ends:
    """What was found. ``classes`` counts ends; ``paths`` has a shortest one to each class."""

    classes: Mapping[Terminal, int]
    combinations: frozenset[Anomaly]
    """Every set of anomalies that one end shows."""
    paths: Mapping[Terminal, Path] = field(repr=False)
    anomalies: Mapping[Anomaly, Path] = field(repr=False)
    """A shortest path to each single anomaly, alone or among others."""
    remembered: Mapping[Anomaly, Path] = field(repr=False)
    """A shortest one after which somebody knows of the instance, or it has had an effect, where the
    shortest of all is one after which nothing tells of it (its start was lost): there is always
    that, and it would hide the rest.
    """


def ends_of(space: StateSpace) -> Ends:
    """Judge all ends of a space."""
    product = _Product(space)
    product.run()
    return product.found()


def shows(space: StateSpace, numbers: Iterable[int], terminal: Terminal) -> bool:
    """Whether the run through these configurations ends in this way, alone or among others."""
    observer, memory, at = OutcomeMonitor(space.table), Memory(), 0
    for at in numbers:
        memory |= observer.sees(space.configuration(at), settled=_settled(space, at))
    found = observer.anomalies(space.configuration(at), memory, settled=_settled(space, at))
    if terminal in CLEAN:
        return primary(memory.past.verdicts, found) is terminal
    return Anomaly[terminal.name] in found


def is_end(space: StateSpace, number: int) -> bool:
    """Whether nothing but another fault can happen there: every step costs, if there is any."""
    known: StepGraph | None = getattr(space, "graph", None)
    if known is not None:
        return bool(known.ends[number])
    if space.is_open(number):
        return False
    return all(is_fault(space, number, after) for _, after in space.successors(number))


def _settled(space: StateSpace, number: int) -> bool:
    return not space.budget(number).forgets


class _Product:
    """Nodes are (configuration, memory), level by level, in the order in which a queue meets them.

    A level is handled as arrays; Python joins memories, of which there are few.
    """

    def __init__(self, space: StateSpace) -> None:
        self.space = space
        self.graph = graph_of(space)
        self.observer = OutcomeMonitor(space.table)
        self.classes: Counter[Terminal] = Counter()
        self.combinations: set[Anomaly] = set()
        self.first: dict[Terminal, int] = {}
        self.first_with: dict[Anomaly, int] = {}
        self.first_remembered: dict[Anomaly, int] = {}
        self._memories: Interned[Memory] = Interned()
        self._seen = self._look()
        self._joined: dict[tuple[int, int], int] = {}
        self._met: list[NDArray[np.bool_]] = []
        """Per memory, the configurations met with it."""
        self._levels: list[_Level] = []
        self._starts: list[int] = []

    def _look(self) -> NDArray[np.int64]:
        """What each configuration adds to a memory, by number."""
        space, observer, size = self.space, self.observer, len(self.space)

        def sees(number: int) -> Memory:
            settled = _settled(space, number)
            return observer.sees(space.configuration(number), settled=settled)

        told = getattr(space, "told", None)
        if told is None:
            seen = (self._memories.number(sees(number)) for number in range(size))
            return np.fromiter(seen, np.int64, size)
        places, answers = told(
            sees, Projection(observer.adds, budget=lambda left: not left.forgets), None
        )
        numbers = np.array([self._memories.number(each) for each in answers], dtype=np.int64)
        seen_at: NDArray[np.int64] = numbers[places]
        return seen_at

    def run(self) -> None:
        numbers = np.zeros(1, dtype=np.int64)
        level = _Level(numbers, self._seen[numbers], np.array([-1]), np.array([-1]))
        self._note(level)
        while len(level.numbers):
            self._judge_level(level)
            level = self._next(level)
            self._note(level)

    def _note(self, level: _Level) -> None:
        last = len(self._levels[-1].numbers) if self._levels else 0
        self._starts.append(self._starts[-1] + last if self._starts else 0)
        self._levels.append(level)
        for memory in np.unique(level.memories).tolist():
            while len(self._met) <= memory:
                self._met.append(np.zeros(len(self.space), dtype=np.bool_))
            self._met[memory][level.numbers[level.memories == memory]] = True

    def _next(self, level: _Level) -> _Level:
        graph = self.graph
        arcs = graph.arcs_of(level.numbers)
        counts = np.diff(graph.offsets)[level.numbers]
        parents = np.repeat(np.arange(len(level.numbers)), counts)
        targets = graph.targets[arcs].astype(np.int64)
        memories = self._join(level.memories[parents], self._seen[targets])
        fresh = np.ones(len(arcs), dtype=np.bool_)
        for memory, met in enumerate(self._met):
            mine = memories == memory
            fresh[mine] = ~met[targets[mine]]
        arcs, parents, targets, memories = (
            each[fresh] for each in (arcs, parents, targets, memories)
        )
        first = firsts(memories * len(self.space) + targets)
        before = self._starts[-1]
        return _Level(targets[first], memories[first], before + parents[first], arcs[first])

    def _join(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
        size = len(self._memories.values)
        pairs, places = np.unique(one * size + other, return_inverse=True)
        joined = [self._union(*divmod(pair, size)) for pair in pairs.tolist()]
        return np.array(joined, dtype=np.int64)[places]

    def _union(self, one: int, other: int) -> int:
        found = self._joined.get((one, other))
        if found is None:
            values = self._memories.values
            found = self._memories.number(values[one] | values[other])
            self._joined[one, other] = found
        return found

    def _judge_level(self, level: _Level) -> None:
        for place in np.flatnonzero(self.graph.ends[level.numbers]).tolist():
            memory = self._memories.values[int(level.memories[place])]
            self._judge(self._starts[-1] + place, int(level.numbers[place]), memory)

    def _judge(self, at: int, number: int, memory: Memory) -> None:
        config = self.space.configuration(number)
        found = self.observer.anomalies(config, memory, settled=_settled(self.space, number))
        terminal = primary(memory.past.verdicts, found)
        self.classes[terminal] += 1
        self.combinations.add(found)
        self.first.setdefault(terminal, at)
        known = any(cell.volatile or cell.durable for cell in config.cells)
        remembered = known or any(True for _ in config.effects)
        for anomaly in Anomaly:
            if anomaly in found:
                self.first_with.setdefault(anomaly, at)
                if remembered:
                    self.first_remembered.setdefault(anomaly, at)

    def found(self) -> Ends:
        return Ends(
            dict(self.classes),
            frozenset(self.combinations),
            {terminal: self._path(at) for terminal, at in self.first.items()},
            {anomaly: self._path(at) for anomaly, at in self.first_with.items()},
            {
                anomaly: self._path(at)
                for anomaly, at in self.first_remembered.items()
                if at != self.first_with[anomaly]
            },
        )

    def _path(self, at: int) -> Path:
        arcs: list[int] = []
        while at > 0:
            depth = bisect_right(self._starts, at) - 1
            level, place = self._levels[depth], at - self._starts[depth]
            arcs.append(int(level.arcs[place]))
            at = int(level.parents[place])
        return tuple(steps_along(self.graph, arcs[::-1]))


class _Level(NamedTuple):
    """Nodes equally many steps from the beginning, each with the node and the arc it came by."""

    numbers: NDArray[np.int64]
    memories: NDArray[np.int64]
    parents: NDArray[np.int64]
    arcs: NDArray[np.int64]
