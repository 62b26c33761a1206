"""The configurations that several instances can reach together, by number; 0 is the beginning.

>>> space = search(Table(choreograph(order)), FaultBudget(crashes=1), instances=2)
>>> len(space), space.complete

With ``symmetry`` (the default) instances have no names: a configuration stands for all that differ
in which instance is which. Runs are told with names all the same (``following``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from wfmodel.designs.table import Table
from wfmodel.exploration.instances.bounds import Own, alone, shared_budget
from wfmodel.exploration.instances.product_steps import JointStep, ProductTables, Together
from wfmodel.exploration.instances.single_instance import Singles
from wfmodel.exploration.packed.python_search import PlainSearch, PlainSpace
from wfmodel.exploration.packed.searching import MEMORY_BYTES, Progress, run_plain
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.instance_rules import InstanceRules
from wfmodel.semantics.nondeterminism import Anything, Resolution
from wfmodel.semantics.numbering import Vector
from wfmodel.semantics.successors import Successors


class JointSpace(PlainSpace[Together]):
    """What a search over several instances found."""

    def __init__(self, engine: PlainSearch[Together], stopped: str, laps: int) -> None:
        super().__init__(engine, stopped, laps)
        self.together = engine.expansion
        self.singles = self.together.singles
        self.table: Table = self.singles.table
        self.instances = self.together.tables.instances
        self._one = Together(ProductTables(self.singles, 1), symmetry=False)

    @property
    def symmetry(self) -> bool:
        """Whether instances have no names."""
        return self.together.symmetry

    def vector(self, number: int) -> Vector:
        """The numbers of the singles, instance by instance, and of the total that is left."""
        return self.engine.vector(number)

    def configurations(self, number: int) -> tuple[Configuration, ...]:
        """Instance by instance."""
        return tuple(self.singles.config(single) for single in self.vector(number)[:-1])

    def budget(self, number: int) -> FaultBudget:
        """What is left of the total."""
        return self.together.tables.budgets.values[self.vector(number)[-1]]

    def own(self, number: int, instance: int) -> Own:
        """What is left of an instance's own bounds, where it has any."""
        return self.singles.own(self.vector(number)[instance])

    def left(self, number: int, instance: int) -> FaultBudget:
        """What one instance may still meet."""
        return alone(self.budget(number), self.own(number, instance))

    def successors(self, number: int) -> Iterator[tuple[JointStep, int]]:
        """Every act from there and where it leads; nothing where it was not looked into."""
        if not self.is_open(number):
            acts = self.together.tables.acts.values
            for act, vector in self.together.of(self.vector(number)).arcs:
                yield acts[act], self.engine.find(vector)

    def came_from(self, number: int) -> tuple[int, JointStep | None]:
        """The number from which it was first met, and the act; (-1, None) for 0."""
        if not number:
            return -1, None
        source, act = self.engine.came_from(number)
        return source, self.together.tables.acts.values[act]

    def is_end(self, number: int) -> bool:
        """Whether nothing but another fault can happen there."""
        return not self.is_open(number) and all(act.paid for act, _ in self.successors(number))

    def instance_rests(self, number: int, instance: int) -> bool:
        """Whether nothing but a fault can happen to one instance, whatever the others do."""
        vector = self.vector(number)
        if self.is_open(number):
            return False
        budget = self._one.tables.budgets.number(self.budget(number))
        acts = self._one.tables.acts.values
        arcs = self._one.of((vector[instance], budget)).arcs
        return all(acts[act].paid for act, _ in arcs)

    def path_to(self, number: int) -> tuple[int, ...]:
        """The numbers along a shortest path from the beginning."""
        found = [number]
        while found[-1]:
            found.append(self.came_from(found[-1])[0])
        return tuple(reversed(found))


def search(
    table: Table,
    budget: FaultBudget | None = None,
    *,
    instances: int = 2,
    each: Mapping[str, int] | None = None,
    limit: int | None = None,
    laps: int = 1,
    resolution: Resolution | None = None,
    urgent: bool = True,
    memory_bytes: int = MEMORY_BYTES,
    progress: Callable[[Progress], None] | None = None,
    progress_every_s: float = 1.0,
    symmetry: bool = True,
) -> JointSpace:
    """All configurations that several instances of one system reach while the budget lasts.

    ``budget`` is the total over all instances, ``each`` bounds kinds of faults in each one
    (``{"losses": 1}``). ``limit`` bounds the configurations looked into, ``memory_bytes`` what they
    take; Ctrl-C stops with what is there. ``symmetry=False`` gives instances names. Participants
    that the system declares interchangeable are told apart here.

    Raises:
        ValueError: ``each`` or ``instances`` makes no sense.
    """
    total, own = shared_budget(budget, each, instances)
    successors = Successors(InstanceRules(table), resolution or Anything(), urgent=urgent)
    tables = ProductTables(Singles(successors, total, own, laps), instances)
    together = Together(tables, symmetry=symmetry)
    engine = PlainSearch(together, together.first(total))
    stopped = run_plain(
        engine,
        limit=limit,
        memory_bytes=memory_bytes,
        progress=progress,
        progress_every_s=progress_every_s,
    )
    return JointSpace(engine, stopped, laps)
