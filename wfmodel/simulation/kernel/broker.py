"""``simulation/broker.py``, compiled: publication, the network, redelivery."""

from __future__ import annotations

from wfmodel.designs.faults import FaultKind
from wfmodel.designs.history import FAULT_KINDS, Drop, Kind
from wfmodel.native.words import compiled, get, get_real, put
from wfmodel.simulation.kernel.draws import duration, quantile, uniform
from wfmodel.simulation.kernel.events import after
from wfmodel.simulation.kernel.layout import (
    ACKNOWLEDGED,
    C_INBOX,
    C_INCARNATION,
    C_ITEM,
    C_ITEM_A,
    CHECK,
    DELIVER,
    FAR,
    H_ATOMIC,
    H_DOWN,
    H_MESSAGE_FAULTS,
    H_NETWORK,
    H_REDELIVERS,
    H_REDELIVERY,
    H_WAITING,
    I_CELLS,
    I_INDEX,
    I_SENT,
    J_BASE,
    J_DELAY,
    J_KIND,
    J_PROBABILITY,
    J_PROCESS,
    M_EVENT,
    M_INSTANCE,
    M_MESSAGE,
    M_RECIPIENT,
    M_SENDER,
    M_WATCHED,
    N_A,
    N_B,
    N_C,
    N_KIND,
    N_NEXT,
    O_A,
    O_B,
    O_COUNT,
    O_RECIPIENTS,
    OPEN,
    P_CUT,
    P_DEFERRED,
    P_DOWN,
    P_INCARNATION,
    P_INDEX,
    P_OUTBOX,
    P_PAUSED,
    PARCEL,
    RELAYED,
    RETRANSMIT,
    UNWATCHED,
)
from wfmodel.simulation.kernel.lists import append
from wfmodel.simulation.kernel.memory import node_of, owned, process_at
from wfmodel.simulation.kernel.rows import row

_SEND = int(Kind.SEND)
_DROP = int(Kind.DROP)
_DUPLICATE = int(Kind.DUPLICATE)
_LOST = int(Drop.LOST)
_RECIPIENT_DOWN = int(Drop.RECIPIENT_DOWN)
_BROKER_DOWN = int(Drop.BROKER_DOWN)
_LOSS = FAULT_KINDS.index(FaultKind.LOSS)
_DUPLICATION = FAULT_KINDS.index(FaultKind.DUPLICATION)
FOR_GOOD = -1
"""Incarnation of a message that waits in an outbox: it outlives crashes."""


# ----------------------------------------------------------------------------------- publication


@compiled
def publish(h: int, process: int, instance: int, operation: int) -> None:
    """A process hands a message to the broker."""
    if refuses(h, process):
        _refused(h, process, instance, operation)
    elif get(h, H_ATOMIC) and (get(process, P_DOWN) or get(process, P_PAUSED)):
        node = node_of(h, RELAYED, instance, process, operation, 0)
        append(process, P_OUTBOX, node)
    else:
        post(h, get(process, P_INDEX), instance, operation)


@compiled
def refuses(h: int, process: int) -> bool:
    """Whether a process cannot reach the broker, or the broker takes nothing."""
    return get(h, H_DOWN) != 0 or get(process, P_CUT) != 0


@compiled
def post(h: int, sender: int, instance: int, operation: int) -> None:
    """The broker has the message: one delivery per recipient."""
    message, event = get(operation, O_A), get(operation, O_B)
    row(h, _SEND, get(instance, I_INDEX), sender, message, 0)
    for place in range(get(operation, O_COUNT)):
        parcel = owned(h, instance)
        put(parcel, M_INSTANCE, instance)
        put(parcel, M_SENDER, sender)
        put(parcel, M_RECIPIENT, get(operation, O_RECIPIENTS + place))
        put(parcel, M_MESSAGE, message)
        put(parcel, M_EVENT, event)
        put(parcel, M_WATCHED, UNWATCHED)
        transmit(h, parcel)


@compiled
def _refused(h: int, process: int, instance: int, operation: int) -> None:
    """Broker out of reach: an outbox waits; a producer retries from memory, or gives up."""
    if not get(h, H_ATOMIC) and not get(h, H_REDELIVERS):
        unpublished(h, process, instance, operation, _BROKER_DOWN)
        return
    node = node_of(h, RELAYED, instance, process, operation, get(process, P_INCARNATION))
    if get(h, H_ATOMIC):
        put(node, N_C, FOR_GOOD)
    append(h, H_WAITING, node)


@compiled
def unpublished(h: int, process: int, instance: int, operation: int, cause: int) -> None:
    """A message that never left its sender."""
    index = get(instance, I_INDEX)
    row(h, _DROP, index, get(process, P_INDEX), get(operation, O_A), cause)


