"""A state space is numbered: 0 the initial configuration, the others in breadth-first order.

Whatever asks something of a search (a verdict, a property, a story) asks it of a ``StateSpace``, so
that any engine can have made it. ``InterpretedSpace`` is the definition: it calls ``successors``
and keeps what it finds in plain lists.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Protocol, TypeAlias

from wfmodel.designs.table import Table
from wfmodel.display import Tabular
from wfmodel.exploration.symmetry import Reduction
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.loop_bound import is_beyond
from wfmodel.semantics.numbering import Numbering
from wfmodel.semantics.successors import Step, Successors

Progress: TypeAlias = Callable[[int, int], None]
"""(configurations looked into, configurations known): called now and then during a search."""

REPORT_EVERY: Final = 2_000
INTERRUPTED: Final = "interrupted"
"""Why a search is not complete that somebody interrupted."""


class StateSpace(Protocol):
    """What properties and stories need of a search."""

    @property
    def table(self) -> Table:
        """The machines' reactions, and the names of everything."""
        ...

    @property
    def complete(self) -> bool:
        """Whether all that is known was looked into (but for what lies beyond the laps)."""
        ...

    @property
    def stopped(self) -> str:
        """Why the search is not complete; empty where it is."""
        ...

    def __len__(self) -> int:
        """How many configurations are known."""
        ...

    def configuration(self, number: int) -> Configuration:
        """The configuration of a number."""
        ...

    def budget(self, number: int) -> FaultBudget:
        """The faults that are left there."""
        ...

    def successors(self, number: int) -> Sequence[tuple[Step, int]]:
        """Every step from there and where it leads; empty where it was not looked into."""
        ...

    def came_from(self, number: int) -> tuple[int, Step | None]:
        """The number from which it was first met, and the step; (-1, None) for 0."""
        ...

    def is_open(self, number: int) -> bool:
        """Whether its successors are not known: beyond the laps, or the search stopped."""
        ...


class NumberedSpace(Tabular):
    """What shows itself as a state space: each class that is one says so by this base."""


class Listed:
    """Configurations and budgets in a list, by number."""

    def __init__(self) -> None:
        self._nodes: list[tuple[Configuration, FaultBudget]] = []

    def __len__(self) -> int:
        """How many configurations are known."""
        return len(self._nodes)

    def configuration(self, number: int) -> Configuration:
        """The configuration of a number."""
        return self._nodes[number][0]

    def budget(self, number: int) -> FaultBudget:
        """The faults that are left there."""
        return self._nodes[number][1]


def is_fault(space: StateSpace, source: int, target: int) -> bool:
    """Whether a step was paid for: a fault, which nobody owes."""
    return space.budget(source).totals != space.budget(target).totals


class InterpretedSpace(Listed, NumberedSpace):
    """The pure-Python search, which is also the space that it finds.

    With ``symmetry`` a configuration stands for all that differ from it in who is who, if the
    system declares so.
    """

    def __init__(
        self,
        successors: Successors,
        budget: FaultBudget,
        *,
        limit: int,
        laps: int,
        symmetry: bool = False,
    ) -> None:
        super().__init__()
        self.next_steps = successors
        self.table: Table = successors.table
        self.limit = limit
        self.laps = laps
        self.stopped = ""
        self.report_every = REPORT_EVERY
        self.cut: set[int] = set()
        """Configurations beyond the laps, which were not looked into."""
        self._numbers: dict[tuple[Configuration, FaultBudget], int] = {}
        self._came_from: list[tuple[int, Step | None]] = []
        self._after: list[tuple[tuple[Step, int], ...]] = []
        self._queue: deque[int] = deque()
        self.reduction = Reduction.wanted(self.table, Numbering(self.table), symmetry=symmetry)
        if self.reduction is not None:
            self.reduction.check.check_beginning(budget)
        semantics = successors.semantics
        self._meet((semantics.start(semantics.initial()), budget), -1, None)

    @property
    def complete(self) -> bool:
        """Whether all that is known was looked into."""
        return not self.stopped

    @property
    def looked_into(self) -> int:
        """Configurations whose successors are known."""
        return len(self._after)

    def run(self, progress: Progress | None = None) -> None:
        """Search until nothing is left, the limit is met, or somebody interrupts."""
        try:
            while self._queue:
                if len(self._after) >= self.limit:
                    self.stopped = f"limit of {self.limit:,} configurations"
                    return
                self._expand(self._queue[0])
                self._queue.popleft()
                if progress is not None and len(self._after) % self.report_every == 0:
                    progress(len(self._after), len(self._nodes))
        except KeyboardInterrupt:
            self.stopped = INTERRUPTED
            del self._nodes[len(self._came_from) :]  # met, but not yet noted from where

    def _expand(self, number: int) -> None:
        assert number == len(self._after)
        config, budget = self._nodes[number]
        if any(is_beyond(cell, self.laps) for cell in config.cells):
            self.cut.add(number)
            self._after.append(())
            return
        found = self.next_steps.of(config, budget)
        if self.reduction is not None:
            self.reduction.check.follow()
            found = [(step, *self.reduction.of(c, b)) for step, c, b in found]
        self._after.append(tuple((s, self._meet((c, b), number, s)) for s, c, b in found))

    def _meet(self, node: tuple[Configuration, FaultBudget], source: int, step: Step | None) -> int:
        number = self._numbers.get(node)
        if number is None:
            number = self._numbers[node] = len(self._nodes)
            self._nodes.append(node)
            self._came_from.append((source, step))
            self._queue.append(number)
        return number

    # ----------------------------------------------------------------------- a state space

    def successors(self, number: int) -> Sequence[tuple[Step, int]]:
        """Every step from there and where it leads; empty where it was not looked into."""
        return self._after[number] if number < len(self._after) else ()

    def came_from(self, number: int) -> tuple[int, Step | None]:
        """The number from which it was first met, and the step; (-1, None) for 0."""
        return self._came_from[number]

    def is_open(self, number: int) -> bool:
        """Whether its successors are not known."""
        return number >= len(self._after) or number in self.cut


def resting(space: StateSpace) -> list[int]:
    """Configurations in which nothing can happen any more."""
    return [n for n in range(len(space)) if not space.successors(n) and not space.is_open(n)]


def depths_of(space: StateSpace) -> list[int]:
    """Steps from the initial configuration, by number."""
    found = [0] * len(space)
    for number in range(1, len(space)):
        found[number] = found[space.came_from(number)[0]] + 1
    return found


def path_to(space: StateSpace, number: int) -> list[tuple[Step, int]]:
    """A shortest path from the initial configuration: each step and where it leads."""
    found = []
    source, step = space.came_from(number)
    while step is not None:
        found.append((step, number))
        number = source
        source, step = space.came_from(number)
    return found[::-1]
