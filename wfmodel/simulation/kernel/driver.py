"""``simulation/driver.py``, compiled: an event becomes a reaction, a commit, and actions.

The driver calls ``_next`` from within; here ``drain`` follows wherever a reaction may have left
events in the inbox of a cell that is free again. Handlers of nodes return whether they kept the
node (deferred it), and are otherwise done with it.
"""

from __future__ import annotations

from wfmodel.designs.history import Drop, Kind
from wfmodel.designs.table import SEND
from wfmodel.native.words import compiled, get, get_real, put
from wfmodel.simulation.kernel.actions import following_operation, gap_length, release
from wfmodel.simulation.kernel.broker import acknowledge, publish, refuses, unpublished, watch
from wfmodel.simulation.kernel.cells import defer, enqueue
from wfmodel.simulation.kernel.draws import duration
from wfmodel.simulation.kernel.effects import land
from wfmodel.simulation.kernel.events import after
from wfmodel.simulation.kernel.layout import (
    C_ACTIVE,
    C_BUSY,
    C_COMMITS,
    C_DIRTY,
    C_DURABLE,
    C_ENTRY,
    C_INBOX,
    C_INCARNATION,
    C_INSTANCE,
    C_IS_ACTIVE,
    C_ITEM,
    C_ITEM_A,
    C_ITEM_B,
    C_OCCUPIED,
    C_OUT,
    C_PROCESS,
    C_VOLATILE,
    COMMIT,
    E_ACTIVE,
    E_AFTER,
    E_COUNT,
    E_OPERATIONS,
    E_PUBLISHES,
    FLUSH,
    H_ATOMIC,
    H_FLUSH_INTERVAL,
    H_LOG,
    H_NOW,
    H_PRODUCERS,
    H_PUBLISH_FIRST,
    H_QUICK_COMMIT,
    H_REDELIVERS,
    H_REDELIVERY,
    H_SYNCHRONOUS,
    HANDLE,
    I_INDEX,
    LANDING,
    N_A,
    N_B,
    N_C,
    N_D,
    N_INSTANCE,
    N_NEXT,
    NOTHING,
    O_CODE,
    P_ACTIVE,
    P_ACTIVE_COUNT,
    P_COMMIT,
    P_DIRTY,
    P_FLUSH_DUE,
    P_INCARNATION,
    P_INDEX,
    P_OCCUPIED,
    P_PAUSED,
    P_SLOW_STORE,
    P_STALLED,
    P_STORE_DOWN,
    P_STORE_FACTOR,
    PARCEL,
    PUBLISHED_FIRST,
    T_CELL,
    T_FIRED,
    TIMER,
)
from wfmodel.simulation.kernel.lists import append, enter, first_out, leave, take_all
from wfmodel.simulation.kernel.memory import done_with, give_small, node_of
from wfmodel.simulation.kernel.rows import row
from wfmodel.simulation.kernel.tables import entry_of
from wfmodel.simulation.kernel.timers import is_set, unset
from wfmodel.simulation.kernel.workers import stretched

_REACT = int(Kind.REACT)
_COMMIT = int(Kind.COMMIT)
_UNPUBLISHED = int(Drop.UNPUBLISHED)

# ------------------------------------------------------------------------------------- reactions


@compiled
def offer(h: int, cell: int, event: int, item: int, a: int, b: int) -> None:
    """An event for a machine; it waits while a reaction of that cell is not committed."""
    if not get(cell, C_BUSY):
        _react(h, cell, event, item, a, b)
        drain(h, cell)
        return
    enqueue(h, cell, event, item, a, b)
    if item == PARCEL and get(get(cell, C_PROCESS), P_STORE_DOWN):
        watch(h, a)


@compiled
def _react(h: int, cell: int, event: int, item: int, a: int, b: int) -> None:
    process, instance = get(cell, C_PROCESS), get(cell, C_INSTANCE)
    if item == LANDING and not get(h, H_ATOMIC):
        land(h, instance, process, a, b)
    entry = entry_of(h, get(process, P_INDEX), get(cell, C_VOLATILE), event)
    state = get(entry, E_AFTER)
    row(h, _REACT, get(instance, I_INDEX), get(process, P_INDEX), event, state)
    put(cell, C_VOLATILE, state)
    put(cell, C_IS_ACTIVE, get(entry, E_ACTIVE))
    if get(h, H_SYNCHRONOUS):
        put(cell, C_BUSY, 1)
        put(cell, C_ITEM, item)
        put(cell, C_ITEM_A, a)
        put(cell, C_ITEM_B, b)
        put(cell, C_ENTRY, entry)
        put(cell, C_OUT, 0)
        enter(process, P_OCCUPIED, cell, C_OCCUPIED)
        _make_durable(h, process, cell, entry)
        return
    if get(h, H_LOG):
        _mark_dirty(h, process, cell)
    if item == PARCEL:
        acknowledge(a)
    release(h, cell, entry)


