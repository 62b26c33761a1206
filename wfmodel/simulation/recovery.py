"""What a process loses when it stops, and how it goes on: crash, restart, resumption.

Nobody else writes crash handling: a machine only ever hears ``Restarted``. A crash does not visit
every cell. It begins another life of the process; a cell of an earlier life forgets what is
volatile when it is next touched.
"""

from __future__ import annotations

from wfmodel.designs.history import Drop, Kind
from wfmodel.native.record_layout import NULL
from wfmodel.simulation.backups import store
from wfmodel.simulation.basis import cell_of, done_with, event_of, row, stimulus_of
from wfmodel.simulation.crash_notices import tell_of_crash
from wfmodel.simulation.custody import hand_back
from wfmodel.simulation.event_codes import (
    FOR_GOOD,
    NO_LIFE,
    NOTHING,
    OUTSIDE,
    RESTART_LATE,
    TAKE_OVER,
)
from wfmodel.simulation.handover import (
    end_life,
    fence,
    hand_over,
    lease_ends,
    look,
    watch_for,
    watch_others,
)
from wfmodel.simulation.happenings import happen
from wfmodel.simulation.network import come_in, publish, set_out, unpublished
from wfmodel.simulation.queues import append, defer, drop_all, take_all
from wfmodel.simulation.reactions import note_active, offer, published_first, rest
from wfmodel.simulation.records import Event, Injected, Process, ProcessCell
from wfmodel.simulation.run_record import Run

_BOOT = int(Kind.BOOT)
_RESTORE = int(Kind.RESTORE)
_UNPUBLISHED = int(Drop.UNPUBLISHED)


def crash(run: Run, process: Process) -> None:
    """What is volatile is gone; messages that were not acknowledged come again, or never."""
    lease_ends(run, process)
    end_life(run, process)
    drop_all(run, process.running)
    process.lost = NO_LIFE
    process.fenced = False
    if process.count > 1:
        watch_for(run, process)
    if process.watched:
        tell_of_crash(run, process)


def go_back(run: Run, fault: Injected) -> None:
    """A store holds again what it held at a backup; nobody runs on it.

    An instance's state is what stood before the first of its changes since, and going back is a
    change like others. Due times that the backup does not know are forgotten.
    """
    process = fault.process
    backup = run.now - (fault.age or run.now % fault.backups)
    process.restores += 1
    event, last = process.past.first, process.past.last
    while event and event.since <= backup:
        event = event.next
    while event:
        cell = event.cell
        if cell.restored != process.restores:
            cell.restored = process.restores
            if event.stored != cell.durable:
                _hold_again(run, cell, event)
        if event == last:
            return
        event = event.next


def _hold_again(run: Run, cell: ProcessCell, before: Event) -> None:
    store(run, cell, before.stored)
    cell.volatile = before.stored
    cell.timers = NULL
    note_active(run, cell.process, cell, before.was_active)
    row(run, _RESTORE, cell.instance.index, cell.process.index, before.stored, 0)


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
    if process.count > 1:
        watch_others(run, process)
    if process.lease and run.now < process.lease_until and process.active.first:
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
    look(run, process, process)


def take_over(run: Run, event: Event) -> bool:
    """The lease of an earlier life has ended, and somebody looks. Whether the event is kept."""
    process = event.process
    if event.life != process.life:
        return False
    if event.answer != process.number:
        by = run.replicas[process.first + event.answer]
        silent = process.down or process.paused or process.taking_over
        if by.life == event.left and not by.paused and silent and run.now >= process.lease_until:
            _take_from(run, process, by)
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
            rest(run, cell)
        member = following
    return False


def _take_from(run: Run, silent: Process, by: Process) -> None:
    """One replica goes on with what another held: with all of it, or, where that one is back and
    waits for the lease of its earlier life, with what that life held.
    """
    everything = silent.down != 0 or (silent.paused != 0 and not silent.taking_over)
    if not (silent.active.first or silent.outbox.first):
        return
    if everything and not silent.down:
        fence(run, silent)
    member = silent.active.first
    while member:
        following, cell = member.after, member.cell
        if everything or cell.unowned:
            hand_over(run, cell, by)
            offer(run, cell, stimulus_of(run, run.restarted, NOTHING))
        member = following
    if everything:
        silent.taking_over = False
        _relay_for(run, silent, by)
    come_in(run, silent)


def _relay_for(run: Run, silent: Process, by: Process) -> None:
    """One replica publishes what another had committed."""
    event = take_all(silent.outbox)
    while event:
        following, cell = event.next, event.instance.cells[by.index]
        if cell.process == silent:
            hand_over(run, cell, by)
        publish(run, by, event.instance, event.operation)
        done_with(run, event)
        event = following


def resume(run: Run, process: Process) -> None:
    """A paused process goes on with what it finds."""
    if process.fenced:
        process.fenced = False
        row(run, _BOOT, OUTSIDE, process.index, process.number, 0)
        restart(run, process)
    elif not process.down:
        _empty_outbox(run, process)
        if process.count > 1:
            watch_others(run, process)
        if process.poll and not process.cut:  # who stands still asks for nothing
            come_in(run, process)
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
    if run.after_work:
        for place in range(run.replica_count):
            _hand_back_all(run, run.replicas[place])
    if not run.down:
        _release_held(run)


def _hand_back_all(run: Run, process: Process) -> None:
    """What was done while the broker was out of reach is acknowledged now."""
    member = process.occupied.first
    while member:
        if member.cell.held:
            hand_back(run, member.cell)
        member = member.after


def _release_held(run: Run) -> None:
    event = take_all(run.held)
    while event:
        following = event.next
        set_out(run, event.parcel)
        done_with(run, event)
        event = following
