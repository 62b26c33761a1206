"""A clock that a script moves: nothing happens by itself, everything waits until it is played.

So the text of a run, its broker, its stores and its recovery are those of every simulation, and
only *when*, *how it turns out* and *which fault* come from outside. What a run does in one go, and
the semantics allow to be done in parts (publishing several messages, a restart and its resumption),
is taken apart.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from wfmodel.designs.table import SEND
from wfmodel.native.record_layout import NULL
from wfmodel.simulation.basis import FAR
from wfmodel.simulation.clock import Clock, OnSimpy
from wfmodel.simulation.declared import Odds
from wfmodel.simulation.dispatch import dispatch
from wfmodel.simulation.event_codes import (
    ACKNOWLEDGING,
    CHOICE,
    COMMIT,
    FLUSH,
    LANDS,
    NOTICED,
    PARCEL,
    PUBLISHED,
    PUBLISHED_FIRST,
    WORK_END,
    WORK_OVER,
)
from wfmodel.simulation.network import publish
from wfmodel.simulation.reactions import begin_commit
from wfmodel.simulation.records import (
    Event,
    Instance,
    Operation,
    Parcel,
    Process,
    ProcessCell,
    TabledReaction,
    TimerSetting,
)
from wfmodel.simulation.run_context import RunContext
from wfmodel.simulation.run_record import Run
from wfmodel.simulation.timers import is_set

ANSWERS = Odds(1, [1], [2.0])
"""The outside always answers: which answer, and whether at all, is the script's to say."""


DIE_WITH_PROCESS: Final = (
    COMMIT,
    FLUSH,
    PUBLISHED_FIRST,
    WORK_END,
    CHOICE,
    ACKNOWLEDGING,
    LANDS,
    WORK_OVER,
    NOTICED,
)
"""What was to happen inside a process that is gone."""


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


class Script(Clock):
    """Keeps what is to happen, in the order in which it was scheduled."""

    def __init__(self) -> None:
        super().__init__()
        self.pending: list[Event] = []

    def put(self, event: Event, delay_ns: int) -> None:
        """Keep an event, however long it would have taken; publications message by message."""
        if event.kind in (PUBLISHED, PUBLISHED_FIRST):
            self.pending += [_publication(event, each) for each in _sends(event.reaction)]
        else:
            self.pending.append(event)

    def tick(self, step_ns: int) -> None:
        """Time goes on."""
        self._now += step_ns

    def of(self, *kinds: int) -> list[Event]:
        """What waits of some kinds, one kind after the other, each in order."""
        return [each for kind in kinds for each in self.pending if each.kind == kind]

    def forget(self, event: Event) -> None:
        """It will not happen."""
        self.pending = [each for each in self.pending if each is not event]


def _sends(reaction: TabledReaction) -> list[Operation]:
    return [each for each in operations_of(reaction) if each.code == SEND]


def operations_of(reaction: TabledReaction) -> list[Operation]:
    """A reaction's operations, in order."""
    found, operation = [], reaction.first
    while operation:
        found.append(operation)
        operation = operation.next
    return found


def _publication(event: Event, operation: Operation) -> Event:
    alone = Event(event.kind, event.instance)
    alone.cell, alone.life, alone.operation = event.cell, event.life, operation
    alone.reaction = event.reaction
    if event.kind == PUBLISHED:
        alone.reaction = TabledReaction(first=replace(operation, next=NULL))
    return alone


def holder_of(event: Event) -> Process:
    """The process in which an event is to happen, of those that die with it."""
    if event.kind == ACKNOWLEDGING:
        return event.instance.cells[event.held.parcel.recipient].process
    return event.process if event.kind == FLUSH else event.cell.process


class Scripted:
    """A run whose clock is a script."""

    def __init__(self, context: RunContext) -> None:
        self.clock = Script()
        context.scripted = True
        engine = OnSimpy(context, self.clock)
        self.setup = engine.setup
        self.run: Run = engine.run
        self.run.scripted = True
        self.run.relays_at_once = False
        self.run.handling = 0
        self.run.gap = not self.run.outbox and not self.run.publish_first
        for process in self.run.processes:
            process.capacity = 0  # which worker is free is a matter of time
            process.kept = FAR
            process.poll = 0  # when a message is asked for, too
        for block in self.run.blocks:
            block.odds = ANSWERS

    def tick(self, step_ns: int) -> None:
        """Time goes on."""
        self.clock.tick(step_ns)
        self.run.now = self.clock.now_ns

    def play(self, event: Event) -> None:
        """Let an event happen."""
        self.clock.forget(event)
        if event.kind == PUBLISHED_FIRST:
            self._publish_one(event)
        else:
            dispatch(self.run, event)

    def of(self, process: Process, *kinds: int) -> list[Event]:
        """What waits of some kinds in the present life of a process."""
        return [
            each
            for each in self.clock.of(*kinds)
            if holder_of(each) is process and each.life == process.life
        ]

    def _publish_one(self, event: Event) -> None:
        """One message leaves before the commit; its reaction now tells what is out, so that a crash
        knows which messages are phantoms. With the last one the commit begins.
        """
        cell, process = event.cell, event.cell.process
        publish(self.run, process, cell.instance, event.operation)
        left = [each.operation for each in self.of(process, PUBLISHED_FIRST) if each.cell is cell]
        cell.reaction = replace(event.reaction, first=_without(event.reaction, left))
        cell.out = True
        if not left:
            begin_commit(self.run, process, cell)


def _without(reaction: TabledReaction, left: list[Operation]) -> Operation:
    """A copy of a reaction's operations, but for some."""
    made: Operation = NULL
    for operation in reversed(operations_of(reaction)):
        if all(operation is not each for each in left):
            made = replace(operation, next=made)
    return made


def timers_in_order(cell: ProcessCell) -> list[TimerSetting]:
    """The timers of a cell, in the order in which they were set."""
    found, setting = [], cell.timers
    while setting:
        if is_set(setting):
            found.append(setting)
        setting = setting.next
    return found[::-1]


def changes_of(process: Process) -> list[int]:
    """When its store has changed."""
    found, event = [], process.past.first
    while event:
        found.append(event.since)
        event = event.next
    return found


def is_next(run: Run, parcel: Parcel) -> bool:
    """Whether nobody is before it; a copy of what waits in line waits there, too."""
    line = [p for p in _line(run, parcel.instance) if p.recipient == parcel.recipient]
    return not line or line[0] == parcel


def _line(run: Run, instance: Instance) -> list[Parcel]:
    """Messages that wait for each other, the oldest of each recipient first."""
    found = []
    for turn in [line.first for line in run.lines] if run.partitions else [instance.line]:
        while turn:
            found.append(turn.parcel)
            turn = turn.next
    return found


def kept_parcels(run: Run, instance: Instance) -> list[Parcel]:
    """Messages that are not under way: their reaction is not committed, or they wait in line."""
    busy = [cell for cell in instance.cells if cell and cell.busy]
    in_hand = [cell.cause.parcel for cell in busy if cell.cause.item == PARCEL]
    return in_hand + _line(run, instance)
