"""A schedule is played in the simulator: each act must be one that is waiting to happen.

>>> history = replay(orchestrate(order), parse_schedule(text))

The history is that of a simulation of one instance, a row for everything that happened, one
millisecond per act. It ends where the schedule ends: the row END says whether anything was left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final, TypeAlias

from wfmodel.designs.faults import Fault, FaultKind
from wfmodel.designs.history import Drop, History, Kind
from wfmodel.designs.messages import Chosen, External, Message, WorkDone
from wfmodel.designs.schedule import (
    Act,
    Deed,
    act_on_event,
    act_on_message,
    message_words,
)
from wfmodel.designs.system import Channel, System
from wfmodel.designs.table import RunTable, Table
from wfmodel.model.flow import BUSINESS_FAILURE, TRANSIENT_FAILURE
from wfmodel.model.workflow import DONE, Choice, Compensation, Receive, Task
from wfmodel.simulation.cells import Cell, Occurrence, Parcel, Process
from wfmodel.simulation.injection import Injection
from wfmodel.simulation.randomness import Streams
from wfmodel.simulation.run import OUTSIDE, Run
from wfmodel.simulation.script import Script, ScriptedDriver
from wfmodel.simulation.setting import Arrivals, Setting

ACT_NS: Final = 1_000_000
CRASH: Final = Fault(kind=FaultKind.CRASH, at=(0,))
PAUSE: Final = Fault(kind=FaultKind.PAUSE, at=(0,))
OWN_FAULT: Final = -1

OWED: Final = frozenset(
    {
        Deed.RECEIVE,
        Deed.TIMER,
        Deed.FINISH,
        Deed.CHOOSE,
        Deed.COMMIT,
        Deed.PUBLISH,
        Deed.RESTART,
        Deed.GO_ON,
    }
)
"""What is left to happen as long as one of these is possible."""

Option: TypeAlias = tuple[Act, Callable[[], None]]
"""An act that is possible, and what performs it."""


class UnplayableError(Exception):
    """An act that cannot happen when it should. ``place`` counts from 0.

    The arguments are all that it says, so that it survives being raised again.
    """

    def __init__(self, place: int, act: str, instead: tuple[str, ...]) -> None:
        super().__init__(place, act, instead)
        self.place = place
        self.act = act
        self.instead = instead

    def __str__(self) -> str:
        listed = "; ".join(self.instead) or "nothing"
        return f"act {self.place + 1} cannot happen: {self.act!r} (possible: {listed})"


def replay(system: System, schedule: Iterable[Act]) -> History:
    """One instance's run along a schedule.

    Raises:
        UnplayableError: an act is not possible when its turn comes.
        ValueError: the system has channels, or steps, that the simulator does not have.
    """
    if system.channel is not Channel.MULTISET or system.atomic:
        raise ValueError(
            f"the simulator cannot play {system.design!r}: it has a broker and commits"
        )
    stage = Stage(system)
    for place, act in enumerate(schedule):
        stage.perform(place, act)
    return stage.history()


class Stage:
    """One instance in the simulator, and what may happen to it next."""

    def __init__(self, system: System) -> None:
        self.script = Script()
        table = RunTable(Table(system))
        setting = Setting(arrivals=Arrivals(at=(0,)), horizon=1)
        self.run = Run(table, setting, Streams(0, 0), self.script)
        self.driver = ScriptedDriver(self.run)
        self.injection = Injection(self.driver)
        self.table = table
        self.flow = system.flow
        self.instance = self.driver.arrive(0)

    def perform(self, place: int, act: Act) -> None:
        """Let an act happen.

        Raises:
            UnplayableError: it is not possible.
        """
        possible = list(self.possible())
        for known, do in possible:
            if known.is_like(act):
                self.script.tick(ACT_NS)
                do()
                return
        raise UnplayableError(place, str(act), tuple(str(known) for known, _ in possible))

    def possible(self) -> Iterator[Option]:
        """Acts that may come next, and what performs each."""
        for process in self.run.processes:
            if process.down:
                yield Act(process.name, Deed.RESTART), partial(self._heal, CRASH, process)
            elif process.paused:
                yield Act(process.name, Deed.GO_ON), partial(self._heal, PAUSE, process)
                yield Act(process.name, Deed.CRASH), partial(self._crash, process)
            else:
                yield from self._of(process)
        yield from self._answers()
        yield from self._deliveries()

    def history(self) -> History:
        """All that happened."""
        now = self.script.now_ns
        left = any(known.deed in OWED for known, _ in self.possible())
        self.run.row((now, Kind.ARRIVALS_END, -1, OUTSIDE, 0, 0))
        self.run.row((now, Kind.END, -1, OUTSIDE, int(not left), 0))
        rows = self.run.recorder.rows()
        return self.run.recorder.history(self.table, rows, seed=0, replication=0)

    # ------------------------------------------------------------------- a process that is up

    def _of(self, process: Process) -> Iterator[Option]:
        cell = self.run.cell(self.instance, process)
        strike = partial(self.injection.strike, PAUSE, process.name, OWN_FAULT)
        yield Act(process.name, Deed.PAUSE), strike
        yield Act(process.name, Deed.CRASH), partial(self._crash, process)
        for waiting in self._mine(self.driver._commit, process):
            yield Act(process.name, Deed.COMMIT), partial(self.script.play, waiting)
        for waiting in self._mine(self.driver._flush, process):
            yield Act(process.name, Deed.FLUSH), partial(self.script.play, waiting)
        yield from self._publications(process)
        if not cell.busy:
            yield from self._reactions(process, cell)

    def _publications(self, process: Process) -> Iterator[Option]:
        """An outbox is emptied in order, from a gap messages come in any order."""
        relays = self.script.of(self.driver._relayed)
        first = [each for each in relays if each.value[0] is process][:1]
        gaps = self._mine(self.driver._published, process)
        gaps += self._mine(self.driver.published_first, process)
        for waiting in first:
            yield self._publication(process, waiting, waiting.value[2][1])
        for waiting in gaps:
            yield self._publication(process, waiting, waiting.value[2][0][1])

    def _publication(self, process: Process, waiting: Occurrence, message: int) -> Option:
        act = self._about(process, Deed.PUBLISH, message)
        return act, partial(self.script.play, waiting)

    def _reactions(self, process: Process, cell: Cell) -> Iterator[Option]:
        if cell.volatile:
            act = Act(process.name, Deed.RESUME)
            yield act, partial(self.driver.offer, cell, self.table.restarted, None)
        for handle in list(cell.timers.values()):
            shared = self.table.events.values[handle[3]]
            fired = self.table.table.events.values[shared]
            act = act_on_event(self.flow, process.name, fired)
            yield act, partial(self.driver.timers.fire, handle)
        for waiting in self._mine(self.driver.workers._end, process):
            yield from self._ends(process, waiting)
        for waiting in self._mine(self.driver.outside.chosen, process):
            yield from self._branches(process, waiting)

    def _ends(self, process: Process, waiting: Occurrence) -> Iterator[Option]:
        _, _, node, epoch, attempt = waiting.value
        state = self.flow.nodes[node].state
        assert isinstance(state, Task | Compensation)
        for outcome in (DONE, *state.failures, BUSINESS_FAILURE, TRANSIENT_FAILURE):
            act = act_on_event(self.flow, process.name, WorkDone(node, epoch, attempt, outcome))
            yield act, partial(self._end, waiting, outcome)

    def _end(self, waiting: Occurrence, outcome: str) -> None:
        self.driver.workers.outcome = outcome
        self.script.play(waiting)

    def _branches(self, process: Process, waiting: Occurrence) -> Iterator[Option]:
        cell, incarnation, node, epoch, _ = waiting.value
        assert isinstance(self.flow.nodes[node].state, Choice)
        for branch in dict.fromkeys(edge.event for edge in self.flow.nodes[node].edges):
            act = act_on_event(self.flow, process.name, Chosen(node, epoch, branch))
            value = (cell, incarnation, node, epoch, branch)
            yield act, partial(self._play_as, waiting, value)

    def _play_as(self, waiting: Occurrence, value: object) -> None:
        waiting.value = value
        self.script.play(waiting)

    # --------------------------------------------------------------------------- the outside

    def _answers(self) -> Iterator[Option]:
        for waiting in self.script.of(self.driver.outside.answer):
            instance, p, wanted = waiting.value
            who, state = self.table.names[p], self.flow.nodes[wanted.node].state
            assert isinstance(state, Receive)
            silence = message_words(self.flow, External(wanted.node, wanted.epoch, "anything"))
            yield Act(who, Deed.SILENCE, silence), partial(self.script.forget, waiting)
            for event in state.events:
                message = External(wanted.node, wanted.epoch, event)
                act = act_on_message(self.flow, who, Deed.ANSWER, message)
                value = (instance, p, message)
                yield act, partial(self._play_as, waiting, value)

    def _deliveries(self) -> Iterator[Option]:
        """Messages on their way: taken up, lost, or doubled."""
        broker = self.driver.broker
        waiting = self.script.of(broker.deliver) + self.script.of(broker._retransmit)
        for each in waiting:
            process = self.run.processes[each.value[2]]
            cell = self.run.cell(self.instance, process)
            if process.reachable and not cell.busy:
                act = self._about(process, Deed.RECEIVE, each.value[3])
                yield act, partial(self._deliver, each)
            if not broker.redelivers:
                act = self._about(process, Deed.LOSE, each.value[3])
                yield act, partial(self._lose, each)
        parcels = [each.value for each in waiting]
        current = [cell.current for cell in self.instance.cells if cell is not None and cell.busy]
        parcels += [item for item in current if type(item) is tuple and len(item) == 5]
        for parcel in parcels:
            process = self.run.processes[parcel[2]]
            act = self._about(process, Deed.DUPLICATE, parcel[3])
            yield act, partial(self._duplicate, parcel)

    def _deliver(self, waiting: Occurrence) -> None:
        self.script.forget(waiting)
        self.driver.broker.deliver(waiting)

    def _lose(self, waiting: Occurrence) -> None:
        self.script.forget(waiting)
        self.driver.broker._lose(waiting.value, Drop.LOST)

    def _duplicate(self, parcel: Parcel) -> None:
        recipient, message, number = parcel[2], parcel[3], self.instance.index
        now = self.script.now_ns
        self.run.row((now, Kind.DUPLICATE, number, recipient, message, 0))
        self.script.after(0, (self.driver.broker.deliver,), parcel)

    # -------------------------------------------------------------------------------- faults

    def _crash(self, process: Process) -> None:
        self.injection.strike(CRASH, process.name, OWN_FAULT)
        if process.paused:
            self._heal(PAUSE, process)  # whoever is down does not stand still any more
        for waiting in self.script.of(self.driver._published):
            if waiting.value[0].process is process:
                self.script.play(waiting)
        for waiting in list(self.script.pending):
            if self._is_lost(waiting, process):
                self.script.forget(waiting)

    def _is_lost(self, waiting: Occurrence, process: Process) -> bool:
        """Whether it was to happen inside the process that is gone."""
        value = waiting.value
        if type(value) is not tuple or not isinstance(value[0], Cell | Process):
            return False
        if waiting.callbacks == (self.driver._relayed,):
            return False
        holder = value[0].process if isinstance(value[0], Cell) else value[0]
        return holder is process

    def _heal(self, fault: Fault, process: Process) -> None:
        for _ in self.injection.heal(fault, process.name, OWN_FAULT):
            pass  # to replay an event stream takes time, of which there is none here

    # --------------------------------------------------------------------------------- words

    def _mine(self, handler: object, process: Process) -> list[Occurrence]:
        """What waits for a handler in a process: (cell or process, incarnation, ...)."""
        found = []
        for waiting in self.script.of(handler):
            holder, incarnation = waiting.value[:2]
            owner = holder.process if isinstance(holder, Cell) else holder
            if owner is process and incarnation == process.incarnation:
                found.append(waiting)
        return found

    def _about(self, process: Process, deed: Deed, message: int) -> Act:
        return act_on_message(self.flow, process.name, deed, self._message(message))

    def _message(self, number: int) -> Message:
        return self.table.table.messages.values[self.table.messages.values[number]]
