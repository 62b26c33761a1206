"""Ends judged one node after another, from a queue: what ``exploration.ends`` does by levels."""

from __future__ import annotations

from collections import Counter

from wfmodel.designs.anomalies import Anomaly, Terminal, primary
from wfmodel.exploration.state_space import StateSpace
from wfmodel.exploration.terminal_states import Ends, Path
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.outcome_monitor import Memory, OutcomeMonitor
from wfmodel.semantics.successors import Step


def naive_ends_of(space: StateSpace) -> Ends:
    product = _Product(space)
    product.run()
    return product.found()


def naive_is_end(space: StateSpace, number: int) -> bool:
    if space.is_open(number):
        return False
    left = space.budget(number)
    return all(space.budget(after) != left for _, after in space.successors(number))


def _settled(space: StateSpace, number: int) -> bool:
    return not space.budget(number).forgets


class _Product:
    def __init__(self, space: StateSpace) -> None:
        self.space = space
        self.observer = OutcomeMonitor(space.table)
        self.nodes: list[tuple[int, Memory]] = []
        self.numbers: dict[tuple[int, Memory], int] = {}
        self.came_from: list[tuple[int, Step | None]] = []
        self.classes: Counter[Terminal] = Counter()
        self.combinations: set[Anomaly] = set()
        self.first: dict[Terminal, int] = {}
        self.first_with: dict[Anomaly, int] = {}
        self.first_remembered: dict[Anomaly, int] = {}
        self._seen: dict[int, Memory] = {}
        self._meet(0, Memory(), -1, None)

    def run(self) -> None:
        at = 0
        while at < len(self.nodes):
            number, memory = self.nodes[at]
            if naive_is_end(self.space, number):
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
                if not _is_forgotten(config):
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
                if self.first_with[anomaly] != at
            },
        )

    def _path(self, at: int) -> Path:
        steps = []
        source, step = self.came_from[at]
        while step is not None:
            steps.append((step, self.nodes[at][0]))
            at = source
            source, step = self.came_from[at]
        return tuple(reversed(steps))


def _is_forgotten(config: Configuration) -> bool:
    known = any(cell.volatile or cell.durable for cell in config.cells)
    return not known and not list(config.effects)


def _covers(memory: Memory, seen: Memory) -> bool:
    return seen.said <= memory.said and seen.begun <= memory.begun
