"""``Driver._release``, compiled: the actions of a reaction are carried out."""

from __future__ import annotations

from wfmodel.designs.table import CHOOSE, CLEAR_TIMER, EXPECT, SEND, SET_TIMER, WORK
from wfmodel.native.words import compiled, get, put
from wfmodel.simulation.kernel.broker import publish
from wfmodel.simulation.kernel.draws import duration
from wfmodel.simulation.kernel.events import after
from wfmodel.simulation.kernel.layout import (
    C_COMMITS,
    C_INSTANCE,
    C_PROCESS,
    C_PUBLISHED,
    E_COUNT,
    E_OPERATIONS,
    H_ATOMIC,
    H_GAP,
    H_PUBLISH_FIRST,
    H_RELAYS_AT_ONCE,
    I_INDEX,
    O_A,
    O_B,
    O_C,
    O_CODE,
    O_COUNT,
    O_RECIPIENTS,
    P_INCARNATION,
    P_PUBLISH,
    P_RELAY,
    PUBLISHED,
    RELAYED,
)
from wfmodel.simulation.kernel.outside import choose, expect
from wfmodel.simulation.kernel.timers import clear_timer, set_timer
from wfmodel.simulation.kernel.workers import start_work


@compiled
def release(h: int, cell: int, entry: int) -> None:
    """Carry out a reaction's actions, now that they may be."""
    operation = entry + 8 * E_OPERATIONS
    late = False
    for _ in range(get(entry, E_COUNT)):
        code = get(operation, O_CODE)
        if code != SEND:
            _carry_out(h, cell, code, operation)
        elif get(h, H_GAP):
            late = True
        elif not get(h, H_PUBLISH_FIRST):
            _relay(h, cell, operation)
        operation = following_operation(operation)
    if late:  # dual write, after the commit: a crash in between loses the messages
        process = get(cell, C_PROCESS)
        delay, incarnation = gap_length(h, process, cell), get(process, P_INCARNATION)
        after(h, delay, PUBLISHED, get(cell, C_INSTANCE), cell, incarnation, entry)


@compiled
def following_operation(operation: int) -> int:
    """The operation after this one, in the same entry."""
    return operation + 8 * (O_RECIPIENTS + get(operation, O_COUNT))


@compiled
def _carry_out(h: int, cell: int, code: int, operation: int) -> None:
    a, b = get(operation, O_A), get(operation, O_B)
    if code == WORK:
        start_work(h, cell, a, b, get(operation, O_C))
    elif code == SET_TIMER:
        set_timer(h, cell, a, b, get(operation, O_C))
    elif code == CLEAR_TIMER:
        clear_timer(cell, a)
    elif code == CHOOSE:
        choose(h, cell, a, b)
    elif code == EXPECT:
        expect(h, cell, a, b)


@compiled
def _relay(h: int, cell: int, operation: int) -> None:
    """Outbox: the relay publishes what was committed."""
    process, instance = get(cell, C_PROCESS), get(cell, C_INSTANCE)
    if get(h, H_RELAYS_AT_ONCE) or not get(h, H_ATOMIC):
        publish(h, process, instance, operation)
        return
    delay = duration(h, get(process, P_RELAY), get(instance, I_INDEX), get(cell, C_COMMITS))
    after(h, delay, RELAYED, instance, process, operation, 0)


@compiled
def gap_length(h: int, process: int, cell: int) -> int:
    """How long a dual write takes from one of its operations to the other."""
    put(cell, C_PUBLISHED, get(cell, C_PUBLISHED) + 1)
    index = get(get(cell, C_INSTANCE), I_INDEX)
    return duration(h, get(process, P_PUBLISH), index, get(cell, C_PUBLISHED))
