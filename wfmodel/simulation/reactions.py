"""An event becomes a reaction, a commit, and actions: the machines' side of a run.

It chooses nothing but what is left open: when, how long, with what outcome. Machines are looked up
in a table. One reaction per cell at a time: while a commit is under way, further events of that
cell wait in its inbox.

What a commit, an acknowledgement or a dual write does is said here again, with time, and not by
calling ``semantics.cell_rules``: ``commit`` here is ``CellRules.commit`` there, ``recovery.crash``
is ``CellRules.crash``. ``tests/agreement`` holds the two together.
"""

from __future__ import annotations

from wfmodel.designs.history import Drop, Kind
from wfmodel.designs.table import CHOOSE, CLEAR_TIMER, EXPECT, SEND, SET_TIMER, WORK
from wfmodel.native.record_layout import NULL
from wfmodel.simulation.backups import store
from wfmodel.simulation.basis import (
    done_with,
    duration,
    event_of,
    give_stimulus,
    reaction_of,
    row,
    schedule,
)
from wfmodel.simulation.custody import hand_back, hold, keep, work_off
from wfmodel.simulation.effects import land
from wfmodel.simulation.event_codes import (
    COMMIT,
    FLUSH,
    LANDING,
    NOTHING,
    PARCEL,
    PUBLISHED,
    PUBLISHED_FIRST,
    SETTING,
)
from wfmodel.simulation.guarded_receives import is_taken, next_taken
from wfmodel.simulation.network import (
    acknowledge,
    after_gap,
    publish,
    refuses,
    relay,
    unpublished,
    watch,
)
from wfmodel.simulation.outside import choose, expect
from wfmodel.simulation.queues import (
    append,
    defer,
    enqueue,
    enter,
    first_out,
    leave,
    take_all,
)
from wfmodel.simulation.reaction_count import count
from wfmodel.simulation.records import Event, Events, Process, ProcessCell, Stimulus, TabledReaction
from wfmodel.simulation.run_record import Run
from wfmodel.simulation.timers import clear_timer, is_set, set_timer, unset
from wfmodel.simulation.work import start_work, stretched

_REACT = int(Kind.REACT)
_COMMIT = int(Kind.COMMIT)
_UNPUBLISHED = int(Drop.UNPUBLISHED)

# ------------------------------------------------------------------------------------- reactions


def offer(run: Run, cell: ProcessCell, stimulus: Stimulus) -> None:
    """An event for a machine; it waits while a reaction of that cell is not committed, or until the
    machine takes it.
    """
    held_up = cell.busy or cell.unowned
    if not held_up and is_taken(run, cell, stimulus):
        react(run, cell, stimulus)
        if cell.inbox.first:
            drain(run, cell)
        return
    enter(cell.process.occupied, cell.in_occupied, cell)
    enqueue(cell.inbox, stimulus)
    if held_up and stimulus.item == PARCEL and cell.process.store_down:
        watch(run, stimulus.parcel)


def react(run: Run, cell: ProcessCell, stimulus: Stimulus) -> None:
    """The machine meets an event; what it asks for waits for the commit, if there is one."""
    process, instance = cell.process, cell.instance
    count(run, instance, process, stimulus)
    if stimulus.item == LANDING and not run.outbox:
        land(run, instance, process, stimulus.node, stimulus.epoch)
    reaction = reaction_of(run, process, cell.volatile, stimulus.event)
    row(run, _REACT, instance.index, process.index, stimulus.event, reaction.after)
    cell.volatile = reaction.after
    cell.is_active = reaction.active
    if run.synchronous:
        if stimulus.item == PARCEL:
            if run.on_receipt:
                acknowledge(run, stimulus.parcel)
                stimulus.item = NOTHING
            if reaction.only_works and (run.on_receipt or run.after_work):
                _work_at_once(run, cell, stimulus, reaction)
                return
        cell.busy = True
        process.load += 1
        cell.cause = stimulus
        cell.reaction = reaction
        cell.out = False
        enter(process.occupied, cell.in_occupied, cell)
        _make_durable(run, process, cell, reaction)
        return
    if run.log:
        _mark_dirty(run, process, cell)
    if stimulus.item == PARCEL:
        acknowledge(run, stimulus.parcel)
    since = _since(run, stimulus, reaction)
    give_stimulus(run, stimulus)
    release(run, cell, reaction, since, False)


