"""``simulation/cells.py``, compiled: what one process holds of one instance."""

from __future__ import annotations

from wfmodel.native.words import compiled, get, put
from wfmodel.simulation.kernel.layout import (
    C_BUSY,
    C_DURABLE,
    C_ENTRY,
    C_INBOX,
    C_INCARNATION,
    C_ITEM,
    C_OUT,
    C_PROCESS,
    C_TIMERS,
    C_VOLATILE,
    I_CELLS,
    N_A,
    N_B,
    N_C,
    N_D,
    N_NEXT,
    NOTHING,
    P_DEFERRED,
    P_INCARNATION,
    P_INDEX,
)
from wfmodel.simulation.kernel.lists import append, take_all
from wfmodel.simulation.kernel.memory import give_small, new_cell, take_small


@compiled
def cell_of(h: int, instance: int, process: int) -> int:
    """The cell of an instance at a process, after whatever crash it has not noticed yet."""
    place = I_CELLS + get(process, P_INDEX)
    cell = get(instance, place)
    if cell == 0:
        cell = new_cell(h, instance, process)
        put(instance, place, cell)
    elif get(cell, C_INCARNATION) != get(process, P_INCARNATION):
        forget(h, cell)
    return cell


@compiled
def forget(h: int, cell: int) -> None:
    """A crash has happened since: the volatile state is what was durable."""
    put(cell, C_INCARNATION, get(get(cell, C_PROCESS), P_INCARNATION))
    put(cell, C_VOLATILE, get(cell, C_DURABLE))
    put(cell, C_BUSY, 0)
    put(cell, C_ITEM, NOTHING)
    put(cell, C_ENTRY, 0)
    put(cell, C_OUT, 0)
    put(cell, C_TIMERS, 0)
    node = take_all(cell, C_INBOX)
    while node:
        following = get(node, N_NEXT)
        give_small(h, node)
        node = following


@compiled
def enqueue(h: int, cell: int, event: int, item: int, a: int, b: int) -> None:
    """An event waits in a cell's inbox."""
    node = take_small(h)
    put(node, N_A, event)
    put(node, N_B, item)
    put(node, N_C, a)
    put(node, N_D, b)
    append(cell, C_INBOX, node)


@compiled
def defer(process: int, node: int) -> bool:
    """A paused process will find this event when it goes on; the node is kept."""
    append(process, P_DEFERRED, node)
    return True
