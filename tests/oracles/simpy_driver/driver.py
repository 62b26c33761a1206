"""The driver: it hands events to machines, makes their states durable, and carries out actions.

It chooses nothing but what is left open: when, how long, with what outcome. Machines are looked up
in the table; what a store, a broker or a worker does is in the files beside this one. One reaction
per cell at a time: while a commit is under way, further events of that cell wait.
"""

from __future__ import annotations

from tests.oracles.simpy_driver.broker import Broker
from tests.oracles.simpy_driver.cells import Cell, Instance, Item, Occurrence, Process
from tests.oracles.simpy_driver.effects import Effects
from tests.oracles.simpy_driver.outside import Outside
from tests.oracles.simpy_driver.recovery import Recovery
from tests.oracles.simpy_driver.run import OUTSIDE, Run, Sampler
from tests.oracles.simpy_driver.timers import Handle, Timers
from tests.oracles.simpy_driver.workers import Workers
from wfmodel.designs.history import Drop, Kind
from wfmodel.designs.messages import Start
from wfmodel.designs.table import (
    CHOOSE,
    CLEAR_TIMER,
    EXPECT,
    SEND,
    SET_TIMER,
    WORK,
    Operation,
    only_works,
)
from wfmodel.model.distributions import Constant, Distribution

_REACT = int(Kind.REACT)
_COMMIT = int(Kind.COMMIT)


