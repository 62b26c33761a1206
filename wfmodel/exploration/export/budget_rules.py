"""A fault budget as counters: a total per kind, and a bound for a participant that has one."""

from __future__ import annotations

from typing import Final

from wfmodel.designs.fault_costs import COSTS
from wfmodel.exploration.export.identifiers import at, positive
from wfmodel.exploration.export.program import Add, Expression, Operation
from wfmodel.semantics.fault_budget import FAULTS, UNLIMITED, FaultBudget

NOT_EXPORTED: Final = tuple(kind for kind, cost in COSTS.items() if not cost.exported)


class Budget:
    """What guards a fault, and what it costs."""

    def __init__(self, budget: FaultBudget, participants: tuple[str, ...]) -> None:
        self.unlimited = budget.timeouts == UNLIMITED
        totals = {name: getattr(budget, name) for name in FAULTS if name not in NOT_EXPORTED}
        if self.unlimited:
            del totals["timeouts"]
        self.bounds = {
            (bound.kind, participants.index(bound.participant)): bound.left
            for bound in budget.bounds
            if bound.participant in participants
        }
        bounds = {at(kind, p): left for (kind, p), left in self.bounds.items()}
        self.counters: dict[str, int] = {**totals, **bounds}
        """Variables and what they begin with."""

    def spend(self, kind: str, p: int) -> tuple[tuple[Expression, ...], tuple[Operation, ...]]:
        """When a fault may strike a participant, and what it uses up."""
        if kind == "timeouts" and self.unlimited:
            return (), ()
        names = [kind, *([at(kind, p)] if (kind, p) in self.bounds else [])]
        return tuple(map(positive, names)), tuple(Add(name, -1) for name in names)
