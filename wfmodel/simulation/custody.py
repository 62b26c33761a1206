"""Acknowledged after the work: messages that a process holds until all they asked for is done.

A message in hand stays the broker's: it is delivered again if its holder crashes, or when it is
held for longer than the redelivery time-out. It is acknowledged, one trip to the broker later, when
its work is committed and what follows from it is published.
"""

from __future__ import annotations

from wfmodel.designs.history import Kind
from wfmodel.designs.table import WORK
from wfmodel.native.record_layout import NULL
from wfmodel.simulation.basis import duration, event_of, held_of, row, schedule
from wfmodel.simulation.event_codes import ACKNOWLEDGING, DONE, LEAVING, NO_STEP, RUNNING
from wfmodel.simulation.network import abandon, acknowledge, refuses, watch
from wfmodel.simulation.queues import defer, enter, leave
from wfmodel.simulation.records import Event, Held, Parcel, ProcessCell, TabledReaction
from wfmodel.simulation.run_record import Run

_ACKNOWLEDGE = int(Kind.ACKNOWLEDGE)


def hold(run: Run, cell: ProcessCell, parcel: Parcel, reaction: TabledReaction) -> None:
    """A message is in hand as long as what it asks for runs."""
    cell.deliveries += 1
    operation = reaction.first
    while operation:
        if operation.code == WORK:
            cell.held = held_of(run, cell, parcel, operation.a, operation.b, operation.c)
        operation = operation.next
    enter(cell.process.occupied, cell.in_occupied, cell)
    watch(run, parcel)


def keep(run: Run, cell: ProcessCell, parcel: Parcel) -> None:
    """A message asked for no work, and its reaction is committed."""
    cell.deliveries += 1
    cell.held = held_of(run, cell, parcel, NO_STEP, 0, 0)
    cell.held.stage = DONE
    enter(cell.process.occupied, cell.in_occupied, cell)
    watch(run, parcel)


def work_off(cell: ProcessCell, node: int, epoch: int, attempt: int) -> None:
    """An attempt's end is committed; of several like it, the one that began first."""
    known, first, held = False, cell.held, cell.held
    while held:
        same = held.node == node and held.epoch == epoch and held.attempt == attempt
        if same and held.stage == RUNNING:
            known, first = True, held
        held = held.next
    if known:
        first.stage = DONE


def hand_back(run: Run, cell: ProcessCell) -> None:
    """Whatever is done, and nothing of it waits to be published: the broker is told."""
    if cell.gaps:
        return
    held, done = cell.held, True
    while held:
        following = held.next
        done = done and held.stage == DONE
        if not following or following.delivery != held.delivery:  # all that one delivery asked for
            if done:
                held.stage = LEAVING
                _tell(run, cell, held)
            done = True
        held = following


def _tell(run: Run, cell: ProcessCell, held: Held) -> None:
    process, instance = cell.process, cell.instance
    event = event_of(run, ACKNOWLEDGING, instance)
    event.held = held
    event.life = process.life
    cell.published += 1
    schedule(run, duration(run, process.publish, instance.index, cell.published), event)


def acknowledged(run: Run, event: Event) -> bool:
    """The broker hears of it; a process that has crashed since will get the message again."""
    held, instance = event.held, event.instance
    parcel = held.parcel
    cell = instance.cells[parcel.recipient]
    process = cell.process
    if event.life != process.life:
        return False
    if process.paused:
        return defer(process, event)
    if cell.gaps or refuses(run, process):
        held.stage = DONE  # something else waits to be published, or the broker is out of reach
        return False
    _let_go(cell, held.delivery)
    row(run, _ACKNOWLEDGE, instance.index, process.index, parcel.message, 0)
    acknowledge(run, parcel)
    if not (cell.busy or cell.held or cell.inbox.first):
        leave(run, process.occupied, cell.in_occupied)
    return False


def _let_go(cell: ProcessCell, delivery: int) -> None:
    none, kept, held = True, cell.held, cell.held
    cell.held = NULL
    while held:
        following = held.next
        if held.delivery != delivery:
            held.next = NULL
            if none:
                cell.held = held
            else:
                kept.next = held
            none, kept = False, held
        held = following


def lapse(run: Run, cell: ProcessCell) -> None:
    """The process crashed: what it had in hand comes again."""
    held = cell.held
    while held:
        following = held.next
        if not following or following.delivery != held.delivery:
            abandon(run, held.parcel)
        held = following
    cell.held = NULL