def _since(run: Run, cause: Stimulus, reaction: TabledReaction) -> int:
    """From when a reaction's timers count: a time-out covers the way of the message that asks."""
    if cause.item == PARCEL and reaction.only_works:
        return cause.parcel.sent
    return run.now


def _work_at_once(
    run: Run, cell: ProcessCell, stimulus: Stimulus, reaction: TabledReaction
) -> None:
    """Work begins with nothing committed: a crash forgets that it was ever asked for.

    Acknowledged on receipt, the message is gone then; after the work, it comes again.
    """
    if run.after_work:
        hold(run, cell, stimulus.parcel, reaction)
    since = stimulus.parcel.sent
    give_stimulus(run, stimulus)
    release(run, cell, reaction, since, False)


def drain(run: Run, cell: ProcessCell) -> None:
    """Take up what has waited, and is taken; a timer that was cleared meanwhile does nothing."""
    while cell.inbox.first and not cell.busy:
        stimulus = next_taken(run, cell)
        if not stimulus:
            return
        if stimulus.item != SETTING:
            react(run, cell, stimulus)
        elif is_set(stimulus.setting):
            unset(cell, stimulus.setting)
            react(run, cell, stimulus)
        else:
            give_stimulus(run, stimulus)
    rest(run, cell)


def rest(run: Run, cell: ProcessCell) -> None:
    """A cell that has nothing in hand, and for which nothing waits, is not occupied."""
    if not (cell.busy or cell.held or cell.inbox.first):
        leave(run, cell.process.occupied, cell.in_occupied)


# ------------------------------------------------------------------------------------ durability


def _make_durable(run: Run, process: Process, cell: ProcessCell, reaction: TabledReaction) -> None:
    if reaction.publishes and run.publish_first:
        after_gap(run, PUBLISHED_FIRST, cell, reaction)
    elif run.quick_commit < 0 or process.store_down or process.slow_store.first:
        begin_commit(run, process, cell)
    else:
        _commit_after(run, run.quick_commit, process, cell)


def begin_commit(run: Run, process: Process, cell: ProcessCell) -> None:
    """A commit sets out, or waits for its store."""
    if process.store_down:
        _wait(run, process.stalled, cell)
        return
    if run.connections:
        if process.committing >= run.connections:
            _wait(run, process.pool, cell)
            return
        process.committing += 1
    cell.commits += 1
    latency = duration(run, process.commit, cell.instance.index, cell.commits)
    if process.slow_store.first:
        latency = stretched(latency, process.store_factor)
    if latency >= run.redelivery:
        _watch_cause(run, cell)
    _commit_after(run, latency, process, cell)


def _wait(run: Run, commits: Events, cell: ProcessCell) -> None:
    event = event_of(run, COMMIT, cell.instance)
    event.cell = cell
    append(commits, event)
    _watch_cause(run, cell)


def _commit_after(run: Run, delay: int, process: Process, cell: ProcessCell) -> None:
    event = event_of(run, COMMIT, cell.instance)
    event.cell = cell
    event.life = process.life
    schedule(run, delay, event)


def _watch_cause(run: Run, cell: ProcessCell) -> None:
    if cell.cause.item == PARCEL:
        watch(run, cell.cause.parcel)


def resume_commits(run: Run, process: Process) -> None:
    """The store is back."""
    event = take_all(process.stalled)
    while event:
        following, cell = event.next, event.cell
        if cell.busy and cell.life == process.life:
            begin_commit(run, process, cell)
        done_with(run, event)
        event = following
    if process.dirty.first:
        _schedule_flush(run, process)


def commit(run: Run, event: Event) -> bool:
    """A commit is through. Whether the event is kept: a paused process will find it."""
    cell = event.cell
    process = cell.process
    if event.life != process.life:
        return False
    if process.paused:
        return defer(process, event)
    if run.connections:
        _free_connection(run, process)
    instance, reaction, cause = cell.instance, cell.reaction, cell.cause
    store(run, cell, reaction.after)
    row(run, _COMMIT, instance.index, process.index, reaction.after, 0)
    if cause.item == LANDING and run.outbox:
        land(run, instance, process, cause.node, cause.epoch)
    if run.after_work:
        if cause.item == PARCEL:
            keep(run, cell, cause.parcel)
        elif cause.attempt:
            work_off(cell, cause.node, cause.epoch, cause.attempt)
    elif cause.item == PARCEL:
        acknowledge(run, cause.parcel)
    since = _since(run, cause, reaction)
    give_stimulus(run, cause)
    cell.busy = False
    process.load -= 1
    cell.cause = NULL
    cell.reaction = NULL
    note_active(run, process, cell, reaction.active)
    release(run, cell, reaction, since, True)
    if cell.held:
        hand_back(run, cell)
    if cell.inbox.first:
        drain(run, cell)
    rest(run, cell)
    return False


