"""What walks saw, as a state space: that of a search which was stopped before it was complete.

Every state that a walk was in is known with all its steps, so whatever is asked of a search can be
asked of it, and a run that is told is a shortest one of all that can be put together from the steps
that were seen. What was not seen is open, as in any search that was stopped: a property is violated
or undecided, and never holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from wfmodel.designs.table import Table
from wfmodel.exploration.packed.expansion import Expansion
from wfmodel.exploration.properties.property_answer import Trace
from wfmodel.exploration.state_space import INTERRUPTED, NumberedSpace
from wfmodel.exploration.walking.coverage import Coverage, Covering
from wfmodel.exploration.walking.walked_graph import ExpandedState, WalkedGraph
from wfmodel.exploration.walking.walker import (
    FAULT_SHARES,
    MOST_STEPS,
    Draw,
    Stopped,
    Walker,
)
from wfmodel.semantics.component_tables import ComponentTables
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.instance_rules import InstanceRules
from wfmodel.semantics.nondeterminism import Anything, Resolution
from wfmodel.semantics.successors import Step, Successors


class WalkedSpace(NumberedSpace):
    """The states that are known after walks, by number, 0 the initial one, breadth first."""

    complete = False

    def __init__(self, graph: WalkedGraph, covering: Covering, why: str) -> None:
        self.coverage: Coverage = covering.total(graph)
        """How much it is."""
        self.why = why
        """Why there were no more walks; empty where all that were asked for were taken."""
        self.tables = graph.tables
        self.table: Table = graph.tables.table
        self._graph = graph
        self._first = covering.first
        self._order: list[int] = [0]
        self._numbers: dict[int, int] = {0: 0}
        self._came_from: list[tuple[int, Step | None]] = [(-1, None)]
        self._number_all()

    def _number_all(self) -> None:
        steps = self.tables.steps.values
        for number, old in enumerate(self._order):  # grows while it is gone through
            known = self._looked(old)
            for action, target in known.arcs if known is not None else ():
                if target not in self._numbers:
                    self._numbers[target] = len(self._order)
                    self._order.append(target)
                    self._came_from.append((number, steps[action]))

    def _looked(self, old: int) -> ExpandedState | None:
        """What is known of a state that a whole walk was in: so which walks were not finished, and
        how far they came, does not show.
        """
        return self._graph.looked[old] if old in self._first else None

    @property
    def stopped(self) -> str:
        """Why it is not complete."""
        ended = f" ({self.why})" if self.why else ""
        return f"{self.coverage.walks:,} random walks{ended}"

    def __len__(self) -> int:
        """How many configurations are known."""
        return len(self._order)

    def configuration(self, number: int) -> Configuration:
        """The configuration of a number."""
        return self.tables.configuration(self._graph.vectors[self._order[number]])

    def budget(self, number: int) -> FaultBudget:
        """The faults that are left there."""
        return self.tables.budget(self._graph.vectors[self._order[number]])

    def successors(self, number: int) -> Sequence[tuple[Step, int]]:
        """Every step from there and where it leads; empty where no walk was in it."""
        known = self._looked(self._order[number])
        steps = self.tables.steps.values
        arcs = () if known is None else known.arcs
        return tuple((steps[action], self._numbers[target]) for action, target in arcs)

    def came_from(self, number: int) -> tuple[int, Step | None]:
        """The number before it on a shortest way, and the step; (-1, None) for 0."""
        return self._came_from[number]

    def is_open(self, number: int) -> bool:
        """Whether its successors are not known: beyond the laps, or no walk was in it."""
        known = self._looked(self._order[number])
        return known is None or known.cut

    def is_seen(self, number: int) -> bool:
        """Whether some walk was in it."""
        return self._order[number] in self._first

    def known_after(self, trace: Trace) -> int:
        """After how many walks, in order of their numbers, all steps of a run had been seen."""
        first = self._first
        met = (first[old] for old in map(self._order.__getitem__, trace.numbers) if old in first)
        return 1 + max(met, default=-1)


def walk_space(
    table: Table,
    budget: FaultBudget | None = None,
    *,
    walks: Iterable[int],
    draw: Draw,
    laps: int = 1,
    resolution: Resolution | None = None,
    urgent: bool = True,
    shares: tuple[float, ...] = FAULT_SHARES,
    most_steps: int = MOST_STEPS,
    limit: int | None = None,
    is_over: Callable[[], bool] = lambda: False,
) -> WalkedSpace:
    """The part of a system's state space that these walks see, while the budget lasts.

    The space is the one that ``packed.search`` would search, with interchangeable participants told
    apart. The result is the same whatever the order of ``walks``, as long as all of them are taken:
    no more are begun when ``is_over`` says so, when more than ``limit`` states are known, or after
    a ``KeyboardInterrupt``, and ``why`` says which.
    """
    budget = budget or FaultBudget()
    semantics = InstanceRules.under(table, budget)
    successors = Successors(semantics, resolution or Anything(), urgent=urgent)
    tables = ComponentTables(table, successors, budget, laps)
    first = tables.vector(semantics.start(semantics.initial()), budget)
    graph, covering, why = WalkedGraph(Expansion(tables), first), Covering(), ""
    walker = Walker(graph, draw, shares=shares, most_steps=most_steps, limit=limit)
    try:
        for walk in walks:
            if is_over():
                why = "the time was up"
                break
            covering.add(walk, *walker.walk(walk))
    except Stopped:
        why = f"limit of {limit:,} states"
    except KeyboardInterrupt:
        why = INTERRUPTED
    return WalkedSpace(graph, covering, why)
