"""What may be asked of a space reduced by symmetry, where one configuration stands for many.

A question about reachable configurations may, if its predicates do not depend on who is who: they
are asked of every configuration that one stands for, and one that answers differently is refused.
(Exchanges of neighbours make all arrangements; to look at the neighbours of the one that stands for
the others would not be enough.) Where these are too many a sample of them is asked, and the answers
say so. A question about steps or endless runs may not be asked: in a reduced space a loop can be
one that nobody goes round.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, Protocol

from wfmodel.exploration.properties.visible_state import Observation, Predicate
from wfmodel.exploration.state_space import StateSpace
from wfmodel.exploration.symmetry import Reduction
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.numbering import Vector
from wfmodel.semantics.successors import Step

MOST_LOOKS: Final = 20_000
"""Configurations that predicates are asked of, exchanged ones included; then it is a sample."""

SAMPLED: Final = "claims were compared on a sample of their exchanges"

Swaps = tuple[tuple[int, int], ...]


class Asks(Protocol):
    """A property, as far as it matters here."""

    def predicates(self) -> tuple[Predicate, ...]:
        """What is asked of every configuration."""
        ...


class Compared(NamedTuple):
    """Where predicates depend on who is who: the number of a configuration, by predicate."""

    differing: dict[Predicate, int]
    sampled: bool
    """Whether some configuration was not looked at."""


class Exchanged:
    """A space in which participants have changed places."""

    def __init__(self, space: StateSpace, reduction: Reduction, swaps: Swaps) -> None:
        self.space = space
        self.reduction = reduction
        self.swaps = swaps
        self.table = space.table
        self.complete, self.stopped = space.complete, space.stopped

    def _node(self, number: int) -> tuple[Configuration, FaultBudget]:
        numbering = self.reduction.numbering
        vector = numbering.vector(self.space.configuration(number), self.space.budget(number))
        for i, j in self.swaps:
            vector = self.reduction.swapped(vector, i, j)
        return numbering.configuration(vector), numbering.budget(vector)

    def __len__(self) -> int:
        """How many configurations are known."""
        return len(self.space)

    def configuration(self, number: int) -> Configuration:
        """The configuration of a number, exchanged."""
        return self._node(number)[0]

    def budget(self, number: int) -> FaultBudget:
        """The faults that are left there, exchanged."""
        return self._node(number)[1]

    def successors(self, number: int) -> Sequence[tuple[Step, int]]:
        """Every step from there and where it leads; the steps are those of the space."""
        return self.space.successors(number)

    def came_from(self, number: int) -> tuple[int, Step | None]:
        """The number from which it was first met, and the step."""
        return self.space.came_from(number)

    def is_open(self, number: int) -> bool:
        """Whether its successors are not known."""
        return self.space.is_open(number)


def refusals(
    space: StateSpace, reduction: Reduction, asked: Sequence[Asks]
) -> tuple[list[str], bool]:
    """Why each property cannot be asked of a reduced space, empty if it can; and whether only a
    sample of what it stands for was looked at to say so.
    """
    by_states = [each for each in asked if getattr(each, "by_states", False)]
    found = depends_on_who(space, reduction, (p for each in by_states for p in each.predicates()))
    return [_refusal(each, found) for each in asked], found.sampled


def _refusal(asked: Asks, found: Compared) -> str:
    if not getattr(asked, "by_states", False):
        return "it is about steps or endless runs, which a search reduced by symmetry does not show"
    for predicate in asked.predicates():
        if predicate in found.differing:
            return f"{predicate.words!r} tells participants apart that the search did not"
    return ""


def depends_on_who(
    space: StateSpace, reduction: Reduction, predicates: Iterable[Predicate]
) -> Compared:
    """Which predicates say something else of a configuration once participants are exchanged."""
    comparing = _Comparing(space, predicates)
    # First some of every configuration, so that what is left out at last is of all kinds.
    first = max(sum(map(len, reduction.groups)), MOST_LOOKS // max(len(space), 1))
    unfinished = []
    for number in _spread(len(space), first):
        others = arrangements(space, reduction, number)
        if comparing.goes_on(number, others, first):
            unfinished.append((number, others))
        if comparing.is_over:
            break
    for number, others in unfinished:
        if not comparing.is_over:
            comparing.goes_on(number, others, MOST_LOOKS)
    return Compared(comparing.differing, comparing.is_over and bool(comparing.left))


class _Comparing:
    """Predicates that have said the same so far, and those that have not."""

    def __init__(self, space: StateSpace, predicates: Iterable[Predicate]) -> None:
        self.space = space
        self.left = dict.fromkeys(predicates)
        self.differing: dict[Predicate, int] = {}
        self.looks = 0
        self.is_over = not self.left
        """Nothing is left to be asked, or no more is."""

    def goes_on(self, number: int, others: Iterator[Exchanged], most: int) -> bool:
        """Ask of at most so many of the others; whether there may be more."""
        said = [(p, bool(p(Observation(self.space, number)))) for p in self.left]
        for _ in range(most):
            exchanged = next(others, None)
            if exchanged is None:
                return False
            if self.looks >= MOST_LOOKS:
                self.is_over = True
                return True
            self.looks += 1
            self._compare(said, Observation(exchanged, number))
            if not self.left:
                self.is_over = True
                return True
        return True

    def _compare(self, said: list[tuple[Predicate, bool]], seen: Observation) -> None:
        for predicate, here in said:
            if predicate in self.left and bool(predicate(seen)) is not here:
                self.differing[predicate] = seen.number
                del self.left[predicate]


def _spread(count: int, each: int) -> Iterator[int]:
    """All numbers below ``count``, in such an order that the first ones are of all depths."""
    stride = max(1, -(-count * each // MOST_LOOKS))
    for first in range(min(stride, count)):
        yield from range(first, count, stride)


def arrangements(space: StateSpace, reduction: Reduction, number: int) -> Iterator[Exchanged]:
    """Every other configuration that one stands for, each once, as a space in which it is so."""
    numbering = reduction.numbering
    vector = numbering.vector(space.configuration(number), space.budget(number))
    swaps = [pair for group in reduction.groups for pair in pairwise(group)]
    ways: dict[Vector, Swaps] = {reduction.swapped(vector, 0, 0): ()}
    waiting = list(ways)
    while waiting:
        here = waiting.pop()
        for i, j in swaps:
            there = reduction.swapped(here, i, j)
            if there not in ways:
                ways[there] = (*ways[here], (i, j))
                waiting.append(there)
                yield Exchanged(space, reduction, ways[there])
