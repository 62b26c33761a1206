"""How an instance ended, judged as ``designs.anomalies`` says, from a configuration and its past.

A configuration does not show all that the judgement needs: a verdict that a crash made the process
forget was still a verdict. So a monitor goes along a path and remembers what was ever said.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from wfmodel.designs.anomalies import LASTING, Anomaly, EffectCount, Judge, Past, Terminal
from wfmodel.designs.commit_policy import CommitPolicy
from wfmodel.designs.history import steps_of
from wfmodel.designs.state import Status, View
from wfmodel.designs.table import Table
from wfmodel.model.flow import Flow
from wfmodel.semantics.configuration import Cell, Configuration

Verdict: TypeAlias = Terminal
"""The one class of an end, the same that metrics count."""


@dataclass(frozen=True, slots=True)
class Ending:
    """The verdicts that participants hold, and each step's standing effects."""

    statuses: tuple[Status, ...]
    effects: tuple[tuple[int, int], ...]
    """(step, how often its effect stands over all visits), without zeros."""


def ending_of(table: Table, config: Configuration) -> Ending:
    """Who believes what, and what stands."""
    views = (table.view(p, cell.volatile) for p, cell in enumerate(config.cells))
    statuses = sorted({view.status for view in views if view.status.is_final})
    return Ending(tuple(statuses), _standing(config.effects))


def _standing(effects: Iterable[EffectCount]) -> tuple[tuple[int, int], ...]:
    net: dict[int, int] = {}
    for effect in effects:
        net[effect.node] = net.get(effect.node, 0) + effect.net
    return tuple(sorted((node, count) for node, count in net.items() if count))


@dataclass(frozen=True, slots=True)
class Memory:
    """What an observer has seen so far. ``begun`` holds visits, of steps in loops only."""

    said: frozenset[Status] = frozenset()
    begun: frozenset[tuple[int, int]] = frozenset()

    def __or__(self, other: Memory) -> Memory:
        """What both have seen."""
        return Memory(self.said | other.said, self.begun | other.begun)

    @property
    def past(self) -> Past:
        """As the judgement wants it."""
        nodes = [node for node, _ in self.begun]
        return Past(self.said, frozenset(node for node in nodes if nodes.count(node) > 1))


class OutcomeMonitor:
    """Looks at one configuration after another of a path, and judges the last.

    What a store says is the durable state, with persistence ``memory`` the volatile one. A log
    whose flush nothing can forestall (``settled``: no crash is to come) is as good as flushed.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self._judge = Judge.of(steps_of(table.system.flow))
        self._policy = CommitPolicy.of(table.system.knobs)
        self._in_loops = _in_loops(table.system.flow) & self._judge.effects
        self._said: dict[tuple[int, int], frozenset[Status]] = {}

    def sees(self, config: Configuration, *, settled: bool = False) -> Memory:
        """What one configuration adds to what is remembered."""
        said: frozenset[Status] = frozenset()
        for participant, cell in enumerate(config.cells):
            key = (participant, self._stored(cell, settled))
            lasting = self._said.get(key)
            if lasting is None:
                lasting = self._said[key] = self._status(*key)
            said |= lasting
        return Memory(said, self._begun(config) if self._in_loops else frozenset())

    def adds(self, participant: int, cell: Cell) -> Hashable:
        """What of a cell decides what it adds to ``sees``, settled or not."""
        said = (self._status(participant, self._stored(cell, settled)) for settled in (False, True))
        work = tuple(cell.work) if self._in_loops else ()
        return (*said, work)

    def _status(self, participant: int, state: int) -> frozenset[Status]:
        return frozenset({self.table.view(participant, state).status}) & LASTING

    def _stored(self, cell: Cell, settled: bool) -> int:
        lasts = self._policy.memory or (self._policy.log and settled)
        return cell.volatile if lasts else cell.durable

    def _begun(self, config: Configuration) -> frozenset[tuple[int, int]]:
        work = (each for cell in config.cells for each in cell.work)
        return frozenset((node, epoch) for node, epoch, _ in work if node in self._in_loops)

    def views(self, config: Configuration, *, settled: bool = False) -> tuple[View, ...]:
        """What every participant's store says."""
        return tuple(
            self.table.view(p, self._stored(cell, settled)) for p, cell in enumerate(config.cells)
        )

    def anomalies(self, config: Configuration, memory: Memory, *, settled: bool = False) -> Anomaly:
        """All that is wrong with an instance that ends here, after what is remembered."""
        views = self.views(config, settled=settled)
        return self._judge.anomalies(views, config.effects, memory.past)


def _in_loops(flow: Flow) -> frozenset[int]:
    """Nodes that a run can visit again: on a circle, or inside a fork that is."""
    after = [{edge.target for edge in node.edges} for node in flow.nodes]
    circles = {node.index for node in flow.nodes if node.index in _reachable(after, node.index)}
    again = {
        scope.index
        for scope in flow.scopes
        if any(fork in circles for fork in _forks_around(flow, scope.index))
    }
    return frozenset(circles | {node.index for node in flow.nodes if node.scope in again})


def _reachable(after: list[set[int]], start: int) -> set[int]:
    met: set[int] = set()
    stack = list(after[start])
    while stack:
        node = stack.pop()
        if node not in met:
            met.add(node)
            stack.extend(after[node])
    return met


def _forks_around(flow: Flow, scope: int | None) -> Iterable[int]:
    while scope is not None:
        fork = flow.scopes[scope].fork
        if fork is not None:
            yield fork
        scope = flow.scopes[scope].parent
