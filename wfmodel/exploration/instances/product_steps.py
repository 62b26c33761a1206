"""What several instances may do next: each its own moves, all together what their processes do.

Instances share their processes and the budget, and nothing else. So a crash, a restart, a pause and
its end happen in every instance at once; everything else happens in one, and leaves the others as
they are. Whether all else is still, so that a failure detector fires for nothing, is a question
about the detector's own instance: what another instance does brings it no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from wfmodel.designs.fault_costs import PROCESS_FAULTS
from wfmodel.designs.table import Interned
from wfmodel.exploration.instances.single_instance import SHARED, Arc, InstanceSteps, Singles
from wfmodel.exploration.packed.expansion import Expanded
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.numbering import Vector
from wfmodel.semantics.successors import Step

STRIKING: Final = (*PROCESS_FAULTS, "losses", "duplicates")
"""Faults that come by themselves; the others are ways in which a step goes."""

EVERYBODY: Final = -1
"""In place of an instance: all of them."""


class JointStep(NamedTuple):
    """A step of one instance (its place in the vector), or of ``EVERYBODY``."""

    instance: int
    step: Step
    paid: bool
    """It is a fault, or a time-out before its time."""


class ProductTables:
    """The numbers that make a vector: a single for each instance, and what the total leaves."""

    def __init__(self, singles: Singles, instances: int) -> None:
        self.singles = singles
        self.instances = instances
        self.budgets: Interned[FaultBudget] = Interned()
        self.acts: Interned[JointStep] = Interned()
        self._spends: dict[tuple[int, str, int], int] = {}

    def sizes(self) -> list[int]:
        """How many values each place of a vector has had so far."""
        return [len(self.singles)] * self.instances + [len(self.budgets.values)]

    def size_bytes(self) -> int:
        """Memory of what is tabulated, roughly."""
        return self.singles.size_bytes()

    def spend(self, budget: int, cost: str, participant: int) -> int:
        """The total after one more fault at a participant, -1 if there is none left."""
        if not cost:
            return budget
        key = (budget, cost, participant)
        found = self._spends.get(key)
        if found is None:
            name = self.singles.table.names[participant]
            left = self.budgets.values[budget].spend(cost, name)
            found = self._spends[key] = -1 if left is None else self.budgets.number(left)
        return found


class Together:
    """The successor function over vectors: singles, then the total. With ``symmetry`` in order."""

    def __init__(self, tables: ProductTables, *, symmetry: bool) -> None:
        self.tables = tables
        self.singles = tables.singles
        self.urgent = tables.singles.successors.urgent
        self.symmetry = symmetry

    def first(self, budget: FaultBudget) -> Vector:
        """Every instance at its beginning."""
        return (*[self.singles.first] * self.tables.instances, self.tables.budgets.number(budget))

    def of(self, vector: Vector) -> Expanded:
        """All successors of a vector, whether it rests, and whether it is cut."""
        looked = [self.singles.look(number) for number in vector[:-1]]
        if any(look.beyond for look in looked):
            return Expanded([], rests=False, cut=True)
        number = self.tables.acts.number
        arcs = [(number(act), self.canonical(after)) for act, after in self.acts(vector, looked)]
        return Expanded(arcs, not arcs, cut=False)

    def canonical(self, vector: Vector) -> Vector:
        """The one of all vectors that differ in which instance is which."""
        return (*sorted(vector[:-1]), vector[-1]) if self.symmetry else vector

    def acts(self, vector: Vector, looked: list[InstanceSteps]) -> list[tuple[JointStep, Vector]]:
        """Every act, and the vector that follows, with everybody in its place.

        Where no process fault is to come, what is due at once is: the first commit or publication
        of each instance that has any, and nothing else.
        """
        budget = self.tables.budgets.values[vector[-1]]
        if self.urgent and looked[0].up and not budget.interrupts:
            due = [
                act
                for place, look in enumerate(looked)
                for act in self._taken(vector, place, look.settled[:1])
            ]
            if due:
                return due
        found: list[tuple[JointStep, Vector]] = []
        for place, look in enumerate(looked):
            found += self._own(vector, place, look, budget)
        return found

    def _own(
        self, vector: Vector, place: int, look: InstanceSteps, budget: FaultBudget
    ) -> Iterator[tuple[JointStep, Vector]]:
        """The moves of one instance; what a process does is told with the first."""
        spend, b = self.tables.spend, vector[-1]
        goes_on = [
            arc
            for arc in (*(look.internal if budget.crashes else look.settled), *look.progress)
            if not arc.cost or spend(b, arc.cost, arc.step.participant) >= 0
        ]
        yield from self._taken(vector, place, goes_on)
        single, singles = vector[place], self.singles
        if not goes_on or look.paused:
            yield from self._taken(vector, place, singles.waited(single))
        elif budget.timeouts:
            yield from self._taken(vector, place, singles.early(single))
        if any(getattr(budget, kind) for kind in STRIKING):
            yield from self._taken(vector, place, singles.faults(single))

    def _taken(
        self, vector: Vector, place: int, arcs: Iterable[Arc]
    ) -> Iterator[tuple[JointStep, Vector]]:
        for step, target, cost in arcs:
            left = self.tables.spend(vector[-1], cost, step.participant)
            if left < 0:
                continue
            if step.kind not in SHARED:
                after = (*vector[:place], target, *vector[place + 1 : -1], left)
                yield JointStep(place, step, bool(cost)), after
            elif place == 0:
                struck = (self.singles.struck(number, step) for number in vector[:-1])
                yield JointStep(EVERYBODY, step, bool(cost)), (*struck, left)
