"""What is on its way to one participant, by kind of channel: what comes next, and what is left.

- ``multiset``: any of them may come next, each comes as often as it was sent;
- ``set``: what was once sent stays, and may come any number of times, in any order;
- ``fifo``: of each sender the oldest comes next;
- ``queue``: the oldest comes next.
"""

from __future__ import annotations

from wfmodel.designs.system import Channel
from wfmodel.semantics.configuration import ANYONE, Inbox, Parcel, put, take


class Channels:
    """The rules of one kind of channel, over the inbox of one recipient."""

    def __init__(self, kind: Channel) -> None:
        self.stays = kind is Channel.SET
        self.ordered = kind is Channel.FIFO
        self.queued = kind is Channel.QUEUE

    def parcel(self, sender: int, message: int) -> Parcel:
        """A message of a sender, who is told apart only where order per sender matters."""
        return (sender if self.ordered else ANYONE, message)

    def put(self, inbox: Inbox, parcel: Parcel) -> Inbox:
        """One more message on its way, behind the others of its sender."""
        if self.ordered:
            return tuple(sorted((*inbox, parcel), key=lambda other: other[0]))
        if self.queued:
            sender, message = parcel
            return ((-sender, message), *inbox) if sender > 0 else (*inbox, parcel)
        if self.stays and parcel in inbox:
            return inbox
        return put(inbox, parcel)

    def returned(self, parcel: Parcel) -> Parcel:
        """As it is to be put when it was delivered and not acknowledged: in a queue, first.

        There no sender is a participant, so a sender above 0 says that it goes to the head.
        """
        sender, message = parcel
        return (-sender, message) if self.queued else parcel

    def take(self, inbox: Inbox, parcel: Parcel) -> Inbox:
        """Delivered for good: what stays, stays.

        Raises:
            ValueError: it is not there.
        """
        return inbox if self.stays and parcel in inbox else take(inbox, parcel)

    def lose(self, inbox: Inbox, parcel: Parcel) -> Inbox:
        """Gone; of what stays nothing is left either.

        Raises:
            ValueError: it is not there.
        """
        return take(inbox, parcel)

    def double(self, inbox: Inbox, parcel: Parcel) -> Inbox:
        """The same message once more, right behind itself."""
        if not (self.ordered or self.queued):
            return self.put(inbox, parcel)
        place = inbox.index(parcel)
        return (*inbox[:place], parcel, *inbox[place:])

    def next(self, inbox: Inbox) -> tuple[Parcel, ...]:
        """What may be delivered next."""
        if self.queued:
            return inbox[:1]
        if not self.ordered:
            return tuple(dict.fromkeys(inbox))
        return tuple({sender: (sender, message) for sender, message in reversed(inbox)}.values())[
            ::-1
        ]
