"""What may happen to a process while it runs; a paused one meets it when it goes on."""

from __future__ import annotations

from wfmodel.designs.history import Drop
from wfmodel.simulation.basis import cell_of, done_with, event_of, schedule, stimulus_of, work_done
from wfmodel.simulation.custody import acknowledged
from wfmodel.simulation.effects import land
from wfmodel.simulation.event_codes import (
    ACKNOWLEDGING,
    COMMIT,
    DECIDED_LATE,
    DELIVER,
    FLUSH,
    LANDING,
    LANDS,
    NOTHING,
    NOTICED,
    PARCEL,
    PUBLISHED,
    PUBLISHED_FIRST,
    SETTING,
    TIMER,
    WORK_END,
    WORK_OVER,
)
from wfmodel.simulation.handover import holder_then, taken_by, taker, until_poll
from wfmodel.simulation.network import lose, publish, wait_for, watch
from wfmodel.simulation.partial_partitions import is_blocked
from wfmodel.simulation.queues import append, defer, enqueue
from wfmodel.simulation.reactions import (
    commit,
    drain,
    flush,
    offer,
    published,
    published_first,
    react,
)
from wfmodel.simulation.records import Event, Parcel, Process, TimerSetting
from wfmodel.simulation.run_record import Run
from wfmodel.simulation.timers import is_set, unset
from wfmodel.simulation.work import free_worker, outcome_of
from wfmodel.simulation.worker_deaths import mark_landed, mark_of, unmark

_LOST = int(Drop.LOST)
_RECIPIENT_DOWN = int(Drop.RECIPIENT_DOWN)


def deliver(run: Run, event: Event) -> bool:
    """A message reaches its recipient's door."""
    parcel = event.parcel
    process = taker(run, parcel)
    if run.down:
        append(run.held, event)
        return True
    if process.down or process.cut or (process.poll and process.paused and run.at_least_once):
        if wait_for(run, process, event):
            return True
        lose(run, parcel, _RECIPIENT_DOWN if process.down else _LOST)
        return False
    if run.blocked.first and is_blocked(run, parcel):
        lose(run, parcel, _LOST)
        return False
    if process.poll:
        wait = until_poll(run, process)
        if wait:
            schedule(run, wait, event)
            return True
    parcel.taken = run.now
    parcel.deliveries += 1
    if process.paused:
        defer(process, event)
        watch(run, parcel)
        return True
    take_up(run, parcel, process)
    return False


def take_up(run: Run, parcel: Parcel, process: Process) -> None:
    """The recipient has a message in its hands."""
    stimulus = stimulus_of(run, parcel.event, PARCEL)
    stimulus.parcel = parcel
    if process.count == 1:
        offer(run, cell_of(run, parcel.instance, process), stimulus)
    else:
        offer(run, taken_by(run, parcel, process), stimulus)


def work_end(run: Run, event: Event) -> bool:
    """An attempt is over."""
    process = event.cell.process
    if event.life != process.life:
        if run.fenced or run.blocks[event.node].outside:
            _forget(run, event)
            return False
        return _lands_late(run, event)
    if process.paused:
        return defer(process, event)
    if process.mortal and not unmark(run, process, event):
        return False
    free_worker(run, process, event.cell)
    if event.kind == WORK_OVER:
        finish(run, event, 0)
        return False
    outcome = _outcome_of(run, event)
    if not outcome and run.blocks[event.node].outside:  # what made it fail in the call is over
        land(run, event.instance, process, event.node, event.epoch)
    finish(run, event, outcome)
    return False


def lands(run: Run, event: Event) -> bool:
    """An attempt has its effect outside, if it succeeds, and goes on to its end."""
    process = event.cell.process
    if event.life != process.life:
        return _lands_late(run, event)
    if process.paused:
        return defer(process, event)
    if process.mortal and not mark_of(process, event):
        return False
    event.kind = WORK_END
    if not _outcome_of(run, event):
        land(run, event.instance, process, event.node, event.epoch)
        event.kind = WORK_OVER
        if process.mortal:
            mark_landed(process, event)
    schedule(run, event.left, event)
    return True


def noticed(run: Run, event: Event) -> bool:
    """It is known that the worker of an attempt has died: the attempt counts as failed."""
    process = event.cell.process
    if event.life != process.life:
        return False
    if process.paused:
        return defer(process, event)
    free_worker(run, process, event.cell)
    finish(run, event, run.blocks[event.node].transient_outcome)
    return False


def _lands_late(run: Run, event: Event) -> bool:
    """An attempt of a holder that was taken for dead: its report is refused, its effect is not."""
    process = holder_then(run, event.cell, event.life)
    if process.lost != event.life:
        return False
    if process.paused:
        return defer(process, event)
    if process.mortal and not unmark(run, process, event):
        return False
    if not _outcome_of(run, event):
        land(run, event.instance, process, event.node, event.epoch)
    return False


def decided_late(run: Run, event: Event) -> bool:
    """A holder that was taken for dead goes on, and no fence stops it: its message leaves."""
    process = event.process
    if not run.scripted:
        if process.lost != event.sender_life:
            return False
        if process.paused:
            return defer(process, event)
    publish(run, process, event.instance, event.operation)
    return False


def _forget(run: Run, event: Event) -> None:
    """The end of an attempt of an earlier life is nobody's any more."""
    process = holder_then(run, event.cell, event.life)
    if process.mortal:
        unmark(run, process, event)


def _outcome_of(run: Run, event: Event) -> int:
    process, index = event.cell.process, event.instance.index
    return outcome_of(run, process, index, event.node, event.epoch, event.attempt, event.again)


def finish(run: Run, event: Event, outcome: int) -> None:
    """The machine hears how an attempt ended."""
    heard = work_done(run, event.node, event.epoch, event.attempt, outcome)
    unlanded = not outcome and not run.blocks[event.node].outside
    stimulus = stimulus_of(run, heard, LANDING if unlanded else NOTHING)
    stimulus.node = event.node
    stimulus.epoch = event.epoch
    stimulus.attempt = event.attempt
    offer(run, event.cell, stimulus)


def fire(run: Run, setting: TimerSetting) -> None:
    """A timer's time has come; one that was cleared, or lost in a crash, does nothing."""
    if not is_set(setting):
        return
    cell = setting.cell
    process = cell.process
    if process.paused:
        event = event_of(run, TIMER, cell.instance)
        event.setting = setting
        defer(process, event)
        return
    stimulus = stimulus_of(run, setting.fired, SETTING)
    stimulus.setting = setting
    if cell.busy:
        enqueue(cell.inbox, stimulus)
        return
    unset(cell, setting)
    react(run, cell, stimulus)
    if cell.inbox.first:
        drain(run, cell)


def happen(run: Run, event: Event) -> None:
    """Whatever a pause may have deferred takes place."""
    kind = event.kind
    kept = False
    if kind == DELIVER:
        kept = deliver(run, event)
    elif kind == COMMIT:
        kept = commit(run, event)
    elif kind in (WORK_END, WORK_OVER):
        kept = work_end(run, event)
    elif kind == TIMER:
        fire(run, event.setting)
    elif kind == FLUSH:
        kept = flush(run, event)
    elif kind == PUBLISHED:
        kept = published(run, event)
    elif kind == PUBLISHED_FIRST:
        kept = published_first(run, event)
    elif kind == LANDS:
        kept = lands(run, event)
    elif kind == NOTICED:
        kept = noticed(run, event)
    elif kind == DECIDED_LATE:
        kept = decided_late(run, event)
    elif kind == ACKNOWLEDGING:
        kept = acknowledged(run, event)
    if not kept:
        done_with(run, event)
