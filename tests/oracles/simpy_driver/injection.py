"""Faults as SimPy processes: each waits for its instant, strikes a target, and heals it again.

Times belong to (fault, target, occurrence), so both designs meet them at the same instants. The
switches are public: a user's own SimPy process strikes and heals through ``World`` in the same way.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Final

from simpy.events import Event

from tests.oracles.simpy_driver.cells import Process
from tests.oracles.simpy_driver.driver import Driver
from tests.oracles.simpy_driver.run import OUTSIDE
from wfmodel.designs.fault_facts import PER_MESSAGE
from wfmodel.designs.faults import Fault, FaultKind
from wfmodel.designs.history import FAULT_KINDS, Kind
from wfmodel.simulation.randomness import uniform

BROKER = "broker"
NUMBER = {kind: number for number, kind in enumerate(FAULT_KINDS)}

COUNTED: Final = {
    FaultKind.CRASH: "down",
    FaultKind.PAUSE: "paused",
    FaultKind.PARTITION: "cut",
    FaultKind.STORE_OUTAGE: "store_down",
}
"""Faults that a process is in as long as any of them is on: how many are."""


class Injection:
    """Strikes and heals."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.run = driver.run
        self.env = driver.env
        names = self.run.table.names
        for number, fault in enumerate(self.run.setting.faults):
            for target in fault.targets(names, self.run.system.services):
                self.env.process(self._inject(number, fault, target))

    def _inject(self, number: int, fault: Fault, target: str) -> Generator[Event, object, None]:
        horizon = self.run.setting.horizon
        for start, length in self._occurrences(number, fault, target):
            begin = max(start, int(self.env.now))
            if begin >= horizon:
                return
            yield self.env.timeout(begin - self.env.now)
            self.strike(fault, target, number)
            yield self.env.timeout(length)
            yield from self.heal(fault, target, number)

    def _occurrences(
        self, number: int, fault: Fault, target: str
    ) -> Generator[tuple[int, int], None, None]:
        """(start, length) of each occurrence, in order."""
        streams, horizon = self.run.streams, self.run.setting.horizon
        lengths = streams.base("fault-length", number, target)
        if fault.at:
            for k, at in enumerate(sorted(fault.at)):
                yield at, fault.lasts.quantile(uniform(lengths, k))
            return
        if fault.every is None:
            yield 0, horizon
            return
        gaps, k = streams.base("fault-gap", number, target), 0
        while True:
            start = int(self.env.now) + max(1, fault.every.quantile(uniform(gaps, k)))
            yield start, fault.lasts.quantile(uniform(lengths, k))
            k += 1

    # ---------------------------------------------------------------------------- switches

    def strike(self, fault: Fault, target: str, number: int) -> None:
        """The fault begins at a target."""
        self._row(Kind.FAULT_ON, fault.kind, target)
        if fault.kind is FaultKind.BROKER_OUTAGE:
            self.driver.broker.down += 1
            return
        process = self.run.process(target)
        if self._is_counted(fault):
            self._count(process, fault.kind, 1)
        else:
            self._list_of(fault, process).append(self._entry(fault, process, number))
            process.judge()
        if fault.kind is FaultKind.CRASH and process.down == 1:
            self.driver.recovery.crash(process)

    def heal(self, fault: Fault, target: str, number: int) -> Generator[Event, object, None]:
        """The fault ends at a target; a restart may first have to replay its event stream."""
        kind, broker = fault.kind, self.driver.broker
        if kind is FaultKind.BROKER_OUTAGE:
            broker.down -= 1
            self._row(Kind.FAULT_OFF, kind, target)
            broker.retry_waiting()
            return
        process = self.run.process(target)
        if kind is FaultKind.CRASH and process.down == 1:
            yield self.env.timeout(self.run.replay_ns(len(process.active)))
        self._row(Kind.FAULT_OFF, kind, target)
        if not self._is_counted(fault):
            self._list_of(fault, process).remove(self._entry(fault, process, number))
            process.judge()
        elif not self._count(process, kind, -1):
            self._is_over(process, kind)

    def _is_over(self, process: Process, kind: FaultKind) -> None:
        """The last fault of a counted kind has ended at a process."""
        if kind is FaultKind.CRASH:
            self.driver.recovery.restart(process)
        elif kind is FaultKind.PAUSE:
            self.driver.recovery.resume(process)
        elif kind is FaultKind.PARTITION:
            self.driver.broker.retry_waiting()
            if not process.down:
                self.driver.broker.come_in(process)
        else:
            self.driver.resume_commits(process)

    def _is_counted(self, fault: Fault) -> bool:
        """A partition from some peers only is kept by the broker, pair by pair."""
        return fault.kind in COUNTED and not (fault.kind is FaultKind.PARTITION and fault.peers)

    def _count(self, process: Process, kind: FaultKind, change: int) -> int:
        name = COUNTED[kind]
        count = int(getattr(process, name)) + change
        setattr(process, name, count)
        process.judge()
        return count

    def _list_of(self, fault: Fault, process: Process) -> list[Any]:
        """Where a fault that is not counted stands while it is on."""
        if fault.kind in PER_MESSAGE:
            return self.driver.broker.message_faults
        if fault.kind is FaultKind.PARTITION:
            return self.driver.broker.blocked
        if fault.kind is FaultKind.SLOW_STORE:
            return process.slow_store
        if fault.kind is FaultKind.SLOW_SERVICE:
            return process.slow_service
        return self.driver.workers.step_faults

    def _entry(self, fault: Fault, process: Process, number: int) -> object:
        """What stands there."""
        if fault.kind is FaultKind.PARTITION:
            return self._sides(fault, process.index)
        if fault.kind in (FaultKind.SLOW_STORE, FaultKind.SLOW_SERVICE):
            return fault.factor
        return (number, fault, process.index)

    def _sides(self, fault: Fault, target: int) -> tuple[frozenset[int], frozenset[int]]:
        index = self.run.table.index
        peers = frozenset(index[name] for name in fault.peers if name in index)
        return frozenset({target}), peers

    def _row(self, kind: Kind, fault: FaultKind, target: str) -> None:
        participant = OUTSIDE if target == BROKER else self.run.table.index[target]
        self.run.row((self.env.now_ns, kind, OUTSIDE, participant, NUMBER[fault], 0))
