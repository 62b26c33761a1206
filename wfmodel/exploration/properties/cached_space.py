"""A state space whose steps are kept as arrays: properties walk over it several times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wfmodel.designs.table import Table
from wfmodel.exploration.state_space import StateSpace
from wfmodel.exploration.step_graph import StepGraph, graph_of
from wfmodel.exploration.symmetry.reduction import reduction_of
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.successors import Step

Told: TypeAlias = Callable[..., tuple[NDArray[np.int64], list[Any]]]


class Remembered:
    """The same space; steps and budgets are asked for once."""

    def __init__(self, space: StateSpace) -> None:
        self.space = space
        self.table: Table = space.table
        self.complete = space.complete
        self.stopped = space.stopped
        self.reduction = reduction_of(space)

    @cached_property
    def graph(self) -> StepGraph:
        """All steps, as arrays."""
        return graph_of(self.space)

    @property
    def transitions(self) -> int:
        """How many steps there are."""
        known: int | None = getattr(self.space, "transitions", None)
        return len(self.graph.targets) if known is None else known

    @property
    def cut(self) -> int:
        """How many configurations, of a complete space, were not looked into."""
        known: frozenset[int] | set[int] | None = getattr(self.space, "cut", None)
        return int(self.graph.open.sum()) if known is None else len(known)

    def __len__(self) -> int:
        """How many configurations are known."""
        return len(self.space)

    def configuration(self, number: int) -> Configuration:
        """The configuration of a number."""
        return self.space.configuration(number)

    def budget(self, number: int) -> FaultBudget:
        """The faults that are left there."""
        return self.graph.left[int(self.graph.budgets[number])]

    def successors(self, number: int) -> Sequence[tuple[Step, int]]:
        """Every step from there and where it leads."""
        return self.graph.successors(number)

    def came_from(self, number: int) -> tuple[int, Step | None]:
        """The number from which it was first met, and the step."""
        return self.space.came_from(number)

    def is_open(self, number: int) -> bool:
        """Whether its successors are not known."""
        return bool(self.graph.open[number])

    @property
    def told(self) -> Told | None:
        """``PackedSpace.told``, where the space has one."""
        found: Told | None = getattr(self.space, "told", None)
        return found
