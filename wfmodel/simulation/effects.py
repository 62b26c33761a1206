"""The truth: what services have done and undone, whoever remembers it. An idempotency key lands
once, where the step or the design knows it again.
"""

from __future__ import annotations

from wfmodel.designs.history import Kind
from wfmodel.simulation.basis import landed_of, row
from wfmodel.simulation.declared import Block
from wfmodel.simulation.records import Instance, Landed, Process
from wfmodel.simulation.run_record import Run

_EFFECT = int(Kind.EFFECT)
_UNDO = int(Kind.UNDO)


def land(run: Run, instance: Instance, process: Process, node: int, epoch: int) -> None:
    """An attempt at a step has succeeded."""
    block = run.blocks[node]
    if block.undoes >= 0:
        _undo(run, instance, process, node, block, epoch)
        return
    if block.handler >= 0 and _find(instance.applied, block.handler, epoch):
        return
    found = _find(instance.landed, node, epoch)
    if not found:
        found = instance.landed = landed_of(run, instance, node, epoch, instance.landed)
    elif block.once:
        return
    found.net += 1
    row(run, _EFFECT, instance.index, process.index, node, epoch)


def _undo(
    run: Run, instance: Instance, process: Process, node: int, block: Block, epoch: int
) -> None:
    """A handler takes back its visit's effect; an explicit compensation the latest one."""
    visit, step = epoch, block.undoes
    known = _find(instance.applied, node, visit)
    if known and block.once:
        return
    if not block.is_compensation:
        epoch = _latest(instance.landed, step)
    found = _find(instance.landed, step, epoch)
    if block.tombstones and not known and not (found and found.net > 0):
        instance.applied = landed_of(run, instance, node, visit, instance.applied)
    if found and found.net > 0:
        found.net -= 1
        if not known:
            instance.applied = landed_of(run, instance, node, visit, instance.applied)
        row(run, _UNDO, instance.index, process.index, step, epoch)


def _find(record: Landed, node: int, epoch: int) -> Landed:
    while record and not (record.node == node and record.epoch == epoch):
        record = record.next
    return record


def _latest(record: Landed, step: int) -> int:
    """The highest epoch of a step whose effect stands; -1 if none does."""
    latest = -1
    while record:
        if record.node == step and record.net:
            latest = max(latest, record.epoch)
        record = record.next
    return latest
