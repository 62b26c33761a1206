"""Work at a service: a queue, workers, how long an attempt takes, and how it turns out.

Durations and outcomes belong to (instance, step, epoch, attempt, how often that had begun before),
not to the order of execution: all designs draw the same ones, and work that a crash interrupted
takes another time when it is done again.
"""

from __future__ import annotations

from wfmodel.designs.history import Kind
from wfmodel.simulation.basis import FAR, duration, event_of, row, schedule, uniform
from wfmodel.simulation.declared import IN_CALL, Odds
from wfmodel.simulation.event_codes import LANDS, WORK_END
from wfmodel.simulation.landings import enter, find
from wfmodel.simulation.queues import append, drop_all, first_out
from wfmodel.simulation.records import Event, Events, Instance, Process, ProcessCell
from wfmodel.simulation.run_record import Run
from wfmodel.simulation.worker_deaths import mark

_BEGIN = int(Kind.BEGIN)
ATTEMPTS = 1 << 20
"""Index of a draw: epoch * ATTEMPTS + attempt + again * REPEATS."""
REPEATS = 1 << 48


def start_work(run: Run, cell: ProcessCell, node: int, epoch: int, attempt: int) -> None:
    """An attempt wants a worker."""
    process = cell.process
    event = event_of(run, WORK_END, cell.instance)
    event.cell = cell
    event.life = process.life
    event.node = node
    event.epoch = epoch
    event.attempt = attempt
    process.load += 1
    cell.working += 1
    if process.capacity and process.in_use >= process.capacity:
        _queue_up(run, process.queue, event)
        return
    process.in_use += 1
    _begin(run, process, event)


def _queue_up(run: Run, queue: Events, event: Event) -> None:
    """Behind all of the same priority or a higher one."""
    mine = run.blocks[event.node].priority
    if not queue.first or run.blocks[queue.last.node].priority >= mine:
        append(queue, event)
        return
    if run.blocks[queue.first.node].priority < mine:
        event.next = queue.first
        queue.first = event
        return
    before = queue.first
    while run.blocks[before.next.node].priority >= mine:
        before = before.next
    event.next = before.next
    before.next = event


def _begin(run: Run, process: Process, event: Event) -> None:
    instance, node = event.instance.index, event.node
    row(run, _BEGIN, instance, process.index, node, event.epoch)
    index = event.epoch * ATTEMPTS + event.attempt
    event.again = _begun_before(run, event.instance, node, index) if run.repeats else 0
    index += event.again * REPEATS
    if process.mortal:
        mark(run, process, event)
    length = duration(run, run.blocks[node].duration, instance, index)
    if process.service_factor != 1.0:
        length = stretched(length, process.service_factor)
    block = run.blocks[node]
    if block.outside:
        first = 0
        if block.outside == IN_CALL:
            first = int(length * uniform(block.outside_base, instance, index))
        event.kind = LANDS
        event.left = length - first
        length = first
    schedule(run, length, event)


def _begun_before(run: Run, instance: Instance, node: int, index: int) -> int:
    """How often an attempt has begun; this time is counted."""
    known = find(instance.begun, node, index)
    if not known:
        known = enter(run, instance, instance.begun, node, index)
        if not instance.begun:
            instance.begun = known
    known.net += 1
    return known.net - 1


def stretched(length: int, factor: float) -> int:
    """A duration at a slow service or store."""
    longer = length * factor
    return FAR if longer >= FAR else int(longer)


def free_worker(run: Run, process: Process, cell: ProcessCell) -> None:
    """A worker takes up the next attempt, or waits for one."""
    process.load -= 1
    cell.working -= 1
    if not process.capacity:
        return
    if process.queue.first:
        _begin(run, process, first_out(process.queue))
    else:
        process.in_use -= 1


def stop_work(run: Run, process: Process) -> None:
    """A crash: whatever was being worked on, or queued, is gone."""
    process.in_use = 0
    process.load = 0
    drop_all(run, process.queue)
    if not process.fenced:  # outside, attempts of a holder that was taken for dead go on
        drop_all(run, process.running)


# --------------------------------------------------------------------------------------- outcome


def outcome_of(
    run: Run, process: Process, instance: int, node: int, epoch: int, attempt: int, again: int
) -> int:
    """How an attempt turns out: 0 done, or the number of one of the step's failures."""
    if run.step_faults.first:
        injected = _injected(run, process, instance, node, epoch, attempt, again)
        if injected:
            return injected
    block = run.blocks[node]
    failed = 0
    if block.business:
        failed = pick(block.business, uniform(block.business_base, instance, epoch))
    if block.transient and not failed:
        index = epoch * ATTEMPTS + attempt + again * REPEATS
        failed = pick(block.transient, uniform(block.transient_base, instance, index))
    return failed


def pick(odds: Odds, u: float) -> int:
    """In whose share of (0, 1) a number falls; 0: in none."""
    for place in range(odds.count):
        if u < odds.thresholds[place]:
            return odds.outcomes[place]
    return 0


def _injected(
    run: Run, process: Process, instance: int, node: int, epoch: int, attempt: int, again: int
) -> int:
    event = run.step_faults.first
    while event:
        fault = event.fault
        event = event.next
        if fault.process.index != process.index or (fault.steps and not fault.steps[node]):
            continue
        index = epoch * ATTEMPTS
        if not fault.is_business:
            index += attempt + again * REPEATS
        if uniform(fault.step_bases[node], instance, index) < fault.probability:
            block = run.blocks[node]
            return block.business_outcome if fault.is_business else block.transient_outcome
    return 0
