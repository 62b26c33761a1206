"""The truth: what services have done and undone, whoever remembers it. An idempotency key lands
once, where the step or the design knows it again.
"""

from __future__ import annotations

from wfmodel.designs.history import Kind
from wfmodel.simulation.basis import row
from wfmodel.simulation.declared import Block
from wfmodel.simulation.landings import enter, find, latest
from wfmodel.simulation.records import Instance, Process
from wfmodel.simulation.run_record import Run

_EFFECT = int(Kind.EFFECT)
_UNDO = int(Kind.UNDO)


def land(run: Run, instance: Instance, process: Process, node: int, epoch: int) -> None:
    """An attempt at a step has succeeded."""
    block = run.blocks[node]
    if block.at_row:
        return
    if block.undoes >= 0:
        _undo(run, instance, process, node, block, epoch)
        return
    if block.handler >= 0 and find(instance.applied, block.handler, epoch):
        return
    found = find(instance.landed, node, epoch)
    if not found:
        found = enter(run, instance, instance.landed, node, epoch)
        if not instance.landed:
            instance.landed = found
    elif block.once:
        return
    found.net += 1
    row(run, _EFFECT, instance.index, process.index, node, epoch)


def _undo(
    run: Run, instance: Instance, process: Process, node: int, block: Block, epoch: int
) -> None:
    """A handler takes back its visit's effect; an explicit compensation the latest one."""
    visit, step = epoch, block.undoes
    known = find(instance.applied, node, visit)
    if known and block.once:
        return
    if not block.is_compensation:
        epoch = latest(instance.landed, step)
    found = find(instance.landed, step, epoch)
    stands = False
    if found:
        stands = found.net > 0
    if not known and (stands or block.tombstones):
        known = enter(run, instance, instance.applied, node, visit)
        if not instance.applied:
            instance.applied = known
    if stands:
        found.net -= 1
        row(run, _UNDO, instance.index, process.index, step, epoch)
