"""What all parts of one run share: the clock, the tables, the draws, the rows, the processes.

Parts know this and what is handed to them; only the driver knows the parts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from tests.oracles.simpy_driver.cells import Cell, Clock, Instance, Item, Process
from wfmodel.designs.knobs import DualWriteOrder, Persistence, Publishing
from wfmodel.designs.table import RunTable
from wfmodel.model.distributions import Constant, Distribution
from wfmodel.simulation.randomness import Streams, uniform
from wfmodel.simulation.recorder import Recorder
from wfmodel.simulation.setting import Setting

OUTSIDE = -1
"""Stands where a row or a message has no participant."""

Sampler: TypeAlias = Callable[[int, int], int]
"""(entity, index) to nanoseconds."""

Offer: TypeAlias = Callable[[Cell, int, Item], None]
"""Hands an event to a cell's machine: the driver's entry."""


class Run:
    """One run's context, and how it stores and publishes."""

    def __init__(
        self, table: RunTable, setting: Setting, streams: Streams, clock: Clock | None = None
    ) -> None:
        self.table = table
        self.setting = setting
        self.streams = streams
        self.system = table.system
        self.flow = table.system.flow
        self.knobs = knobs = table.system.knobs
        self.env = clock or Clock(initial_time=0)
        self.recorder = Recorder()
        self.row = self.recorder.row
        self.processes = tuple(
            Process(i, name, self._capacity(name), {}) for i, name in enumerate(table.names)
        )
        self.log = knobs.persistence is Persistence.LOG
        self.synchronous = knobs.persistence in (Persistence.DATABASE, Persistence.EVENT_STREAM)
        dual = knobs.publishing is Publishing.DUAL_WRITE
        self.atomic = self.synchronous and not dual
        """State, effect and messages are one transaction: the outbox."""
        first = knobs.dual_write_order is DualWriteOrder.PUBLISH_FIRST
        self.publish_first = dual and first and self.synchronous
        self.gap = dual and not self.publish_first

    def _capacity(self, name: str) -> int | None:
        service = self.flow.workflow.services.get(name)
        return None if service is None else service.capacity

    def quick_commit_ns(self) -> int | None:
        """The latency of every undisturbed commit, where it is constant and soon acknowledged."""
        commit = self.knobs.commit
        if isinstance(commit, Constant) and commit.value < self.knobs.redelivery_timeout:
            return commit.value
        return None

    def replay_ns(self, unfinished: int) -> int:
        """How long a restart replays the events of unfinished instances."""
        replays = self.knobs.persistence is Persistence.EVENT_STREAM
        return self.knobs.replay * unfinished if replays else 0

    def process(self, name: str) -> Process:
        """The process of a participant."""
        return self.processes[self.table.index[name]]

    def cell(self, instance: Instance, process: Process) -> Cell:
        """The cell of an instance at a process, after whatever crash it has not noticed yet."""
        cell = instance.cells[process.index]
        if cell is None:
            cell = instance.cells[process.index] = Cell(process, instance)
        elif cell.incarnation != process.incarnation:
            cell.forget()
        return cell

    def sampler(self, stream: str, distribution: Distribution, *names: str) -> Sampler:
        """The stream's draws from a distribution."""
        if isinstance(distribution, Constant):
            value = distribution.value
            return lambda entity, index: value
        base, quantile = self.streams.base(stream, *names), distribution.quantile
        return lambda entity, index: quantile(uniform(base, entity, index))
