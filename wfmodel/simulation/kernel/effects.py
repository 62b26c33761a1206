"""``simulation/effects.py``, compiled: what services have done and undone."""

from __future__ import annotations

from wfmodel.designs.history import Kind
from wfmodel.native.words import compiled, get, put
from wfmodel.simulation.kernel.layout import (
    B_IS_COMPENSATION,
    B_ONCE,
    B_UNDOES,
    B_WORDS,
    H_BLOCKS,
    I_APPLIED,
    I_INDEX,
    I_LANDED,
    K_EPOCH,
    K_NET,
    K_NEXT,
    K_NODE,
    P_INDEX,
)
from wfmodel.simulation.kernel.memory import owned
from wfmodel.simulation.kernel.rows import row

_EFFECT = int(Kind.EFFECT)
_UNDO = int(Kind.UNDO)


@compiled
def block(h: int, node: int) -> int:
    """The record of a flow node."""
    return get(h, H_BLOCKS) + 8 * B_WORDS * node


@compiled
def land(h: int, instance: int, process: int, node: int, epoch: int) -> None:
    """An attempt at a step has succeeded."""
    at = block(h, node)
    undoes = get(at, B_UNDOES)
    if undoes >= 0:
        _undo(h, instance, process, node, undoes, epoch)
        return
    found = _find(get(instance, I_LANDED), node, epoch)
    if found and get(at, B_ONCE):
        return
    if found == 0:
        found = _add(h, instance, I_LANDED, node, epoch)
    put(found, K_NET, get(found, K_NET) + 1)
    row(h, _EFFECT, get(instance, I_INDEX), get(process, P_INDEX), node, epoch)


@compiled
def _undo(h: int, instance: int, process: int, node: int, step: int, epoch: int) -> None:
    at, visit = block(h, node), epoch
    if get(at, B_ONCE) and _find(get(instance, I_APPLIED), node, visit):
        return
    if not get(at, B_IS_COMPENSATION):
        epoch = _latest(get(instance, I_LANDED), step)
    found = _find(get(instance, I_LANDED), step, epoch)
    if found and get(found, K_NET) > 0:
        put(found, K_NET, get(found, K_NET) - 1)
        if not _find(get(instance, I_APPLIED), node, visit):
            _add(h, instance, I_APPLIED, node, visit)
        row(h, _UNDO, get(instance, I_INDEX), get(process, P_INDEX), step, epoch)


@compiled
def _find(record: int, node: int, epoch: int) -> int:
    while record and not (get(record, K_NODE) == node and get(record, K_EPOCH) == epoch):
        record = get(record, K_NEXT)
    return record


@compiled
def _latest(record: int, step: int) -> int:
    """The highest epoch of a step whose effect stands; -1 if none does."""
    latest = -1
    while record:
        if get(record, K_NODE) == step and get(record, K_NET):
            latest = max(latest, get(record, K_EPOCH))
        record = get(record, K_NEXT)
    return latest


@compiled
def _add(h: int, instance: int, field: int, node: int, epoch: int) -> int:
    record = owned(h, instance)
    put(record, K_NODE, node)
    put(record, K_EPOCH, epoch)
    put(record, K_NET, 0)
    put(record, K_NEXT, get(instance, field))
    put(instance, field, record)
    return record
