"""Whoever watches a process hears of its crash: in each instance, by a message like any other.

In one that is over, too: so long as it may, a process crashes there as well when it is explored.
"""

from __future__ import annotations

from wfmodel.simulation.basis import event_of, notice
from wfmodel.simulation.event_codes import PRESENT
from wfmodel.simulation.network import deliver_to_each
from wfmodel.simulation.queues import append
from wfmodel.simulation.records import Instance, Process
from wfmodel.simulation.run_record import Run


def tell_of_crash(run: Run, process: Process) -> None:
    """Every instance that has arrived hears of it."""
    event = run.present.first
    while event:
        deliver_to_each(run, process.index, event.instance, notice(run, process))
        event = event.next


def tell_of_the_down(run: Run, instance: Instance) -> None:
    """An instance arrives, and hears of whoever is down."""
    append(run.present, event_of(run, PRESENT, instance))
    for place in range(run.participants):
        process = run.processes[place]
        if process.watched and process.down:
            deliver_to_each(run, process.index, instance, notice(run, process))