@compiled
def drain(h: int, cell: int) -> None:
    """Take up what has waited."""
    while get(cell, C_INBOX) and not get(cell, C_BUSY):
        node = first_out(cell, C_INBOX)
        event, item, a, b = get(node, N_A), get(node, N_B), get(node, N_C), get(node, N_D)
        give_small(h, node)
        if item != HANDLE:
            _react(h, cell, event, item, a, b)
        elif is_set(a):
            unset(cell, a)
            _react(h, cell, event, NOTHING, 0, 0)


@compiled
def fire(h: int, handle: int) -> None:
    """A timer's time has come; one that was cleared, or lost in a crash, does nothing."""
    if not is_set(handle):
        return
    cell = get(handle, T_CELL)
    process = get(cell, C_PROCESS)
    if get(process, P_PAUSED):
        defer(process, node_of(h, TIMER, get(cell, C_INSTANCE), handle, 0, 0))
    elif get(cell, C_BUSY):
        enqueue(h, cell, get(handle, T_FIRED), HANDLE, handle, 0)
    else:
        unset(cell, handle)
        _react(h, cell, get(handle, T_FIRED), NOTHING, 0, 0)
        drain(h, cell)


# ------------------------------------------------------------------------------------ durability


@compiled
def _make_durable(h: int, process: int, cell: int, entry: int) -> None:
    quick = get(h, H_QUICK_COMMIT)
    if get(entry, E_PUBLISHES) and get(h, H_PUBLISH_FIRST):
        delay, incarnation = gap_length(h, process, cell), get(process, P_INCARNATION)
        after(h, delay, PUBLISHED_FIRST, get(cell, C_INSTANCE), cell, incarnation, entry)
    elif quick < 0 or get(process, P_STORE_DOWN) or get(process, P_SLOW_STORE):
        begin_commit(h, process, cell)
    else:
        _commit_after(h, quick, process, cell)


@compiled
def begin_commit(h: int, process: int, cell: int) -> None:
    """A commit sets out, or waits for its store."""
    instance = get(cell, C_INSTANCE)
    if get(process, P_STORE_DOWN):
        append(process, P_STALLED, node_of(h, COMMIT, instance, cell, 0, 0))
        _watch(h, cell)
        return
    put(cell, C_COMMITS, get(cell, C_COMMITS) + 1)
    latency = duration(h, get(process, P_COMMIT), get(instance, I_INDEX), get(cell, C_COMMITS))
    if get(process, P_SLOW_STORE):
        latency = stretched(latency, get_real(process, P_STORE_FACTOR))
    if latency >= get(h, H_REDELIVERY):
        _watch(h, cell)
    _commit_after(h, latency, process, cell)


@compiled
def _commit_after(h: int, delay: int, process: int, cell: int) -> None:
    after(h, delay, COMMIT, get(cell, C_INSTANCE), cell, get(process, P_INCARNATION), 0)


@compiled
def _watch(h: int, cell: int) -> None:
    if get(cell, C_ITEM) == PARCEL:
        watch(h, get(cell, C_ITEM_A))


@compiled
def resume_commits(h: int, process: int) -> None:
    """The store is back."""
    node = take_all(process, P_STALLED)
    while node:
        following, cell = get(node, N_NEXT), get(node, N_A)
        if get(cell, C_BUSY) and get(cell, C_INCARNATION) == get(process, P_INCARNATION):
            begin_commit(h, process, cell)
        done_with(h, node)
        node = following
    if get(process, P_DIRTY):
        _schedule_flush(h, process)


