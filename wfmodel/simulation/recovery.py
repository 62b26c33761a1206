"""What a process loses when it stops, and how it goes on: crash, restart, resumption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfmodel.designs.history import Kind
from wfmodel.designs.table import SEND
from wfmodel.simulation.cells import Cell, Process

if TYPE_CHECKING:
    from wfmodel.simulation.driver import Driver


class Recovery:
    """Nobody else writes crash handling: a machine only ever hears ``Restarted``."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver

    def crash(self, process: Process) -> None:
        """What is volatile is gone; messages that were not acknowledged come again, or never."""
        driver = self.driver
        process.incarnation += 1
        driver.workers.stop(process)
        deferred, process.deferred = process.deferred, []
        for handler, event in deferred:
            if handler == driver.broker.deliver:
                driver.broker.abandon(event.value)
            elif handler == driver.published:
                handler(event)
        occupied, process.occupied = process.occupied, {}
        for cell in occupied:
            self._interrupt(cell)
        process.dirty = {}
        process.stalled = []
        process.flush_due = False

    def _interrupt(self, cell: Cell) -> None:
        if cell.busy and cell.entry is not None and cell.entry[2] is None:
            now, number, at = self.driver.env.now_ns, cell.instance.index, cell.process.index
            for operation in cell.entry[1]:
                if operation[0] == SEND:
                    self.driver.row((now, Kind.PHANTOM, number, at, operation[1], 0))
        for item in (cell.current, *(item for _, item in cell.inbox)):
            if type(item) is tuple and len(item) == 5:
                self.driver.broker.abandon(item)
        cell.forget()

    def restart(self, process: Process) -> None:
        """The process is back: it publishes what its outbox holds, and goes on where it can."""
        driver = self.driver
        outbox, process.outbox = process.outbox, []
        for instance, operation in outbox:
            driver.broker.publish(process, instance, operation)
        for cell in list(process.active):
            driver.offer(driver.cell(cell.instance, process), driver.table.restarted, None)

    def resume(self, process: Process) -> None:
        """A paused process goes on with what it finds."""
        deferred, process.deferred = process.deferred, []
        for handler, event in deferred:
            handler(event)
