"""A configuration is all that one instance of a system is at a moment: cells, inboxes, the world.

It is a value: two configurations with the same content are the same state of the search. Tuples
that stand for sets or multisets are kept sorted. Named tuples rather than dataclasses, because the
search hashes them millions of times and a tuple does that without running Python.

States, messages, events and timers are the numbers of a ``Table``.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from wfmodel.designs.anomalies import EffectCount
from wfmodel.designs.node_trie import NodeTrie
from wfmodel.designs.table import Operation

Work: TypeAlias = tuple[int, int, int]
"""(node, epoch, attempt): an attempt at a step in progress."""

Post: TypeAlias = tuple[int, tuple[int, ...]]
"""(message, recipients): one message that is to be published."""

Landing: TypeAlias = tuple[int, int]
"""(node, epoch): the visit whose effect is to be applied."""

ANYONE: Final = -1
"""The sender where it does not matter: only order per sender needs to know it. Where deliveries are
counted, -2 is the sender of a message that was delivered once and not acknowledged, and so on."""

Parcel: TypeAlias = tuple[int, int]
"""(sender, message): one message on its way to a known recipient."""

Inbox: TypeAlias = tuple[Parcel, ...]
"""What is on its way to one participant, or taken up by it and not yet acknowledged."""

Item = TypeVar("Item")


class Pending(NamedTuple):
    """A reaction that is not yet durable: what its commit will acknowledge, apply and release."""

    received: int
    """The message that caused it, -1 if none did."""
    operations: tuple[Operation, ...]
    landing: Landing | None
    unpublished: tuple[Post, ...]
    """Publish first: what must still leave before the commit."""
    published: tuple[Post, ...] = ()
    """Publish first: what has left already, and would tell of nothing after a crash."""
    sender: int = ANYONE
    """Whose message ``received`` is."""
    finished: tuple[Parcel, ...] = ()
    """Acknowledged after the work: messages whose work is done with this reaction."""


class Cell(NamedTuple):
    """One participant's part. ``down`` counts the crashes that are on."""

    volatile: int = 0
    durable: int = 0
    down: int = 0
    restarting: bool = False
    """Back, but has not yet met ``Restarted``, which comes before anything else."""
    pending: Pending | None = None
    timers: tuple[int, ...] = ()
    work: tuple[Work, ...] = ()
    choices: tuple[tuple[int, int], ...] = ()
    queue: tuple[Post, ...] = ()
    """Released but not yet published: the outbox (durable), else the gap of a dual write."""
    expected: tuple[tuple[int, int], ...] = ()
    """(node, epoch): the outside world has been told that its event is awaited; it remembers."""
    paused: bool = False
    """It stands still, and will go on as if nothing had been."""
    held: tuple[tuple[Parcel, tuple[Work, ...]], ...] = ()
    """Acknowledged after the work: messages in hand, and what they asked for that still runs, in
    the order in which they were taken.
    """
    dead: tuple[Work, ...] = ()
    """Attempts whose worker has died, and of which it will be known."""
    landed: tuple[Work, ...] = ()
    """Attempts in progress whose effect, outside, is there already."""
    late: tuple[Work, ...] = ()
    """Attempts of a holder that was fenced: their effect, outside, may still come."""
    decided: tuple[Post, ...] = ()
    """Messages of a holder that was taken for dead, and whom no fence stops: they may leave."""
    unacknowledged: tuple[Parcel, ...] = ()
    """Acknowledged after the work: messages whose work is committed; the broker does not know."""
    past: tuple[int, ...] = ()
    """What ``durable`` was before each of its changes, oldest first: what a backup may hold. Kept
    only where a restore may come, since it tells configurations apart.
    """

    @property
    def in_hand(self) -> tuple[Parcel, ...]:
        """Acknowledged after the work: messages that it has taken and not acknowledged."""
        held = tuple(parcel for parcel, _ in self.held)
        finished = () if self.pending is None else self.pending.finished
        return (*held, *finished, *self.unacknowledged)


_NONE: Final[NodeTrie[Any]] = NodeTrie()


class EffectStore(NamedTuple):
    """What no crash takes away. ``applied``: visits of compensations that took an effect back."""

    effects: NodeTrie[EffectCount] = _NONE
    applied: NodeTrie[Landing] = _NONE


class Configuration(NamedTuple):
    """The whole: a cell and an inbox for each participant, and the world."""

    cells: tuple[Cell, ...]
    inboxes: tuple[Inbox, ...]
    world: EffectStore = EffectStore()

    @property
    def effects(self) -> NodeTrie[EffectCount]:
        """What the services' stores say, visit by visit."""
        return self.world.effects

    @property
    def channel(self) -> tuple[tuple[int, int], ...]:
        """(recipient, message), a multiset: published and not yet acknowledged (or delivered)."""
        return tuple(
            (recipient, message)
            for recipient, inbox in enumerate(self.inboxes)
            for message in sorted(message for _, message in inbox)
        )

    def with_cell(self, participant: int, cell: Cell) -> Configuration:
        """The same with another cell."""
        cells = (*self.cells[:participant], cell, *self.cells[participant + 1 :])
        return self._replace(cells=cells)

    def with_inbox(self, participant: int, inbox: Inbox) -> Configuration:
        """The same with another inbox."""
        inboxes = (*self.inboxes[:participant], inbox, *self.inboxes[participant + 1 :])
        return self._replace(inboxes=inboxes)


def put(items: tuple[Item, ...], *more: Item) -> tuple[Item, ...]:
    """A sorted multiset with more items."""
    return tuple(sorted((*items, *more)))  # type: ignore[type-var]


def take(items: tuple[Item, ...], item: Item) -> tuple[Item, ...]:
    """A tuple without the first of these items.

    Raises:
        ValueError: it is not there.
    """
    place = items.index(item)
    return items[:place] + items[place + 1 :]
