"""Instances arrive: at drawn distances, or at the times of a trace."""

from __future__ import annotations

from wfmodel.designs.history import Kind
from wfmodel.native.words import ask, compiled, get, put
from wfmodel.simulation.kernel.actions import following_operation, release
from wfmodel.simulation.kernel.broker import post
from wfmodel.simulation.kernel.cells import cell_of
from wfmodel.simulation.kernel.draws import quantile, uniform
from wfmodel.simulation.kernel.driver import note_active
from wfmodel.simulation.kernel.events import after, schedule
from wfmodel.simulation.kernel.layout import (
    ASK_OPENING,
    ASK_START,
    E_COUNT,
    E_OPERATIONS,
    H_ABORT,
    H_ARRIVAL_AT,
    H_ARRIVED,
    H_ASK,
    H_DRAWN,
    H_EVERY,
    H_HORIZON,
    H_MOST,
    H_NOW,
    H_OPENING,
    H_START,
    H_TRACE,
    H_TRACE_LENGTH,
    NOTHING_MORE,
    P_DOWN,
    S_BASE,
)
from wfmodel.simulation.kernel.memory import (
    done_with,
    new_instance,
    process_at,
    refer,
    unrefer,
)
from wfmodel.simulation.kernel.rows import row

_ARRIVE = int(Kind.ARRIVE)
_OUTSIDE = -1


@compiled
def arrivals(h: int, node: int) -> None:
    """Whoever is due arrives; the next arrival is scheduled, if there is one."""
    if get(h, H_DRAWN):
        _arrive(h)
    while not get(h, H_ABORT) and _draw(h):  # any number may arrive in one event
        wait = get(h, H_ARRIVAL_AT) - get(h, H_NOW)
        if wait > 0:
            schedule(h, wait, node)
            return
        _arrive(h)
    after(h, 0, NOTHING_MORE, 0, 0, 0, 0)
    done_with(h, node)


@compiled
def _draw(h: int) -> bool:
    """The time of the next arrival; false when there is none."""
    number, every = get(h, H_DRAWN), get(h, H_EVERY)
    if number == get(h, H_MOST):
        return False
    at = get(h, H_ARRIVAL_AT)
    if every:
        at += quantile(h, every, uniform(get(every, S_BASE), number, 0))
    elif number < get(h, H_TRACE_LENGTH):
        at = get(get(h, H_TRACE), number)
    else:
        return False
    if at >= get(h, H_HORIZON):
        return False
    put(h, H_ARRIVAL_AT, at)
    put(h, H_DRAWN, number + 1)
    return True


@compiled
def _arrive(h: int) -> None:
    """A new instance: who opens it has what it asked for, who starts it hears of it."""
    index = get(h, H_ARRIVED)
    put(h, H_ARRIVED, index + 1)
    instance = new_instance(h, index)
    refer(instance)
    row(h, _ARRIVE, index, _OUTSIDE, 0, 0)
    opening = get(h, H_OPENING)
    if opening == 0:
        opening = ask(get(h, H_ASK), ASK_OPENING, 0, 0, 0, 0)
        put(h, H_OPENING, opening)
    for place in range(get(opening, 0)):
        _open(h, instance, opening + 8 * (1 + 4 * place))
    operation = get(h, H_START)
    if operation == 0:
        operation = ask(get(h, H_ASK), ASK_START, 0, 0, 0, 0)
        put(h, H_START, operation)
    post(h, _OUTSIDE, instance, operation)
    unrefer(h, instance)


@compiled
def _open(h: int, instance: int, record: int) -> None:
    """What was sent before anything happened is on its way; a process that is down has lost the
    rest.
    """
    participant, sends, rest = get(record, 0), get(record, 2), get(record, 3)
    process = process_at(h, participant)
    cell = cell_of(h, instance, process)
    note_active(h, process, cell, get(record, 1))
    operation = sends + 8 * E_OPERATIONS
    for _ in range(get(sends, E_COUNT)):
        post(h, participant, instance, operation)
        operation = following_operation(operation)
    if not get(process, P_DOWN):
        release(h, cell, rest)
