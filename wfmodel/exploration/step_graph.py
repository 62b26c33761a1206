"""The steps of a state space as arrays, for questions about all of them at once.

Arcs are in the order of the successor function, and everything here keeps to it: a walk over arrays
meets configurations in the order in which a queue would.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfmodel.designs.table import Interned
from wfmodel.exploration.state_space import StateSpace
from wfmodel.semantics.configuration import Cell, Inbox
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.successors import Step

Numbers = NDArray[np.int64]
Marks = NDArray[np.bool_]


BYTES_PER_ARC: Final = 24
"""Target, action, source, whether it is a fault; and what walks over arcs take meanwhile."""
BYTES_PER_STATE: Final = 40


class TooManySteps(MemoryError):  # noqa: N818 - it says what there is too much of
    """A space's steps do not fit beside it into the memory that its search was given."""


def check_room(states: int, arcs: int, taken: int, memory_bytes: int) -> None:
    """Refuse what does not fit.

    Raises:
        TooManySteps: it does not; the text says how much it would take.
    """
    needed = BYTES_PER_ARC * arcs + BYTES_PER_STATE * states
    if taken + needed > memory_bytes:
        raise TooManySteps(
            f"its {arcs:,} steps take some {needed / 2**30:.1f} GiB beside the"
            f" {taken / 2**30:.1f} GiB of the states, and the memory limit is"
            f" {memory_bytes / 2**30:.1f} GiB"
        )


@dataclass(frozen=True)
class StepGraph:
    """n configurations and m arcs: those of i are ``offsets[i]`` until ``offsets[i + 1]``."""

    offsets: Numbers
    """Of shape (n + 1,)."""
    targets: NDArray[np.uint32]
    """Where each arc leads: of shape (m,)."""
    actions: NDArray[np.uint32]
    """The step of each arc, as a place in ``steps``: of shape (m,)."""
    steps: Sequence[Step]
    budgets: NDArray[np.uint32]
    """What is left at each configuration, as a place in ``left``: of shape (n,)."""
    left: Sequence[FaultBudget]
    open: Marks
    """Whether its arcs are not known: of shape (n,)."""

    def __len__(self) -> int:
        """Configurations."""
        return len(self.open)

    def successors(self, number: int) -> tuple[tuple[Step, int], ...]:
        """Every step from there and where it leads."""
        first, last = self.offsets[number : number + 2].tolist()
        actions, targets = self.actions[first:last].tolist(), self.targets[first:last].tolist()
        return tuple((self.steps[a], t) for a, t in zip(actions, targets, strict=True))

    @cached_property
    def sources(self) -> NDArray[np.uint32]:
        """Where each arc begins: of shape (m,)."""
        return np.repeat(np.arange(len(self), dtype=np.uint32), np.diff(self.offsets))

    @cached_property
    def faults(self) -> Marks:
        """Which arcs are paid for, and so owed by nobody: of shape (m,)."""
        totals: Interned[tuple[int, ...]] = Interned()
        total = np.array([totals.number(left.totals) for left in self.left], dtype=np.int64)
        changes: Marks = total[self.budgets[self.sources]] != total[self.budgets[self.targets]]
        return changes

    @cached_property
    def ends(self) -> Marks:
        """Where nothing but another fault can happen: of shape (n,)."""
        owed = np.zeros(len(self), dtype=np.bool_)
        owed[self.sources[~self.faults]] = True
        return ~self.open & ~owed

    def arcs_of(self, numbers: Numbers) -> Numbers:
        """All arcs that begin at these, in order."""
        first = self.offsets[numbers]
        return ranges(first, self.offsets[numbers + 1] - first)

    def spread(self, starts: Numbers, into: Marks, *, along: Marks | None = None) -> Spread:
        """Breadth first from ``starts``, over arcs ``along`` into configurations ``into``."""
        reached = np.zeros(len(self), dtype=np.bool_)
        reached[starts] = True
        levels, arcs = [starts], [np.full(len(starts), -1, dtype=np.int64)]
        while len(levels[-1]):
            found = self.arcs_of(levels[-1])
            targets = self.targets[found]
            fresh = into[targets] & ~reached[targets]
            if along is not None:
                fresh &= along[found]
            found, targets = found[fresh], targets[fresh]
            first = firsts(targets)
            levels.append(targets[first].astype(np.int64))
            arcs.append(found[first])
            reached[levels[-1]] = True
        return Spread(reached, np.concatenate(levels), np.concatenate(arcs))


def _nothing(_part: object) -> Hashable:
    return None


class Projection(NamedTuple):
    """What a question sees of each kind of part; by default nothing."""

    cell: Callable[[int, Cell], Hashable]
    """Given the participant, too."""
    inbox: Callable[[Inbox], Hashable] = _nothing
    world: Callable[[Any], Hashable] = _nothing
    budget: Callable[[FaultBudget], Hashable] = _nothing


class Spread(NamedTuple):
    """What a walk reached: ``order``, nearest first, and by which arc each (-1: a start)."""

    reached: Marks
    order: Numbers
    arcs: Numbers


def ranges(first: Numbers, counts: Numbers) -> Numbers:
    """``counts[i]`` numbers from ``first[i]`` on, one run after another."""
    before = np.cumsum(counts) - counts
    found: Numbers = np.repeat(first - before, counts) + np.arange(int(counts.sum()))
    return found


def firsts(values: NDArray[np.integer]) -> Numbers:
    """The places at which a value comes for the first time, ascending."""
    _, places = np.unique(values, return_index=True)
    ascending: Numbers = np.sort(places)
    return ascending


def graph_of(space: StateSpace) -> StepGraph:
    """The graph of a space: its own, or made by asking for every configuration's steps."""
    known: StepGraph | None = getattr(space, "graph", None)
    return _asked(space) if known is None else known


def _asked(space: StateSpace) -> StepGraph:
    everywhere = range(len(space))
    steps: Interned[Step] = Interned()
    left: Interned[FaultBudget] = Interned()
    counts = np.zeros(len(space) + 1, dtype=np.int64)
    arcs: list[tuple[int, int]] = []
    for number in everywhere:
        arcs += ((steps.number(step), target) for step, target in space.successors(number))
        counts[number + 1] = len(arcs)
    table = np.array(arcs, dtype=np.uint32).reshape(-1, 2)
    return StepGraph(
        counts,
        np.ascontiguousarray(table[:, 1]),
        np.ascontiguousarray(table[:, 0]),
        steps.values,
        np.fromiter((left.number(space.budget(n)) for n in everywhere), np.uint32, len(space)),
        left.values,
        np.fromiter((space.is_open(n) for n in everywhere), np.bool_, len(space)),
    )


def steps_along(graph: StepGraph, arcs: Sequence[int]) -> Iterator[tuple[Step, int]]:
    """The step of each arc, and where it leads."""
    for arc in arcs:
        yield graph.steps[int(graph.actions[arc])], int(graph.targets[arc])
