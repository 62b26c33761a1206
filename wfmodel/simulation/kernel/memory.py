"""Records are taken from chunks that never move, and given back to free lists.

An instance owns its messages, timers and landed effects. It counts what still refers to it (events
that are scheduled or kept anywhere, lists that one of its cells is in): when nothing does, nothing
can ever happen to it again, and all that it owns is given back. So memory follows the number of
instances under way, not the number that have been.
"""

from __future__ import annotations

from wfmodel.designs.history import GONE
from wfmodel.native.answers import fresh
from wfmodel.native.words import compiled, get, put
from wfmodel.simulation.kernel.layout import (
    C_CHAIN,
    C_INCARNATION,
    C_INSTANCE,
    C_PROCESS,
    C_WORDS,
    H_FREE_CELLS,
    H_FREE_INSTANCES,
    H_FREE_NODES,
    H_PARTICIPANTS,
    H_PROCESSES,
    H_TELLS_GONE,
    I_APPLIED,
    I_CELLS,
    I_CHAIN,
    I_INDEX,
    I_LANDED,
    I_OWNED,
    I_REFS,
    I_SENT,
    N_A,
    N_B,
    N_C,
    N_D,
    N_E,
    N_INSTANCE,
    N_KIND,
    N_NEXT,
    NODE_WORDS,
    P_INCARNATION,
    P_WORDS,
)
from wfmodel.simulation.kernel.rows import row

_OUTSIDE = -1


@compiled
def take_small(h: int) -> int:
    """A small record; its fields hold anything."""
    found = get(h, H_FREE_NODES)
    if found == 0:
        return fresh(h, NODE_WORDS)
    put(h, H_FREE_NODES, get(found, N_NEXT))
    return found


@compiled
def give_small(h: int, record: int) -> None:
    """A small record is no longer needed."""
    put(record, N_NEXT, get(h, H_FREE_NODES))
    put(h, H_FREE_NODES, record)


@compiled
def owned(h: int, instance: int) -> int:
    """A small record that lives as long as its instance; its first field is taken."""
    record = take_small(h)
    put(record, N_NEXT, get(instance, I_OWNED))
    put(instance, I_OWNED, record)
    return record


@compiled
def node_of(h: int, kind: int, instance: int, a: int, b: int, c: int) -> int:
    """A node; it refers to its instance."""
    node = take_small(h)
    put(node, N_NEXT, 0)
    put(node, N_KIND, kind)
    put(node, N_INSTANCE, instance)
    put(node, N_A, a)
    put(node, N_B, b)
    put(node, N_C, c)
    put(node, N_D, 0)
    put(node, N_E, 0)
    if instance:
        refer(instance)
    return node


@compiled
def done_with(h: int, node: int) -> None:
    """A node has had its effect."""
    instance = get(node, N_INSTANCE)
    give_small(h, node)
    if instance:
        unrefer(h, instance)


@compiled
def refer(instance: int) -> None:
    """One more thing refers to an instance."""
    put(instance, I_REFS, get(instance, I_REFS) + 1)


@compiled
def unrefer(h: int, instance: int) -> None:
    """One thing less refers to an instance."""
    left = get(instance, I_REFS) - 1
    put(instance, I_REFS, left)
    if left == 0:
        _retire(h, instance)


@compiled
def _retire(h: int, instance: int) -> None:
    record = get(instance, I_OWNED)
    while record:
        following = get(record, N_NEXT)
        give_small(h, record)
        record = following
    for participant in range(get(h, H_PARTICIPANTS)):
        cell = get(instance, I_CELLS + participant)
        if cell:
            put(cell, C_CHAIN, get(h, H_FREE_CELLS))
            put(h, H_FREE_CELLS, cell)
    put(instance, I_CHAIN, get(h, H_FREE_INSTANCES))
    put(h, H_FREE_INSTANCES, instance)
    if get(h, H_TELLS_GONE):
        row(h, GONE, get(instance, I_INDEX), _OUTSIDE, 0, 0)


@compiled
def new_instance(h: int, index: int) -> int:
    """An instance that nothing refers to yet."""
    participants = get(h, H_PARTICIPANTS)
    instance = get(h, H_FREE_INSTANCES)
    if instance == 0:
        instance = fresh(h, I_CELLS + participants)
    else:
        put(h, H_FREE_INSTANCES, get(instance, I_CHAIN))
        put(instance, I_REFS, 0)
        put(instance, I_SENT, 0)
        put(instance, I_LANDED, 0)
        put(instance, I_APPLIED, 0)
        put(instance, I_OWNED, 0)
        for participant in range(participants):
            put(instance, I_CELLS + participant, 0)
    put(instance, I_INDEX, index)
    return instance


@compiled
def new_cell(h: int, instance: int, process: int) -> int:
    """A cell in the state in which nothing is known."""
    cell = get(h, H_FREE_CELLS)
    if cell == 0:
        cell = fresh(h, C_WORDS)
    else:
        put(h, H_FREE_CELLS, get(cell, C_CHAIN))
        for field in range(C_WORDS):
            put(cell, field, 0)
    put(cell, C_PROCESS, process)
    put(cell, C_INSTANCE, instance)
    put(cell, C_INCARNATION, get(process, P_INCARNATION))
    return cell


@compiled
def process_at(h: int, index: int) -> int:
    """The process of a participant."""
    return get(h, H_PROCESSES) + 8 * P_WORDS * index
