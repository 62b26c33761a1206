"""The simulator's own parts, with everything that is left open left to a script.

Nothing happens by itself: whatever a part schedules waits in ``Script.pending`` until somebody
plays it. So the driver, the broker, the stores and the recovery are those of every simulation, and
only *when*, *how it turns out* and *which fault* come from outside. What a run does in one go, and
the semantics allow to be done in parts (publishing several messages, a restart and its resumption),
is taken apart.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from wfmodel.designs.messages import Chosen, External
from wfmodel.designs.table import SEND, Operation
from wfmodel.simulation.broker import Broker
from wfmodel.simulation.cells import Callbacks, Cell, Clock, Occurrence, Process
from wfmodel.simulation.driver import Driver
from wfmodel.simulation.outside import Outside
from wfmodel.simulation.recovery import Recovery
from wfmodel.simulation.run import Offer, Run
from wfmodel.simulation.timers import Timers
from wfmodel.simulation.workers import Workers

Handler: TypeAlias = Any
"""A bound method that takes an occurrence."""


class Script(Clock):
    """A clock that stands until it is told, and keeps what is to happen."""

    def __init__(self) -> None:
        super().__init__(initial_time=0)
        self.pending: list[Occurrence] = []

    def after(self, delay_ns: int, callbacks: Callbacks, value: object) -> None:
        """Keep an occurrence, however long it would have taken."""
        self.pending.append(Occurrence(callbacks, value))

    def tick(self, step_ns: int) -> None:
        """Time goes on."""
        self._now += step_ns

    def of(self, handler: Handler) -> list[Occurrence]:
        """What waits for a handler, in order."""
        return [each for each in self.pending if each.callbacks == (handler,)]

    def play(self, occurrence: Occurrence) -> None:
        """Let one of them happen."""
        self.forget(occurrence)
        assert occurrence.callbacks is not None
        occurrence.callbacks[0](occurrence)

    def forget(self, occurrence: Occurrence) -> None:
        """It will not happen."""
        self.pending = [each for each in self.pending if each is not occurrence]


class ScriptedWorkers(Workers):
    """An attempt ends when, and as, the script says."""

    outcome = ""

    def _outcome(self, cell: Cell, node: int, epoch: int, attempt: int) -> str:
        return self.outcome


class ScriptedTimers(Timers):
    """A timer that is set fires when the script says."""

    def set(self, cell: Cell, timer: int, fired: int) -> None:
        """Start a timer; a running one of that name starts anew."""
        cell.timers[timer] = [cell, cell.process.incarnation, timer, fired]


class ScriptedOutside(Outside):
    """Branches and outside events come when, and as, the script says."""

    def __init__(self, run: Run, broker: Broker, take: Offer) -> None:
        super().__init__(run, broker)
        self.take = take

    def choose(self, cell: Cell, node: int, epoch: int) -> None:
        """A branch is to be taken."""
        self.run.env.after(0, (self.chosen,), (cell, cell.process.incarnation, node, epoch, ""))

    def chosen(self, occurrence: Occurrence) -> None:
        """The branch is taken: (cell, incarnation, node, epoch, branch)."""
        cell, _, node, epoch, branch = occurrence.value
        self.take(cell, self.run.table.event(Chosen(node, epoch, branch)), None)

    def expect(self, cell: Cell, node: int, epoch: int) -> None:
        """The outside knows that its event is awaited."""
        value = (cell.instance, cell.process.index, External(node, epoch, ""))
        self.run.env.after(0, (self.answer,), value)

    def answer(self, occurrence: Occurrence) -> None:
        """The outside event is sent."""
        self._external(occurrence)


class ScriptedRecovery(Recovery):
    """A restarted process resumes an instance when the script says."""

    def restart(self, process: Process) -> None:
        """The process is back."""
        self._empty_outbox(process)


class ScriptedDriver(Driver):
    """Every message is published on its own, and a commit takes no time."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        for process in self.processes:
            process.capacity = None  # which worker is free is a matter of time
        self.workers: ScriptedWorkers = ScriptedWorkers(run, self.offer)
        self.timers: ScriptedTimers = ScriptedTimers(run, self._take_timer)
        self.outside: ScriptedOutside = ScriptedOutside(run, self.broker, self.offer)
        self.recovery = ScriptedRecovery(
            run, self.broker, self.workers, self.offer, self._published
        )

    def published_first(self, occurrence: Occurrence) -> None:
        """One message leaves before the commit: (cell, incarnation, [it], those not out, all).

        The entry holds what is out, so that a crash knows which messages are phantoms.
        """
        cell, _, (operation,), left, operations = occurrence.value
        left.remove(operation)
        self.broker.publish(cell.process, cell.instance, operation)
        out = tuple(each for each in operations if each[0] != SEND or each not in left)
        cell.entry = (cell.entry[0], out, None)
        if not left:
            self._begin_commit(cell)

    def _begin_commit(self, cell: Cell) -> None:
        self.env.after(0, self._on_commit, (cell, cell.process.incarnation))

    def _relay(self, cell: Cell, operation: Operation) -> None:
        if self._atomic:
            value = (cell.process, cell.instance, operation)
            self.env.after(0, (self._relayed,), value)
        else:
            self._publish_later(cell, (operation,))

    def _publish_later(self, cell: Cell, sends: tuple[Operation, ...]) -> None:
        for operation in sends:
            value = (cell, cell.process.incarnation, (operation,))
            self.env.after(0, (self._published,), value)

    def _publish_then_commit(self, cell: Cell, operations: tuple[Operation, ...]) -> None:
        left = [operation for operation in operations if operation[0] == SEND]
        for operation in tuple(left):
            value = (cell, cell.process.incarnation, (operation,), left, operations)
            self.env.after(0, (self.published_first,), value)
