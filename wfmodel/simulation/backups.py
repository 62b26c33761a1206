"""What a store held at an earlier time: enough of it to go back to any backup that a restore uses.

A backup is never copied. Each change of the store is kept with what it replaced, for as long as a
restore may go back: what was there before the first change after a backup is what it holds.
"""

from __future__ import annotations

from wfmodel.simulation.basis import done_with, event_of
from wfmodel.simulation.event_codes import CHANGED
from wfmodel.simulation.queues import append, drop_all, first_out
from wfmodel.simulation.records import Process, ProcessCell
from wfmodel.simulation.run_record import Run


def store(run: Run, cell: ProcessCell, state: int) -> None:
    """The store holds another state of an instance from now on."""
    process = run.processes[cell.process.index]
    if process.kept and state != cell.durable:
        _remember(run, process, cell)
    cell.durable = state


def no_more_restores(run: Run, process: Process) -> None:
    """One fault less may restore a store; with the last, nobody asks for its past."""
    process.restorers -= 1
    if process.restorers == 0:
        process.kept = 0
        drop_all(run, process.past)


def _remember(run: Run, process: Process, cell: ProcessCell) -> None:
    past = process.past
    while past.first and past.first.since < run.now - process.kept:
        done_with(run, first_out(past))
    event = event_of(run, CHANGED, cell.instance)
    event.cell = cell
    event.since = run.now
    event.stored = cell.durable
    event.was_active = cell.in_active.inside
    append(past, event)
