"""What a process loses when it stops, and how it goes on: crash, restart, resumption."""

from __future__ import annotations

from collections.abc import Callable

from tests.oracles.simpy_driver.broker import Broker
from tests.oracles.simpy_driver.cells import Cell, Occurrence, Process
from tests.oracles.simpy_driver.run import Offer, Run
from tests.oracles.simpy_driver.workers import Workers
from wfmodel.designs.history import Kind
from wfmodel.designs.table import SEND


class Recovery:
    """Nobody else writes crash handling: a machine only ever hears ``Restarted``."""

    def __init__(
        self,
        run: Run,
        broker: Broker,
        workers: Workers,
        offer: Offer,
        published: Callable[[Occurrence], None],
    ) -> None:
        self.run = run
        self.broker = broker
        self.workers = workers
        self._offer = offer
        self._published = published

    def crash(self, process: Process) -> None:
        """What is volatile is gone; messages that were not acknowledged come again, or never."""
        process.incarnation += 1
        self.workers.stop(process)
        deferred, process.deferred = process.deferred, []
        for handler, event in deferred:
            if handler == self.broker.deliver:
                self.broker.abandon(event.value)
            elif handler == self._published:
                handler(event)
        occupied, process.occupied = process.occupied, {}
        for cell in occupied:
            self._interrupt(cell)
        process.dirty = {}
        process.stalled = []
        process.flush_due = False

    def _interrupt(self, cell: Cell) -> None:
        if cell.busy and cell.entry is not None and cell.entry[2] is None:
            now, number, at = self.run.env.now_ns, cell.instance.index, cell.process.index
            for operation in cell.entry[1]:
                if operation[0] == SEND:
                    self.run.row((now, Kind.PHANTOM, number, at, operation[1], 0))
        for item in (cell.current, *(item for _, item in cell.inbox)):
            if type(item) is tuple and len(item) == 5:
                self.broker.abandon(item)
        cell.forget()

    def restart(self, process: Process) -> None:
        """The process is back: it publishes what its outbox holds, and goes on where it can."""
        if process.paused:
            process.deferred.append((self._restart_late, Occurrence((), process)))
            return
        process.up_since = self.run.env.now_ns
        self._empty_outbox(process)
        if not process.cut:
            self.broker.come_in(process)
        for cell in list(process.active):
            self._offer(self.run.cell(cell.instance, process), self.run.table.restarted, None)

    def _restart_late(self, event: Occurrence) -> None:
        self.restart(event.value)

    def resume(self, process: Process) -> None:
        """A paused process goes on with what it finds."""
        if not process.down:
            self._empty_outbox(process)
        deferred, process.deferred = process.deferred, []
        for handler, event in deferred:
            handler(event)

    def _empty_outbox(self, process: Process) -> None:
        outbox, process.outbox = process.outbox, []
        for instance, operation in outbox:
            self.broker.publish(process, instance, operation)
