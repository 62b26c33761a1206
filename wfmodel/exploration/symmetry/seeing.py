"""How a part looks to one member of a group: itself is named, the others are not told apart.

Two members to whom everything looks different cannot be exchanged; the reduction sorts members by
that. A view is only compared, and is the same however the others are named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from typing import Final

from wfmodel.designs.permutation import Names
from wfmodel.designs.table import Table
from wfmodel.semantics.after import NOTHING
from wfmodel.semantics.configuration import ANYONE, Cell, Inbox, Post
from wfmodel.semantics.fault_budget import FaultBudget

ME: Final = "\0me"
OWNER: Final = "\0owner"


class Seeing:
    """Parts as a member sees them."""

    def __init__(self, table: Table, groups: tuple[tuple[int, ...], ...]) -> None:
        self.table = table
        self.rename = table.system.rename
        self._group = {p: number for number, group in enumerate(groups) for p in group}

    def cell(self, p: int, cell: Cell, me: int) -> Hashable:
        """The cell of ``p``."""
        names, table = self._names(me, p), self.table
        states = [
            self._named(table.states[p].values[s], names)
            for s in (cell.volatile, cell.durable, *cell.past)
        ]
        pending: Hashable = None
        if cell.pending is not None:
            received = cell.pending.received
            message = None if received == NOTHING else table.messages.values[received]
            pending = (
                self._named(message, names),
                _bag(kind for kind, *_ in cell.pending.operations),
                self._posts(cell.pending.unpublished, names),
                self._posts(cell.pending.published, names),
            )
        timers = _bag(self._named(table.timers.values[timer], names) for timer in cell.timers)
        rest = cell._replace(volatile=0, durable=0, pending=None, timers=(), queue=(), past=())
        return (*states, pending, timers, self._posts(cell.queue, names), rest)

    def inbox(self, p: int, inbox: Inbox, me: int) -> Hashable:
        """The inbox of ``p``: what each sender has under way, in order."""
        names = self._names(me, p)
        by_sender: dict[int, list[Hashable]] = {}
        for sender, message in inbox:
            value = self._named(self.table.messages.values[message], names)
            by_sender.setdefault(sender, []).append(value)
        return _bag(
            (self._who(sender, names), tuple(values) if sender != ANYONE else _bag(values))
            for sender, values in by_sender.items()
        )

    def budget(self, budget: FaultBudget, me: int) -> Hashable:
        """What is left of it."""
        names = self._names(me, me)
        bounds = _bag(
            (b.kind, names.get(b.participant, b.participant), b.left) for b in budget.bounds
        )
        return (budget._replace(bounds=()), bounds)

    def _names(self, me: int, owner: int) -> Names:
        names = {self.table.names[p]: f"\0one of {group}" for p, group in self._group.items()}
        if owner in self._group:
            names[self.table.names[owner]] = OWNER
        names[self.table.names[me]] = ME
        return names

    def _named(self, value: object, names: Names) -> Hashable:
        found: Hashable = self.rename(value, names)
        return found

    def _who(self, p: int, names: Names) -> Hashable:
        if p == ANYONE:
            return p
        name = self.table.names[p]
        found: Hashable = names.get(name, name)
        return found

    def _posts(self, posts: tuple[Post, ...], names: Names) -> Hashable:
        values = self.table.messages.values
        return _bag(
            (self._named(values[message], names), _bag(self._who(p, names) for p in recipients))
            for message, recipients in posts
        )


def _bag(items: Iterable[Hashable]) -> Hashable:
    """A multiset."""
    return frozenset(Counter(items).items())
