"""A state space that remembers what it was asked: properties walk over it several times.

A packed space works out a state's steps whenever it is asked for them. For spaces of moderate size
that is worth keeping; beyond ``MOST_STATES`` memory is worth more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from wfmodel.designs.table import Table
from wfmodel.exploration.budget import FaultBudget
from wfmodel.exploration.configuration import Configuration
from wfmodel.exploration.moves import Step
from wfmodel.exploration.space import StateSpace
from wfmodel.exploration.symmetry.reduction import reduction_of

MOST_STATES: Final = 2_000_000


class Remembered:
    """The same space; steps and budgets are asked for once."""

    def __init__(self, space: StateSpace) -> None:
        self.space = space
        self.table: Table = space.table
        self.complete = space.complete
        self.stopped = space.stopped
        self.reduction = reduction_of(space)
        self._keeps = len(space) <= MOST_STATES
        self._steps: dict[int, Sequence[tuple[Step, int]]] = {}
        self._budgets: dict[int, FaultBudget] = {}

    def __len__(self) -> int:
        """How many configurations are known."""
        return len(self.space)

    def configuration(self, number: int) -> Configuration:
        """The configuration of a number."""
        return self.space.configuration(number)

    def budget(self, number: int) -> FaultBudget:
        """The faults that are left there."""
        found = self._budgets.get(number)
        if found is None:
            found = self.space.budget(number)
            if self._keeps:
                self._budgets[number] = found
        return found

    def successors(self, number: int) -> Sequence[tuple[Step, int]]:
        """Every step from there and where it leads."""
        found = self._steps.get(number)
        if found is None:
            found = self.space.successors(number)
            if self._keeps:
                self._steps[number] = found
        return found

    def came_from(self, number: int) -> tuple[int, Step | None]:
        """The number from which it was first met, and the step."""
        return self.space.came_from(number)

    def is_open(self, number: int) -> bool:
        """Whether its successors are not known."""
        return self.space.is_open(number)
