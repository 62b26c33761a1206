"""Every end of a state space, judged: the product of the space with an observer of its paths.

The same configuration can be reached by one who has heard a verdict and by one who has not, and
these are two ends. An instance is at its end where nothing but another fault can happen. Nodes of
the product are met breadth first, so the first path to an anomaly is a shortest one.

What it cannot see: beyond the space (a search that was cut short), and livelocks, which never end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from wfmodel.designs.anomalies import CLEAN, Anomaly, Terminal, primary
from wfmodel.exploration.moves import Step
from wfmodel.exploration.space import StateSpace
from wfmodel.exploration.verdict import Memory, Observer

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


def ends_of(space: StateSpace) -> Ends:
    """Judge all ends of a space."""
    product = _Product(space)
    product.run()
    return product.found()


def shows(space: StateSpace, numbers: Iterable[int], terminal: Terminal) -> bool:
    """Whether the run through these configurations ends in this way, alone or among others."""
    observer, memory, at = Observer(space.table), Memory(), 0
    for at in numbers:
        memory |= observer.sees(space.configuration(at), settled=_settled(space, at))
    found = observer.anomalies(space.configuration(at), memory, settled=_settled(space, at))
    if terminal in CLEAN:
        return primary(memory.past.verdicts, found) is terminal
    return Anomaly[terminal.name] in found


def is_end(space: StateSpace, number: int) -> bool:
    """Whether nothing but another fault can happen there: every step costs, if there is any."""
    if space.is_open(number):
        return False
    left = space.budget(number)
    return all(space.budget(after) != left for _, after in space.successors(number))


def _settled(space: StateSpace, number: int) -> bool:
    return not space.budget(number).crashes


class _Product:
    def __init__(self, space: StateSpace) -> None:
        self.space = space
        self.observer = Observer(space.table)
        self.nodes: list[tuple[int, Memory]] = []
        self.numbers: dict[tuple[int, Memory], int] = {}
        self.came_from: list[tuple[int, Step | None]] = []
        self.classes: Counter[Terminal] = Counter()
        self.combinations: set[Anomaly] = set()
        self.first: dict[Terminal, int] = {}
        self.first_with: dict[Anomaly, int] = {}
        self._seen: dict[int, Memory] = {}
        self._meet(0, Memory(), -1, None)

    def run(self) -> None:
        at = 0
        while at < len(self.nodes):
            number, memory = self.nodes[at]
            if is_end(self.space, number):
                self._judge(at)
            for step, after in self.space.successors(number):
                self._meet(after, memory, at, step)
            at += 1

    def _meet(self, number: int, memory: Memory, source: int, step: Step | None) -> None:
        seen = self._seen.get(number)
        if seen is None:
            config = self.space.configuration(number)
            seen = self.observer.sees(config, settled=_settled(self.space, number))
            self._seen[number] = seen
        node = (number, memory if _covers(memory, seen) else memory | seen)
        if node not in self.numbers:
            self.numbers[node] = len(self.nodes)
            self.nodes.append(node)
            self.came_from.append((source, step))

    def _judge(self, at: int) -> None:
        number, memory = self.nodes[at]
        config = self.space.configuration(number)
        found = self.observer.anomalies(config, memory, settled=_settled(self.space, number))
        terminal = primary(memory.past.verdicts, found)
        self.classes[terminal] += 1
        self.combinations.add(found)
        self.first.setdefault(terminal, at)
        for anomaly in Anomaly:
            if anomaly in found:
                self.first_with.setdefault(anomaly, at)

    def found(self) -> Ends:
        return Ends(
            dict(self.classes),
            frozenset(self.combinations),
            {terminal: self._path(at) for terminal, at in self.first.items()},
            {anomaly: self._path(at) for anomaly, at in self.first_with.items()},
        )

    def _path(self, at: int) -> Path:
        steps = []
        source, step = self.came_from[at]
        while step is not None:
            steps.append((step, self.nodes[at][0]))
            at = source
            source, step = self.came_from[at]
        return tuple(reversed(steps))


def _covers(memory: Memory, seen: Memory) -> bool:
    return seen.said <= memory.said and seen.begun <= memory.begun
