"""One instance's configurations as integers, and what each allows, tabulated once for a search.

The rules are those of ``packed.expansion``: a configuration is asked for its moves with one fault
of every kind to spend, and each move is noted with the kind that it spent. Which moves are taken
together, and at whose cost, is for ``expansion`` to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from wfmodel.designs.fault_costs import COSTS
from wfmodel.designs.table import Interned, Table
from wfmodel.exploration.instances.bounds import Own, spend_own
from wfmodel.exploration.packed.expansion import TIMEOUTS, Expansion
from wfmodel.exploration.packed.expansion import Arc as PackedArc
from wfmodel.semantics.component_tables import FREE, ComponentTables
from wfmodel.semantics.component_tables import Own as OwnCell
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.enabled_steps import STRIKING
from wfmodel.semantics.fault_budget import FAULTS, FaultBudget
from wfmodel.semantics.numbering import Vector
from wfmodel.semantics.successors import Step, StepKind, Successors

SHARED: Final = STRIKING | {StepKind.RESTART, StepKind.GO_ON, StepKind.LAPSE}
"""Steps of a process: every instance takes them at once."""

BYTES_PER_SINGLE: Final = 600
BYTES_PER_ARC: Final = 150
"""Of a configuration, and of a move that was noted; roughly."""


class Single(NamedTuple):
    """One instance as it stands: its configuration, and what its own bounds leave."""

    vector: Vector
    """Without a budget."""
    own: Own


class Arc(NamedTuple):
    """A step of one instance, the number of the single that follows, the fault that it spends."""

    step: Step
    target: int
    cost: str = ""


class InstanceSteps(NamedTuple):
    """What a single may do of itself, in the order of ``Successors``."""

    internal: tuple[Arc, ...]
    """Publications, commits and flushes."""
    settled: tuple[Arc, ...]
    """The same when no crash is to come: without flushes."""
    progress: tuple[Arc, ...]
    up: bool
    """Nobody is down or paused."""
    paused: bool
    beyond: bool
    """A loop has gone round too often: not looked into."""


class Singles:
    """The configurations of one instance met so far. ``total`` says which faults there are.

    Raises:
        ValueError: one is among them that is explored of one instance only: one backup holds all
            instances as they were then.
    """

    def __init__(self, successors: Successors, total: FaultBudget, own: Own, laps: int) -> None:
        for kind, fact in COSTS.items():
            if fact.alone and getattr(total, kind):
                raise ValueError(f"a {fact.one} is explored with one instance only")
        self.successors = successors
        self.table: Table = successors.table
        self._any = FaultBudget._make((*(int(getattr(total, kind) != 0) for kind in FAULTS), ()))
        self.tables = ComponentTables(self.table, successors, self._any, laps)
        self._expansion = Expansion(self.tables)
        self._plenty = self.tables.budgets.number(self._any)
        self.known: Interned[Single] = Interned()
        self._arc_count = 0
        self._looks: dict[int, InstanceSteps] = {}
        self._waited: dict[int, tuple[Arc, ...]] = {}
        self._early: dict[int, tuple[Arc, ...]] = {}
        self._faults: dict[int, tuple[Arc, ...]] = {}
        semantics = successors.semantics
        first = self.tables.vector(semantics.start(semantics.initial()), self._any)
        self.first = self.known.number(Single(first[:-1], own))

    def __len__(self) -> int:
        """How many are known."""
        return len(self.known.values)

    def config(self, number: int) -> Configuration:
        """The configuration of a number."""
        return self.tables.configuration(self.known.values[number].vector)

    def own(self, number: int) -> Own:
        """What a single's own bounds leave."""
        return self.known.values[number].own

    def look(self, number: int) -> InstanceSteps:
        """What a single may do of itself."""
        found = self._looks.get(number)
        if found is None:
            found = self._looks[number] = self._look(number)
        return found

    def _look(self, number: int) -> InstanceSteps:
        expansion, plenty = self._expansion, self._plenty
        vector, owns = self._opened(number)
        beyond = any(own.beyond for own in owns)
        up, paused = all(own.still for own in owns), any(own.paused for own in owns)
        if beyond:
            return InstanceSteps((), (), (), up, paused, beyond)
        return InstanceSteps(
            self._arcs(number, expansion.internal((*vector, plenty), owns, flush=True)),
            self._arcs(number, expansion.internal((*vector, plenty), owns, flush=False)),
            self._arcs(number, expansion.progress((*vector, plenty), owns)),
            up,
            paused,
            beyond,
        )

    def waited(self, number: int) -> tuple[Arc, ...]:
        """Failure detectors that run out because nothing else happens."""
        return self._detections(self._waited, number, FREE)

    def early(self, number: int) -> tuple[Arc, ...]:
        """The same while something is on its way, which costs."""
        return self._detections(self._early, number, TIMEOUTS)

    def _detections(
        self, known: dict[int, tuple[Arc, ...]], number: int, cost: int
    ) -> tuple[Arc, ...]:
        found = known.get(number)
        if found is None:
            vector, owns = self._opened(number)
            arcs = self._expansion.detections((*vector, self._plenty), owns, cost)
            found = known[number] = self._arcs(number, arcs)
        return found

    def faults(self, number: int) -> tuple[Arc, ...]:
        """Faults of a process, messages lost and doubled."""
        found = self._faults.get(number)
        if found is None:
            vector, owns = self._opened(number)
            arcs = self._expansion.faults((*vector, self._plenty), owns, self._any)
            found = self._faults[number] = self._arcs(number, arcs)
        return found

    def struck(self, number: int, step: Step) -> int:
        """What follows a step of a process."""
        arcs = self.faults(number) if step.kind in STRIKING else self.look(number).progress
        return next(arc.target for arc in arcs if arc.step == step)

    def _opened(self, number: int) -> tuple[Vector, list[OwnCell]]:
        vector = self.known.values[number].vector
        return vector, [self.tables.own(p, vector[p]) for p in range(self.tables.size)]

    def _arcs(self, number: int, arcs: Iterable[PackedArc]) -> tuple[Arc, ...]:
        """Packed arcs with the kind of fault that each has spent."""
        own, steps = self.own(number), self.tables.steps.values
        found = []
        for action, after in arcs:
            cost = self._spent(after[-1])
            bounds = spend_own(own, cost)
            if bounds is not None:
                target = self.known.number(Single(after[:-1], bounds))
                found.append(Arc(steps[action], target, cost))
        self._arc_count += len(found)
        return tuple(found)

    def _spent(self, left: int) -> str:
        """Which of one fault of each kind is gone."""
        if left == self._plenty:
            return ""
        budget = self.tables.budgets.values[left]
        return next(kind for kind in FAULTS if getattr(budget, kind) < getattr(self._any, kind))

    def size_bytes(self) -> int:
        """Memory, roughly."""
        tables = self.tables.size_bytes()
        return tables + BYTES_PER_SINGLE * len(self) + BYTES_PER_ARC * self._arc_count
