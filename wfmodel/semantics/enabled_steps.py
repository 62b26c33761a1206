"""What one participant may do next by itself or with a message, and what each step costs.

All of it depends on its cell alone, so a search asks once for each cell that it meets. What
depends on the rest (that all else is still, that a crash may come) is decided in ``moves``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from wfmodel.designs.faults import FaultKind
from wfmodel.designs.messages import Chosen, External, Timer, TimerFired
from wfmodel.designs.system import System
from wfmodel.designs.table import Table
from wfmodel.model.flow import BUSINESS_FAILURE, TRANSIENT_FAILURE, Flow, NodeKind, interruption
from wfmodel.model.workflow import DONE, TIMEOUT, Compensation, Task
from wfmodel.semantics.after import After
from wfmodel.semantics.cell_rules import CellRules
from wfmodel.semantics.configuration import Cell, Parcel, Post, Work
from wfmodel.semantics.death_rules import death
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.nondeterminism import SILENCE, Resolution, is_endless, never_succeeds
from wfmodel.semantics.restore_rules import backups_of
from wfmodel.semantics.takeover_rules import land_late, lapse, publish_late


class StepKind(StrEnum):
    """What kind of step."""

    REACT = "reacts to"
    COMMIT = "commits"
    FLUSH = "flushes"
    PUBLISH = "publishes"
    ANSWER = "is answered"
    CRASH = "crashes"
    RESTART = "restarts"
    LOSE = "never gets"
    DUPLICATE = "gets twice"
    PAUSE = "is paused"
    GO_ON = "goes on"
    ACKNOWLEDGE = "acknowledges"
    LAND = "has an effect outside"
    LAPSE = "is fenced"
    VANISH = "never has an effect outside"
    RESTORE = "is restored from a backup"
    DIE = "loses the worker of"
    DIE_UNSEEN = "loses, seen by nobody, the worker of"
    SET_ASIDE = "has no delivery left of"


ABOUT_EVENTS: Final = frozenset(
    {StepKind.REACT, StepKind.LAND, StepKind.VANISH, StepKind.DIE, StepKind.DIE_UNSEEN}
)
"""Kinds of steps whose number is that of an event; a number of the others is a message's."""

ABOUT_BACKUPS: Final = frozenset({StepKind.RESTORE})
"""Kinds of steps whose number says how many changes of the store are undone."""

STRIKING: Final = frozenset({StepKind.CRASH, StepKind.RESTORE, StepKind.PAUSE})
"""Faults of a process."""

STRIKES: Final = 2
"""Classes of faults of a process (``EnabledSteps.strikes``)."""


class Step(NamedTuple):
    """One step: who, and the number of the event (REACT; LAND: that the attempt is done; DIE: that
    it is, if its effect is there, or else has failed), of the changes of the store that are undone
    (``ABOUT_BACKUPS``), or of the message (the others), or -1.
    """

    kind: StepKind
    participant: int
    number: int = -1


def content_of(table: Table, step: Step) -> object:
    """What a step's number stands for: an event, a message, or how far a store goes back."""
    if step.kind in ABOUT_BACKUPS:
        return step.number
    known = table.events if step.kind in ABOUT_EVENTS else table.messages
    return known.values[step.number]


class EnabledStep(NamedTuple):
    """A step that a cell allows; ``cost`` names the fault that it spends, "" for none."""

    step: Step
    after: After
    cost: str = ""


def faults_on(cell: Cell) -> Iterator[FaultKind]:
    """What is wrong with a process now."""
    if cell.down:
        yield FaultKind.CRASH
    if cell.paused:
        yield FaultKind.PAUSE


def is_detector(timer: object, flow: Flow) -> bool:
    """Whether a timer takes slowness for failure: a watchdog, the time-out of a step or the whole.

    A receive's time-out belongs to the workflow.
    """
    if not isinstance(timer, Timer):
        return False
    if timer.kind != TIMEOUT:
        return timer.kind == "watchdog" or timer.node == flow.deadline
    return flow.nodes[timer.node].kind is not NodeKind.RECEIVE


