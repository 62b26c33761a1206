"""Lists of a run: events, first in, first out; and cells in order of entry, that leave anywhere."""

from __future__ import annotations

from wfmodel.native.record_layout import NULL
from wfmodel.simulation.basis import done_with, refer, unrefer
from wfmodel.simulation.records import (
    Event,
    Events,
    Inbox,
    Member,
    Members,
    Process,
    ProcessCell,
    Stimulus,
)
from wfmodel.simulation.run_record import Run


def append(queue: Events, event: Event) -> None:
    """An event goes to the end."""
    event.next = NULL
    if queue.first:
        queue.last.next = event
    else:
        queue.first = event
    queue.last = event


def first_out(queue: Events) -> Event:
    """The first event leaves."""
    event = queue.first
    queue.first = event.next
    return event


def take_all(queue: Events) -> Event:
    """All events, by the first of them, leave."""
    event = queue.first
    queue.first = NULL
    return event


def drop_all(run: Run, queue: Events) -> None:
    """All events leave, and none of them will happen."""
    event = take_all(queue)
    while event:
        following = event.next
        done_with(run, event)
        event = following


def remove(queue: Events, event: Event) -> None:
    """One event leaves from anywhere."""
    before = queue.first
    if before == event:
        queue.first = event.next
        return
    while before.next != event:
        before = before.next
    before.next = event.next
    if queue.last == event:
        queue.last = before


def defer(process: Process, event: Event) -> bool:
    """A paused process will find this event when it goes on; the event is kept."""
    append(process.deferred, event)
    return True


# --------------------------------------------------------------------------------------- inboxes


def enqueue(inbox: Inbox, stimulus: Stimulus) -> None:
    """An event for a machine waits."""
    stimulus.next = NULL
    if inbox.first:
        inbox.last.next = stimulus
    else:
        inbox.first = stimulus
    inbox.last = stimulus


def leave_inbox(inbox: Inbox, stimulus: Stimulus) -> None:
    """An event waits no longer."""
    before = inbox.first
    if before == stimulus:
        inbox.first = stimulus.next
        return
    while before.next != stimulus:
        before = before.next
    before.next = stimulus.next
    if inbox.last == stimulus:
        inbox.last = before


# ------------------------------------------------------------------------------- lists of cells


def enter(members: Members, member: Member, cell: ProcessCell) -> None:
    """A cell goes to the end, if it is not in the list."""
    if member.inside:
        return
    member.inside = True
    member.cell = cell
    member.after = NULL
    if members.first:
        member.before = members.last
        members.last.after = member
    else:
        member.before = NULL
        members.first = member
    members.last = member
    refer(cell.instance)


def leave(run: Run, members: Members, member: Member) -> None:
    """A cell leaves, if it is in the list."""
    if not member.inside:
        return
    before, after = member.before, member.after
    if before:
        before.after = after
    else:
        members.first = after
    if after:
        after.before = before
    else:
        members.last = before
    member.inside = False
    unrefer(run, member.cell.instance)
