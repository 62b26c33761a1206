"""The mutable side of a run: processes, instances, and a cell for each pair of them.

A crash does not visit every cell. It raises the process's ``incarnation``; a cell that is older
than its process loses what is volatile when it is next touched.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from heapq import heappush
from math import prod
from typing import Any, TypeAlias

from simpy import Environment
from simpy.events import NORMAL

from wfmodel.designs.table import Entry, Operation

Parcel: TypeAlias = tuple["Instance", int, int, int, int]
"""A message under way: instance, sender, recipient, message, the event of its delivery."""

Item: TypeAlias = Any
"""What an event for a machine came with: a parcel, finished work as (node, epoch), a timer's handle
(a list), or None. Told apart by shape, because this is the hot path."""


class Occurrence:
    """Something that is certain to happen: all that ``Environment.step`` asks of an event.

    SimPy's own events can also fail, be waited for and be composed; that costs a dictionary each,
    and a run schedules some forty of these per instance.
    """

    __slots__ = ("callbacks", "value")
    _ok = True

    def __init__(self, callbacks: Callbacks, value: object) -> None:
        self.callbacks: Callbacks | None = callbacks
        self.value: Any = value


Callbacks: TypeAlias = tuple[Callable[[Occurrence], None], ...]


class Clock(Environment):
    """SimPy's environment in integer nanoseconds; a user's own processes run in it as ever."""

    _now: int

    def after(self, delay_ns: int, callbacks: Callbacks, value: object) -> None:
        """Schedule an occurrence: ``schedule`` without a call for every part of it."""
        entry = (self._now + delay_ns, NORMAL, next(self._eid), Occurrence(callbacks, value))
        heappush(self._queue, entry)  # type: ignore[misc]

    @property
    def now_ns(self) -> int:
        """Simulated nanoseconds since the start."""
        return self._now


class Process:
    """A participant's process: one for all instances."""

    __slots__ = (
        "active",
        "arriving",
        "capacity",
        "cut",
        "deferred",
        "dirty",
        "down",
        "entries",
        "flush_due",
        "in_use",
        "incarnation",
        "index",
        "name",
        "occupied",
        "outbox",
        "paused",
        "queue",
        "reachable",
        "service_factor",
        "slow_service",
        "slow_store",
        "stalled",
        "store_down",
        "store_factor",
        "up_since",
    )

    def __init__(
        self,
        index: int,
        name: str,
        capacity: int | None,
        entries: dict[tuple[int, int], Entry],
    ) -> None:
        self.index = index
        self.name = name
        self.entries = entries
        self.incarnation = 0
        # Overlapping faults of one kind are counted: the process is well when all are over.
        self.down = 0
        self.paused = 0
        self.cut = 0
        self.store_down = 0
        self.slow_store: list[float] = []
        self.store_factor = 1.0
        self.slow_service: list[float] = []
        self.service_factor = 1.0
        self.reachable = True
        self.active: dict[Cell, None] = {}
        """Cells whose durable state has something to go on with after a restart."""
        self.occupied: dict[Cell, None] = {}
        """Cells with a reaction that is not committed, or with events that wait for one."""
        self.dirty: dict[Cell, None] = {}
        """Log: cells to be flushed."""
        self.flush_due = False
        self.deferred: list[tuple[Callable[[Any], None], Any]] = []
        """What a paused process will find when it goes on."""
        self.arriving: list[Parcel] = []
        self.up_since = 0
        self.outbox: list[tuple[Instance, Operation]] = []
        """Committed messages that wait for the process to come back, or to go on."""
        self.stalled: list[Cell] = []
        """Commits that wait for the store to come back."""
        self.capacity = capacity
        self.in_use = 0
        self.queue: deque[tuple[Cell, int, int, int]] = deque()

    def judge(self) -> None:
        """Renew what follows from the faults that are on, after one began or ended."""
        self.reachable = not (self.down or self.paused or self.cut)
        self.store_factor = prod(self.slow_store)
        self.service_factor = prod(self.slow_service)


class Instance:
    """One workflow instance: what has landed, and its cells."""

    __slots__ = ("applied", "cells", "index", "landed", "sent")

    def __init__(self, index: int, participants: int) -> None:
        self.index = index
        self.cells: list[Cell | None] = [None] * participants
        self.landed: dict[tuple[int, int], int] = {}
        """Net landings per (step, epoch)."""
        self.applied: set[tuple[int, int]] = set()
        """(compensation, epoch) of those that have taken something back."""
        self.sent = 0


class Cell:
    """What one process holds of one instance."""

    __slots__ = (
        "busy",
        "commits",
        "current",
        "dues",
        "durable",
        "entry",
        "inbox",
        "incarnation",
        "instance",
        "process",
        "published",
        "timers",
        "volatile",
    )

    def __init__(self, process: Process, instance: Instance) -> None:
        self.process = process
        self.instance = instance
        self.volatile = 0
        self.durable = 0
        self.incarnation = process.incarnation
        self.busy = False
        self.current: Item = None
        """What caused the uncommitted reaction: a parcel, landed work (node, epoch), or None."""
        self.entry: Entry | None = None
        self.inbox: deque[tuple[int, Item]] = deque()
        self.timers: dict[int, list[Any]] = {}
        self.dues: dict[int, tuple[int, int]] = {}
        self.commits = 0
        self.published = 0

    def forget(self) -> None:
        """A crash has happened since: the volatile state is what was durable."""
        self.incarnation = self.process.incarnation
        self.volatile = self.durable
        self.busy = False
        self.current = None
        self.entry = None
        self.inbox.clear()
        self.timers.clear()
