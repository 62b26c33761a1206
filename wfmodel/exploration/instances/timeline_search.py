"""What one instance can live through, with what its processes do meanwhile: its timeline.

Instances meet in nothing but their processes and the total of the budget. So several of them can be
anywhere together if, and only if, each can get there alone, under one timeline (the same crashes,
restarts, pauses and ends of pauses in the same order), and what they spend fits in the total: put
the runs side by side between one process step and the next, or take them apart. ``Lives`` therefore
searches one instance, once, and knows all there is to know of any number of them.

What it cannot see: instances that share data; more than ``Successors`` allows to one instance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, TypeAlias

from wfmodel.designs.anomalies import Anomaly, Terminal, primary
from wfmodel.designs.table import Interned, Table
from wfmodel.exploration.instances.bounds import Own, Spent, alone, shared_budget, spent
from wfmodel.exploration.instances.product_steps import EVERYBODY, ProductTables, Together
from wfmodel.exploration.instances.run import Moment
from wfmodel.exploration.instances.single_instance import Singles
from wfmodel.exploration.packed.expansion import Arc, Expanded
from wfmodel.exploration.packed.python_search import PlainSearch, PlainSpace
from wfmodel.exploration.packed.searching import MEMORY_BYTES, Progress, run_plain
from wfmodel.exploration.state_space import depths_of
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.instance_rules import InstanceRules
from wfmodel.semantics.nondeterminism import Anything, Resolution
from wfmodel.semantics.numbering import Vector
from wfmodel.semantics.outcome_monitor import Memory, OutcomeMonitor
from wfmodel.semantics.successors import Step, Successors

Timeline: TypeAlias = tuple[Step, ...]
"""What processes did, in order."""


class Strike(NamedTuple):
    """The first fault of a process, and what the instance was at: steps that were being worked on.

    ``steps`` is empty where nobody worked: something was on its way, or being committed.
    """

    fault: Step
    steps: frozenset[int]


class Living:
    """The successor function: (single, total, timeline, what was ever said, first strike).

    Strikes are told apart only where that is asked; there are more moments of a life then.
    """

    def __init__(self, one: Together, *, strikes: bool) -> None:
        self.one = one
        self._asked = strikes
        self.strikes: Interned[Strike | None] = Interned()
        self.tables = self
        self.observer = OutcomeMonitor(one.singles.table)
        self.timelines: Interned[Timeline] = Interned()
        self.memories: Interned[Memory] = Interned()
        self._after: dict[tuple[int, int], Expanded] = {}
        self._said: dict[tuple[int, int], int] = {}

    def first(self, budget: FaultBudget) -> Vector:
        """An instance at its beginning."""
        single, total = self.one.first(budget)
        memory = self._remembers(self.memories.number(Memory()), single, total)
        return single, total, self.timelines.number(()), memory, self.strikes.number(None)

    def of(self, vector: Vector) -> Expanded:
        """All successors, whether it rests, and whether it is cut."""
        single, total, timeline, memory, strike = vector
        found = self.steps(single, total)
        acts = self.one.tables.acts.values
        arcs: list[Arc] = []
        for number, (after, left) in found.arcs:
            act = acts[number]
            then, struck = timeline, strike
            if act.instance == EVERYBODY:
                then = self.timelines.number((*self.timelines.values[timeline], act.step))
                if self._asked and not timeline:
                    struck = self.strikes.number(Strike(act.step, self._at(single)))
            arcs.append((number, (after, left, then, self._remembers(memory, after, left), struck)))
        return Expanded(arcs, found.rests, found.cut)

    def steps(self, single: int, total: int) -> Expanded:
        """What follows a single, whatever was before."""
        found = self._after.get((single, total))
        if found is None:
            found = self._after[single, total] = self.one.of((single, total))
        return found

    def _at(self, single: int) -> frozenset[int]:
        cells = self.one.singles.config(single).cells
        return frozenset(node for cell in cells for node, _, _ in cell.work)

    def _remembers(self, memory: int, single: int, total: int) -> int:
        config = self.one.singles.config(single)
        key = (single, total)
        seen = self._said.get(key)
        if seen is None:
            settled = not self.one.tables.budgets.values[total].crashes
            seen = self._said[key] = self.memories.number(
                self.observer.sees(config, settled=settled)
            )
        if seen == memory:
            return memory
        known = self.memories.values
        return self.memories.number(known[memory] | known[seen])

    def sizes(self) -> list[int]:
        """How many values each place of a vector has had so far."""
        ours = (self.timelines, self.memories, self.strikes)
        return [*self.one.tables.sizes(), *(len(known.values) for known in ours)]

    def size_bytes(self) -> int:
        """Memory of what is tabulated, roughly."""
        return 2 * self.one.tables.size_bytes()


class Lives(PlainSpace[Living]):
    """All that one instance can live through, as a state space of that instance."""

    def __init__(self, engine: PlainSearch[Living], stopped: str, laps: int) -> None:
        super().__init__(engine, stopped, laps)
        self.living = engine.expansion
        self.table: Table = self.living.one.singles.table
        self._spents: dict[int, Spent] = {}

    def configuration(self, number: int) -> Configuration:
        """The configuration of a number."""
        return self.living.one.singles.config(self.engine.vector(number)[0])

    def budget(self, number: int) -> FaultBudget:
        """What the instance may still meet if no other meets anything."""
        single, total, *_ = self.engine.vector(number)
        own = self.living.one.singles.own(single)
        return alone(self._total(total), own)

    @property
    def budget_of_all(self) -> FaultBudget:
        """The total over all instances at the beginning."""
        return self._total(self.engine.vector(0)[1])

    @property
    def own_bounds(self) -> Own:
        """What each instance may meet at most, where that is less than the total."""
        return self.living.one.singles.own(self.engine.vector(0)[0])

    def _total(self, number: int) -> FaultBudget:
        return self.living.one.tables.budgets.values[number]

    def successors(self, number: int) -> Sequence[tuple[Step, int]]:
        """Every step from there and where it leads; empty where it was not looked into."""
        if self.is_open(number):
            return ()
        acts = self.living.one.tables.acts.values
        arcs = self.living.of(self.engine.vector(number)).arcs
        return [(acts[act].step, self.engine.find(vector)) for act, vector in arcs]

    def came_from(self, number: int) -> tuple[int, Step | None]:
        """The number from which it was first met, and the step; (-1, None) for 0."""
        if not number:
            return -1, None
        source, act = self.engine.came_from(number)
        return source, self.living.one.tables.acts.values[act].step

    # ------------------------------------------------------------- what a moment says of a life

    def timeline(self, number: int) -> Timeline:
        """What processes have done so far."""
        return self.living.timelines.values[self.engine.vector(number)[2]]

    def is_end(self, number: int) -> bool:
        """Whether nothing but another fault can happen there."""
        if self.is_open(number):
            return False
        single, total, *_ = self.engine.vector(number)
        acts = self.living.one.tables.acts.values
        return all(acts[act].paid for act, _ in self.living.steps(single, total).arcs)

    def strike(self, number: int) -> Strike | None:
        """The first fault of a process, if there was any, and strikes are told apart."""
        return self.living.strikes.values[self.engine.vector(number)[4]]

    @cached_property
    def ends(self) -> list[int]:
        """All ends, nearest first."""
        return [number for number in range(len(self)) if self.is_end(number)]

    def ends_as(self, number: int) -> frozenset[Terminal]:
        """The class of an end, and every anomaly that it shows."""
        single, total, _, memory, _ = self.engine.vector(number)
        said = self.living.memories.values[memory]
        settled = not self._total(total).crashes
        config = self.living.one.singles.config(single)
        found = self.living.observer.anomalies(config, said, settled=settled)
        shown = {each.terminal for each in Anomaly if each in found}
        return frozenset(shown | {primary(said.past.verdicts, found)})

    def spent(self, number: int) -> Spent:
        """What an instance has met for itself to come there."""
        total = self.engine.vector(number)[1]
        found = self._spents.get(total)
        if found is None:
            found = self._spents[total] = spent(self.budget_of_all, self._total(total))
        return found

    def life(self, number: int) -> tuple[Moment, ...]:
        """A shortest run to a moment."""
        found = []
        while number:
            before, step = self.came_from(number)
            assert step is not None
            found.append(Moment(step, self.configuration(number)))
            number = before
        return tuple(reversed(found))

    @cached_property
    def depths(self) -> list[int]:
        """Steps from the beginning, by number."""
        return depths_of(self)


def live(
    table: Table,
    budget: FaultBudget | None = None,
    *,
    instances: int = 2,
    each: Mapping[str, int] | None = None,
    limit: int | None = None,
    laps: int = 1,
    resolution: Resolution | None = None,
    urgent: bool = True,
    strikes: bool = False,
    memory_bytes: int = MEMORY_BYTES,
    progress: Callable[[Progress], None] | None = None,
    progress_every_s: float = 1.0,
) -> Lives:
    """All that one of several instances can live through; arguments as for
    ``product_space.search``.

    The number of instances matters only where ``each`` bounds a kind of fault that has no total.
    ``strikes`` tells apart what an instance was at when its processes first met a fault.

    Raises:
        ValueError: ``each`` or ``instances`` makes no sense.
    """
    total, own = shared_budget(budget, each, instances)
    successors = Successors(InstanceRules(table), resolution or Anything(), urgent=urgent)
    living = Living(
        Together(ProductTables(Singles(successors, total, own, laps), 1), symmetry=False),
        strikes=strikes,
    )
    engine = PlainSearch(living, living.first(total))
    stopped = run_plain(
        engine,
        limit=limit,
        memory_bytes=memory_bytes,
        progress=progress,
        progress_every_s=progress_every_s,
    )
    return Lives(engine, stopped, laps)
