"""A configuration with its budget in numbers: each part is numbered by first use.

So equal configurations are equal vectors, and what is done to a part can be tabulated.
"""

from __future__ import annotations

from typing import TypeAlias

from wfmodel.designs.table import Interned, Table
from wfmodel.semantics.configuration import Cell, Configuration, EffectStore, Inbox
from wfmodel.semantics.fault_budget import FaultBudget

Vector: TypeAlias = tuple[int, ...]
"""Cells of all participants, their inboxes, the world, the budget."""


class Numbering:
    """The parts met so far, and vectors over them."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.cells: tuple[Interned[Cell], ...] = tuple(Interned() for _ in table.names)
        self.inboxes: tuple[Interned[Inbox], ...] = tuple(Interned() for _ in table.names)
        self.worlds: Interned[EffectStore] = Interned()
        self.budgets: Interned[FaultBudget] = Interned()

    def vector(self, config: Configuration, budget: FaultBudget) -> Vector:
        """A configuration in numbers."""
        return (
            *(known.number(cell) for known, cell in zip(self.cells, config.cells, strict=True)),
            *(known.number(i) for known, i in zip(self.inboxes, config.inboxes, strict=True)),
            self.worlds.number(config.world),
            self.budgets.number(budget),
        )

    def configuration(self, vector: Vector) -> Configuration:
        """What the numbers stand for."""
        n = len(self.cells)
        cells = tuple(known.values[i] for known, i in zip(self.cells, vector[:n], strict=True))
        inboxes = tuple(
            known.values[i] for known, i in zip(self.inboxes, vector[n : 2 * n], strict=True)
        )
        return Configuration(cells, inboxes, self.worlds.values[vector[2 * n]])

    def budget(self, vector: Vector) -> FaultBudget:
        """What is left of the budget there."""
        return self.budgets.values[vector[-1]]
