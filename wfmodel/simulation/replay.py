"""A schedule is played in the simulator: each act must be one that is waiting to happen.

>>> history = replay(orchestrate(order), parse_schedule(text))

The history is that of a simulation of one instance, a row for everything that happened, one
millisecond per act. It ends where the schedule ends: the row END says whether anything was left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final, TypeAlias

from wfmodel.designs.faults import Fault, FaultKind
from wfmodel.designs.history import Drop, History, Kind
from wfmodel.designs.messages import Chosen, External, Message, WorkDone
from wfmodel.designs.system import Channel, System
from wfmodel.designs.table import RunTable, Table
from wfmodel.designs.trace_script import (
    OWED,
    Act,
    Deed,
    act_of_attempt,
    act_on_event,
    act_on_message,
    backup_words,
    message_words,
)
from wfmodel.model.flow import BUSINESS_FAILURE, TRANSIENT_FAILURE, interruption
from wfmodel.model.state_events import lands_outside
from wfmodel.model.workflow import DONE, Choice, Compensation, Receive, Task
from wfmodel.semantics.cell_rules import CellRules
from wfmodel.simulation.arrivals import arrive
from wfmodel.simulation.basis import cell_of
from wfmodel.simulation.effects import land
from wfmodel.simulation.event_codes import (
    ACKNOWLEDGING,
    CHOICE,
    COMMIT,
    DECIDED_LATE,
    DELIVER,
    EXTERNAL,
    FLUSH,
    LANDING,
    LANDS,
    LAPSED,
    NOTHING,
    NOTICED,
    OUTSIDE,
    PUBLISHED,
    PUBLISHED_FIRST,
    RELAYED,
    RETRANSMIT,
    WORK_END,
    WORK_OVER,
)
from wfmodel.simulation.fault_injection import heal, strike
from wfmodel.simulation.handover import fence
from wfmodel.simulation.happenings import deliver, fire
from wfmodel.simulation.network import lose, set_aside
from wfmodel.simulation.outside import answer_from_outside
from wfmodel.simulation.randomness import Streams
from wfmodel.simulation.reactions import offer
from wfmodel.simulation.records import Event as Waiting
from wfmodel.simulation.records import Parcel, Process, ProcessCell, Stimulus
from wfmodel.simulation.run_context import RunContext
from wfmodel.simulation.run_record import Run
from wfmodel.simulation.script import (
    DIE_WITH_PROCESS,
    Scripted,
    UnplayableError,
    changes_of,
    holder_of,
    is_next,
    kept_parcels,
    timers_in_order,
)
from wfmodel.simulation.setting import Arrivals, Setting
from wfmodel.simulation.turns import one_more
from wfmodel.simulation.worker_deaths import NEVER, die

ACT_NS: Final = 1_000_000
CRASH: Final = Fault(kind=FaultKind.CRASH, at=(0,))
RESTORE: Final = Fault(kind=FaultKind.RESTORE, at=(0,), age=1)
PAUSE: Final = Fault(kind=FaultKind.PAUSE, at=(0,))
OWN_FAULT: Final = -1

Option: TypeAlias = tuple[Act, Callable[[], None]]
"""An act that is possible, and what performs it."""


def replay(system: System, schedule: Iterable[Act]) -> History:
    """One instance's run along a schedule.

    Raises:
        UnplayableError: an act is not possible when its turn comes.
        ValueError: the system has channels, or steps, that the simulator does not have.
    """
    if system.channel in (Channel.SET, Channel.FIFO) or system.atomic:
        why = "it has a broker and commits"
        raise ValueError(f"the simulator cannot play {system.design!r}: {why}")
    stage = Stage(system)
    for place, act in enumerate(schedule):
        stage.perform(place, act)
    return stage.history()


class Stage:
    """One instance in the simulator, and what may happen to it next."""

    def __init__(self, system: System) -> None:
        setting = Setting(arrivals=Arrivals(at=(0,)), horizon=1)
        self.context = RunContext(RunTable(Table(system)), setting, Streams(0, 0))
        self.script = Scripted(self.context)
        self.run = self.script.run
        self.table = self.context.table
        self.cell_rules = CellRules(self.table.table)
        self.flow = system.flow
        self.lost: set[int] = set()
        """Lives that ended because another replica went on."""
        self.instance = arrive(self.run)

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
                yield from self._falls(process)
                if self.cell_rules.may_lapse(process.index):
                    yield Act(process.name, Deed.LAPSE), partial(self._lapse, process)
            else:
                yield from self._of(process)
            if not process.down:
                for waiting in self.script.of(process, LANDS, WORK_END, WORK_OVER):
                    yield from self._deaths(process, waiting)
            yield from self._late(process)
        yield from self._answers()
        yield from self._deliveries()

    def history(self) -> History:
        """All that happened."""
        now, recorder = self.run.now, self.context.recorder
        left = any(known.deed in OWED for known, _ in self.possible())
        recorder.row((now, Kind.ARRIVALS_END, -1, OUTSIDE, 0, 0))
        recorder.row((now, Kind.END, -1, OUTSIDE, int(not left), 0))
        return recorder.history(self.table, recorder.rows(), seed=0, replication=0)

    # ------------------------------------------------------------------- a process that is up

    def _of(self, process: Process) -> Iterator[Option]:
        cell = self._cell(process)
        yield Act(process.name, Deed.PAUSE), partial(self._strike, PAUSE, process)
        yield from self._falls(process)
        for kind, deed in ((COMMIT, Deed.COMMIT), (FLUSH, Deed.FLUSH)):
            for waiting in self.script.of(process, kind):
                yield Act(process.name, deed), partial(self.script.play, waiting)
        yield from self._publications(process)
        yield from self._acknowledgements(process)
        if not cell.busy:
            yield from self._reactions(process, cell)

    def _cell(self, process: Process) -> ProcessCell:
        return cell_of(self.run, self.instance, process)

    def _publications(self, process: Process) -> Iterator[Option]:
        """An outbox is emptied in order, from a gap messages come in any order."""
        relays = [each for each in self.script.clock.of(RELAYED) if each.process is process]
        gaps = self.script.of(process, PUBLISHED, PUBLISHED_FIRST)
        for waiting in (*relays[:1], *gaps):
            act = self._about(process, Deed.PUBLISH, waiting.operation.a)
            yield act, partial(self.script.play, waiting)

    def _acknowledgements(self, process: Process) -> Iterator[Option]:
        """Once whatever follows from what a process has done is published."""
        if self.run.outbox or not self.script.of(process, PUBLISHED):
            for waiting in self.script.of(process, ACKNOWLEDGING):
                act = self._about(process, Deed.ACKNOWLEDGE, waiting.held.parcel.message)
                yield act, partial(self.script.play, waiting)

    def _reactions(self, process: Process, cell: ProcessCell) -> Iterator[Option]:
        if cell.volatile:
            resumed = Stimulus(self.table.restarted, NOTHING)
            yield Act(process.name, Deed.RESUME), partial(offer, self.run, cell, resumed)
        for setting in timers_in_order(cell):
            fired = self.table.table.events.values[self.table.events.values[setting.fired]]
            act = act_on_event(self.flow, process.name, fired)
            yield act, partial(fire, self.run, setting)
        for waiting in self.script.of(process, LANDS, WORK_END, WORK_OVER):
            yield from self._ends(process, waiting)
        for waiting in self.script.of(process, NOTICED):
            state, heard = self.flow.nodes[waiting.node].state, partial(self._hear, waiting)
            outcome = interruption(state)
            failed = WorkDone(waiting.node, waiting.epoch, waiting.attempt, outcome)
            yield act_on_event(self.flow, process.name, failed), partial(heard, failed, NOTHING)
        for waiting in self.script.of(process, CHOICE):
            yield from self._branches(process, waiting)

    def _ends(self, process: Process, waiting: Waiting) -> Iterator[Option]:
        state = self.flow.nodes[waiting.node].state
        assert isinstance(state, Task | Compensation)
        outside = lands_outside(state)
        if waiting.kind == LANDS:
            done = WorkDone(waiting.node, waiting.epoch, waiting.attempt, DONE)
            yield act_of_attempt(self.flow, process.name, done), partial(self._land, waiting)
        for outcome in (DONE, *state.failures, BUSINESS_FAILURE, TRANSIENT_FAILURE):
            if outside and (outcome == DONE) != (waiting.kind == WORK_OVER):
                continue
            done = WorkDone(waiting.node, waiting.epoch, waiting.attempt, outcome)
            item = LANDING if outcome == DONE and not outside else NOTHING
            act = act_on_event(self.flow, process.name, done)
            yield act, partial(self._hear, waiting, done, item)

    def _deaths(self, process: Process, waiting: Waiting) -> Iterator[Option]:
        """The worker of an attempt dies, and that is known at some time, or never."""
        landed = waiting.kind == WORK_OVER
        state = self.flow.nodes[waiting.node].state
        outcome = DONE if landed else interruption(state)
        ended = WorkDone(waiting.node, waiting.epoch, waiting.attempt, outcome)
        for deed, wait in ((Deed.DIE, 0), (Deed.DIE_UNSEEN, NEVER)):
            act = act_of_attempt(self.flow, process.name, ended, deed)
            yield act, partial(self._die, process, waiting, wait)

    def _die(self, process: Process, waiting: Waiting, wait: int) -> None:
        if not die(self.run, process, waiting, wait):
            self.script.clock.forget(waiting)

    def _land(self, waiting: Waiting) -> None:
        """An attempt has its effect outside, and goes on."""
        land(self.run, self.instance, waiting.cell.process, waiting.node, waiting.epoch)
        waiting.kind = WORK_OVER

    def _late(self, process: Process) -> Iterator[Option]:
        """Outside, or without a fence, a holder that was taken for dead goes on."""
        for waiting in self.script.clock.of(LANDS, *(() if self.run.fenced else (WORK_END,))):
            if holder_of(waiting) is process and waiting.life in self.lost:
                done = WorkDone(waiting.node, waiting.epoch, waiting.attempt, DONE)
                act = act_of_attempt(self.flow, process.name, done)
                yield act, partial(self._land_late, waiting)
                gone = act_of_attempt(self.flow, process.name, done, Deed.VANISH)
                yield gone, partial(self.script.clock.forget, waiting)
        for waiting in self.script.clock.of(DECIDED_LATE):
            if waiting.process is process:
                act = self._about(process, Deed.PUBLISH, waiting.operation.a)
                yield act, partial(self.script.play, waiting)

    def _land_late(self, waiting: Waiting) -> None:
        self.script.clock.forget(waiting)
        land(self.run, self.instance, waiting.cell.process, waiting.node, waiting.epoch)

    def _branches(self, process: Process, waiting: Waiting) -> Iterator[Option]:
        node = self.flow.nodes[waiting.node]
        assert isinstance(node.state, Choice)
        for branch in dict.fromkeys(edge.event for edge in node.edges):
            taken = Chosen(waiting.node, waiting.epoch, branch)
            act = act_on_event(self.flow, process.name, taken)
            yield act, partial(self._hear, waiting, taken, NOTHING)

    def _hear(self, waiting: Waiting, heard: WorkDone | Chosen, item: int) -> None:
        """The machine hears how something turned out."""
        self.script.clock.forget(waiting)
        number = self.table.event(heard)
        if isinstance(heard, WorkDone):
            number = self.table.work_done(heard.node, heard.epoch, heard.attempt, heard.outcome)
        stimulus = Stimulus(number, item, node=waiting.node, epoch=waiting.epoch)
        if isinstance(heard, WorkDone):
            stimulus.attempt = heard.attempt
        offer(self.run, waiting.cell, stimulus)

    # --------------------------------------------------------------------------- the outside

    def _answers(self) -> Iterator[Option]:
        for waiting in self.script.clock.of(EXTERNAL):
            who, state = waiting.process.name, self.flow.nodes[waiting.node].state
            assert isinstance(state, Receive)
            silence = message_words(self.flow, External(waiting.node, waiting.epoch, "anything"))
            forget = partial(self.script.clock.forget, waiting)
            yield Act(who, Deed.SILENCE, silence), forget
            hearer = self.table.names[self.table.table.hearer(waiting.process.index, waiting.node)]
            for number, event in enumerate(state.events, start=1):
                message = External(waiting.node, waiting.epoch, event)
                act = act_on_message(self.flow, hearer, Deed.ANSWER, message)
                yield act, partial(self._answer, waiting, number)

    def _answer(self, waiting: Waiting, number: int) -> None:
        self.script.clock.forget(waiting)
        waiting.answer = number
        answer_from_outside(self.run, waiting)

    def _deliveries(self) -> Iterator[Option]:
        """Messages on their way: taken up, lost, or doubled."""
        for each in (waiting := self.script.clock.of(DELIVER, RETRANSMIT, LAPSED)):
            process = self.run.processes[each.parcel.recipient]
            if self._may_take(process, each.parcel):
                act = self._about(process, Deed.RECEIVE, each.parcel.message)
                yield act, partial(self._deliver, each)
            if self.run.most_deliveries and each.kind != DELIVER:
                act = self._about(process, Deed.SET_ASIDE, each.parcel.message)
                yield act, partial(self._gone, each, set_aside)
            if not self.run.at_least_once:
                act = self._about(process, Deed.LOSE, each.parcel.message)
                yield act, partial(self._gone, each, partial(lose, cause=Drop.LOST))
        for parcel in (*(each.parcel for each in waiting), *kept_parcels(self.run, self.instance)):
            process = self.run.processes[parcel.recipient]
            act = self._about(process, Deed.DUPLICATE, parcel.message)
            yield act, partial(self._duplicate, parcel)

    def _may_take(self, process: Process, parcel: Parcel) -> bool:
        if process.down or process.paused or process.cut or not is_next(self.run, parcel):
            return False
        cell = self._cell(process)
        state = cell.volatile
        return not cell.busy and self.table.takes(process.index, state, parcel.message)

    def _deliver(self, waiting: Waiting) -> None:
        self.script.clock.forget(waiting)
        deliver(self.run, waiting)

    def _gone(self, waiting: Waiting, how: Callable[[Run, Parcel], None]) -> None:
        self.script.clock.forget(waiting)
        how(self.run, waiting.parcel)

    def _duplicate(self, parcel: Parcel) -> None:
        recipient, message, number = parcel.recipient, parcel.message, self.instance.index
        self.run.write((self.run.now, Kind.DUPLICATE, number, recipient, message, 0))
        again = Waiting(DELIVER, self.instance)
        again.parcel = parcel
        one_more(self.run, parcel, 1)
        self.script.clock.put(again, 0)

    # -------------------------------------------------------------------------------- faults

    def _falls(self, process: Process) -> Iterator[Option]:
        """It crashes, and may find its store as it was before any of its changes."""
        yield Act(process.name, Deed.CRASH), partial(self._crash, process, CRASH)
        for back, since in enumerate(reversed(changes_of(process)), start=1):
            before = replace(RESTORE, age=self.run.now + ACT_NS - since + 1)
            act = Act(process.name, Deed.RESTORE, backup_words(back))
            yield act, partial(self._crash, process, before)

    def _crash(self, process: Process, fault: Fault) -> None:
        self._strike(fault, process)
        if process.paused:
            self._heal(PAUSE, process)  # whoever is down does not stand still any more
        self._bury(process)

    def _lapse(self, process: Process) -> None:
        """Whoever goes on is played by the same process, in another life."""
        self.lost.add(process.life)
        fence(self.run, process)
        self._heal(PAUSE, process)
        self._bury(process)

    def _bury(self, process: Process) -> None:
        """What was to happen in a life that is over, but for what nobody outside knows of."""
        for waiting in self.script.clock.of(PUBLISHED):
            if waiting.cell.process is process:
                self.script.play(waiting)
        for waiting in self.script.clock.of(*DIE_WITH_PROCESS):
            late = waiting.kind == LANDS and waiting.life in self.lost
            if holder_of(waiting) is process and not late:
                self.script.clock.forget(waiting)

    def _strike(self, fault: Fault, process: Process) -> None:
        strike(self.run, self.script.setup.fault(fault, process.name, OWN_FAULT, own=True))

    def _heal(self, fault: Fault, process: Process) -> None:
        """To replay an event stream takes time, of which there is none here."""
        heal(self.run, self.script.setup.fault(fault, process.name, OWN_FAULT, own=True))

    # --------------------------------------------------------------------------------- words

    def _about(self, process: Process, deed: Deed, message: int) -> Act:
        return act_on_message(self.flow, process.name, deed, self._message(message))

    def _message(self, number: int) -> Message:
        return self.table.table.messages.values[self.table.messages.values[number]]
