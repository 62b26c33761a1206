"""``ComponentTables`` as integer arrays, for the compiled search; kept up with their log.

-1 in an array means "not known yet": the compiled search then asks for the state at hand to be
expanded in Python, which fills what is missing. -2 means "known, and there is none".
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfmodel.exploration.symmetry import Reduction
from wfmodel.semantics import component_tables as p_
from wfmodel.semantics.component_tables import CLASSES, ComponentTables, Made
from wfmodel.semantics.fault_budget import FAULTS

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

STILL, PAUSED, BEYOND = 1, 2, 4
"""Bits of a cell's flags; ``HAS << kind`` says that it has moves of a class."""

HAS: Final = 8

FORGETTING, INTERRUPTING, TIMEOUTS, LOSSES, DUPLICATES = 1, 2, 4, 8, 16
"""Bits of a budget's flags."""

PARTICIPANTS, URGENT_FIRST, STAYING, UNORDERED, TOLD_APART = range(5)
"""Places of ``rules``: how many there are; whether urgent steps come first, messages stay, messages
keep no order, everybody is told apart."""

OWN_WIDTH: Final = CLASSES + 3
"""Where each class of own moves begins, where the last ends, flags, the parcel in hand."""

NONE: Final = -2

MOST_EMPTY: Final = 1 << 27
"""Bytes that a table may take however little of it is filled."""

FULL_ENOUGH: Final = 256
"""A larger one has at most so many places for each that is filled."""


class TooSparse(Exception):  # noqa: N818 - the search goes on without arrays
    """A table would be large and nearly empty: it is better kept as a dictionary."""


def check_filled(places: int, filled: int) -> None:
    """Refuse a table of so many places, so many of them filled. In a long chain every message is
    met by a few cells only, so a row for each cell and a column for each message would take memory
    with the square of its length.

    Raises:
        TooSparse: it would be large and nearly empty.
    """
    if 4 * places > MOST_EMPTY and places > FULL_ENOUGH * filled:
        raise TooSparse


class Arrays(NamedTuple):
    """What the compiled search reads. ``*_base`` is where a participant's rows begin."""

    own: Ints
    own_base: Longs
    own_list: Ints
    moves: Ints
    """cell, taken, first sent, how many sent, landing, cost, step, participant."""
    sent: Ints
    """(recipient, parcel)."""
    receive: Ints
    receive_base: Longs
    receive_stride: Longs
    put: Ints
    put_base: Longs
    put_stride: Longs
    inbox: Ints
    """First entry, how many entries."""
    inbox_base: Longs
    entries: Ints
    """parcel, count, whether next, after taking, step and inbox of a loss, of a duplicate."""
    land: Ints
    spend: Ints
    budgets: Ints
    rules: Longs
    """By place: ``PARTICIPANTS`` and what follows it."""


class Orbits(NamedTuple):
    """What the compiled search reads to exchange participants."""

    swap: Ints
    """Of a part (place and number) what it is after an exchange (i * participants + j)."""
    swap_base: Longs
    swap_stride: Longs
    look: Ints
    """Of a part how it looks to a participant."""
    look_base: Longs
    look_stride: Longs
    members: Longs
    """Participants that are not told apart, group after group; none: everybody is."""
    others: Longs
    group_of: Longs
    """Of each participant its group, or -1."""


class Rows:
    """Rows for each participant in one array; doubled for a participant that outgrows its own."""

    def __init__(self, participants: int, width: int, rows: int = 16) -> None:
        self.rows = np.full(participants, rows, dtype=np.int64)
        self.width = np.full(participants, width, dtype=np.int64)
        self.base = np.zeros(participants, dtype=np.int64)
        self.flat: Ints = np.zeros(0, dtype=np.int32)
        self.filled = 0
        self._layout(self.rows, self.width, [None] * participants)

    def view(self, p: int) -> Ints:
        """One participant's rows and columns."""
        size = int(self.rows[p] * self.width[p])
        return self.flat[self.base[p] : self.base[p] + size].reshape(-1, int(self.width[p]))

    def reserve(self, p: int, row: int, column: int = 0) -> None:
        """Make room for one more entry, in this row and column.

        Raises:
            TooSparse: the table would be large and nearly empty.
        """
        self.filled += 1
        if row < self.rows[p] and column < self.width[p]:
            return
        rows, width = self.rows.copy(), self.width.copy()
        while row >= rows[p]:
            rows[p] *= 2
        while column >= width[p]:
            width[p] *= 2
        check_filled(int((rows * width).sum()), self.filled)
        old = [self.view(q).copy() for q in range(len(self.rows))]
        self._layout(rows, width, old)  # type: ignore[arg-type]

    def _layout(self, rows: Longs, width: Longs, old: list[Ints | None]) -> None:
        self.rows, self.width = rows, width
        ends = np.cumsum(rows * width)
        self.base = np.concatenate(([0], ends[:-1])).astype(np.int64)[: len(rows)]
        self.flat = np.full(int(ends[-1]) if len(ends) else 0, -1, dtype=np.int32)
        for p, content in enumerate(old):
            if content is not None:
                self.view(p)[: content.shape[0], : content.shape[1]] = content


