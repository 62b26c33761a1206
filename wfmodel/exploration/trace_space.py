"""The state space of one run: the configurations along a schedule, and nothing beside them.

So a property can be asked of a run as it is asked of a search. Nothing is hidden here that a search
may hide: the successor function runs without its reduction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wfmodel.designs.system import System
from wfmodel.designs.table import Table
from wfmodel.designs.trace_script import Act
from wfmodel.exploration.scheduling import act_between
from wfmodel.exploration.state_space import Listed
from wfmodel.semantics.after import Refused
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.instance_rules import InstanceRules
from wfmodel.semantics.nondeterminism import Anything
from wfmodel.semantics.successors import Step, Successor, Successors


class RunSpace(Listed):
    """A state space of one run; beyond its end nothing is looked into."""

    complete = True
    stopped = ""

    def __init__(
        self,
        system: System,
        budget: FaultBudget,
        table: Table | None = None,
    ) -> None:
        super().__init__()
        self.table = table or Table(system)
        semantics = InstanceRules.under(self.table, budget)
        self._successors = Successors(semantics, Anything(), urgent=False)
        self._looked: dict[int, list[Successor]] = {}
        start = semantics.start(semantics.initial())
        self._numbers: dict[tuple[Configuration, FaultBudget], int] = {}
        self._came_from: list[tuple[int, Step | None]] = []
        self._after: dict[int, list[tuple[Step, int]]] = {}
        self._open: set[int] = set()
        self.last = self._meet((start, budget), -1, None)

    def follow(self, acts: Iterable[Act]) -> None:
        """Go along a schedule.

        Raises:
            Refused: an act is not possible.
        """
        for act in acts:
            self.take(act)
        self._look(self.last)

    def options(self) -> tuple[Act, ...]:
        """What may come next, in the order of the successor function."""
        source = self.last
        return tuple(self._act(source, step, after) for step, after, _ in self._look(source))

    def owed(self) -> tuple[Act, ...]:
        """What may come next and costs nothing."""
        source, left = self.last, self.budget(self.last)
        found = self._look(source)
        return tuple(self._act(source, step, c) for step, c, b in found if b == left)

    def take(self, act: Act) -> None:
        """Go one act further.

        Raises:
            Refused: it is not possible.
        """
        self.last = self._target(act)

    def _target(self, act: Act) -> int:
        source = self.last
        for step, config, left in self._look(source):
            if self._act(source, step, config).is_like(act):
                target = self._meet((config, left), source, step)
                if (step, target) not in self._after[source]:
                    self._after[source].append((step, target))
                return target
        raise Refused(f"{act} is not possible")

    def _act(self, source: int, step: Step, config: Configuration) -> Act:
        return act_between(self.table, self._nodes[source][0], step, config)

    def _look(self, number: int) -> list[Successor]:
        """What is possible; it is open as long as something other than a fault is."""
        found = self._looked.get(number)
        if found is None:
            config, budget = self._nodes[number]
            found = self._looked[number] = self._successors.of(config, budget)
            self._after.setdefault(number, [])
            if any(left == budget for _, _, left in found):
                self._open.add(number)
        return found

    def _meet(self, node: tuple[Configuration, FaultBudget], source: int, step: Step | None) -> int:
        if node not in self._numbers:
            self._numbers[node] = len(self._nodes)
            self._nodes.append(node)
            self._came_from.append((source, step))
        return self._numbers[node]

    def successors(self, number: int) -> Sequence[tuple[Step, int]]:
        """The step that the run takes."""
        return self._after[number]

    def came_from(self, number: int) -> tuple[int, Step | None]:
        """The number from which it was first met, and the step; (-1, None) for 0."""
        return self._came_from[number]

    def is_open(self, number: int) -> bool:
        """Whether something other than a fault could happen there that the run leaves out."""
        return number in self._open


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
