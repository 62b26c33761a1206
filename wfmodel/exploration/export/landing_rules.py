"""How an effect lands, case by case: each case is a guard and what it changes."""

from __future__ import annotations

from typing import TypeAlias

from wfmodel.exploration.export.identifiers import applied, is_, landed, positive, undone
from wfmodel.exploration.export.program import Add, Expression, Negation, Operation, Put, Relation
from wfmodel.exploration.export.reaction_tables import Tables
from wfmodel.model.flow import NodeKind
from wfmodel.model.state_events import is_at_row
from wfmodel.model.workflow import Compensation, Task
from wfmodel.semantics.configuration import Landing

Case: TypeAlias = tuple[tuple[Expression, ...], tuple[Operation, ...]]

ALWAYS: Case = ((), ())


class Effects:
    """The stores of all services."""

    def __init__(self, tables: Tables) -> None:
        self.nodes = tables.nodes
        self.deduplicate = tables.semantics.system.knobs.deduplicate
        self.tombstones = tables.semantics.system.knobs.tombstones
        self.done = tuple(v for v in tables.landings if self._is_done(v))
        self.undoing = tuple(v for v in tables.landings if self.nodes[v[0]].undoes is not None)

    def _is_done(self, visit: Landing) -> bool:
        node = self.nodes[visit[0]]
        return node.undoes is None and not is_at_row(node.state)

    def variables(self) -> tuple[str, ...]:
        """All that the stores say."""
        counts = [name for visit in self.done for name in (landed(visit), undone(visit))]
        return (*counts, *map(applied, self.undoing))

    def cases(self, landing: Landing | None) -> tuple[Case, ...]:
        """Exclusive cases that cover everything."""
        if landing is None or is_at_row(self.nodes[landing[0]].state):
            return (ALWAYS,)
        if self.nodes[landing[0]].undoes is None:
            return self._do(landing)
        return self._undo(landing)

    def _once(self, landing: Landing) -> bool:
        state = self.nodes[landing[0]].state
        assert isinstance(state, Task | Compensation)
        return self.deduplicate or state.idempotent

    def _do(self, landing: Landing) -> tuple[Case, ...]:
        more = (Add(landed(landing), 1),)
        refused = self._refusals(landing)
        open_ = tuple(Negation(each) for each in refused)
        return (open_, more), *(((*open_[:i], each), ()) for i, each in enumerate(refused))

    def _refusals(self, landing: Landing) -> tuple[Expression, ...]:
        """Why an effect may not land: it has, or it was to be undone before it came."""
        known = (positive(landed(landing)),) if self._once(landing) else ()
        handler = self.nodes[landing[0]].handler
        undoing = [v for v in self.undoing if v == (handler, landing[1]) and self.tombstones]
        return (*known, *(positive(applied(visit)) for visit in undoing))

    def _undo(self, landing: Landing) -> tuple[Case, ...]:
        node = self.nodes[landing[0]]
        may_stand = [visit for visit in self.done if visit[0] == node.undoes]
        if node.kind is NodeKind.COMPENSATION:
            may_stand = [visit for visit in may_stand if visit[1] == landing[1]]
        cases: list[Case] = []
        first: tuple[Expression, ...] = ()
        if self._once(landing):
            cases.append(((positive(applied(landing)),), ()))
            first = (is_(applied(landing), 0),)
        for visit in reversed(may_stand):  # the latest one that stands
            change = (Add(undone(visit), 1), Put(applied(landing), 1))
            cases.append(((*first, stands(visit)), change))
            first = (*first, falls(visit))
        return (*cases, (first, (Put(applied(landing), 1),) if self.tombstones else ()))


def stands(visit: Landing, *, more_than: int = 0) -> Relation:
    """Its effect was done more often than taken back, by more than so many."""
    return Relation(landed(visit), ">", undone(visit), more_than)


def falls(visit: Landing) -> Relation:
    """Its effect was taken back as often as done: never more often."""
    return is_(landed(visit), undone(visit))
