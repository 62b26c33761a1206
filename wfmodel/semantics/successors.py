"""Every step that a configuration allows, and what each costs, in a fixed order.

Two reductions, neither of which hides an end or an order that a participant can tell: with no
crash to come, a commit and a publication happen at once, because nothing can come between
(``urgent``, which can be switched off); and a failure detector (a step's time-out, a watchdog)
fires for nothing only when all else is still, or while somebody is paused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.enabled_steps import STRIKES, EnabledStep, EnabledSteps, Step, StepKind
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.instance_rules import InstanceRules
from wfmodel.semantics.nondeterminism import Resolution

__all__ = ["Step", "StepKind", "Successor", "Successors"]

Successor: TypeAlias = tuple[Step, Configuration, FaultBudget]


class Successors:
    """The successor function."""

    def __init__(
        self, semantics: InstanceRules, resolution: Resolution, *, urgent: bool = True
    ) -> None:
        self.semantics = semantics
        self.table = semantics.table
        self.own = EnabledSteps(semantics.cell_rules, resolution)
        self.urgent = urgent

    def of(self, config: Configuration, budget: FaultBudget) -> list[Successor]:
        """All moves; empty where the instance rests for good."""
        if self.urgent and not budget.interrupts:
            still = all(not cell.down and not cell.paused for cell in config.cells)
            first = next(self._internal(config, budget), None) if still else None
            if first is not None:
                return [first]
        moves = [*self._internal(config, budget), *self._progress(config, budget)]
        if not moves or any(cell.paused for cell in config.cells):
            moves.extend(self._detections(config, budget, ""))
        else:
            moves.extend(self._detections(config, budget, "timeouts"))
        moves.extend(self._faults(config, budget))
        return moves

    def _made(
        self, config: Configuration, budget: FaultBudget, p: int, moves: Iterable[EnabledStep]
    ) -> Iterator[Successor]:
        for step, after, cost in moves:
            left = budget.spend(cost, self.table.names[p]) if cost else budget
            if left is not None:
                yield step, self.semantics.apply(config, p, after)[0], left

    def _internal(self, config: Configuration, budget: FaultBudget) -> Iterator[Successor]:
        for p, cell in enumerate(config.cells):
            yield from self._made(config, budget, p, self.own.urgent(p, cell))
            if budget.forgets:
                yield from self._made(config, budget, p, self.own.flush(p, cell))

    def _progress(self, config: Configuration, budget: FaultBudget) -> Iterator[Successor]:
        for p, cell in enumerate(config.cells):
            for parcel in self.semantics.channels.next(config.inboxes[p]):
                move = self.own.receive(p, cell, parcel)
                if move is not None:
                    yield from self._made(config, budget, p, [move])
            own = self.own.progress(p, cell, budget)
            yield from self._made(config, budget, p, own)
        for p, cell in enumerate(config.cells):
            yield from self._made(config, budget, p, self.own.answers(p, cell))

    def _detections(
        self, config: Configuration, budget: FaultBudget, cost: str
    ) -> Iterator[Successor]:
        if cost and not getattr(budget, cost):
            return
        for p, cell in enumerate(config.cells):
            moves = (move._replace(cost=cost) for move in self.own.detections(p, cell))
            yield from self._made(config, budget, p, moves)

    # ------------------------------------------------------------------------------ faults

    def _faults(self, config: Configuration, budget: FaultBudget) -> Iterator[Successor]:
        for number in range(STRIKES if budget.interrupts else 0):
            for p, cell in enumerate(config.cells):
                strikes = self.own.strikes(p, cell, budget)
                yield from self._made(config, budget, p, strikes[number])
        names, channels = self.table.names, self.semantics.channels
        if budget.losses and not self.semantics.policy.at_least_once:
            for p, inbox in enumerate(config.inboxes):
                left = budget.spend("losses", names[p])
                for parcel in self.semantics.losable(config, p) if left is not None else ():
                    after = config.with_inbox(p, channels.lose(inbox, parcel))
                    assert left is not None
                    yield Step(StepKind.LOSE, p, parcel[1]), after, left
        if budget.duplicates and not channels.stays:
            for p, inbox in enumerate(config.inboxes):
                left = budget.spend("duplicates", names[p])
                for parcel in dict.fromkeys(inbox) if left is not None else ():
                    after = config.with_inbox(p, channels.double(inbox, parcel))
                    assert left is not None
                    yield Step(StepKind.DUPLICATE, p, parcel[1]), after, left
