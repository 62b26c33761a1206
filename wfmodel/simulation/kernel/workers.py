"""``simulation/workers.py``, compiled: a queue, workers, how long an attempt takes, how it ends."""

from __future__ import annotations

from wfmodel.designs.history import Kind
from wfmodel.native.words import compiled, get, get_real, put
from wfmodel.simulation.kernel.draws import duration, uniform
from wfmodel.simulation.kernel.effects import block
from wfmodel.simulation.kernel.events import schedule
from wfmodel.simulation.kernel.layout import (
    B_BUSINESS,
    B_BUSINESS_BASE,
    B_BUSINESS_NAME,
    B_DURATION,
    B_TRANSIENT,
    B_TRANSIENT_BASE,
    B_TRANSIENT_NAME,
    C_INSTANCE,
    C_PROCESS,
    FAR,
    H_STEP_FAULTS,
    I_INDEX,
    J_IS_BUSINESS,
    J_PROBABILITY,
    J_PROCESS,
    J_STEP,
    J_STEP_BASES,
    N_A,
    N_B,
    N_C,
    N_D,
    N_E,
    N_NEXT,
    P_CAPACITY,
    P_IN_USE,
    P_INCARNATION,
    P_INDEX,
    P_QUEUE,
    P_SERVICE_FACTOR,
    WORK_END,
)
from wfmodel.simulation.kernel.lists import append, first_out, take_all
from wfmodel.simulation.kernel.memory import done_with, node_of
from wfmodel.simulation.kernel.rows import row
from wfmodel.simulation.workers import ATTEMPTS

_BEGIN = int(Kind.BEGIN)


@compiled
def start_work(h: int, cell: int, step: int, epoch: int, attempt: int) -> None:
    """An attempt wants a worker."""
    process = get(cell, C_PROCESS)
    node = node_of(h, WORK_END, get(cell, C_INSTANCE), cell, get(process, P_INCARNATION), step)
    put(node, N_D, epoch)
    put(node, N_E, attempt)
    capacity = get(process, P_CAPACITY)
    if capacity and get(process, P_IN_USE) >= capacity:
        append(process, P_QUEUE, node)
        return
    put(process, P_IN_USE, get(process, P_IN_USE) + 1)
    _begin(h, process, node)


@compiled
def _begin(h: int, process: int, node: int) -> None:
    instance = get(get(get(node, N_A), C_INSTANCE), I_INDEX)
    step, epoch = get(node, N_C), get(node, N_D)
    row(h, _BEGIN, instance, get(process, P_INDEX), step, epoch)
    index = epoch * ATTEMPTS + get(node, N_E)
    length = duration(h, get(block(h, step), B_DURATION), instance, index)
    factor = get_real(process, P_SERVICE_FACTOR)
    schedule(h, length if factor == 1.0 else stretched(length, factor), node)


@compiled
def stretched(length: int, factor: float) -> int:
    """A duration at a slow service or store."""
    longer = length * factor
    return FAR if longer >= FAR else int(longer)


@compiled
def free_worker(h: int, process: int) -> None:
    """A worker takes up the next attempt, or waits for one."""
    if not get(process, P_CAPACITY):
        return
    if get(process, P_QUEUE):
        _begin(h, process, first_out(process, P_QUEUE))
    else:
        put(process, P_IN_USE, get(process, P_IN_USE) - 1)


@compiled
def stop_work(h: int, process: int) -> None:
    """A crash: whatever was being worked on, or queued, is gone."""
    put(process, P_IN_USE, 0)
    node = take_all(process, P_QUEUE)
    while node:
        following = get(node, N_NEXT)
        done_with(h, node)
        node = following


# --------------------------------------------------------------------------------------- outcome


@compiled
def outcome_of(h: int, process: int, instance: int, step: int, epoch: int, attempt: int) -> int:
    """How an attempt turns out: 0 done, or the number of one of the step's failures."""
    injected = _injected(h, process, instance, step, epoch, attempt)
    if injected:
        return injected
    at = block(h, step)
    failed = 0
    business = get(at, B_BUSINESS)
    if business:
        failed = pick(business, uniform(get(at, B_BUSINESS_BASE), instance, epoch))
    transient = get(at, B_TRANSIENT)
    if transient and not failed:
        index = epoch * ATTEMPTS + attempt
        failed = pick(transient, uniform(get(at, B_TRANSIENT_BASE), instance, index))
    return failed


@compiled
def pick(odds: int, u: float) -> int:
    """In whose share of (0, 1) a number falls; 0: in none."""
    for place in range(get(odds, 0)):
        if u < get_real(odds, 2 + 2 * place):
            return get(odds, 1 + 2 * place)
    return 0


@compiled
def _injected(h: int, process: int, instance: int, step: int, epoch: int, attempt: int) -> int:
    node = get(h, H_STEP_FAULTS)
    while node:
        fault = get(node, N_B)
        node = get(node, N_NEXT)
        only = get(fault, J_STEP)
        if get(fault, J_PROCESS) != process or (only and not get(only, step)):
            continue
        business = get(fault, J_IS_BUSINESS)
        index = epoch * ATTEMPTS + (0 if business else attempt)
        base = get(get(fault, J_STEP_BASES), step)
        if uniform(base, instance, index) < get_real(fault, J_PROBABILITY):
            return get(block(h, step), B_BUSINESS_NAME if business else B_TRANSIENT_NAME)
    return 0