class Driver:
    """The machines' side of a run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.table = run.table
        self.knobs = run.knobs
        self.env = run.env
        self.row = run.row
        self.processes = run.processes
        self._log, self._synchronous, self._atomic = run.log, run.synchronous, run.atomic
        self._publish_first, self._gap = run.publish_first, run.gap
        self._quick_commit_ns = run.quick_commit_ns()
        self._commit_latency = self._per_process("commit", self.knobs.commit)
        self._publish_latency = self._per_process("publish", self.knobs.publish)
        self._relay_latency = self._per_process("relay", self.knobs.relay_delay)
        self._relays_at_once = self.knobs.relay_delay == Constant(0)
        self._opening: tuple[tuple[Process, tuple[Operation, ...]], ...] | None = None
        """Numbered at the first arrival, and not before."""
        self._active: tuple[dict[int, bool], ...] = tuple({} for _ in self.processes)
        self._on_commit = (self._commit,)
        self.effects = Effects(run)
        self.broker = Broker(run, self.offer)
        self._watched = self.broker.watched
        self.workers = Workers(run, self.offer, self.effects)
        self.timers = Timers(run, self._take_timer)
        self.outside = Outside(run, self.broker)
        self.recovery = Recovery(run, self.broker, self.workers, self.offer, self._published)

    def _per_process(self, stream: str, distribution: Distribution) -> tuple[Sampler, ...]:
        """A sampler for each process: two stores are never slow together by accident."""
        return tuple(self.run.sampler(stream, distribution, name) for name in self.table.names)

    # --------------------------------------------------------------------------- instances

    def arrive(self, index: int) -> Instance:
        """A new instance: who opens it has what it asked for, who starts it hears of it."""
        instance = Instance(index, len(self.processes))
        self.row((self.env.now, Kind.ARRIVE, index, OUTSIDE, 0, 0))
        if self._opening is None:
            self._opening = tuple(
                (self.run.process(name), self.table.opening(name))
                for name in self.run.system.opening
            )
        for process, operations in self._opening:
            self._open(instance, process, operations)
        message = self.table.message(Start())
        to = tuple(self.table.index[name] for name in self.run.system.start)
        self.broker.post(OUTSIDE, instance, (SEND, message, self.table.received(message), to))
        return instance

    def _open(
        self, instance: Instance, process: Process, operations: tuple[Operation, ...]
    ) -> None:
        """What was sent before anything happened is on its way, whatever has befallen the sender;
        the rest a process that is down has lost.
        """
        cell = self.run.cell(instance, process)
        self._note_active(cell, 0)
        for operation in operations:
            if operation[0] == SEND:
                self.broker.post(process.index, instance, operation)
        if not process.down:
            sends = tuple(each for each in operations if each[0] != SEND)
            self._release(cell, sends, self.env.now_ns, lasting=self._synchronous)

    # --------------------------------------------------------------------------- reactions

    def offer(self, cell: Cell, event: int, item: Item) -> None:
        """An event for a machine; it waits while a reaction of that cell is not committed."""
        if not cell.busy:
            self._react(cell, event, item)
            return
        cell.inbox.append((event, item))
        if cell.process.store_down and type(item) is tuple and len(item) == 5:
            self.broker.watch(item, cell.process)

    def _react(self, cell: Cell, event: int, item: Item) -> None:
        process, instance = cell.process, cell.instance
        if not self._atomic and type(item) is tuple and len(item) == 2:
            self.effects.land(instance, process, *item)
        entry = process.entries.get((cell.volatile, event))
        if entry is None:
            entry = self.table.entry(process.index, cell.volatile, event)
            process.entries[cell.volatile, event] = entry
        after, operations, publishes = entry
        self.row((self.env._now, _REACT, instance.index, process.index, event, after))
        cell.volatile = after
        if self._synchronous:
            cell.busy = True
            cell.current = item
            cell.entry = entry
            process.occupied[cell] = None
            if publishes and self._publish_first:
                self._publish_then_commit(cell, operations)
            elif self._quick_commit_ns is None or process.store_down or process.slow_store:
                self._begin_commit(cell)
            else:
                value = (cell, process.incarnation)
                self.env.after(self._quick_commit_ns, self._on_commit, value)
            return
        if self._log:
            self._mark_dirty(cell)
        if self._watched and type(item) is tuple and len(item) == 5:
            self.broker.acknowledge(item)
        if operations:
            self._release(cell, operations, self._since(item, operations), lasting=False)

    def _since(self, item: Item, operations: tuple[Operation, ...]) -> int:
        """A time-out of work that a message asks for counts from when the message was sent."""
        if type(item) is tuple and len(item) == 5 and only_works(operations):
            return self.broker.sent[id(item)]
        return self.env.now_ns

    def _next(self, cell: Cell) -> None:
        """Take up what has waited for the commit."""
        inbox = cell.inbox
        while inbox and not cell.busy:
            event, item = inbox.popleft()
            if type(item) is list:
                self._take_timer(cell, item)
            else:
                self._react(cell, event, item)

    # -------------------------------------------------------------------------- durability

    def _begin_commit(self, cell: Cell) -> None:
        process, item = cell.process, cell.current
        if process.store_down:
            process.stalled.append(cell)
            self._watch(cell)
            return
        cell.commits += 1
        latency = self._commit_latency[process.index](cell.instance.index, cell.commits)
        if process.slow_store:
            latency = int(latency * process.store_factor)
        if latency >= self.knobs.redelivery_timeout and item is not None:
            self._watch(cell)
        self.env.after(latency, self._on_commit, (cell, process.incarnation))

    def _watch(self, cell: Cell) -> None:
        item = cell.current
        if type(item) is tuple and len(item) == 5:
            self.broker.watch(item, cell.process)

    def resume_commits(self, process: Process) -> None:
        """The store is back."""
        stalled, process.stalled = process.stalled, []
        for cell in stalled:
            if cell.busy and cell.incarnation == process.incarnation:
                self._begin_commit(cell)
        if process.dirty:
            self._schedule_flush(process)

    def _commit(self, event: Occurrence) -> None:
        cell, incarnation = event.value
        process: Process = cell.process
        if incarnation != process.incarnation:
            return
        if process.paused:
            process.deferred.append((self._commit, event))
            return
        after, operations, _ = cell.entry
        instance, item = cell.instance, cell.current
        cell.durable = after
        self.row((self.env._now, _COMMIT, instance.index, process.index, after, 0))
        if self._atomic and type(item) is tuple and len(item) == 2:
            self.effects.land(instance, process, *item)
        if self._watched and type(item) is tuple and len(item) == 5:
            self.broker.acknowledge(item)
        cell.busy = False
        cell.current = None
        cell.entry = None
        active = self._active[process.index].get(after)
        if active is None:
            active = self._is_active(process, after)
        if active:
            process.active[cell] = None
        else:
            process.active.pop(cell, None)
        if operations:
            self._release(cell, operations, self._since(item, operations), lasting=True)
        if cell.inbox:
            self._next(cell)
        if not cell.busy:
            process.occupied.pop(cell, None)

    def _is_active(self, process: Process, state: int) -> bool:
        """Whether a participant in this state has something to go on with after a restart."""
        active = self.table.resumes(process.index, state)
        self._active[process.index][state] = active
        return active

    def _note_active(self, cell: Cell, state: int) -> None:
        process = cell.process
        if self._is_active(process, state):
            process.active[cell] = None
        else:
            process.active.pop(cell, None)

    def _mark_dirty(self, cell: Cell) -> None:
        process = cell.process
        process.dirty[cell] = None
        if not process.flush_due and not process.store_down:
            self._schedule_flush(process)

    def _schedule_flush(self, process: Process) -> None:
        interval = self.knobs.flush_interval
        process.flush_due = True
        delay = interval - self.env.now % interval
        self.env.after(int(delay), (self._flush,), (process, process.incarnation))

    def _flush(self, event: Occurrence) -> None:
        process, incarnation = event.value
        if incarnation != process.incarnation:
            return
        if process.paused:
            process.deferred.append((self._flush, event))
            return
        process.flush_due = False
        if process.store_down:
            return
        dirty, process.dirty = process.dirty, {}
        for cell in dirty:
            cell.durable = cell.volatile
            number, state = cell.instance.index, cell.durable
            self.row((self.env._now, _COMMIT, number, process.index, state, 0))
            self._note_active(cell, state)

    # ----------------------------------------------------------------------------- actions

    def _release(
        self, cell: Cell, operations: tuple[Operation, ...], since: int, *, lasting: bool
    ) -> None:
        """Carry out a reaction's actions, now that they may be."""
        sends = None
        for operation in operations:
            code = operation[0]
            if code == SEND:
                if self._gap:
                    sends = sends or []
                    sends.append(operation)
                elif not self._publish_first:
                    self._relay(cell, operation)
            elif code == WORK:
                self.workers.start(cell, operation[1], operation[2], operation[3])
            elif code == SET_TIMER:
                self.timers.set(cell, operation[1], operation[2], since, lasting=lasting)
            elif code == CLEAR_TIMER:
                cell.timers.pop(operation[1], None)
                cell.dues.pop(operation[1], None)
            elif code == CHOOSE:
                self.outside.choose(cell, operation[1], operation[2])
            else:
                assert code == EXPECT
                self.outside.expect(cell, operation[1], operation[2])
        if sends is not None:
            self._publish_later(cell, tuple(sends))
        if cell.inbox and not cell.busy:
            self._next(cell)

    def _relay(self, cell: Cell, operation: Operation) -> None:
        """Outbox: the relay publishes what was committed."""
        if self._relays_at_once or not self._atomic:  # without a transaction there is no outbox
            self.broker.publish(cell.process, cell.instance, operation)
            return
        sample = self._relay_latency[cell.process.index]
        delay = sample(cell.instance.index, cell.commits)
        value = (cell.process, cell.instance, operation)
        self.env.after(delay, (self._relayed,), value)

    def _relayed(self, event: Occurrence) -> None:
        self.broker.publish(*event.value)

    def _gap_length(self, cell: Cell) -> int:
        cell.published += 1
        sample = self._publish_latency[cell.process.index]
        return sample(cell.instance.index, cell.published)

    def _publish_later(self, cell: Cell, sends: tuple[Operation, ...]) -> None:
        """Dual write, after the commit: a crash in between loses the messages."""
        delay = self._gap_length(cell)
        value = (cell, cell.process.incarnation, sends)
        self.env.after(delay, (self._published,), value)

    def _published(self, event: Occurrence) -> None:
        """The gap of a dual write is over; messages of a process that crashed in it are lost."""
        cell, incarnation, sends = event.value
        process = cell.process
        if incarnation == process.incarnation and process.paused:
            process.deferred.append((self._published, event))
            return
        for operation in sends:
            if incarnation != process.incarnation:
                self.broker.unpublished(process, cell.instance, operation, Drop.UNPUBLISHED)
            else:
                self.broker.publish(process, cell.instance, operation)

    def _publish_then_commit(self, cell: Cell, operations: tuple[Operation, ...]) -> None:
        """Dual write, before the commit: a crash in between leaves phantoms."""
        delay = self._gap_length(cell)
        sends = tuple(operation for operation in operations if operation[0] == SEND)
        value = (cell, cell.process.incarnation, sends)
        self.env.after(delay, (self._published_first,), value)

    def _published_first(self, event: Occurrence) -> None:
        cell, incarnation, sends = event.value
        process = cell.process
        if incarnation != process.incarnation:
            return
        if process.paused:
            process.deferred.append((self._published_first, event))
            return
        refused = self.broker.refuses(process)
        if refused and self.broker.redelivers:  # whoever publishes first waits before it commits
            self.broker.producers.append((self._published_first, event))
            return
        for operation in sends:
            self.broker.publish(process, cell.instance, operation)
        if not refused:
            cell.entry = (*cell.entry[:2], None)  # marks that its messages are out
        self._begin_commit(cell)

    def _take_timer(self, cell: Cell, handle: Handle) -> None:
        """A timer fires, unless it was cleared while its event waited."""
        if cell.timers.get(handle[2]) is handle:
            del cell.timers[handle[2]]
            cell.dues.pop(handle[2], None)
            self._react(cell, handle[3], None)
