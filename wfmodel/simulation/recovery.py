"""What a process loses when it stops, and how it goes on: crash, restart, resumption.

Nobody else writes crash handling: a machine only ever hears ``Restarted``. A crash does not visit
every cell. It begins another life of the process; a cell of an earlier life forgets what is
volatile when it is next touched.
"""

from __future__ import annotations

from wfmodel.designs.history import Drop, Kind
from wfmodel.designs.table import SEND
from wfmodel.native.record_layout import NULL
from wfmodel.simulation.basis import (
    cell_of,
    done_with,
    event_of,
    forget,
    row,
    schedule,
    stimulus_of,
)
from wfmodel.simulation.custody import lapse
from wfmodel.simulation.event_codes import (
    DELIVER,
    FOR_GOOD,
    NOTHING,
    PARCEL,
    PUBLISHED,
    RESTART_LATE,
    TAKE_OVER,
)
from wfmodel.simulation.happenings import happen
from wfmodel.simulation.network import abandon, come_in, publish, transmit, unpublished
from wfmodel.simulation.queues import append, defer, drop_all, leave, take_all
from wfmodel.simulation.reactions import offer, published, published_first
from wfmodel.simulation.records import Cell, Event, Process, Run
from wfmodel.simulation.work import stop_work

_PHANTOM = int(Kind.PHANTOM)
_UNPUBLISHED = int(Drop.UNPUBLISHED)


def crash(run: Run, process: Process) -> None:
    """What is volatile is gone; messages that were not acknowledged come again, or never."""
    process.life += 1
    if run.lease and not process.taking_over:
        heard_of = run.now - (run.now - process.up_since) % run.renewed
        process.lease_until = heard_of + run.lease
    stop_work(run, process)
    event = take_all(process.deferred)
    while event:
        following = event.next
        if event.kind == DELIVER:
            abandon(run, event.parcel)
        elif event.kind == PUBLISHED:
            published(run, event)
        done_with(run, event)
        event = following
    while process.occupied.first:
        cell = process.occupied.first.cell
        _interrupt(run, process, cell)
        leave(run, process.occupied, cell.in_occupied)
    while process.dirty.first:
        leave(run, process.dirty, process.dirty.first)
    drop_all(run, process.stalled)
    process.flush_due = False


def _interrupt(run: Run, process: Process, cell: Cell) -> None:
    if cell.busy:
        if cell.out:
            _leave_phantoms(run, process, cell)
        if cell.cause.item == PARCEL:
            abandon(run, cell.cause.parcel)
    lapse(run, cell)
    stimulus = cell.inbox.first
    while stimulus:
        if stimulus.item == PARCEL:
            abandon(run, stimulus.parcel)
        stimulus = stimulus.next
    forget(run, cell)


def _leave_phantoms(run: Run, process: Process, cell: Cell) -> None:
    """Messages that are out tell of a state which was never committed."""
    operation = cell.reaction.first
    while operation:
        if operation.code == SEND:
            row(run, _PHANTOM, cell.instance.index, process.index, operation.a, 0)
        operation = operation.next


def restart(run: Run, process: Process) -> None:
    """The process is back: it publishes what its outbox holds, and goes on where it can."""
    if process.paused:
        event = event_of(run, RESTART_LATE, NULL)
        event.process = process
        append(process.deferred, event)
        return
    process.up_since = run.now
    _empty_outbox(run, process)
    if not process.cut:
        come_in(run, process)
    if run.scripted:  # a script says when each instance resumes
        return
    process.taking_over = False
    if run.lease and run.now < process.lease_until and process.active.first:
        _wait_for_lease(run, process)
        return
    member = process.active.first
    while member:
        following = member.after
        cell = cell_of(run, member.cell.instance, process)
        offer(run, cell, stimulus_of(run, run.restarted, NOTHING))
        member = following


def _wait_for_lease(run: Run, process: Process) -> None:
    """What an earlier life held is taken over at the first look after its lease has ended."""
    member = process.active.first
    while member:
        cell_of(run, member.cell.instance, process).unowned = True
        member = member.after
    process.taking_over = True
    looks = -((run.now - process.lease_until) // run.lease_look)
    event = event_of(run, TAKE_OVER, NULL)
    event.process = process
    event.life = process.life
    schedule(run, looks * run.lease_look, event)


def take_over(run: Run, event: Event) -> bool:
    """The lease of an earlier life has ended, and somebody looks. Whether the event is kept."""
    process = event.process
    if event.life != process.life:
        return False
    if process.paused:
        return defer(process, event)
    process.taking_over = False
    member = process.active.first
    while member:
        following, cell = member.after, member.cell
        if cell.unowned:
            cell.unowned = False
            offer(run, cell, stimulus_of(run, run.restarted, NOTHING))
            if not (cell.busy or cell.held):
                leave(run, process.occupied, cell.in_occupied)
        member = following
    return False


def resume(run: Run, process: Process) -> None:
    """A paused process goes on with what it finds."""
    if not process.down:
        _empty_outbox(run, process)
    event = take_all(process.deferred)
    while event:
        following = event.next
        if event.kind == RESTART_LATE:
            restart(run, process)
            done_with(run, event)
        elif event.kind == TAKE_OVER:
            if not take_over(run, event):
                done_with(run, event)
        else:
            happen(run, event)
        event = following


def _empty_outbox(run: Run, process: Process) -> None:
    event = take_all(process.outbox)
    while event:
        following = event.next
        publish(run, process, event.instance, event.operation)
        done_with(run, event)
        event = following


def retry_waiting(run: Run) -> None:
    """The broker, or a process's way to it, is back."""
    event = take_all(run.waiting)
    while event:
        following, process = event.next, event.process
        if event.sender_life not in (FOR_GOOD, process.life):
            unpublished(run, process, event.instance, event.operation, _UNPUBLISHED)
        else:
            publish(run, process, event.instance, event.operation)
        done_with(run, event)
        event = following
    event = take_all(run.producers)
    while event:
        following = event.next
        if not published_first(run, event):
            done_with(run, event)
        event = following
    if not run.down:
        _release_held(run)


def _release_held(run: Run) -> None:
    event = take_all(run.held)
    while event:
        following = event.next
        transmit(run, event.parcel)
        done_with(run, event)
        event = following