def has_detectors(system: System) -> bool:
    """Whether runs of a system may set a timer that takes slowness for failure."""
    knobs, flow = system.knobs, system.flow
    timers = [] if knobs.watchdog is None else [Timer("watchdog")]
    if flow.deadline is not None:
        timers.append(Timer("wait", flow.deadline))
    if knobs.timeouts:
        for number, node in enumerate(flow.nodes):
            if node.service is not None and getattr(node.state, "timeout", None) is not None:
                timers.append(Timer(TIMEOUT, number))
    return any(is_detector(timer, flow) for timer in timers)


class EnabledSteps:
    """The moves of one cell, by class. ``resolution`` decides what the workflow leaves open."""

    def __init__(self, cell_rules: CellRules, resolution: Resolution) -> None:
        self.cell_rules = cell_rules
        self.table = table = cell_rules.table
        self.nodes = table.system.flow.nodes
        self.resolution = resolution

    def receive(self, p: int, cell: Cell, parcel: Parcel) -> EnabledStep | None:
        """Take up a message; None if it cannot or will not, or if that changes nothing for good.

        A message that was delivered too often is set aside instead.
        """
        if self.cell_rules.is_spent(parcel):
            step = Step(StepKind.SET_ASIDE, p, parcel[1])
            return EnabledStep(step, After(cell, taken=parcel))
        if not self.is_open(cell) or cell.restarting:
            return None
        sender, message = parcel
        event = self.table.received(message)
        if not self.cell_rules.may_take(cell, event) or not self.table.takes(
            p, cell.volatile, message
        ):
            return None
        move = self._react(p, cell, event, sender)
        stays = self.table.system.channel == "set"
        after = move.after
        if stays and after.cell == cell and not after.sent and after.landing is None:
            return None
        return move

    def is_open(self, cell: Cell) -> bool:
        """Whether it can react to anything at all."""
        return not cell.down and not cell.paused and cell.pending is None

    def _react(
        self, p: int, cell: Cell, event: int, sender: int = -1, cost: str = ""
    ) -> EnabledStep:
        return EnabledStep(
            Step(StepKind.REACT, p, event), self.cell_rules.react(p, cell, event, sender), cost
        )

    # ----------------------------------------------------------------- commit and publish

    def urgent(self, p: int, cell: Cell) -> Iterator[EnabledStep]:
        """Publications and the commit that are due."""
        if cell.down or cell.paused:
            return
        for post in self._posts(cell):
            yield EnabledStep(
                Step(StepKind.PUBLISH, p, post[0]), self.cell_rules.publish(cell, post)
            )
        if cell.pending is not None and not cell.pending.unpublished:
            yield EnabledStep(Step(StepKind.COMMIT, p), self.cell_rules.commit(cell))
        if cell.unacknowledged and self.cell_rules.may_acknowledge(cell):
            for parcel in dict.fromkeys(cell.unacknowledged):
                step = Step(StepKind.ACKNOWLEDGE, p, parcel[1])
                yield EnabledStep(step, self.cell_rules.acknowledge(cell, parcel))

    def _posts(self, cell: Cell) -> tuple[Post, ...]:
        """An outbox is emptied in order; from a gap, which a crash may cut short, in any order."""
        queue = cell.pending.unpublished if cell.pending is not None else ()
        queue = (*queue, *cell.queue)
        return queue[:1] if self.cell_rules.policy.outbox else tuple(dict.fromkeys(queue))

    def flush(self, p: int, cell: Cell) -> Iterator[EnabledStep]:
        """A flush that would make something durable."""
        running = not cell.down and not cell.paused
        if running and self.cell_rules.policy.log and cell.durable != cell.volatile:
            yield EnabledStep(Step(StepKind.FLUSH, p), self.cell_rules.flush(cell))

    # ---------------------------------------------------------------------------- progress

    def progress(self, p: int, cell: Cell, budget: FaultBudget) -> Iterator[EnabledStep]:
        """A restart, timers that are no detectors, work that ends, branches; injected failures."""
        yield from self._late(p, cell)
        if budget.worker_crashes and not cell.down:
            yield from self._deaths(p, cell)
        if cell.down:
            yield EnabledStep(Step(StepKind.RESTART, p), self._restart(p, cell))
        elif cell.paused:
            yield EnabledStep(Step(StepKind.GO_ON, p), self.cell_rules.resume(cell))
            if self.cell_rules.may_lapse(p):
                yield EnabledStep(Step(StepKind.LAPSE, p), self._lapse(p, cell))
        elif cell.pending is None and cell.restarting:
            yield self._react(p, cell, self.table.restarted)
        elif cell.pending is None:
            yield from self._landings(p, cell)
            for event in self._events(cell):
                yield self._react(p, cell, event)
            yield from self._failing_again(p, cell)
            if budget.failures:
                for event in self._injected(cell):
                    yield self._react(p, cell, event, cost="failures")

    def _deaths(self, p: int, cell: Cell) -> Iterator[EnabledStep]:
        """Workers that die. Without a heartbeat nobody knows of those that nobody saw."""
        cell_rules, table = self.cell_rules, self.table
        services = table.system.services
        silent = table.system.knobs.heartbeat_of(table.names[p], services) is None
        silent = silent and not cell_rules.policy.after_work
        for work in dict.fromkeys(cell.work):
            there = cell.landed.count(work)
            for landed in (False, True):
                if there == (0 if landed else cell.work.count(work)):
                    continue
                outcome = DONE if landed else interruption(self.nodes[work[0]].state)
                event = table.work_done(*work, outcome)
                for kind in (StepKind.DIE, *((StepKind.DIE_UNSEEN,) if silent else ())):
                    known, late = kind is StepKind.DIE, cell_rules.policy.after_work
                    after = death(cell, work, landed=landed, known=known, after_work=late)
                    yield EnabledStep(Step(kind, p, event), after, "worker_crashes")

    def _failing_again(self, p: int, cell: Cell) -> Iterator[EnabledStep]:
        """An attempt fails like all before it: nothing changes, and that goes on for ever."""
        for work in dict.fromkeys(cell.work):
            state = self.nodes[work[0]].state
            assert isinstance(state, Task | Compensation)
            outcomes = self.resolution.outcomes(self.nodes[work[0]], work[1], work[2])
            if not outcomes and is_endless(state.retry) and never_succeeds(state):
                failed = self.table.work_done(*work, next(iter(state.failures)))
                yield EnabledStep(Step(StepKind.REACT, p, failed), After(cell))

    def _restart(self, p: int, cell: Cell) -> After:
        after = self.cell_rules.restart(p, cell)
        back = after.cell
        if back.restarting and self.cell_rules.restart_changes_nothing(p, back):
            return after._replace(cell=back._replace(restarting=False))
        return after

    def _lapse(self, p: int, cell: Cell) -> After:
        """Another replica goes on, or the same one anew."""
        after = lapse(self.cell_rules, cell)
        return after._replace(cell=self._restart(p, after.cell).cell)

    def _late(self, p: int, cell: Cell) -> Iterator[EnabledStep]:
        for work in dict.fromkeys(cell.late):
            done = self.table.work_done(*work, DONE)
            landed = land_late(cell, work)
            if DONE in self.resolution.outcomes(self.nodes[work[0]], work[1], work[2]):
                yield EnabledStep(Step(StepKind.LAND, p, done), landed)
            gone = landed._replace(landing=None)
            yield EnabledStep(Step(StepKind.VANISH, p, done), gone)
        for post in dict.fromkeys(cell.decided):
            step = Step(StepKind.PUBLISH, p, post[0])
            yield EnabledStep(step, publish_late(cell, post))

    def _events(self, cell: Cell) -> Iterator[int]:
        table = self.table
        for timer in cell.timers:
            if self._fires_freely(table.timers.values[timer]):
                yield table.events.number(TimerFired(table.timers.values[timer]))
        for work in dict.fromkeys(cell.work):
            for outcome in self.resolution.outcomes(self.nodes[work[0]], work[1], work[2]):
                if self._may_end(cell, work, outcome):
                    yield table.work_done(*work, outcome)
        for work in dict.fromkeys(cell.dead):
            yield table.work_done(*work, interruption(self.nodes[work[0]].state))
        for node, epoch in dict.fromkeys(cell.choices):
            for branch in self.resolution.branches(self.nodes[node], epoch):
                yield table.events.number(Chosen(node, epoch, branch))

    def _may_end(self, cell: Cell, work: Work, outcome: str) -> bool:
        """Outside, what has had its effect succeeds, and nothing else does."""
        if not self.cell_rules.lands_outside(work[0]):
            return True
        landed = cell.landed.count(work)
        return landed > 0 if outcome == DONE else landed < cell.work.count(work)

    def _landings(self, p: int, cell: Cell) -> Iterator[EnabledStep]:
        for work in dict.fromkeys(cell.work):
            open_ = cell.landed.count(work) < cell.work.count(work)
            may = DONE in self.resolution.outcomes(self.nodes[work[0]], work[1], work[2])
            if self.cell_rules.lands_outside(work[0]) and open_ and may:
                done = self.table.work_done(*work, DONE)
                yield EnabledStep(Step(StepKind.LAND, p, done), self.cell_rules.land(cell, work))

    def _injected(self, cell: Cell) -> Iterator[int]:
        for work in dict.fromkeys(cell.work):
            for outcome in (BUSINESS_FAILURE, TRANSIENT_FAILURE):
                if self._may_end(cell, work, outcome):
                    yield self.table.work_done(*work, outcome)

    def answers(self, p: int, cell: Cell) -> Iterator[EnabledStep]:
        """Outside events that may come, and those that never will."""
        step = Step(StepKind.ANSWER, p)
        for node, epoch in dict.fromkeys(cell.expected):
            left = self.cell_rules.answered(cell, node, epoch)
            for event in self.resolution.answers(self.nodes[node], epoch):
                if event == SILENCE:
                    yield EnabledStep(step, After(left))
                elif event != TIMEOUT:
                    message = self.table.message(External(node, epoch, event))
                    to = (self.table.hearer(p, node),)
                    yield EnabledStep(step, After(left, sent=((message, to),)))

    # ------------------------------------------------------------------------------ timers

    def _fires_freely(self, timer: object) -> bool:
        if is_detector(timer, self.table.system.flow):
            return False
        if not isinstance(timer, Timer) or timer.kind != TIMEOUT:
            return True
        return TIMEOUT in self.resolution.answers(self.nodes[timer.node], timer.epoch)

    def detections(self, p: int, cell: Cell) -> Iterator[EnabledStep]:
        """Failure detectors that run out: time-outs of steps, watchdogs."""
        if not self.is_open(cell) or cell.restarting:
            return
        for timer in cell.timers:
            content = self.table.timers.values[timer]
            if is_detector(content, self.table.system.flow):
                yield self._react(p, cell, self.table.events.number(TimerFired(content)))

    # ------------------------------------------------------------------------------ faults

    def strikes(self, p: int, cell: Cell, budget: FaultBudget) -> tuple[Iterable[EnabledStep], ...]:
        """Faults of a process by class, in the order in which the classes are tried."""
        return (
            self.crash(p, cell) if budget.forgets else (),
            self.pause(p, cell) if budget.stalls else (),
        )

    def crash(self, p: int, cell: Cell) -> Iterator[EnabledStep]:
        """A crash, or a restore from a backup, unless it is down."""
        if cell.down:
            return
        told = self.table.notices(p)
        after = self.cell_rules.crash(cell)._replace(sent=told)
        yield EnabledStep(Step(StepKind.CRASH, p), after, "crashes")
        for state, back in backups_of(cell).items():
            step = Step(StepKind.RESTORE, p, back)
            after = self.cell_rules.restore(cell, state)._replace(sent=told)
            yield EnabledStep(step, after, "restores")

    def pause(self, p: int, cell: Cell) -> Iterator[EnabledStep]:
        """A pause, unless it does not run."""
        if not cell.down and not cell.paused:
            yield EnabledStep(Step(StepKind.PAUSE, p), self.cell_rules.pause(cell), "pauses")
