"""Replicas of one participant: who takes a message, who holds an instance, how it changes hands.

Replicas share their participant's queue and its store. An instance that is under way there belongs
to one of them: messages about it go to that one, and wait for it. One that is at rest belongs to
nobody, and the replica with the least to do takes the next message. A replica that stands still
until others have taken from it what it held is fenced: at our own store nothing of its life counts
any more, and it starts anew when it goes on. What it had set going outside lands there all the
same.
"""

from __future__ import annotations

from wfmodel.designs.history import Kind
from wfmodel.designs.table import SEND
from wfmodel.native.record_layout import NULL
from wfmodel.simulation.basis import (
    cell_of,
    done_with,
    event_of,
    forget,
    refer,
    row,
    schedule,
    unrefer,
)
from wfmodel.simulation.custody import lapse
from wfmodel.simulation.event_codes import (
    ACKNOWLEDGED,
    DECIDED_LATE,
    DELIVER,
    LANDS,
    LIVES,
    OUTSIDE,
    PARCEL,
    PUBLISHED,
    TAKE_OVER,
    WORK_END,
)
from wfmodel.simulation.network import abandon
from wfmodel.simulation.queues import append, drop_all, enter, leave, take_all
from wfmodel.simulation.reactions import published
from wfmodel.simulation.records import Event, Parcel, Process, ProcessCell
from wfmodel.simulation.run_record import Run
from wfmodel.simulation.work import stop_work

_PHANTOM = int(Kind.PHANTOM)
_TAKE = int(Kind.TAKE)
_LAPSE = int(Kind.LAPSE)


def taker(run: Run, parcel: Parcel) -> Process:
    """Whose hands a message falls into, or will when he is back."""
    process = run.processes[parcel.recipient]
    if process.count == 1:
        return process
    cell = parcel.instance.cells[parcel.recipient]
    if cell:
        holder = cell.process
        if cell.in_active.inside:
            return holder
        lapses = run.after_work and holder.paused != 0  # what it has in hand comes again
        if not (is_at_rest(run, cell) or lapses):
            return holder
    return _least_busy(run, process)


def is_at_rest(run: Run, cell: ProcessCell) -> bool:
    """Whether nothing of an instance is under way at a participant."""
    if cell.life != cell.process.life:
        forget(run, cell)
    if cell.busy or cell.inbox.first or cell.held or cell.gaps or cell.unowned or cell.working:
        return False
    return cell.volatile == cell.durable and not cell.in_active.inside


def until_poll(run: Run, process: Process) -> int:
    """How long until a process that asks for messages asks again; 0: it does now."""
    late = (run.now - process.up_since) % process.poll
    return process.poll - late if late else 0


def _least_busy(run: Run, first: Process) -> Process:
    """The replica with the fewest attempts of those that can take something; else the first.

    Where they ask for messages, whoever asks first.
    """
    best = first
    for place in range(first.first, first.first + first.count):
        process = run.replicas[place]
        if process.down or process.paused or process.cut:
            continue
        stands = best.down or best.paused or best.cut
        sooner = until_poll(run, process) - until_poll(run, best) if process.poll else 0
        if stands or sooner < 0 or (sooner == 0 and process.load < best.load):
            best = process
    return best


def taken_by(run: Run, parcel: Parcel, process: Process) -> ProcessCell:
    """The cell that a message is for, in the hands of the replica that has taken it."""
    cell = parcel.instance.cells[parcel.recipient]
    if not cell:
        cell = cell_of(run, parcel.instance, process)
        if process.number:
            row(run, _TAKE, parcel.instance.index, process.index, process.number, 0)
        return cell
    if cell.process != process:
        if not is_at_rest(run, cell):  # its lease on this message has lapsed
            watched = parcel.watched
            parcel.watched = ACKNOWLEDGED
            fence(run, cell.process)
            parcel.watched = watched
        hand_over(run, cell, process)
        return cell
    if cell.life != process.life:
        forget(run, cell)
    return cell


def hand_over(run: Run, cell: ProcessCell, to: Process) -> None:
    """Another replica goes on with an instance, from what is durable."""
    holder = cell.process
    active = cell.in_active.inside
    if cell.in_occupied.inside:  # it has waited for its holder's look
        _interrupt(run, holder, cell)
        leave(run, holder.occupied, cell.in_occupied)
    refer(cell.instance)  # no list has it between two
    if active:
        holder.active_count -= 1
        leave(run, holder.active, cell.in_active)
    cell.process = to
    forget(run, cell)
    if active:
        to.active_count += 1
        enter(to.active, cell.in_active, cell)
    unrefer(run, cell.instance)
    row(run, _TAKE, cell.instance.index, to.index, to.number, 0)


