"""How far a hunt got: what was reached at all, of what is known. It never says "holds".

- *steps*: those whose effect landed, or that were begun, of all in the workflow;
- *reactions*: pairs of a participant's state and an event that it met, of those that are known: met
  here, or by an exploration of ``KNOWN_LIMIT`` configurations with one fault of each kind;
- *moments*: (participant, what it had just done) at which it crashed or stood still, of all that it
  was ever seen to do.

What it cannot see: reactions that neither the hunt nor that exploration met; the orders in which
things were met.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final

from wfmodel.designs.fault_facts import STOPPING
from wfmodel.designs.faults import FaultScope, of_scope
from wfmodel.designs.history import FAULT_KINDS, History, Kind, steps_of
from wfmodel.designs.system import System
from wfmodel.designs.table import Table
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.exhaustive_search import search
from wfmodel.metrics.instance_paths import came_to_rest
from wfmodel.semantics.fault_budget import FAULTS

KNOWN_LIMIT: Final = 2_000
ONE_OF_EACH: Final = FaultBudget(**dict.fromkeys(FAULTS, 1))  # type: ignore[arg-type]
STOPPING_PROCESSES: Final = tuple(
    FAULT_KINDS.index(kind) for kind in of_scope(FaultScope.PROCESS) if kind in STOPPING
)


@dataclass(frozen=True, slots=True)
class Share:
    """How many were reached of those that are known."""

    reached: int
    known: int

    def __str__(self) -> str:
        return f"{self.reached:,} of {self.known:,}"


@dataclass(frozen=True)
class HuntCoverage:
    """The figures."""

    schedules: int
    rested: int
    """Runs in which nothing was left to happen at the end; the others were not judged."""
    struck: dict[str, int]
    """How many faults of each kind struck."""
    steps: Share
    never_begun: tuple[str, ...]
    reactions: dict[str, Share]
    """By participant."""
    moments: Share


@dataclass
class CoverageMeter:
    """Adds up run after run."""

    system: System
    table: Table
    schedules: int = 0
    rested: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    begun: set[str] = field(default_factory=set)
    moments: set[tuple[int, Hashable]] = field(default_factory=set)
    hit: set[tuple[int, Hashable]] = field(default_factory=set)

    def add(self, history: History) -> None:
        """One more run."""
        self.schedules += 1
        self.rested += came_to_rest(history)
        latest: dict[int, Hashable] = {}
        for row in history:
            if row.kind == Kind.FAULT_ON:
                self.struck[FAULT_KINDS[row.a].value] += 1
                if row.a in STOPPING_PROCESSES and row.participant in latest:
                    self.hit.add((row.participant, latest[row.participant]))
            elif row.kind == Kind.BEGIN:
                self.begun.add(history.nodes[row.a])
            did = _deed(history, row.kind, row.a)
            if did is not None and row.participant >= 0:
                latest[row.participant] = did
                self.moments.add((row.participant, did))

    def total(self) -> HuntCoverage:
        """The figures so far."""
        steps = [step.name for step in steps_of(self.system.flow)]
        never = tuple(name for name in dict.fromkeys(steps) if name not in self.begun)
        return HuntCoverage(
            self.schedules,
            self.rested,
            {kind: self.struck[kind] for kind in sorted(self.struck)},
            Share(len(set(steps)) - len(never), len(set(steps))),
            never,
            self._reactions(),
            Share(len(self.hit), len(self.moments)),
        )

    def _reactions(self) -> dict[str, Share]:
        explored = Table(self.system)
        search(self.system, ONE_OF_EACH, limit=KNOWN_LIMIT, table=explored)
        mine, others = _met(self.table), _met(explored)
        names = self.system.participants
        return {name: Share(len(mine[p]), len(mine[p] | others[p])) for p, name in enumerate(names)}


def _deed(history: History, kind: int, number: int) -> Hashable | None:
    """What a row says that a participant did; None if it says something else."""
    if kind == Kind.REACT:
        return ("react", history.events[number])
    if kind == Kind.SEND:
        return ("send", history.messages[number])
    return ("begin", number) if kind == Kind.BEGIN else None


def _met(table: Table) -> list[set[tuple[Hashable, Hashable]]]:
    """(state, event) of each participant, by content: tables number them as they come."""
    return [
        {(states.values[s], table.events.values[e]) for s, e in entries}
        for states, entries in zip(table.states, table.entries, strict=True)
    ]
