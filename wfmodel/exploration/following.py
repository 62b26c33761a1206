"""The state space of one run: the configurations along a schedule, and what comes next at its end.

So a property can be asked of a run as it is asked of a search. Nothing is hidden here that a search
may hide: the successor function runs without its reduction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wfmodel.designs.schedule import Act
from wfmodel.designs.system import System
from wfmodel.designs.table import Table
from wfmodel.exploration.budget import FaultBudget
from wfmodel.exploration.configuration import Configuration
from wfmodel.exploration.local import Refused
from wfmodel.exploration.moves import Moves, Step
from wfmodel.exploration.resolution import Anything
from wfmodel.exploration.scheduling import act_of_step
from wfmodel.exploration.semantics import Semantics


class RunSpace:
    """A state space of one run; beyond its end nothing is looked into."""

    complete = True
    stopped = ""

    def __init__(self, system: System, budget: FaultBudget, table: Table | None = None) -> None:
        self.table = table or Table(system)
        semantics = Semantics(self.table)
        self._moves = Moves(semantics, Anything(), urgent=False)
        start = semantics.start(semantics.initial())
        self._nodes: list[tuple[Configuration, FaultBudget]] = []
        self._numbers: dict[tuple[Configuration, FaultBudget], int] = {}
        self._came_from: list[tuple[int, Step | None]] = []
        self._after: dict[int, list[tuple[Step, int]]] = {}
        self.last = self._meet((start, budget), -1, None)

    def follow(self, acts: Iterable[Act]) -> None:
        """Go along a schedule.

        Raises:
            Refused: an act is not possible.
        """
        for act in acts:
            for step, target in self._ahead(self.last):
                if act_of_step(self, self.last, step, target).is_like(act):
                    self._after.setdefault(self.last, []).append((step, target))
                    self.last = target
                    break
            else:
                raise Refused(f"{act} is not possible")
        self._after[self.last] = self._after.get(self.last) or self._ahead(self.last)

    def _ahead(self, number: int) -> list[tuple[Step, int]]:
        found = self._moves.of(*self._nodes[number])
        return [(step, self._meet((config, left), number, step)) for step, config, left in found]

    def _meet(self, node: tuple[Configuration, FaultBudget], source: int, step: Step | None) -> int:
        if node not in self._numbers:
            self._numbers[node] = len(self._nodes)
            self._nodes.append(node)
            self._came_from.append((source, step))
        return self._numbers[node]

    def __len__(self) -> int:
        """How many configurations are known, those next to the run among them."""
        return len(self._nodes)

    def configuration(self, number: int) -> Configuration:
        """The configuration of a number."""
        return self._nodes[number][0]

    def budget(self, number: int) -> FaultBudget:
        """The faults that are left there."""
        return self._nodes[number][1]

    def successors(self, number: int) -> Sequence[tuple[Step, int]]:
        """The step that the run takes; at its end, all steps."""
        return self._after.get(number, [])

    def came_from(self, number: int) -> tuple[int, Step | None]:
        """The number from which it was first met, and the step; (-1, None) for 0."""
        return self._came_from[number]

    def is_open(self, number: int) -> bool:
        """Whether it lies beside or beyond the run."""
        return number not in self._after


def run_space(
    system: System, acts: Iterable[Act], budget: FaultBudget, table: Table | None = None
) -> RunSpace:
    """The space of one run; ``budget`` is that of the search which found it.

    Raises:
        Refused: an act is not possible.
    """
    space = RunSpace(system, budget, table)
    space.follow(acts)
    return space