def fence(run: Run, process: Process) -> None:
    """It stood still for so long that others take what it held: nothing of its life counts now."""
    row(run, _LAPSE, OUTSIDE, process.index, process.number, 0)
    process.lost = process.life
    process.fenced = True
    end_life(run, process)


def end_life(run: Run, process: Process) -> None:
    """What is volatile is gone; messages that were not acknowledged come again, or never."""
    process.life += 1
    stop_work(run, process)
    event = take_all(process.deferred)
    while event:
        following = event.next
        if process.fenced and _goes_on(run, event):
            append(process.deferred, event)
            event = following
            continue
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
    drop_all(run, process.pool)
    process.committing = 0
    process.flush_due = False


def _goes_on(run: Run, event: Event) -> bool:
    """Whether it lands although its holder was taken for dead: outside, nobody knows of a fence."""
    goes_on = event.kind in (WORK_END, DECIDED_LATE)
    return event.kind == LANDS or (goes_on and not run.fenced)


def _interrupt(run: Run, process: Process, cell: ProcessCell) -> None:
    if cell.busy:
        if cell.out:
            _leave_phantoms(run, process, cell)
        elif process.fenced and run.outbox and not run.fenced:
            _decide_late(run, process, cell)
        if cell.cause.item == PARCEL:
            abandon(run, cell.cause.parcel)
    lapse(run, cell)
    stimulus = cell.inbox.first
    while stimulus:
        if stimulus.item == PARCEL:
            abandon(run, stimulus.parcel)
        stimulus = stimulus.next
    forget(run, cell)


def _decide_late(run: Run, process: Process, cell: ProcessCell) -> None:
    """No fence stops it: when it goes on it commits what it had decided, and its messages leave.

    Of its state nothing stays: whoever holds the instance now writes last.
    """
    operation = cell.reaction.first
    while operation:
        if operation.code == SEND:
            event = event_of(run, DECIDED_LATE, cell.instance)
            event.process = process
            event.sender_life = process.lost
            event.operation = operation
            if run.scripted:  # a script says when
                schedule(run, 0, event)
            else:
                append(process.deferred, event)
        operation = operation.next


def _leave_phantoms(run: Run, process: Process, cell: ProcessCell) -> None:
    """Messages that are out tell of a state which was never committed."""
    operation = cell.reaction.first
    while operation:
        if operation.code == SEND:
            row(run, _PHANTOM, cell.instance.index, process.index, operation.a, 0)
        operation = operation.next


def holder_then(run: Run, cell: ProcessCell, life: int) -> Process:
    """The replica in whose life something began."""
    return run.replicas[cell.process.first + max(0, life) // LIVES]


# ------------------------------------------------------------------------------------------ leases


def lease_ends(run: Run, process: Process) -> None:
    """A process has fallen silent: its lease ends so long after its last heartbeat."""
    if process.lease and not process.taking_over:
        silent = process.silent_since if process.paused else run.now
        heard_of = silent - (silent - process.up_since) % process.renewed
        process.lease_until = heard_of + process.lease


def watch_for(run: Run, silent: Process) -> None:
    """Every other replica will look whether the lease of a silent one has ended."""
    if not silent.lease:
        return
    for place in range(silent.first, silent.first + silent.count):
        other = run.replicas[place]
        if other.number != silent.number and not other.down:
            look(run, silent, other)


def watch_others(run: Run, process: Process) -> None:
    """A replica that has just started, or goes on, looks for whoever has fallen silent."""
    if not process.lease:
        return
    for place in range(process.first, process.first + process.count):
        other = run.replicas[place]
        if other.number != process.number and (other.down or other.paused):
            look(run, other, process)


def look(run: Run, silent: Process, by: Process) -> None:
    """One replica's first look at or after the end of another's lease."""
    wait = 0
    if run.now < silent.lease_until:
        looks = -((by.up_since - silent.lease_until) // by.lease_look)
        wait = by.up_since + looks * by.lease_look - run.now
    event = event_of(run, TAKE_OVER, NULL)
    event.process = silent
    event.life = silent.life
    event.answer = by.number
    event.left = by.life
    schedule(run, wait, event)
