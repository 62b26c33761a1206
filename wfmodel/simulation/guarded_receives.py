"""A machine may choose what it takes: other messages wait until it is in another state.

They wait in the inbox of its cell, so a crash does to them what it does to any message that was
delivered and not acknowledged.
"""

from __future__ import annotations

from wfmodel.simulation.basis import takes
from wfmodel.simulation.event_codes import PARCEL
from wfmodel.simulation.queues import leave_inbox
from wfmodel.simulation.records import ProcessCell, Stimulus
from wfmodel.simulation.run_record import Run


def is_taken(run: Run, cell: ProcessCell, stimulus: Stimulus) -> bool:
    """Whether a machine meets an event now."""
    if stimulus.item != PARCEL or not cell.process.selective:
        return True
    return takes(run, cell.process, cell.volatile, stimulus.parcel.message)


def next_taken(run: Run, cell: ProcessCell) -> Stimulus:
    """Of the events that it takes the one that has waited longest leaves; NULL: there is none."""
    stimulus = cell.inbox.first
    while stimulus and not is_taken(run, cell, stimulus):
        stimulus = stimulus.next
    if stimulus:
        leave_inbox(cell.inbox, stimulus)
    return stimulus
