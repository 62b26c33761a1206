"""What is on its way to a participant: a count of each message, or rows that keep order.

Where channels keep order there is a row for each sender, its oldest message at the head; a place
holds the message's number plus one, because an empty place is 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from wfmodel.exploration.export.identifiers import channel, positive, row
from wfmodel.exploration.export.program import (
    Add,
    All,
    AnyOf,
    Append,
    Contains,
    Double,
    Expression,
    Filled,
    Operation,
    Put,
    Relation,
    Remove,
)
from wfmodel.exploration.export.reaction_tables import Tables
from wfmodel.semantics.after import NOTHING
from wfmodel.semantics.configuration import Post

Case: TypeAlias = tuple[Expression, Operation]
"""Where something can happen to a message, and what it changes."""


class ExportedInbox:
    """The inbox of participant ``p``."""

    def __init__(self, tables: Tables, p: int) -> None:
        self.p = p
        self.part = tables.parts[p]
        self.stays = tables.semantics.channels.stays
        self.ordered = tables.semantics.channels.ordered
        self.senders = tuple(sorted({sender for sender, _ in self.part.parcels}))

    def variables(self) -> tuple[str, ...]:
        """Counts, where order does not matter."""
        counts = () if self.ordered else self.part.messages
        return tuple(channel(self.p, message) for message in counts)

    def rows(self) -> tuple[str, ...]:
        """Queues, where it does."""
        return tuple(row(self.p, sender) for sender in self.senders) if self.ordered else ()

    def filled(self) -> Expression:
        """Something is on its way."""
        if self.ordered:
            return AnyOf(tuple(map(Filled, self.rows())))
        return AnyOf(tuple(map(positive, self.variables())))

    def next(self, message: int) -> Iterator[tuple[Expression, tuple[Operation, ...]]]:
        """Where a message may be taken up, and what that changes at once."""
        if not self.ordered:
            yield positive(channel(self.p, message)), ()
            return
        for name in self._rows_of(message):
            yield Contains(name, message + 1, at_head=True), (Remove(name, message + 1),)

    def acknowledged(self, message: int) -> tuple[Operation, ...]:
        """What was taken up is gone, unless messages stay, or a row has lost it already."""
        if message == NOTHING or self.stays or self.ordered:
            return ()
        return (Add(channel(self.p, message), -1),)

    def lost(self, message: int, in_hand: Expression) -> Iterator[Case]:
        """Where a message can be lost: it must not be the one that is in its hands."""
        if not self.ordered:
            name = channel(self.p, message)
            yield All((positive(name), AnyOf((Relation(name, ">", 1), in_hand)))), Add(name, -1)
            return
        for name in self._rows_of(message):
            yield Contains(name, message + 1, at_head=False), Remove(name, message + 1)

    def doubled(self, message: int) -> Iterator[Case]:
        """Where a message can come twice."""
        if not self.ordered:
            yield positive(channel(self.p, message)), Add(channel(self.p, message), 1)
            return
        for name in self._rows_of(message):
            yield Contains(name, message + 1, at_head=False), Double(name, message + 1)

    def _rows_of(self, message: int) -> Iterator[str]:
        for sender, content in sorted(self.part.parcels):
            if content == message:
                yield row(self.p, sender)


def sent(tables: Tables, sender: int, post: Post) -> tuple[Operation, ...]:
    """A message is on its way to each recipient."""
    message, recipients = post
    if tables.semantics.channels.ordered:
        return tuple(Append(row(recipient, sender), (message + 1,)) for recipient in recipients)
    names = (channel(recipient, message) for recipient in recipients)
    if tables.semantics.channels.stays:
        return tuple(Put(name, 1) for name in names)
    return tuple(Add(name, 1) for name in names)
