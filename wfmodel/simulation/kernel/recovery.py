"""``simulation/recovery.py``, compiled: crash, restart, resumption; whatever a pause defers."""

from __future__ import annotations

from wfmodel.designs.history import Drop, Kind
from wfmodel.designs.table import SEND
from wfmodel.native.words import compiled, get, put
from wfmodel.simulation.kernel.actions import following_operation
from wfmodel.simulation.kernel.broker import (
    FOR_GOOD,
    abandon,
    lose,
    publish,
    transmit,
    unpublished,
    watch,
)
from wfmodel.simulation.kernel.cells import cell_of, defer, forget
from wfmodel.simulation.kernel.driver import (
    commit,
    fire,
    flush,
    offer,
    published,
    published_first,
)
from wfmodel.simulation.kernel.layout import (
    C_ACTIVE_NEXT,
    C_BUSY,
    C_DIRTY,
    C_ENTRY,
    C_INBOX,
    C_INSTANCE,
    C_ITEM,
    C_ITEM_A,
    C_OCCUPIED,
    C_OUT,
    C_PROCESS,
    COMMIT,
    DELIVER,
    E_COUNT,
    E_OPERATIONS,
    FLUSH,
    H_BLOCKED,
    H_DOWN,
    H_HELD,
    H_PRODUCERS,
    H_RESTARTED,
    H_WAITING,
    I_INDEX,
    J_PEERS,
    J_PROCESS,
    LANDING,
    M_EVENT,
    M_INSTANCE,
    M_RECIPIENT,
    M_SENDER,
    N_A,
    N_B,
    N_C,
    N_D,
    N_E,
    N_INSTANCE,
    N_KIND,
    N_NEXT,
    NOTHING,
    O_A,
    O_CODE,
    P_ACTIVE,
    P_CUT,
    P_DEFERRED,
    P_DIRTY,
    P_DOWN,
    P_FLUSH_DUE,
    P_INCARNATION,
    P_INDEX,
    P_OCCUPIED,
    P_OUTBOX,
    P_PAUSED,
    P_STALLED,
    PARCEL,
    PUBLISHED,
    PUBLISHED_FIRST,
    RESTART_LATE,
    TIMER,
    WORK_END,
)
from wfmodel.simulation.kernel.lists import append, leave, take_all
from wfmodel.simulation.kernel.memory import done_with, node_of, process_at
from wfmodel.simulation.kernel.rows import row
from wfmodel.simulation.kernel.tables import work_done
from wfmodel.simulation.kernel.workers import free_worker, outcome_of, stop_work

_PHANTOM = int(Kind.PHANTOM)
_LOST = int(Drop.LOST)
_RECIPIENT_DOWN = int(Drop.RECIPIENT_DOWN)
_UNPUBLISHED = int(Drop.UNPUBLISHED)

# -------------------------------------------------------------------------------------- delivery


@compiled
def deliver(h: int, node: int) -> bool:
    """A message reaches its recipient's door."""
    parcel = get(node, N_A)
    process = process_at(h, get(parcel, M_RECIPIENT))
    if get(h, H_DOWN):
        append(h, H_HELD, node)
        return True
    if get(process, P_DOWN):
        lose(h, parcel, _RECIPIENT_DOWN)
        return False
    if get(process, P_CUT) or _is_blocked(h, parcel):
        lose(h, parcel, _LOST)
        return False
    if get(process, P_PAUSED):
        defer(process, node)
        watch(h, parcel)
        return True
    cell = cell_of(h, get(parcel, M_INSTANCE), process)
    offer(h, cell, get(parcel, M_EVENT), PARCEL, parcel, 0)
    return False


@compiled
def _is_blocked(h: int, parcel: int) -> bool:
    sender, recipient = get(parcel, M_SENDER), get(parcel, M_RECIPIENT)
    node = get(h, H_BLOCKED)
    while node:
        fault = get(node, N_B)
        if _is_between(fault, sender, recipient) or _is_between(fault, recipient, sender):
            return True
        node = get(node, N_NEXT)
    return False


@compiled
def _is_between(fault: int, one: int, other: int) -> bool:
    """Whether a partial partition has ``one`` as its target and ``other`` among the peers."""
    if one != get(get(fault, J_PROCESS), P_INDEX) or other < 0:
        return False
    return get(get(fault, J_PEERS), other) != 0


@compiled
def work_end(h: int, node: int) -> bool:
    """An attempt is over."""
    cell = get(node, N_A)
    process = get(cell, C_PROCESS)
    if get(node, N_B) != get(process, P_INCARNATION):
        return False
    if get(process, P_PAUSED):
        return defer(process, node)
    free_worker(h, process)
    step, epoch, attempt = get(node, N_C), get(node, N_D), get(node, N_E)
    index = get(get(cell, C_INSTANCE), I_INDEX)
    outcome = outcome_of(h, process, index, step, epoch, attempt)
    event = work_done(h, step, epoch, attempt, outcome)
    offer(h, cell, event, NOTHING if outcome else LANDING, step, epoch)
    return False


