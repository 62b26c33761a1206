"""Workers that die, each with the attempt that it works on; its process goes on.

An attempt ends by an event that is scheduled when it begins. Beside that event there is a mark, as
long as the worker lives: an attempt without its mark has died, and its end does nothing.
"""

from __future__ import annotations

from wfmodel.designs.history import Kind
from wfmodel.native.record_layout import NULL
from wfmodel.simulation.basis import done_with, event_of, row, schedule, work_done
from wfmodel.simulation.event_codes import NOTICED, WORK_END, WORK_OVER
from wfmodel.simulation.queues import append, remove, take_all
from wfmodel.simulation.records import Event, Injected, Process
from wfmodel.simulation.run_record import Run

_DIE = int(Kind.DIE)
NEVER = -1


def mark(run: Run, process: Process, attempt: Event) -> None:
    """An attempt has begun."""
    marked = event_of(run, WORK_END, attempt.instance)
    marked.cell = attempt.cell
    marked.life = attempt.life
    marked.node = attempt.node
    marked.epoch = attempt.epoch
    marked.attempt = attempt.attempt
    marked.again = attempt.again
    marked.left = run.now
    append(process.running, marked)


def mark_landed(process: Process, attempt: Event) -> None:
    """An attempt has its effect outside now."""
    marked = mark_of(process, attempt)
    if marked:
        marked.kind = WORK_OVER


def unmark(run: Run, process: Process, attempt: Event) -> bool:
    """An attempt ends, unless its worker is dead."""
    marked = mark_of(process, attempt)
    if not marked:
        return False
    remove(process.running, marked)
    done_with(run, marked)
    return True


def mark_of(process: Process, attempt: Event) -> Event:
    """The mark of an attempt; NULL: its worker has died."""
    marked = process.running.first
    while marked and not _is_same(marked, attempt):
        marked = marked.next
    return marked


def _is_same(one: Event, other: Event) -> bool:
    if (
        one.cell != other.cell
        or one.life != other.life
        or one.node != other.node
        or one.epoch != other.epoch
    ):
        return False
    return one.attempt == other.attempt and one.again == other.again


def kill_workers(run: Run, fault: Injected) -> None:
    """All that a process has now."""
    process = fault.process
    marked = take_all(process.running)
    while marked:
        following = marked.next
        if marked.life != process.life:  # of a holder that was fenced: nobody waits for it
            done_with(run, marked)
            marked = following
            continue
        wait = _until_noticed(run, process, marked.left) if fault.unseen else 0
        if die(run, process, marked, wait):
            schedule(run, wait, marked)
        else:
            done_with(run, marked)
        marked = following


def die(run: Run, process: Process, marked: Event, wait: int) -> bool:
    """The worker of an attempt is dead. Whether anybody will know, as ``marked`` becomes."""
    landed = marked.kind == WORK_OVER
    outcome = 0 if landed else run.blocks[marked.node].transient_outcome
    ended = work_done(run, marked.node, marked.epoch, marked.attempt, outcome)
    known = wait != NEVER
    row(run, _DIE, marked.instance.index, process.index, ended, int(known))
    marked.kind = NOTICED
    marked.next = NULL
    return known


def _until_noticed(run: Run, process: Process, began: int) -> int:
    """Nobody saw it: until the first look at which its heartbeat has been missing for too long."""
    if not process.beat:
        return NEVER
    heard = run.now - (run.now - began) % process.beat
    late = (heard + process.silence - process.up_since) % process.beat_look
    look = heard + process.silence + (process.beat_look - late if late else 0)
    return max(0, look - run.now)
