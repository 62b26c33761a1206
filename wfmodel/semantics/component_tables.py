"""Cells, inboxes, worlds and budgets as integers: each kind of part is numbered by first use.

A configuration with its budget becomes a *vector*: a cell and an inbox number for each
participant, a world, a budget. What a step does to a vector is tabulated part by part; a table is
filled, one entry at a time, by running the definition (``enabled_steps``, ``channels``,
``effect_rules``, ``fault_budget``). Nothing here decides which steps are enabled together: that is
``exploration.packed.expansion``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from wfmodel.designs.table import Interned, Table
from wfmodel.semantics.after import NOTHING
from wfmodel.semantics.configuration import Cell, Inbox, Landing, Parcel
from wfmodel.semantics.effect_rules import land
from wfmodel.semantics.enabled_steps import STRIKES, EnabledStep, Step, StepKind
from wfmodel.semantics.fault_budget import FAULTS, FaultBudget
from wfmodel.semantics.loop_bound import is_beyond
from wfmodel.semantics.numbering import Numbering
from wfmodel.semantics.successors import Successors

FREE: Final = -1
"""The cost of a step that spends nothing."""

BYTES_PER_ENTRY: Final = 600
"""Of Python's own memory, for an entry of a table and what it brings with it; roughly."""

URGENT, FLUSH, PROGRESS, ANSWER, DETECT, STRIKE = range(6)
CLASSES: Final = STRIKE + STRIKES
"""Classes of a cell's own moves, in the order in which ``Successors`` takes them up; from STRIKE on
those of faults."""

LogEntry: TypeAlias = tuple[int, int, int, int]
"""(table, its three keys): one entry that was filled."""

OWN, RECEIVE, INBOX, PUT, TAKE, LOSE, DOUBLE, LAND, SPEND, SWAP, LOOK = range(11)
"""The last two are a reduction's; a search without one has no such entries."""


class Made(NamedTuple):
    """A step of one participant in numbers."""

    action: int
    cell: int
    taken: int
    """Parcel that leaves the participant's own inbox, -1 for none."""
    sent: tuple[tuple[int, int], ...]
    """(recipient, parcel), in order."""
    landing: int
    """-1 for none."""
    cost: int
    """Index in ``FAULTS``, or ``FREE``."""


@dataclass(frozen=True, slots=True)
class Own:
    """What a cell says of itself: its moves by class, and what others must know of it."""

    moves: tuple[tuple[Made, ...], ...]
    still: bool
    """It is neither down nor paused."""
    paused: bool
    beyond: bool
    """A loop has gone round too often: not looked into."""
    hidden: int
    """The parcel that it has taken up and not acknowledged, -1 for none."""


@dataclass(frozen=True, slots=True)
class InboxContents:
    """An inbox: its distinct parcels, how many of each there are, and which may come next."""

    parcels: tuple[int, ...]
    counts: tuple[int, ...]
    next: tuple[bool, ...]


