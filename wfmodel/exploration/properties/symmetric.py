"""What may be asked of a space reduced by symmetry, where one configuration stands for many.

A question about reachable configurations may, if its predicates do not depend on who is who: they
are asked of exchanged configurations too, and one that answers differently is refused. A question
about steps or endless runs may not: in a reduced space a loop can be one that nobody goes round.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, permutations
from math import factorial, prod
from typing import Final

from wfmodel.exploration.budget import FaultBudget
from wfmodel.exploration.configuration import Configuration
from wfmodel.exploration.moves import Step
from wfmodel.exploration.properties.observation import Observation, Predicate
from wfmodel.exploration.space import StateSpace
from wfmodel.exploration.symmetry import Reduction

MOST_ARRANGEMENTS: Final = 120
"""Up to so many all arrangements of the members are tried, beyond that exchanges of two."""

MOST_LOOKS: Final = 20_000
"""Exchanged configurations that a predicate is asked of; of larger spaces a sample is taken."""

Swaps = tuple[tuple[int, int], ...]


class Exchanged:
    """A space in which participants have changed places."""

    def __init__(self, space: StateSpace, reduction: Reduction, swaps: Swaps) -> None:
        self.space = space
        self.reduction = reduction
        self.swaps = swaps
        self.table = space.table
        self.complete, self.stopped = space.complete, space.stopped

    def _node(self, number: int) -> tuple[Configuration, FaultBudget]:
        parts = self.reduction.parts
        vector = parts.vector(self.space.configuration(number), self.space.budget(number))
        for i, j in self.swaps:
            vector = self.reduction.swapped(vector, i, j)
        return parts.configuration(vector), parts.budget(vector)

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


def refused(space: StateSpace, reduction: Reduction, asked: object, of: Iterable[Predicate]) -> str:
    """Why a property cannot be asked of a reduced space; empty if it can."""
    if not getattr(asked, "by_states", False):
        return "it is about steps or endless runs, which a search reduced by symmetry does not show"
    for predicate in of:
        number = depends_on_who(space, reduction, predicate)
        if number is not None:
            return f"{predicate.words!r} tells participants apart that the search did not"
    return ""


def depends_on_who(space: StateSpace, reduction: Reduction, predicate: Predicate) -> int | None:
    """A configuration of which a predicate says something else once participants are exchanged."""
    spaces = [Exchanged(space, reduction, swaps) for swaps in exchanges(reduction.groups)]
    stride = -(-len(space) * len(spaces) // MOST_LOOKS)
    for number in range(0, len(space), stride):
        said = bool(predicate(Observation(space, number)))
        if any(bool(predicate(Observation(each, number))) is not said for each in spaces):
            return number
    return None


def exchanges(groups: tuple[tuple[int, ...], ...]) -> list[Swaps]:
    """All arrangements of the members, or all exchanges of two, each as swaps one after another."""
    if prod(factorial(len(group)) for group in groups) > MOST_ARRANGEMENTS:
        return [(pair,) for group in groups for pair in combinations(group, 2)]
    found: list[Swaps] = [()]
    for group in groups:
        found = [(*before, *swaps) for before in found for swaps in _arrangements(group)]
    return [swaps for swaps in found if swaps]


def _arrangements(group: tuple[int, ...]) -> Iterator[Swaps]:
    for order in permutations(range(len(group))):
        at, swaps = list(order), []
        for place in range(len(at)):
            where = at.index(place)
            if where != place:
                at[place], at[where] = at[where], at[place]
                swaps.append((group[place], group[where]))
        yield tuple(swaps)
