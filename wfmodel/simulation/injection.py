"""Faults as SimPy processes: each waits for its instant, strikes a target, and heals it again.

Times belong to (fault, target, occurrence), so both designs meet them at the same instants. The
switches are public: a user's own SimPy process strikes and heals through ``World`` in the same way.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from simpy.events import Event

from wfmodel.designs.faults import PER_MESSAGE, Fault, FaultKind
from wfmodel.designs.history import FAULT_KINDS, Kind
from wfmodel.designs.knobs import Persistence
from wfmodel.simulation.randomness import uniform

if TYPE_CHECKING:
    from wfmodel.simulation.driver import Driver

BROKER = "broker"
NUMBER = {kind: number for number, kind in enumerate(FAULT_KINDS)}


class Injection:
    """Strikes and heals."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.env = driver.env
        names = driver.table.names
        for number, fault in enumerate(driver.setting.faults):
            for target in fault.targets(names, driver.system.services):
                self.env.process(self._run(number, fault, target))

    def _run(self, number: int, fault: Fault, target: str) -> Generator[Event, object, None]:
        horizon = self.driver.setting.horizon
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
        streams, horizon = self.driver.streams, self.driver.setting.horizon
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
        driver, kind = self.driver, fault.kind
        self._row(Kind.FAULT_ON, kind, target)
        if kind is FaultKind.BROKER_OUTAGE:
            driver.broker.down += 1
            return
        process = driver.processes[driver.table.index[target]]
        if kind in PER_MESSAGE:
            entry = (number, fault, frozenset({process.index}))
            driver.broker.message_faults.append(entry)
        elif kind in (FaultKind.BUSINESS_FAILURE, FaultKind.TRANSIENT_FAILURE):
            driver.workers.step_faults.append((number, fault, frozenset({process.index})))
        elif kind is FaultKind.PARTITION and fault.peers:
            driver.broker.blocked.append(self._sides(fault, process.index))
        elif kind is FaultKind.SLOW_STORE:
            process.slow_store += 1
            process.store_factor *= fault.factor
        elif kind is FaultKind.SLOW_SERVICE:
            process.service_factor *= fault.factor
        elif kind is FaultKind.CRASH:
            process.down += 1
            if process.down == 1:
                driver.recovery.crash(process)
        elif kind is FaultKind.PAUSE:
            process.paused += 1
        elif kind is FaultKind.PARTITION:
            process.cut += 1
        else:
            assert kind is FaultKind.STORE_OUTAGE
            process.store_down += 1
        process.judge()

    def heal(self, fault: Fault, target: str, number: int) -> Generator[Event, object, None]:
        """The fault ends at a target; a restart may first have to replay its event stream."""
        driver, kind = self.driver, fault.kind
        if kind is FaultKind.BROKER_OUTAGE:
            driver.broker.down -= 1
            self._row(Kind.FAULT_OFF, kind, target)
            driver.broker.retry_waiting()
            return
        process = driver.processes[driver.table.index[target]]
        if kind is FaultKind.CRASH and process.down == 1:
            yield self.env.timeout(self._replay_ns(len(process.active)))
        self._row(Kind.FAULT_OFF, kind, target)
        if kind in PER_MESSAGE:
            entry = (number, fault, frozenset({process.index}))
            driver.broker.message_faults.remove(entry)
        elif kind in (FaultKind.BUSINESS_FAILURE, FaultKind.TRANSIENT_FAILURE):
            driver.workers.step_faults.remove((number, fault, frozenset({process.index})))
        elif kind is FaultKind.PARTITION and fault.peers:
            driver.broker.blocked.remove(self._sides(fault, process.index))
        elif kind is FaultKind.SLOW_STORE:
            process.slow_store -= 1
            process.store_factor /= fault.factor
        elif kind is FaultKind.SLOW_SERVICE:
            process.service_factor /= fault.factor
        elif kind is FaultKind.CRASH:
            process.down -= 1
            process.judge()
            if not process.down:
                driver.recovery.restart(process)
        elif kind is FaultKind.PAUSE:
            process.paused -= 1
            process.judge()
            if not process.paused:
                driver.recovery.resume(process)
        elif kind is FaultKind.PARTITION:
            process.cut -= 1
            process.judge()
            driver.broker.retry_waiting()
        else:
            process.store_down -= 1
            if not process.store_down:
                driver.resume_commits(process)
        process.judge()

    def _replay_ns(self, unfinished: int) -> int:
        knobs = self.driver.knobs
        replays = knobs.persistence is Persistence.EVENT_STREAM
        return knobs.replay * unfinished if replays else 0

    def _sides(self, fault: Fault, target: int) -> tuple[frozenset[int], frozenset[int]]:
        index = self.driver.table.index
        peers = frozenset(index[name] for name in fault.peers if name in index)
        return frozenset({target}), peers

    def _row(self, kind: Kind, fault: FaultKind, target: str) -> None:
        participant = -1 if target == BROKER else self.driver.table.index[target]
        self.driver.row((int(self.env.now), kind, -1, participant, NUMBER[fault], 0))
