"""Writes a run's rows and, at the end, renumbers what they name by first appearance.

Tables number states and messages in the order in which any run discovered them. A history must not
depend on which runs came before, so the numbers in it are its own.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from wfmodel.designs.history import History, Kind, Step
from wfmodel.designs.state import View
from wfmodel.designs.table import Table
from wfmodel.model.flow import Flow, NodeKind
from wfmodel.model.workflow import Effect, Task

Value = TypeVar("Value", bound=Hashable)
COLUMNS = 6


class Recorder:
    """Rows as one flat array of 64-bit integers; ``row`` appends one."""

    def __init__(self) -> None:
        self._rows = array("q")
        self.row: Callable[[tuple[Any, ...]], None] = self._rows.extend

    def rows(self) -> NDArray[np.int64]:
        """All rows so far, a copy of shape (n, 6)."""
        flat = np.frombuffer(self._rows, dtype=np.int64) if self._rows else np.zeros(0, np.int64)
        return flat.reshape(-1, COLUMNS).copy()

    def last_time_ns(self) -> int:
        """When the last row was written; 0 before the first."""
        return self._rows[-COLUMNS] if self._rows else 0

    def history(self, table: Table, *, seed: int, replication: int, warm_up_ns: int) -> History:
        """The finished history."""
        rows, system = self.rows(), table.system
        views = tuple(
            _renumber_states(rows, participant, table) for participant in range(len(table.names))
        )
        events = _renumber(rows, (Kind.REACT,), table.events.values)
        told = (Kind.SEND, Kind.DROP, Kind.DUPLICATE, Kind.PHANTOM)
        messages = _renumber(rows, told, table.messages.values)
        flow = system.flow
        return History(
            flow.workflow.name,
            system.design,
            seed,
            replication,
            system.knobs,
            table.names,
            steps_of(flow),
            tuple(node.name for node in flow.nodes),
            rows,
            views,
            events,
            messages,
            warm_up_ns,
        )


def steps_of(flow: Flow) -> tuple[Step, ...]:
    """Task nodes as metrics need them."""
    undone = {node.undoes for node in flow.nodes if node.undoes is not None}
    return tuple(
        Step(
            node.index,
            node.name,
            node.service or "",
            node.state.effect.value if isinstance(node.state, Task) else Effect.NONE.value,
            node.undoes,
            node.index in undone,
        )
        for node in flow.nodes
        if node.kind in (NodeKind.TASK, NodeKind.COMPENSATION)
    )


def _first_appearance(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Distinct values in order of first appearance."""
    distinct, first = np.unique(values, return_index=True)
    return distinct[np.argsort(first)]


def _renumber(
    rows: NDArray[np.int64], kinds: Iterable[Kind], values: list[Value]
) -> tuple[Value, ...]:
    """Renumber column ``a`` of some kinds; returns the values in their new order."""
    mask = np.isin(rows[:, 1], list(kinds))
    order = _first_appearance(rows[mask, 4])
    numbers = np.zeros(len(values), dtype=np.int64)
    numbers[order] = np.arange(len(order))
    rows[mask, 4] = numbers[rows[mask, 4]]
    return tuple(values[old] for old in order.tolist())


def _renumber_states(rows: NDArray[np.int64], participant: int, table: Table) -> tuple[View, ...]:
    """Renumber one participant's states (REACT's b, COMMIT's a), the initial state staying 0."""
    mine = rows[:, 3] == participant
    reacts = mine & (rows[:, 1] == Kind.REACT)
    commits = mine & (rows[:, 1] == Kind.COMMIT)
    either = reacts | commits
    in_order = np.where(reacts[either], rows[either, 5], rows[either, 4])
    order = _first_appearance(np.concatenate(([0], in_order)))
    numbers = np.zeros(len(table.states[participant].values), dtype=np.int64)
    numbers[order] = np.arange(len(order))
    rows[reacts, 5] = numbers[rows[reacts, 5]]
    rows[commits, 4] = numbers[rows[commits, 4]]
    return tuple(table.view(participant, old) for old in order.tolist())