@compiled
def commit(h: int, node: int) -> bool:
    """A commit is through."""
    cell = get(node, N_A)
    process = get(cell, C_PROCESS)
    if get(node, N_B) != get(process, P_INCARNATION):
        return False
    if get(process, P_PAUSED):
        return defer(process, node)
    instance, entry = get(cell, C_INSTANCE), get(cell, C_ENTRY)
    state, item = get(entry, E_AFTER), get(cell, C_ITEM)
    put(cell, C_DURABLE, state)
    row(h, _COMMIT, get(instance, I_INDEX), get(process, P_INDEX), state, 0)
    if item == LANDING and get(h, H_ATOMIC):
        land(h, instance, process, get(cell, C_ITEM_A), get(cell, C_ITEM_B))
    if item == PARCEL:
        acknowledge(get(cell, C_ITEM_A))
    put(cell, C_BUSY, 0)
    put(cell, C_ITEM, NOTHING)
    put(cell, C_ENTRY, 0)
    note_active(h, process, cell, get(entry, E_ACTIVE))
    release(h, cell, entry)
    drain(h, cell)
    if not get(cell, C_BUSY):
        leave(h, process, P_OCCUPIED, cell, C_OCCUPIED)
    return False


@compiled
def note_active(h: int, process: int, cell: int, active: int) -> None:
    """Whether there is something to go on with after a restart."""
    count = get(process, P_ACTIVE_COUNT) - get(cell, C_ACTIVE + 2)
    put(process, P_ACTIVE_COUNT, count + active)
    if active:
        enter(process, P_ACTIVE, cell, C_ACTIVE)
    else:
        leave(h, process, P_ACTIVE, cell, C_ACTIVE)


@compiled
def _mark_dirty(h: int, process: int, cell: int) -> None:
    enter(process, P_DIRTY, cell, C_DIRTY)
    if not get(process, P_FLUSH_DUE) and not get(process, P_STORE_DOWN):
        _schedule_flush(h, process)


@compiled
def _schedule_flush(h: int, process: int) -> None:
    interval = get(h, H_FLUSH_INTERVAL)
    put(process, P_FLUSH_DUE, 1)
    delay = interval - get(h, H_NOW) % interval
    after(h, delay, FLUSH, 0, process, get(process, P_INCARNATION), 0)


@compiled
def flush(h: int, node: int) -> bool:
    """Log: what was written since the last flush becomes durable."""
    process = get(node, N_A)
    if get(node, N_B) != get(process, P_INCARNATION):
        return False
    if get(process, P_PAUSED):
        return defer(process, node)
    put(process, P_FLUSH_DUE, 0)
    if get(process, P_STORE_DOWN):
        return False
    while get(process, P_DIRTY):
        cell = get(process, P_DIRTY)
        state = get(cell, C_VOLATILE)
        put(cell, C_DURABLE, state)
        index = get(get(cell, C_INSTANCE), I_INDEX)
        row(h, _COMMIT, index, get(process, P_INDEX), state, 0)
        note_active(h, process, cell, get(cell, C_IS_ACTIVE))
        leave(h, process, P_DIRTY, cell, C_DIRTY)
    return False


# ------------------------------------------------------------------------------------ dual writes


@compiled
def published(h: int, node: int) -> bool:
    """The gap of a dual write is over; messages of a process that crashed in it are lost."""
    process, incarnation = get(get(node, N_A), C_PROCESS), get(node, N_B)
    alive = incarnation == get(process, P_INCARNATION)
    if alive and get(process, P_PAUSED):
        return defer(process, node)
    entry = get(node, N_C)
    operation = entry + 8 * E_OPERATIONS
    for _ in range(get(entry, E_COUNT)):
        if get(operation, O_CODE) == SEND:
            if alive:
                publish(h, process, get(node, N_INSTANCE), operation)
            else:
                unpublished(h, process, get(node, N_INSTANCE), operation, _UNPUBLISHED)
        operation = following_operation(operation)
    return False


@compiled
def published_first(h: int, node: int) -> bool:
    """Dual write, before the commit: a crash in between leaves phantoms."""
    cell = get(node, N_A)
    process = get(cell, C_PROCESS)
    if get(node, N_B) != get(process, P_INCARNATION):
        return False
    if get(process, P_PAUSED):
        return defer(process, node)
    refused = refuses(h, process)
    if refused and get(h, H_REDELIVERS):  # whoever publishes first waits before it commits
        append(h, H_PRODUCERS, node)
        return True
    published(h, node)
    if not refused:
        put(cell, C_OUT, 1)
    begin_commit(h, process, cell)
    return False