def _free_connection(run: Run, process: Process) -> None:
    process.committing -= 1
    if process.pool.first:
        event = first_out(process.pool)
        begin_commit(run, process, event.cell)
        done_with(run, event)


def note_active(run: Run, process: Process, cell: ProcessCell, active: bool) -> None:
    """Whether there is something to go on with after a restart."""
    if active == cell.in_active.inside:
        return
    if active:
        process.active_count += 1
        enter(process.active, cell.in_active, cell)
    else:
        process.active_count -= 1
        leave(run, process.active, cell.in_active)


def _mark_dirty(run: Run, process: Process, cell: ProcessCell) -> None:
    enter(process.dirty, cell.in_dirty, cell)
    if not process.flush_due and not process.store_down:
        _schedule_flush(run, process)


def _schedule_flush(run: Run, process: Process) -> None:
    process.flush_due = True
    event = event_of(run, FLUSH, NULL)
    event.process = process
    event.life = process.life
    schedule(run, run.flush_interval - run.now % run.flush_interval, event)


def flush(run: Run, event: Event) -> bool:
    """Log: what was written since the last flush becomes durable."""
    process = event.process
    if event.life != process.life:
        return False
    if process.paused:
        return defer(process, event)
    process.flush_due = False
    if process.store_down:
        return False
    while process.dirty.first:
        cell = process.dirty.first.cell
        store(run, cell, cell.volatile)
        row(run, _COMMIT, cell.instance.index, process.index, cell.volatile, 0)
        note_active(run, process, cell, cell.is_active)
        leave(run, process.dirty, cell.in_dirty)
    return False


# --------------------------------------------------------------------------------------- actions


def release(
    run: Run, cell: ProcessCell, reaction: TabledReaction, since: int, lasting: bool
) -> None:
    """Carry out a reaction's actions, now that they may be.

    A time-out of work that a message asks for counts from ``since``, when the message was sent.
    ``lasting``: the reaction is durable, and so are the due times of its timers.
    """
    operation, late = reaction.first, False
    while operation:
        code = operation.code
        if code == SEND:
            if run.gap:
                late = True
            elif not run.publish_first:
                relay(run, cell, operation)
        elif code == WORK:
            start_work(run, cell, operation.a, operation.b, operation.c)
        elif code == SET_TIMER:
            set_timer(run, cell, operation.a, operation.b, operation.length, since, lasting)
        elif code == CLEAR_TIMER:
            clear_timer(cell, operation.a)
        elif code == CHOOSE:
            choose(run, cell, operation.a, operation.b)
        elif code == EXPECT:
            expect(run, cell, operation.a, operation.b)
        operation = operation.next
    if late:  # dual write, after the commit: a crash in between loses the messages
        cell.gaps += 1
        after_gap(run, PUBLISHED, cell, reaction)


# ------------------------------------------------------------------------------------ dual writes


def published(run: Run, event: Event) -> bool:
    """The gap of a dual write is over; messages of a process that crashed in it are lost."""
    process = event.cell.process
    alive = event.life == process.life
    if alive and process.paused:
        return defer(process, event)
    operation = event.reaction.first
    while operation:
        if operation.code == SEND:
            if alive:
                publish(run, process, event.instance, operation)
            else:
                unpublished(run, process, event.instance, operation, _UNPUBLISHED)
        operation = operation.next
    if alive:
        _is_out(run, event.cell)
    return False


def _is_out(run: Run, cell: ProcessCell) -> None:
    if cell.gaps:
        cell.gaps -= 1
    if cell.held:
        hand_back(run, cell)


def published_first(run: Run, event: Event) -> bool:
    """Publish first: the messages go out, then the commit begins."""
    cell = event.cell
    process = cell.process
    if event.life != process.life:
        return False
    if process.paused:
        return defer(process, event)
    refused = refuses(run, process)
    if refused and run.at_least_once:  # whoever publishes first waits before it commits
        append(run.producers, event)
        return True
    published(run, event)
    if not refused:
        cell.out = True
    begin_commit(run, process, cell)
    return False
