"""``simulation/injection.py``, compiled: each fault at each target waits, strikes, and heals."""

from __future__ import annotations

from wfmodel.designs.faults import PER_MESSAGE, FaultKind
from wfmodel.designs.history import FAULT_KINDS, Kind
from wfmodel.native.words import compiled, get, get_real, put, put_real
from wfmodel.simulation.kernel.draws import quantile, uniform
from wfmodel.simulation.kernel.driver import resume_commits
from wfmodel.simulation.kernel.events import after, schedule
from wfmodel.simulation.kernel.layout import (
    FAR,
    FAULT,
    H_BLOCKED,
    H_DOWN,
    H_HORIZON,
    H_MESSAGE_FAULTS,
    H_NOW,
    H_REPLAY,
    H_STEP_FAULTS,
    HEAL,
    J_COUNT,
    J_EVERY,
    J_FACTOR,
    J_GAP_BASE,
    J_KIND,
    J_LASTS,
    J_LENGTH,
    J_PARTICIPANT,
    J_PEERS,
    J_PROCESS,
    J_STAGE,
    J_TIMES,
    J_TIMES_LENGTH,
    N_A,
    N_B,
    N_NEXT,
    NOTHING_MORE,
    P_ACTIVE_COUNT,
    P_CUT,
    P_DOWN,
    P_PAUSED,
    P_SERVICE_FACTOR,
    P_SLOW_SERVICE,
    P_SLOW_STORE,
    P_STORE_DOWN,
    P_STORE_FACTOR,
    REPLAYED,
    S_BASE,
    STRIKE,
)
from wfmodel.simulation.kernel.memory import done_with, node_of
from wfmodel.simulation.kernel.recovery import crash, restart, resume, retry_waiting
from wfmodel.simulation.kernel.rows import row

_FAULT_ON = int(Kind.FAULT_ON)
_FAULT_OFF = int(Kind.FAULT_OFF)
_CRASH = FAULT_KINDS.index(FaultKind.CRASH)
_PAUSE = FAULT_KINDS.index(FaultKind.PAUSE)
_PARTITION = FAULT_KINDS.index(FaultKind.PARTITION)
_STORE_OUTAGE = FAULT_KINDS.index(FaultKind.STORE_OUTAGE)
_SLOW_STORE = FAULT_KINDS.index(FaultKind.SLOW_STORE)
_SLOW_SERVICE = FAULT_KINDS.index(FaultKind.SLOW_SERVICE)
_BROKER_OUTAGE = FAULT_KINDS.index(FaultKind.BROKER_OUTAGE)
_FIRST_OF_MESSAGES = min(FAULT_KINDS.index(kind) for kind in PER_MESSAGE)
_LAST_OF_MESSAGES = max(FAULT_KINDS.index(kind) for kind in PER_MESSAGE)
_OUTSIDE = -1


@compiled
def next_occurrence(h: int, node: int) -> None:
    """Schedule a fault's next strike at its target, if there is one before the horizon."""
    fault = get(node, N_A)
    now, horizon, k = get(h, H_NOW), get(h, H_HORIZON), get(fault, J_COUNT)
    put(fault, J_COUNT, k + 1)
    times, every = get(fault, J_TIMES_LENGTH), get(fault, J_EVERY)
    if times:
        start = max(get(get(fault, J_TIMES), k), now) if k < times else horizon
    elif every:
        gap = quantile(h, every, uniform(get(fault, J_GAP_BASE), k, 0))
        start = now + max(1, gap)
    else:
        start = 0 if k == 0 else horizon
    if start >= horizon:
        after(h, 0, NOTHING_MORE, 0, 0, 0, 0)
        done_with(h, node)
        return
    lasts, length = get(fault, J_LASTS), horizon
    if times or every:
        length = quantile(h, lasts, uniform(get(lasts, S_BASE), k, 0))
    put(fault, J_LENGTH, length)
    put(fault, J_STAGE, STRIKE)
    schedule(h, start - now, node)


@compiled
def inject(h: int, node: int) -> None:
    """A fault's event: it strikes, or heals, or has healed when its stream is replayed."""
    fault = get(node, N_A)
    stage, process = get(fault, J_STAGE), get(fault, J_PROCESS)
    if stage == STRIKE:
        _strike(h, fault, process)
        put(fault, J_STAGE, HEAL)
        schedule(h, get(fault, J_LENGTH), node)
    elif stage == HEAL and get(fault, J_KIND) == _CRASH and get(process, P_DOWN) == 1:
        put(fault, J_STAGE, REPLAYED)
        replay = float(get(h, H_REPLAY)) * get(process, P_ACTIVE_COUNT)
        exact = get(h, H_REPLAY) * get(process, P_ACTIVE_COUNT)
        schedule(h, FAR if replay >= FAR else exact, node)
    else:
        _heal(h, fault, process)
        next_occurrence(h, node)