@compiled
def happen(h: int, node: int) -> None:
    """What may be deferred by a pause takes place."""
    kind = get(node, N_KIND)
    kept = False
    if kind == DELIVER:
        kept = deliver(h, node)
    elif kind == COMMIT:
        kept = commit(h, node)
    elif kind == WORK_END:
        kept = work_end(h, node)
    elif kind == TIMER:
        fire(h, get(node, N_A))
    elif kind == FLUSH:
        kept = flush(h, node)
    elif kind == PUBLISHED:
        kept = published(h, node)
    elif kind == PUBLISHED_FIRST:
        kept = published_first(h, node)
    elif kind == RESTART_LATE:
        kept = restart(h, get(node, N_A))
    if not kept:
        done_with(h, node)


# ------------------------------------------------------------------------------ crash and return


@compiled
def crash(h: int, process: int) -> None:
    """What is volatile is gone; messages that were not acknowledged come again, or never."""
    put(process, P_INCARNATION, get(process, P_INCARNATION) + 1)
    stop_work(h, process)
    node = take_all(process, P_DEFERRED)
    while node:
        following = get(node, N_NEXT)
        if get(node, N_KIND) == DELIVER:
            abandon(h, get(node, N_A))
        elif get(node, N_KIND) == PUBLISHED:
            published(h, node)
        done_with(h, node)
        node = following
    while get(process, P_OCCUPIED):
        cell = get(process, P_OCCUPIED)
        _interrupt(h, process, cell)
        leave(h, process, P_OCCUPIED, cell, C_OCCUPIED)
    while get(process, P_DIRTY):
        leave(h, process, P_DIRTY, get(process, P_DIRTY), C_DIRTY)
    node = take_all(process, P_STALLED)
    while node:
        following = get(node, N_NEXT)
        done_with(h, node)
        node = following
    put(process, P_FLUSH_DUE, 0)


@compiled
def _interrupt(h: int, process: int, cell: int) -> None:
    if get(cell, C_BUSY) and get(cell, C_OUT):
        _leave_phantoms(h, process, cell, get(cell, C_ENTRY))
    if get(cell, C_ITEM) == PARCEL:
        abandon(h, get(cell, C_ITEM_A))
    node = get(cell, C_INBOX)
    while node:
        if get(node, N_B) == PARCEL:
            abandon(h, get(node, N_C))
        node = get(node, N_NEXT)
    forget(h, cell)


@compiled
def _leave_phantoms(h: int, process: int, cell: int, entry: int) -> None:
    """Messages that are out tell of a state which was never committed."""
    index = get(get(cell, C_INSTANCE), I_INDEX)
    operation = entry + 8 * E_OPERATIONS
    for _ in range(get(entry, E_COUNT)):
        if get(operation, O_CODE) == SEND:
            row(h, _PHANTOM, index, get(process, P_INDEX), get(operation, O_A), 0)
        operation = following_operation(operation)


@compiled
def restart(h: int, process: int) -> bool:
    """The process is back: it publishes what its outbox holds, and goes on where it can."""
    if get(process, P_PAUSED):
        append(process, P_DEFERRED, node_of(h, RESTART_LATE, 0, process, 0, 0))
        return False
    _empty_outbox(h, process)
    cell = get(process, P_ACTIVE)
    while cell:
        following = get(cell, C_ACTIVE_NEXT)
        again = cell_of(h, get(cell, C_INSTANCE), process)
        offer(h, again, get(h, H_RESTARTED), NOTHING, 0, 0)
        cell = following
    return False


@compiled
def resume(h: int, process: int) -> None:
    """A paused process goes on with what it finds."""
    if not get(process, P_DOWN):
        _empty_outbox(h, process)
    node = take_all(process, P_DEFERRED)
    while node:
        following = get(node, N_NEXT)
        happen(h, node)
        node = following


@compiled
def _empty_outbox(h: int, process: int) -> None:
    node = take_all(process, P_OUTBOX)
    while node:
        following = get(node, N_NEXT)
        publish(h, process, get(node, N_INSTANCE), get(node, N_B))
        done_with(h, node)
        node = following


@compiled
def retry_waiting(h: int) -> None:
    """The broker, or a process's way to it, is back."""
    node = take_all(h, H_WAITING)
    while node:
        following, process, incarnation = get(node, N_NEXT), get(node, N_A), get(node, N_C)
        instance, operation = get(node, N_INSTANCE), get(node, N_B)
        if incarnation != FOR_GOOD and incarnation != get(process, P_INCARNATION):
            unpublished(h, process, instance, operation, _UNPUBLISHED)
        else:
            publish(h, process, instance, operation)
        done_with(h, node)
        node = following
    node = take_all(h, H_PRODUCERS)
    while node:
        following = get(node, N_NEXT)
        if not published_first(h, node):
            done_with(h, node)
        node = following
    if not get(h, H_DOWN):
        _release_held(h)


@compiled
def _release_held(h: int) -> None:
    node = take_all(h, H_HELD)
    while node:
        following = get(node, N_NEXT)
        transmit(h, get(node, N_A))
        done_with(h, node)
        node = following
