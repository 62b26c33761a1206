"""``simulation/timers.py``, compiled: settings of timers, lanes of one length."""

from __future__ import annotations

from wfmodel.native.words import compiled, get, put
from wfmodel.simulation.kernel.draws import duration, uniform
from wfmodel.simulation.kernel.events import after
from wfmodel.simulation.kernel.layout import (
    C_INSTANCE,
    C_PROCESS,
    C_TIMERS,
    H_NOW,
    I_INDEX,
    L_FIRST,
    L_LAST,
    L_LENGTH,
    LANE_HEAD,
    NOT_SET,
    P_INCARNATION,
    T_CELL,
    T_DUE,
    T_FIRED,
    T_INCARNATION,
    T_LANE_NEXT,
    T_NEXT,
    T_TIMER,
    TIMER,
    W_BASE,
    W_INDEX,
    W_LANE,
    W_PAUSE,
    W_SAMPLER,
)
from wfmodel.simulation.kernel.memory import owned, refer, unrefer


@compiled
def set_timer(h: int, cell: int, timer: int, fired: int, length: int) -> None:
    """Start a timer; a running one of that name starts anew."""
    clear_timer(cell, timer)
    handle = owned(h, get(cell, C_INSTANCE))
    put(handle, T_CELL, cell)
    put(handle, T_INCARNATION, get(get(cell, C_PROCESS), P_INCARNATION))
    put(handle, T_TIMER, timer)
    put(handle, T_FIRED, fired)
    put(handle, T_NEXT, get(cell, C_TIMERS))
    put(cell, C_TIMERS, handle)
    lane = get(length, W_LANE)
    if lane:
        _enter_lane(h, lane, handle)
    else:
        after(h, _drawn(h, cell, length), TIMER, get(cell, C_INSTANCE), handle, 0, 0)


@compiled
def _drawn(h: int, cell: int, length: int) -> int:
    instance, index = get(get(cell, C_INSTANCE), I_INDEX), get(length, W_INDEX)
    sampler = get(length, W_SAMPLER)
    if sampler:
        return duration(h, sampler, instance, index)
    return int(get(length, W_PAUSE) * uniform(get(length, W_BASE), instance, index))


@compiled
def clear_timer(cell: int, timer: int) -> None:
    """Stop a timer, if it runs."""
    handle = get(cell, C_TIMERS)
    while handle:
        if get(handle, T_TIMER) == timer:
            unset(cell, handle)
            return
        handle = get(handle, T_NEXT)


@compiled
def unset(cell: int, handle: int) -> None:
    """A setting counts no longer."""
    following = get(handle, T_NEXT)
    other = get(cell, C_TIMERS)
    if other == handle:
        put(cell, C_TIMERS, following)
    else:
        while get(other, T_NEXT) != handle:
            other = get(other, T_NEXT)
        put(other, T_NEXT, following)
    put(handle, T_NEXT, NOT_SET)


@compiled
def is_set(handle: int) -> bool:
    """Whether a setting still counts: not cleared since, nor lost in a crash."""
    now = get(get(get(handle, T_CELL), C_PROCESS), P_INCARNATION)
    return get(handle, T_INCARNATION) == now and get(handle, T_NEXT) != NOT_SET


@compiled
def _enter_lane(h: int, lane: int, handle: int) -> None:
    length = get(lane, L_LENGTH)
    put(handle, T_DUE, get(h, H_NOW) + length)
    put(handle, T_LANE_NEXT, 0)
    if get(lane, L_FIRST):
        put(get(lane, L_LAST), T_LANE_NEXT, handle)
    else:
        after(h, length, LANE_HEAD, 0, lane, 0, 0)
        put(lane, L_FIRST, handle)
    put(lane, L_LAST, handle)
    refer(get(get(handle, T_CELL), C_INSTANCE))


@compiled
def leave_lane(h: int, lane: int) -> None:
    """The head has had its time; whoever is set next gets it."""
    _drop_first(h, lane)
    while get(lane, L_FIRST) and not is_set(get(lane, L_FIRST)):
        _drop_first(h, lane)
    head = get(lane, L_FIRST)
    if head:
        after(h, get(head, T_DUE) - get(h, H_NOW), LANE_HEAD, 0, lane, 0, 0)


@compiled
def _drop_first(h: int, lane: int) -> None:
    handle = get(lane, L_FIRST)
    put(lane, L_FIRST, get(handle, T_LANE_NEXT))
    unrefer(h, get(get(handle, T_CELL), C_INSTANCE))
