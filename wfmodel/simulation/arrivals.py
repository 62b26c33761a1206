"""Instances arrive: at drawn distances, or at the times of a trace."""

from __future__ import annotations

from wfmodel.designs.history import Kind
from wfmodel.simulation.basis import (
    cell_of,
    done_with,
    instance_of,
    is_aborted,
    opening,
    quantile,
    refer,
    row,
    schedule,
    starting,
    uniform,
    unrefer,
)
from wfmodel.simulation.crash_notices import tell_of_the_down
from wfmodel.simulation.event_codes import OUTSIDE
from wfmodel.simulation.fault_injection import nothing_more
from wfmodel.simulation.network import post
from wfmodel.simulation.reactions import drain, note_active, release
from wfmodel.simulation.records import Event, Instance
from wfmodel.simulation.run_record import Opener, Run

_ARRIVE = int(Kind.ARRIVE)


def arrivals(run: Run, event: Event) -> None:
    """Whoever is due arrives; the next arrival is scheduled, if there is one."""
    if run.drawn:
        arrive(run)
    while not is_aborted(run) and _draw(run):  # any number may arrive in one event
        wait = run.arrival_at - run.now
        if wait > 0:
            schedule(run, wait, event)
            return
        arrive(run)
    nothing_more(run)
    done_with(run, event)


def _draw(run: Run) -> bool:
    """The time of the next arrival; false when there is none."""
    number, at = run.drawn, run.arrival_at
    if run.parts:
        at = run.arrival_clock
    if number == run.most:
        return False
    if run.every:
        at += quantile(run, run.every, uniform(run.every.base, number, 0))
        if run.parts:
            run.arrival_clock = at
            at = _by_pattern(run, at)
    elif number < run.trace_length:
        at = run.trace[number]
    else:
        return False
    if at >= run.horizon:
        return False
    run.arrival_at = at
    run.drawn = number + 1
    return True


def _by_pattern(run: Run, at: int) -> int:
    """When a clock that goes by the pattern of rates shows a time: its inverse, part by part.

    So a stream of any kind becomes one whose rate follows the pattern, with the same draws (of a
    Poisson process: Cinlar's method).
    """
    whole = run.part_ends[run.parts - 1]
    periods, left = at // whole, at % whole
    if periods > run.horizon // (run.parts * run.part_length):
        return run.horizon  # nor would the product fit in 64 bits
    part = 0
    while run.part_ends[part] <= left:
        part += 1
    before = run.part_ends[part - 1] if part else 0
    passed = int((left - before) / run.part_factors[part])
    return (periods * run.parts + part) * run.part_length + passed


def arrive(run: Run) -> Instance:
    """A new instance: who opens it has what it asked for, who starts it hears of it."""
    index = run.arrived
    run.arrived = index + 1
    instance = instance_of(run, index)
    refer(instance)
    row(run, _ARRIVE, index, OUTSIDE, 0, 0)
    if not run.opened:
        run.opened = True
        run.opener = opening(run)
        run.start = starting(run)
    opener = run.opener
    while opener:
        _open(run, instance, opener)
        opener = opener.next
    post(run, OUTSIDE, instance, run.start)
    if run.watches:
        tell_of_the_down(run, instance)
    unrefer(run, instance)
    return instance


def _open(run: Run, instance: Instance, opener: Opener) -> None:
    """What was sent before anything happened is on its way, whatever has befallen the sender; the
    rest a process that is down has lost.
    """
    process = opener.process
    cell = cell_of(run, instance, process)
    note_active(run, process, cell, opener.active)
    operation = opener.sends.first
    while operation:
        post(run, process.index, instance, operation)
        operation = operation.next
    if not process.down:
        release(run, cell, opener.rest, run.now, run.synchronous)
        if cell.inbox.first:
            drain(run, cell)
