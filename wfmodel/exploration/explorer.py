"""Breadth first, every configuration once: the first path to an end of a kind is a shortest one.

>>> found = explore(orchestrate(order), FaultBudget(crashes=1))
>>> found.verdicts
{Verdict.COMMITTED: 3, Verdict.LOST: 1}
>>> found.trace(Verdict.LOST)
('orders reacts to Start', ...)

What it cannot see: beyond the budget; loops gone round more than ``laps`` times (their
configurations are counted as ``cut``); time (anything that is set may fire at any moment, in any
order); other instances.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from wfmodel.designs.messages import LAPS
from wfmodel.designs.system import System
from wfmodel.designs.table import Table
from wfmodel.exploration.budget import FaultBudget
from wfmodel.exploration.configuration import Configuration
from wfmodel.exploration.moves import Moves, Step, StepKind
from wfmodel.exploration.resolution import Anything, Resolution
from wfmodel.exploration.semantics import Semantics
from wfmodel.exploration.verdict import Ending, Verdict, ending_of, verdict_of

Node: TypeAlias = tuple[Configuration, FaultBudget]


@dataclass(frozen=True)
class Exploration:
    """What was found. ``verdicts`` counts resting configurations, in which nothing can happen."""

    states: int
    transitions: int
    verdicts: Mapping[Verdict, int]
    endings: frozenset[Ending]
    trapped: int
    """Configurations from which no resting one can be reached, whatever happens: livelocks."""
    cut: int
    """Configurations beyond ``laps``, which were not looked into."""
    complete: bool
    """Whether the search ended before its limit."""
    traces: Mapping[Verdict, tuple[str, ...]] = field(repr=False)
    """A shortest path to each verdict, a line per step."""

    def trace(self, verdict: Verdict) -> tuple[str, ...]:
        """The shortest path to a verdict.

        Raises:
            KeyError: it was not reached.
        """
        return self.traces[verdict]


def explore(
    system: System,
    budget: FaultBudget | None = None,
    *,
    limit: int = 100_000,
    laps: int = 1,
    resolution: Resolution | None = None,
    table: Table | None = None,
) -> Exploration:
    """Every configuration that one instance can reach while the budget lasts.

    ``limit`` bounds the configurations looked into; ``laps`` how often a loop is gone round.
    ``table`` lets explorations of one system share what they have tabulated.
    """
    table = table or Table(system)
    search = _Search(table, Moves(Semantics(table), resolution or Anything()), limit, laps)
    search.run(budget or FaultBudget())
    return search.result()


class _Search:
    def __init__(self, table: Table, moves: Moves, limit: int, laps: int) -> None:
        self.table = table
        self.moves = moves
        self.limit = limit
        self.laps = laps
        self.numbers: dict[Node, int] = {}
        self.came_from: list[tuple[int, Step | None]] = []
        self.after: list[list[int]] = []
        self.resting: list[int] = []
        self.queue: deque[Node] = deque()
        self.cut: set[int] = set()
        self.complete = True

    def run(self, budget: FaultBudget) -> None:
        semantics = self.moves.semantics
        self._meet((semantics.start(semantics.initial()), budget), -1, None)
        while self.queue:
            if len(self.after) >= self.limit:
                self.complete = False
                return
            self._expand(self.queue.popleft())

    def _expand(self, node: Node) -> None:
        number, found = self.numbers[node], self.moves.of(*node)
        assert number == len(self.after)
        if not found:
            self.resting.append(number)
        if self._beyond(node[0]):
            self.cut.add(number)
            found = []
        self.after.append([self._meet((c, b), number, step) for step, c, b in found])

    def _meet(self, node: Node, source: int, step: Step | None) -> int:
        number = self.numbers.get(node)
        if number is None:
            number = self.numbers[node] = len(self.came_from)
            self.came_from.append((source, step))
            self.queue.append(node)
        return number

    def _beyond(self, config: Configuration) -> bool:
        epochs = [w[1] for cell in config.cells for w in (*cell.work, *cell.choices)]
        epochs += [e for cell in config.cells for _, e in cell.expected]
        return any(_laps(epoch) > self.laps for epoch in epochs)

    # ------------------------------------------------------------------------------ result

    def result(self) -> Exploration:
        configs = list(self.numbers)
        counts: Counter[Verdict] = Counter()
        first: dict[Verdict, int] = {}
        endings = set()
        for number in self.resting:
            verdict = verdict_of(self.table, configs[number][0])
            counts[verdict] += 1
            first.setdefault(verdict, number)
            endings.add(ending_of(self.table, configs[number][0]))
        return Exploration(
            len(self.after),
            sum(map(len, self.after)),
            dict(counts),
            frozenset(endings),
            self._trapped() if self.complete else 0,
            len(self.cut),
            self.complete,
            {verdict: self._path(number) for verdict, number in first.items()},
        )

    def _trapped(self) -> int:
        before: list[list[int]] = [[] for _ in self.after]
        for number, targets in enumerate(self.after):
            for target in targets:
                before[target].append(number)
        reached = set(self.resting) | self.cut
        stack = list(reached)
        while stack:
            fresh = [n for n in before[stack.pop()] if n not in reached]
            reached.update(fresh)
            stack.extend(fresh)
        return len(self.after) - len(reached)

    def _path(self, number: int) -> tuple[str, ...]:
        lines: list[str] = []
        source, step = self.came_from[number]
        while step is not None:
            lines.append(self._words(step))
            source, step = self.came_from[source]
        return tuple(reversed(lines))

    def _words(self, step: Step) -> str:
        table, who = self.table, self.table.names[step.participant]
        if step.number < 0:
            return f"{who} {step.kind}"
        what: object = (
            table.events.values[step.number]
            if step.kind is StepKind.REACT
            else table.messages.values[step.number]
        )
        return f"{who} {step.kind} {what}"


def _laps(epoch: int) -> int:
    """The most laps of any loop that an epoch stands for."""
    most = 0
    while epoch:
        epoch, digit = divmod(epoch, LAPS)
        most = max(most, digit)
    return most
