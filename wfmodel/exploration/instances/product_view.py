"""What may be asked of several instances at one moment, by a predicate that sees all of them.

>>> both = JointPredicate("two hold stock", lambda seen: seen.count(holds_stock) >= 2)
>>> never(search(Table(system), FaultBudget(crashes=1)), both).answer
Violated(...)

Instances have no names in a search with symmetry: what tells them apart is not answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, permutations
from typing import Final, NamedTuple

from wfmodel.designs.table import Table
from wfmodel.exploration.instances.claims import JointAnswer, searched
from wfmodel.exploration.instances.product_space import JointSpace
from wfmodel.exploration.instances.product_steps import EVERYBODY
from wfmodel.exploration.instances.run import run_to
from wfmodel.exploration.properties.property_answer import (
    Answer,
    Bounds,
    Holds,
    Trace,
    Undecided,
    Violated,
)
from wfmodel.exploration.properties.visible_state import Observation
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.successors import Step

MOST_ORDERS: Final = 120
"""Orders of instances that are all looked at: those of five."""
MOST_COMPARED: Final = 200_000
"""Looks at configurations in some order; beyond, it is a sample, and the answer says so."""


class InstanceView:
    """A joint space as one of its instances sees it: a state space of that instance."""

    def __init__(self, space: JointSpace, place: int) -> None:
        self.space = space
        self.place = place
        self.table: Table = space.table
        self.complete, self.stopped = space.complete, space.stopped

    def __len__(self) -> int:
        """How many joint configurations are known."""
        return len(self.space)

    def configuration(self, number: int) -> Configuration:
        """Where the instance stands."""
        return self.space.singles.config(self.space.vector(number)[self.place])

    def budget(self, number: int) -> FaultBudget:
        """What the instance may still meet."""
        return self.space.left(number, self.place)

    def successors(self, number: int) -> Sequence[tuple[Step, int]]:
        """The steps that it takes part in."""
        mine = (self.place, EVERYBODY)
        return [(a.step, n) for a, n in self.space.successors(number) if a.instance in mine]

    def came_from(self, number: int) -> tuple[int, Step | None]:
        """The number from which it was first met, and the step, whosever it was."""
        source, act = self.space.came_from(number)
        return source, None if act is None else act.step

    def is_open(self, number: int) -> bool:
        """Whether its successors are not known."""
        return self.space.is_open(number)


class InstanceObservation(Observation):
    """One of several instances, as a property sees it."""

    def __init__(self, space: JointSpace, number: int, place: int) -> None:
        super().__init__(InstanceView(space, place), number)
        self._rests = space.instance_rests(number, place)

    @cached_property
    def quiescent(self) -> bool:
        """Whether nothing but a fault can happen to this instance."""
        return self._rests


class JointObservation:
    """One joint configuration. ``order`` says which instance is called the first, and so on."""

    def __init__(self, space: JointSpace, number: int, order: Sequence[int] | None = None) -> None:
        self.space = space
        self.number = number
        self._order = tuple(range(space.instances)) if order is None else tuple(order)

    @cached_property
    def instances(self) -> tuple[InstanceObservation, ...]:
        """Each instance."""
        return tuple(InstanceObservation(self.space, self.number, i) for i in self._order)

    @property
    def budget(self) -> FaultBudget:
        """The total that is left."""
        return self.space.budget(self.number)

    @cached_property
    def quiescent(self) -> bool:
        """Whether nothing but a fault can happen to any of them."""
        return all(each.quiescent for each in self.instances)

    def count(self, test: Callable[[Observation], bool]) -> int:
        """Of how many instances something holds."""
        return sum(test(each) for each in self.instances)


@dataclass(frozen=True)
class JointPredicate:
    """A question about all instances at one moment, with its words."""

    words: str
    test: Callable[[JointObservation], bool]


def never(space: JointSpace, bad: JointPredicate) -> JointAnswer:
    """Whether a predicate holds in no joint configuration; a shortest run to one in which it does.

    Cannot see: what is never reached; the way there. Undecided where the predicate tells instances
    apart that the search did not, or the search stopped.
    """
    title, bounds = f"never {bad.words}", _bounds(space)
    compared = _compared(space, bad) if space.symmetry else _Compared(tells_apart=False)
    if compared.tells_apart:
        why = "the predicate tells instances apart; search with symmetry=False"
        return JointAnswer(Undecided(title, bounds, why), 0, None)
    for number in range(len(space)):
        if bad.test(JointObservation(space, number)):
            run = run_to(space, number)
            trace = Trace(space.path_to(number), tuple(step for _, step in run.steps))
            return JointAnswer(Violated(title, bounds, trace), 0, run)
    note = "no configuration of all is like that"
    if compared.sampled:
        note += "; that it tells no instances apart was looked at on a sample"
    answer: Answer = Holds(title, bounds, note=note)
    if not space.complete:
        answer = Undecided(title, bounds, f"the search stopped: {space.stopped}")
    return JointAnswer(answer, 0, None)


class _Compared(NamedTuple):
    """Whether some configuration answers otherwise once instances are exchanged."""

    tells_apart: bool
    sampled: bool = False
    """Not every order of every configuration was looked at."""


def _compared(space: JointSpace, asked: JointPredicate) -> _Compared:
    """Look at every order of every configuration; at a sample where these are too many.

    Exchanges of two make all orders, but to look at those of one order would not be enough.
    """
    orders = tuple(islice(permutations(range(space.instances)), MOST_ORDERS + 1))
    sampled = len(orders) > MOST_ORDERS
    if sampled:
        orders = tuple(_exchanges(space.instances))
    stride = -(-len(space) * len(orders) // MOST_COMPARED)
    for number in range(0, len(space), stride):
        said = {bool(asked.test(JointObservation(space, number, order))) for order in orders}
        if len(said) > 1:
            return _Compared(tells_apart=True)
    return _Compared(tells_apart=False, sampled=sampled or stride > 1)


def _exchanges(instances: int) -> Iterator[tuple[int, ...]]:
    """The order as it is, turned round, and with each taking the first place, or the last."""
    order = tuple(range(instances))
    yield order
    yield order[::-1]
    for place in order[1:]:
        yield (place, *order[1:place], 0, *order[place + 1 :])
        yield (*order[place:], *order[:place])


def _bounds(space: JointSpace) -> Bounds:
    words = f"{space.instances} instances{'' if space.symmetry else ' with names'}"
    return searched(space, space.budget(0), space.own(0, 0), words)
