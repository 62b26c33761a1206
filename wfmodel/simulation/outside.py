"""What no participant decides: which branch a choice takes, and what the outside world answers.

Draws belong to (instance, node, epoch), so all designs take the same branch and hear the same.
"""

from __future__ import annotations

from wfmodel.simulation.basis import (
    chosen,
    event_of,
    external,
    quantile,
    schedule,
    stimulus_of,
    uniform,
)
from wfmodel.simulation.event_codes import CHOICE, EXTERNAL, NOTHING, OUTSIDE
from wfmodel.simulation.network import post
from wfmodel.simulation.queues import append, enqueue, first_out
from wfmodel.simulation.records import Event, ProcessCell
from wfmodel.simulation.run_record import Run
from wfmodel.simulation.work import pick


def choose(run: Run, cell: ProcessCell, node: int, epoch: int) -> None:
    """Take a branch; the machine hears of it when its present reaction is over."""
    if run.scripted:
        event = event_of(run, CHOICE, cell.instance)
        event.cell = cell
        event.life = cell.process.life
        event.node = node
        event.epoch = epoch
        schedule(run, 0, event)
        return
    block = run.blocks[node]
    u = uniform(block.odds_base, cell.instance.index, epoch)
    heard = chosen(run, node, epoch, pick(block.odds, u))
    enqueue(cell.inbox, stimulus_of(run, heard, NOTHING))


def expect(run: Run, cell: ProcessCell, node: int, epoch: int) -> None:
    """The outside will answer, or not."""
    block, index = run.blocks[node], cell.instance.index
    answer = pick(block.odds, uniform(block.odds_base, index, epoch))
    if not answer:
        return
    event = event_of(run, EXTERNAL, cell.instance)
    event.process = cell.process
    event.node = node
    event.epoch = epoch
    event.answer = answer
    event.left = quantile(run, block.delay, uniform(block.delay_base, index, epoch))
    staff = run.staffs[node]
    if staff:
        if staff.busy == staff.size:
            append(staff.waiting, event)
            return
        staff.busy += 1
    schedule(run, event.left, event)


def answer_from_outside(run: Run, event: Event) -> None:
    """The answer goes to whoever expected it; whoever gave it turns to the next one."""
    staff = run.staffs[event.node]
    if staff:
        if staff.waiting.first:
            following = first_out(staff.waiting)
            schedule(run, following.left, following)
        else:
            staff.busy -= 1
    recipient = event.process.index
    operation = external(run, recipient, event.node, event.epoch, event.answer)
    post(run, OUTSIDE, event.instance, operation)
