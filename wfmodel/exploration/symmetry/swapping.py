"""A swap exchanges two participants: each has the other's cell and inbox, and every name follows.

A renamed part is put into normal form: where order tells nothing (recipients of one message, what
waits in a gap or for its commit), it is sorted, so that equal knowledge is one part.
"""

from __future__ import annotations

from wfmodel.designs.messages import TimerFired
from wfmodel.designs.permutation import Names
from wfmodel.designs.table import CLEAR_TIMER, SEND, SET_TIMER, Operation, Table
from wfmodel.semantics.after import NOTHING
from wfmodel.semantics.cell_rules import CellRules
from wfmodel.semantics.channels import Channels
from wfmodel.semantics.configuration import ANYONE, Cell, Inbox, Parcel, Pending, Post
from wfmodel.semantics.fault_budget import FaultBudget


class Swapping:
    """Renames parts of configurations. With ``i == j`` a part only gets its normal form."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rename = table.system.rename
        self.keeps_order = CellRules(table).policy.outbox
        self.ordered = Channels(table.system.channel).ordered
        self._states: dict[tuple[int, int, int, int], int] = {}
        self._messages: dict[tuple[int, int, int], int] = {}

    def names(self, i: int, j: int) -> Names:
        """The new names."""
        one, other = self.table.names[i], self.table.names[j]
        return {one: other, other: one}

    def state(self, p: int, state: int, i: int, j: int) -> int:
        """A state of ``p`` as one of whoever has its place afterwards."""
        key = (p, state, i, j)
        found = self._states.get(key)
        if found is None:
            value = self.rename(self.table.states[p].values[state], self.names(i, j))
            found = self._states[key] = self.table.states[placed(p, i, j)].number(value)
        return found

    def message(self, message: int, i: int, j: int) -> int:
        """A message with its names exchanged."""
        key = (message, i, j)
        found = self._messages.get(key)
        if found is None:
            value = self.rename(self.table.messages.values[message], self.names(i, j))
            found = self._messages[key] = self.table.message(value)
        return found

    def timer(self, timer: int, i: int, j: int) -> int:
        """A timer with its names exchanged."""
        value = self.rename(self.table.timers.values[timer], self.names(i, j))
        self.table.events.number(TimerFired(value))
        return self.table.timers.number(value)

    # ------------------------------------------------------------------------------- parts

    def cell(self, p: int, cell: Cell, i: int, j: int) -> Cell:
        """The cell of ``p`` as that of whoever has its place afterwards."""
        pending = None if cell.pending is None else self._pending(cell.pending, i, j)
        return cell._replace(
            volatile=self.state(p, cell.volatile, i, j),
            durable=self.state(p, cell.durable, i, j),
            past=tuple(self.state(p, earlier, i, j) for earlier in cell.past),
            pending=pending,
            timers=tuple(sorted(self.timer(timer, i, j) for timer in cell.timers)),
            queue=self._posts(cell.queue, i, j),
        )

    def inbox(self, inbox: Inbox, i: int, j: int) -> Inbox:
        """An inbox, in the order that its kind of channel keeps."""
        parcels = [self._parcel(parcel, i, j) for parcel in inbox]
        if self.ordered:
            return tuple(sorted(parcels, key=lambda parcel: parcel[0]))
        return tuple(sorted(parcels))

    def budget(self, budget: FaultBudget, i: int, j: int) -> FaultBudget:
        """What is left, with bounds at single participants exchanged."""
        names = self.names(i, j)
        bounds = (
            b._replace(participant=names.get(b.participant, b.participant)) for b in budget.bounds
        )
        return budget._replace(bounds=tuple(sorted(bounds)))

    def _parcel(self, parcel: Parcel, i: int, j: int) -> Parcel:
        sender, message = parcel
        who = sender if sender <= ANYONE else placed(sender, i, j)
        return (who, self.message(message, i, j))

    def _posts(self, posts: tuple[Post, ...], i: int, j: int) -> tuple[Post, ...]:
        new = [
            (self.message(message, i, j), tuple(sorted(placed(p, i, j) for p in recipients)))
            for message, recipients in posts
        ]
        return tuple(new if self.keeps_order else sorted(new))

    def _pending(self, pending: Pending, i: int, j: int) -> Pending:
        received, sender = pending.received, pending.sender
        return pending._replace(
            received=NOTHING if received == NOTHING else self.message(received, i, j),
            operations=self._operations(pending.operations, i, j),
            unpublished=self._posts(pending.unpublished, i, j),
            published=self._posts(pending.published, i, j),
            sender=ANYONE if sender == ANYONE else placed(sender, i, j),
        )

    def _operations(
        self, operations: tuple[Operation, ...], i: int, j: int
    ) -> tuple[Operation, ...]:
        """Of each timer what is asked last, anything else, and the messages."""
        timers: dict[int, Operation] = {}
        sends, others = [], []
        for operation in operations:
            if operation[0] == SEND:
                [(message, recipients)] = self._posts(((operation[1], operation[3]),), i, j)
                sends.append((SEND, message, self.table.received(message), recipients))
            elif operation[0] in (SET_TIMER, CLEAR_TIMER):
                timer = self.timer(operation[1], i, j)
                fired = self.table.events.number(TimerFired(self.table.timers.values[timer]))
                sets = operation[0] == SET_TIMER
                timers[timer] = (SET_TIMER, timer, fired) if sets else (CLEAR_TIMER, timer)
            else:
                others.append(operation)
        asked = [timers[timer] for timer in sorted(timers)]
        return (*asked, *others, *(sends if self.keeps_order else sorted(sends)))


def placed(p: int, i: int, j: int) -> int:
    """Where a participant is after a swap."""
    if p == i:
        return j
    return i if p == j else p