# ----------------------------------------------------------------------------------------- strike


@compiled
def _strike(h: int, fault: int, process: int) -> None:
    kind = get(fault, J_KIND)
    _fault_row(h, _FAULT_ON, fault)
    if kind == _BROKER_OUTAGE:
        put(h, H_DOWN, get(h, H_DOWN) + 1)
        return
    counter = _counter(fault)
    if counter:
        put(process, counter, get(process, counter) + 1)
    else:
        where, field = _place(h, kind, process)
        _append_last(where, field, node_of(h, FAULT, 0, 0, fault, 0))
        _judge(process)
    if kind == _CRASH and get(process, P_DOWN) == 1:
        crash(h, process)


@compiled
def _counter(fault: int) -> int:
    """Where overlapping faults of its kind are counted; 0 if they are not."""
    kind = get(fault, J_KIND)
    if kind == _CRASH:
        return P_DOWN
    if kind == _PAUSE:
        return P_PAUSED
    if kind == _PARTITION and not get(fault, J_PEERS):
        return P_CUT
    if kind == _STORE_OUTAGE:
        return P_STORE_DOWN
    return 0


@compiled
def _place(h: int, kind: int, process: int) -> tuple[int, int]:
    """The list in which a fault that is not counted stands while it is on."""
    if _FIRST_OF_MESSAGES <= kind <= _LAST_OF_MESSAGES:
        return h, H_MESSAGE_FAULTS
    if kind == _PARTITION:
        return h, H_BLOCKED
    if kind == _SLOW_STORE:
        return process, P_SLOW_STORE
    if kind == _SLOW_SERVICE:
        return process, P_SLOW_SERVICE
    return h, H_STEP_FAULTS


@compiled
def _append_last(record: int, field: int, node: int) -> None:
    """To the end of a short list that keeps its first node only."""
    put(node, N_NEXT, 0)
    last = get(record, field)
    if not last:
        put(record, field, node)
        return
    while get(last, N_NEXT):
        last = get(last, N_NEXT)
    put(last, N_NEXT, node)


@compiled
def _judge(process: int) -> None:
    """Renew what follows from the slow faults that are on."""
    put_real(process, P_STORE_FACTOR, _product(get(process, P_SLOW_STORE)))
    put_real(process, P_SERVICE_FACTOR, _product(get(process, P_SLOW_SERVICE)))


@compiled
def _product(node: int) -> float:
    product = 1.0
    while node:
        product *= get_real(get(node, N_B), J_FACTOR)
        node = get(node, N_NEXT)
    return product


# ------------------------------------------------------------------------------------------- heal


@compiled
def _heal(h: int, fault: int, process: int) -> None:
    kind = get(fault, J_KIND)
    if kind == _BROKER_OUTAGE:
        put(h, H_DOWN, get(h, H_DOWN) - 1)
        _fault_row(h, _FAULT_OFF, fault)
        retry_waiting(h)
        return
    _fault_row(h, _FAULT_OFF, fault)
    counter = _counter(fault)
    if not counter:
        where, field = _place(h, kind, process)
        _remove(h, where, field, fault, kind in (_SLOW_STORE, _SLOW_SERVICE))
        _judge(process)
        return
    left = get(process, counter) - 1
    put(process, counter, left)
    if not left:
        _is_over(h, kind, process)


@compiled
def _is_over(h: int, kind: int, process: int) -> None:
    """The last fault of a counted kind has ended at a process."""
    if kind == _CRASH:
        restart(h, process)
    elif kind == _PAUSE:
        resume(h, process)
    elif kind == _PARTITION:
        retry_waiting(h)
    else:
        resume_commits(h, process)


@compiled
def _remove(h: int, record: int, field: int, fault: int, by_factor: bool) -> None:
    """The first entry that is equal: one of a factor is any of that factor."""
    before, node = 0, get(record, field)
    while not _is_same(get(node, N_B), fault, by_factor):
        before, node = node, get(node, N_NEXT)
    if before:
        put(before, N_NEXT, get(node, N_NEXT))
    else:
        put(record, field, get(node, N_NEXT))
    done_with(h, node)


@compiled
def _is_same(one: int, other: int, by_factor: bool) -> bool:
    if by_factor:
        return get_real(one, J_FACTOR) == get_real(other, J_FACTOR)
    return one == other


@compiled
def _fault_row(h: int, kind: int, fault: int) -> None:
    row(h, kind, _OUTSIDE, get(fault, J_PARTICIPANT), get(fault, J_KIND), 0)
