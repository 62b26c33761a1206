"""An observation is what may be asked of one configuration: views, truth, messages, and no more.

A property that reads only this cannot depend on how an engine packs its states.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wfmodel.designs.anomalies import primary
from wfmodel.designs.messages import Message, StepStatus
from wfmodel.designs.row_rules import uses_of_rows
from wfmodel.designs.row_state import NOBODY, RowState
from wfmodel.designs.state import Status, View
from wfmodel.designs.table import Table
from wfmodel.exploration.state_space import StateSpace
from wfmodel.exploration.step_graph import Projection
from wfmodel.exploration.terminal_states import is_end
from wfmodel.semantics.configuration import Cell, Configuration
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.outcome_monitor import OutcomeMonitor, Verdict


class Observation:
    """One configuration of a state space, as a property sees it.

    ``config`` is the configuration itself, for a predicate that needs more than is named here.
    """

    def __init__(self, space: StateSpace, number: int) -> None:
        self.space = space
        self.number = number
        self.table = space.table

    @cached_property
    def config(self) -> Configuration:
        """The configuration."""
        return self.space.configuration(self.number)

    @cached_property
    def budget(self) -> FaultBudget:
        """The faults that may still happen."""
        return self.space.budget(self.number)

    @cached_property
    def quiescent(self) -> bool:
        """Whether nothing but another fault can happen."""
        return is_end(self.space, self.number)

    @cached_property
    def verdict(self) -> Verdict | None:
        """The class of the end as it looks there; None as long as something can happen.

        What somebody has said on the way and forgotten in a crash does not count here; it does for
        ``NeverEnds``.
        """
        if not self.quiescent:
            return None
        observer = OutcomeMonitor(self.table)
        memory = observer.sees(self.config, settled=True)
        found = observer.anomalies(self.config, memory, settled=True)
        return primary(memory.past.verdicts, found)

    @property
    def participants(self) -> tuple[str, ...]:
        """Everybody's name."""
        return self.table.names

    def view(self, participant: str) -> View:
        """What a running participant would answer.

        Raises:
            KeyError: there is no such participant.
        """
        number = self.table.index[participant]
        return self.table.view(number, self.config.cells[number].volatile)

    def stored(self, participant: str) -> View:
        """What a participant's durable store says: with memory, that it knows nothing.

        Raises:
            KeyError: there is no such participant.
        """
        number = self.table.index[participant]
        return self.table.view(number, self.config.cells[number].durable)

    def state(self, participant: str, *, stored: bool = False) -> Any:  # noqa: ANN401 - one's own
        """The state of a participant itself: of a system of one's own, whatever ``react`` returns.

        Raises:
            KeyError: there is no such participant.
        """
        number = self.table.index[participant]
        cell = self.config.cells[number]
        return self.table.states[number].values[cell.durable if stored else cell.volatile]

    def status(self, participant: str) -> Status:
        """What a participant believes of the instance."""
        return self.view(participant).status

    def step(self, participant: str, step: str, *, stored: bool = False) -> StepStatus:
        """What a participant, or its store, believes of a step."""
        view = self.stored(participant) if stored else self.view(participant)
        return dict(view.steps).get(self.nodes[step], StepStatus.UNKNOWN)

    def is_up(self, participant: str) -> bool:
        """Whether a participant's process runs."""
        return not self.config.cells[self.table.index[participant]].down

    @cached_property
    def nodes(self) -> dict[str, int]:
        """Every state of the workflow by name."""
        return {node.name: node.index for node in self.table.system.flow.nodes}

    def standing(self, step: str) -> int:
        """The truth: how often a step's effect stands (done and not undone)."""
        node = self.nodes[step]
        return sum(effect.net for effect in self.config.effects.at(node))

    def landed(self, step: str) -> int:
        """The truth: how often a step's effect has ever landed."""
        node = self.nodes[step]
        return sum(effect.landed for effect in self.config.effects.at(node))

    def row(self, name: str) -> RowState:
        """A row of a service's store, as it is there; one that no step uses stays as it begins."""
        if name not in self.rows:
            return RowState(NOBODY)
        number, p = self.rows[name]
        state = self.table.states[p].values[self.config.cells[p].volatile]
        return next((each for each in state.rows if each.row == number), RowState(number))

    @cached_property
    def rows(self) -> dict[str, tuple[int, int]]:
        """Every row that a step uses: its number, and in whose store it is."""
        return rows_of(self.table)

    @property
    def on_their_way(self) -> tuple[tuple[str, Message], ...]:
        """(recipient, message): published, and not yet acknowledged."""
        names, messages = self.table.names, self.table.messages.values
        return tuple((names[p], messages[m]) for p, m in self.config.channel)


@dataclass(frozen=True)
class Predicate:
    """A question about one observation, with its words.

    ``parts`` are conditions that must all hold where it does: if one of them never does, that the
    whole never holds says little.
    """

    words: str
    test: Callable[[Observation], bool]
    parts: tuple[Predicate, ...] = ()
    only_at_ends: bool = False
    """It holds nowhere else than where nothing but another fault can happen."""
    by_names: bool = False
    """It reads what ``sight`` shows, and not all that a configuration is."""

    def __call__(self, seen: Observation) -> bool:
        """Whether it holds there."""
        return self.test(seen)

    def negated(self) -> Predicate:
        """The opposite."""
        test = self.test
        return Predicate(f"not ({self.words})", lambda seen: not test(seen), by_names=self.by_names)


def rows_of(table: Table) -> dict[str, tuple[int, int]]:
    """Every row that a step uses: its number, and in whose store it is."""
    flow = table.system.flow
    uses = uses_of_rows(flow).items()
    return {use.name: (use.row, table.index[flow.nodes[at].service or ""]) for at, use in uses}


def sight(table: Table) -> Projection:
    """What the names of an observation show: all but ``config`` and ``number``."""
    observer = OutcomeMonitor(table)
    stores = frozenset() if table.own else frozenset(p for _, p in rows_of(table).values())

    def cell(p: int, value: Cell) -> Hashable:
        views = (table.view(p, value.volatile), table.view(p, value.durable))
        states: Hashable = (value.volatile, value.durable) if table.own else ()
        if p in stores:
            rows = table.states[p].values[value.volatile].rows
            states = tuple((row.row, row.value, bool(row.lost)) for row in rows)
        return (*views, states, value.down, observer.adds(p, value))

    return Projection(cell, inbox=len, world=lambda world: world, budget=lambda left: left)