class Growing:
    """An array of rows that only grows."""

    def __init__(self, width: int) -> None:
        self.data: Ints = np.full((64, width), -1, dtype=np.int32)
        self.length = 0

    def append(self, *row: int) -> int:
        """Add a row; its number."""
        if self.length == len(self.data):
            more = np.full_like(self.data, -1)
            self.data = np.concatenate((self.data, more))
        self.data[self.length, : len(row)] = row
        self.length += 1
        return self.length - 1


def grown(array: Ints, row: int, column: int, filled: int) -> Ints:
    """The array with room for a row and a column; ``filled`` places of it are known.

    Raises:
        TooSparse: it would be large and nearly empty.
    """
    rows, columns = array.shape
    while row >= rows:
        rows *= 2
    while column >= columns:
        columns *= 2
    if (rows, columns) == array.shape:
        return array
    check_filled(rows * columns, filled)
    wider: Ints = np.full((rows, columns), -1, dtype=np.int32)
    wider[: array.shape[0], : array.shape[1]] = array
    return wider


class ComponentArrays:
    """Arrays that follow a ``ComponentTables``."""

    def __init__(
        self,
        tables: ComponentTables,
        *,
        urgent: bool,
        lossy: bool,
        doubling: bool,
        reduction: Reduction | None = None,
    ) -> None:
        n = tables.size
        self.reduction = reduction
        places = 0 if reduction is None else 2 * n + 2
        self.swap, self.look = Rows(places, 8), Rows(places, 8)
        groups = () if reduction is None else reduction.groups
        self.members = np.array([p for group in groups for p in group], dtype=np.int64)
        self.group_of = np.full(n, -1, dtype=np.int64)
        for number, group in enumerate(groups):
            self.group_of[list(group)] = number
        self.others = np.flatnonzero(self.group_of < 0)
        self.tables = tables
        self.lossy, self.doubling = lossy, doubling
        channels = tables.channels
        unordered = not (channels.ordered or channels.queued)
        rules = n, urgent, channels.stays, unordered, reduction is None
        self.rules = np.array(rules, dtype=np.int64)
        self.own = Rows(n, OWN_WIDTH)
        self.inbox = Rows(n, 2)
        self.receive = Rows(n, 8)
        self.put = Rows(n, 8)
        self.own_list = Growing(1)
        self.moves = Growing(8)
        self.sent = Growing(2)
        self.entries = Growing(8)
        self.land: Ints = np.full((8, 8), -1, dtype=np.int32)
        self.spend: Ints = np.full((8, len(FAULTS) * n), -1, dtype=np.int32)
        self.budgets: Ints = np.zeros(8, dtype=np.int32)
        self._done = 0
        self._known_budgets = 0
        self.follow()

    def arrays(self) -> Arrays:
        """All of them, as the compiled search takes them."""
        return Arrays(
            self.own.flat,
            self.own.base,
            self.own_list.data.reshape(-1),
            self.moves.data,
            self.sent.data,
            self.receive.flat,
            self.receive.base,
            self.receive.width,
            self.put.flat,
            self.put.base,
            self.put.width,
            self.inbox.flat,
            self.inbox.base,
            self.entries.data,
            self.land,
            self.spend,
            self.budgets,
            self.rules,
        )

    def orbits(self) -> Orbits:
        """Those about exchanges; empty where everybody is told apart."""
        return Orbits(
            self.swap.flat,
            self.swap.base,
            self.swap.width,
            self.look.flat,
            self.look.base,
            self.look.width,
            self.members,
            self.others,
            self.group_of,
        )

    def size_bytes(self) -> int:
        """Memory of the arrays, and roughly of what they mirror."""
        arrays = (*self.arrays(), *self.orbits())
        return sum(array.nbytes for array in arrays) + self.tables.size_bytes()

    def follow(self) -> None:
        """Take over what has been tabulated since the last time.

        Raises:
            TooSparse: a table would be large and nearly empty.
        """
        log = self.tables.log
        for entry in log[self._done :]:
            self._take_over(*entry)
        self._done = len(log)
        known = self.tables.budgets.values
        for number in range(self._known_budgets, len(known)):
            self._budget(number)
        self._known_budgets = len(known)

    def _take_over(self, table: int, a: int, b: int, c: int) -> None:
        tables = self.tables
        match table:
            case p_.OWN:
                self._own(a, b)
            case p_.RECEIVE:
                move = tables.receives[a, b, c]
                self.receive.reserve(a, b, c)
                self.receive.view(a)[b, c] = NONE if move is None else self._move(a, move)
            case p_.INBOX:
                self._inbox(a, b)
            case p_.PUT:
                self.put.reserve(a, b, c)
                self.put.view(a)[b, c] = tables.puts[a, b, c]
            case p_.TAKE:
                self._entry(a, b, c)[3] = tables.takes[a, b, c]
            case p_.LOSE:
                self._entry(a, b, c)[4:6] = tables.loses[a, b, c]
            case p_.DOUBLE:
                self._entry(a, b, c)[6:8] = tables.doubles[a, b, c]
            case p_.LAND:
                self.land = grown(self.land, a, b, len(tables.lands))
                self.land[a, b] = tables.lands[a, b]
            case p_.SPEND:
                self.spend = grown(self.spend, a, 0, len(tables.spends))
                left = tables.spends[a, b, c]
                self.spend[a, b * tables.size + c] = NONE if left < 0 else left

            case p_.SWAP | p_.LOOK if self.reduction is not None:
                rows, find = (
                    (self.swap, self.reduction.swap)
                    if table == p_.SWAP
                    else (self.look, self.reduction.look)
                )
                rows.reserve(a, b, c)
                rows.view(a)[b, c] = find(a, b, c)

    def _own(self, p: int, cell: int) -> None:
        own = self.tables.owns[p][cell]
        self.own.reserve(p, cell)
        row = self.own.view(p)[cell]
        for kind, moves in enumerate(own.moves):
            row[kind] = self.own_list.length
            for move in moves:
                self.own_list.append(self._move(p, move))
        row[CLASSES] = self.own_list.length
        has = sum(HAS << kind for kind, moves in enumerate(own.moves) if moves)
        row[CLASSES + 1] = STILL * own.still + PAUSED * own.paused + BEYOND * own.beyond + has
        row[CLASSES + 2] = own.hidden

    def _move(self, p: int, move: Made) -> int:
        first = self.sent.length
        for q, parcel in move.sent:
            self.sent.append(q, parcel)
        return self.moves.append(
            move.cell,
            move.taken,
            first,
            len(move.sent),
            move.landing,
            move.cost,
            move.action,
            p,
        )

    def _inbox(self, p: int, inbox: int) -> None:
        contents = self.tables.contents[p][inbox]
        self.inbox.reserve(p, inbox)
        self.inbox.view(p)[inbox] = (self.entries.length, len(contents.parcels))
        for entry in zip(contents.parcels, contents.counts, contents.next, strict=True):
            self.entries.append(*entry)

    def _entry(self, p: int, inbox: int, parcel: int) -> Ints:
        first, count = self.inbox.view(p)[inbox]
        rows = self.entries.data[first : first + count]
        found: Ints = rows[int(np.flatnonzero(rows[:, 0] == parcel)[0])]
        return found

    def _budget(self, number: int) -> None:
        budget = self.tables.budgets.values[number]
        if number >= len(self.budgets):
            self.budgets = np.concatenate((self.budgets, np.zeros_like(self.budgets)))
        self.spend = grown(self.spend, number, 0, len(self.tables.spends))
        self.budgets[number] = (
            FORGETTING * budget.forgets
            + INTERRUPTING * budget.interrupts
            + TIMEOUTS * (budget.timeouts != 0)
            + LOSSES * (budget.losses > 0 and self.lossy)
            + DUPLICATES * (budget.duplicates > 0 and self.doubling)
        )