class ComponentTables(Numbering):
    """All parts met so far, and the tables over them. ``log`` says in which order."""

    def __init__(
        self, table: Table, successors: Successors, budget: FaultBudget, laps: int
    ) -> None:
        super().__init__(table)
        self.successors = successors
        self.enabled_steps = successors.own
        self.channels = successors.semantics.channels
        self.first_budget = budget
        self.laps = laps
        self.size = len(table.names)
        everyone = range(self.size)
        self.parcels: tuple[Interned[Parcel], ...] = tuple(Interned() for _ in everyone)
        self.landings: Interned[Landing] = Interned()
        self.steps: Interned[Step] = Interned()
        self.owns: tuple[dict[int, Own], ...] = tuple({} for _ in everyone)
        self.contents: tuple[dict[int, InboxContents], ...] = tuple({} for _ in everyone)
        self.receives: dict[tuple[int, int, int], Made | None] = {}
        self.puts: dict[tuple[int, int, int], int] = {}
        self.takes: dict[tuple[int, int, int], int] = {}
        self.loses: dict[tuple[int, int, int], tuple[int, int]] = {}
        self.doubles: dict[tuple[int, int, int], tuple[int, int]] = {}
        self.lands: dict[tuple[int, int], int] = {}
        self.spends: dict[tuple[int, int, int], int] = {}
        self.log: list[LogEntry] = []
        self._fillers: tuple[Callable[[int, int, int], object], ...] = (
            lambda p, cell, _: self.own(p, cell),
            self.receive,
            lambda p, inbox, _: self.inbox(p, inbox),
            self.put,
            self.take,
            self.lose,
            self.double,
            lambda world, landing, _: self.land(world, landing),
            self.spend,
        )

    def also(self, *fillers: Callable[[int, int, int], object]) -> None:
        """Tables that a reduction keeps over these parts: ``SWAP``, ``LOOK``."""
        self._fillers = (*self._fillers[:SWAP], *fillers)

    def sizes(self) -> list[int]:
        """How many values each place of a vector has had so far."""
        return [
            *(len(known.values) for known in self.cells),
            *(len(known.values) for known in self.inboxes),
            len(self.worlds.values),
            len(self.budgets.values),
        ]

    def size_bytes(self) -> int:
        """Memory of what is tabulated, roughly: an entry, a tuple or two, a part."""
        return BYTES_PER_ENTRY * len(self.log)

    def replay(self, log: Iterable[LogEntry]) -> None:
        """Fill the same entries in the same order, so that everything gets the same numbers.

        Raises:
            IndexError: an entry names what does not exist: the log is another system's.
        """
        for entry in log:
            self.fill(*entry)

    def fill(self, table: int, a: int, b: int, c: int) -> None:
        """Fill one entry, by running the definition; nothing if it is filled.

        Raises:
            IndexError: the keys name what does not exist.
        """
        self._fillers[table](a, b, c)

    # ------------------------------------------------------------------ tables, filled lazily

    def own(self, p: int, cell: int) -> Own:
        """A cell's own moves."""
        found = self.owns[p].get(cell)
        if found is None:
            found = self.owns[p][cell] = self._own(p, self.cells[p].values[cell])
            self.log.append((OWN, p, cell, 0))
        return found

    def _own(self, p: int, cell: Cell) -> Own:
        own, budget = self.enabled_steps, self.first_budget
        classes = (
            own.urgent(p, cell),
            own.flush(p, cell) if budget.forgets else (),
            own.progress(p, cell, budget),
            own.answers(p, cell),
            own.detections(p, cell),
            *own.strikes(p, cell, budget),
        )
        moves = tuple(tuple(self._made(p, move) for move in some) for some in classes)
        hidden, pending = -1, cell.pending
        if pending is not None and pending.received != NOTHING:
            hidden = self.parcels[p].number((pending.sender, pending.received))
        still = not cell.down and not cell.paused
        return Own(moves, still, cell.paused, is_beyond(cell, self.laps), hidden)

    def _made(self, p: int, move: EnabledStep) -> Made:
        step, after, cost = move
        taken = -1 if after.taken is None else self.parcels[p].number(after.taken)
        sent = tuple(
            (q, self.parcels[q].number(self.channels.parcel(p, message)))
            for message, recipients in after.sent
            for q in recipients
        )
        back = tuple(
            (p, self.parcels[p].number(self.channels.returned(parcel))) for parcel in after.returned
        )
        return Made(
            self.steps.number(step),
            self.cells[p].number(after.cell),
            taken,
            (*back, *sent),
            -1 if after.landing is None else self.landings.number(after.landing),
            FAULTS.index(cost) if cost else FREE,
        )

    def receive(self, p: int, cell: int, parcel: int) -> Made | None:
        """The reaction of a cell to a parcel; None if there is none."""
        key = (p, cell, parcel)
        if key not in self.receives:
            move = self.enabled_steps.receive(
                p, self.cells[p].values[cell], self.parcels[p].values[parcel]
            )
            self.receives[key] = None if move is None else self._made(p, move)
            self.log.append((RECEIVE, *key))
        return self.receives[key]

    def inbox(self, p: int, inbox: int) -> InboxContents:
        """What an inbox holds."""
        found = self.contents[p].get(inbox)
        if found is None:
            content = self.inboxes[p].values[inbox]
            coming = set(self.channels.next(content))
            distinct = tuple(dict.fromkeys(content))
            found = self.contents[p][inbox] = InboxContents(
                tuple(self.parcels[p].number(parcel) for parcel in distinct),
                tuple(content.count(parcel) for parcel in distinct),
                tuple(parcel in coming for parcel in distinct),
            )
            self.log.append((INBOX, p, inbox, 0))
        return found

    def put(self, p: int, inbox: int, parcel: int) -> int:
        """The inbox with a parcel more."""
        found = self.puts.get((p, inbox, parcel))
        if found is None:
            after = self.channels.put(*self._meant(p, inbox, parcel))
            found = self.puts[p, inbox, parcel] = self.inboxes[p].number(after)
            self.log.append((PUT, p, inbox, parcel))
        return found

    def take(self, p: int, inbox: int, parcel: int) -> int:
        """The inbox after a delivery for good."""
        found = self.takes.get((p, inbox, parcel))
        if found is None:
            self.inbox(p, inbox)
            after = self.channels.take(*self._meant(p, inbox, parcel))
            found = self.takes[p, inbox, parcel] = self.inboxes[p].number(after)
            self.log.append((TAKE, p, inbox, parcel))
        return found

    def lose(self, p: int, inbox: int, parcel: int) -> tuple[int, int]:
        """The number of the step, and the inbox after a loss."""
        found = self.loses.get((p, inbox, parcel))
        if found is None:
            self.inbox(p, inbox)
            after = self.channels.lose(*self._meant(p, inbox, parcel))
            found = (self._fault_at(StepKind.LOSE, p, parcel), self.inboxes[p].number(after))
            self.loses[p, inbox, parcel] = found
            self.log.append((LOSE, p, inbox, parcel))
        return found

    def double(self, p: int, inbox: int, parcel: int) -> tuple[int, int]:
        """The number of the step, and the inbox with a parcel twice."""
        found = self.doubles.get((p, inbox, parcel))
        if found is None:
            self.inbox(p, inbox)
            after = self.channels.double(*self._meant(p, inbox, parcel))
            found = (self._fault_at(StepKind.DUPLICATE, p, parcel), self.inboxes[p].number(after))
            self.doubles[p, inbox, parcel] = found
            self.log.append((DOUBLE, p, inbox, parcel))
        return found

    def _meant(self, p: int, inbox: int, parcel: int) -> tuple[Inbox, Parcel]:
        return self.inboxes[p].values[inbox], self.parcels[p].values[parcel]

    def land(self, world: int, landing: int) -> int:
        """The world after an effect."""
        found = self.lands.get((world, landing))
        if found is None:
            after, _ = land(
                self.table.system, self.worlds.values[world], self.landings.values[landing]
            )
            found = self.lands[world, landing] = self.worlds.number(after)
            self.log.append((LAND, world, landing, 0))
        return found

    def spend(self, budget: int, cost: int, p: int) -> int:
        """The budget after one more fault at a participant, -1 if there is none left."""
        found = self.spends.get((budget, cost, p))
        if found is None:
            left = self.budgets.values[budget].spend(FAULTS[cost], self.table.names[p])
            found = -1 if left is None else self.budgets.number(left)
            self.spends[budget, cost, p] = found
            self.log.append((SPEND, budget, cost, p))
        return found

    def _fault_at(self, kind: StepKind, p: int, parcel: int) -> int:
        return self.steps.number(Step(kind, p, self.parcels[p].values[parcel][1]))