# --------------------------------------------------------------------------------------- network


@compiled
def transmit(h: int, parcel: int) -> None:
    """One delivery sets out."""
    instance = get(parcel, M_INSTANCE)
    sent = get(instance, I_SENT) + 1
    put(instance, I_SENT, sent)
    delay = duration(h, get(h, H_NETWORK), get(instance, I_INDEX), sent)
    if get(h, H_MESSAGE_FAULTS):
        delay = _meet_faults(h, parcel, delay)
    if delay >= 0:
        after(h, delay, DELIVER, instance, parcel, 0, 0)


@compiled
def _meet_faults(h: int, parcel: int, delay: int) -> int:
    """The delay with what faults add to it; -1: the delivery is lost."""
    recipient, instance = get(parcel, M_RECIPIENT), get(parcel, M_INSTANCE)
    index, sent = get(instance, I_INDEX), get(instance, I_SENT)
    target = process_at(h, recipient)
    node = get(h, H_MESSAGE_FAULTS)
    while node:
        fault = get(node, N_B)
        node = get(node, N_NEXT)
        if get(fault, J_PROCESS) != target:
            continue
        base = get(fault, J_BASE)
        if uniform(base, index, sent) >= get_real(fault, J_PROBABILITY):
            continue
        kind = get(fault, J_KIND)
        if kind == _LOSS:
            lose(h, parcel, _LOST)
            return -1
        if kind == _DUPLICATION:
            row(h, _DUPLICATE, index, recipient, get(parcel, M_MESSAGE), 0)
            after(h, delay, DELIVER, instance, parcel, 0, 0)
        else:
            more = quantile(h, get(fault, J_DELAY), uniform(base + 1, index, sent))
            delay = min(delay + more, FAR)
    return delay


@compiled
def lose(h: int, parcel: int, cause: int) -> None:
    """A delivery came to nothing."""
    instance = get(parcel, M_INSTANCE)
    if get(h, H_REDELIVERS):
        after(h, get(h, H_REDELIVERY), RETRANSMIT, instance, parcel, 0, 0)
        return
    index, message = get(instance, I_INDEX), get(parcel, M_MESSAGE)
    row(h, _DROP, index, get(parcel, M_RECIPIENT), message, cause)


# ------------------------------------------------------------------------- slow acknowledgements


@compiled
def watch(h: int, parcel: int) -> None:
    """Redeliver a message that is still not acknowledged after the redelivery time-out."""
    if get(h, H_REDELIVERS) and get(parcel, M_WATCHED) == UNWATCHED:
        put(parcel, M_WATCHED, OPEN)
        _check_later(h, parcel)


@compiled
def acknowledge(parcel: int) -> None:
    """It need not be delivered again; copies that are under way arrive all the same."""
    if get(parcel, M_WATCHED) != UNWATCHED:
        put(parcel, M_WATCHED, ACKNOWLEDGED)


@compiled
def _check_later(h: int, parcel: int) -> None:
    after(h, get(h, H_REDELIVERY), CHECK, get(parcel, M_INSTANCE), parcel, 0, 0)


@compiled
def check_acknowledged(h: int, parcel: int) -> None:
    """The redelivery time-out of a watched message is over."""
    if not _is_open(h, parcel):
        put(parcel, M_WATCHED, UNWATCHED)
        return
    if get(parcel, M_WATCHED) == OPEN:
        transmit(h, parcel)
    _check_later(h, parcel)


@compiled
def _is_open(h: int, parcel: int) -> bool:
    recipient = get(parcel, M_RECIPIENT)
    process = process_at(h, recipient)
    node = get(process, P_DEFERRED)
    while node:
        if get(node, N_KIND) == DELIVER and get(node, N_A) == parcel:
            return True
        node = get(node, N_NEXT)
    cell = get(get(parcel, M_INSTANCE), I_CELLS + recipient)
    if cell == 0 or get(cell, C_INCARNATION) != get(process, P_INCARNATION):
        return False
    if get(cell, C_ITEM) == PARCEL and get(cell, C_ITEM_A) == parcel:
        return True
    node = get(cell, C_INBOX)
    while node:
        if get(node, N_B) == PARCEL and get(node, N_C) == parcel:
            return True
        node = get(node, N_NEXT)
    return False


@compiled
def abandon(h: int, parcel: int) -> None:
    """The recipient crashed before it acknowledged."""
    if get(parcel, M_WATCHED) != ACKNOWLEDGED:
        lose(h, parcel, _RECIPIENT_DOWN)
