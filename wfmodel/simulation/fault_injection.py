"""Each fault at each of its targets waits for its instant, strikes, and heals again.

Times belong to (fault, target, occurrence), so all designs meet them at the same instants. A user's
own SimPy process strikes and heals through ``World`` in the same way.
"""

from __future__ import annotations

from wfmodel.designs.fault_facts import PER_ATTEMPT, PER_MESSAGE
from wfmodel.designs.faults import FaultKind
from wfmodel.designs.history import FAULT_KINDS, Kind
from wfmodel.native.record_layout import NULL
from wfmodel.simulation.backups import no_more_restores
from wfmodel.simulation.basis import FAR, done_with, event_of, quantile, row, schedule, uniform
from wfmodel.simulation.event_codes import FAULT, HEAL, NOTHING_MORE, OUTSIDE, REPLAYED, STRIKE
from wfmodel.simulation.handover import lease_ends, watch_for
from wfmodel.simulation.network import come_in
from wfmodel.simulation.queues import append, remove
from wfmodel.simulation.reactions import resume_commits
from wfmodel.simulation.records import Event, Events, Injected, Process
from wfmodel.simulation.recovery import crash, go_back, restart, resume, retry_waiting
from wfmodel.simulation.run_record import Run
from wfmodel.simulation.worker_deaths import kill_workers

_FAULT_ON = int(Kind.FAULT_ON)
_FAULT_OFF = int(Kind.FAULT_OFF)
_CRASH = FAULT_KINDS.index(FaultKind.CRASH)
_RESTORE = FAULT_KINDS.index(FaultKind.RESTORE)
_WORKER_CRASH = FAULT_KINDS.index(FaultKind.WORKER_CRASH)
_PAUSE = FAULT_KINDS.index(FaultKind.PAUSE)
_PARTITION = FAULT_KINDS.index(FaultKind.PARTITION)
_STORE_OUTAGE = FAULT_KINDS.index(FaultKind.STORE_OUTAGE)
_SLOW_STORE = FAULT_KINDS.index(FaultKind.SLOW_STORE)
_SLOW_SERVICE = FAULT_KINDS.index(FaultKind.SLOW_SERVICE)
_BROKER_OUTAGE = FAULT_KINDS.index(FaultKind.BROKER_OUTAGE)
_OF_MESSAGES = tuple(FAULT_KINDS.index(kind) for kind in FaultKind if kind in PER_MESSAGE)
_OF_ATTEMPTS = tuple(FAULT_KINDS.index(kind) for kind in FaultKind if kind in PER_ATTEMPT)
_COUNTED = (_CRASH, _PAUSE, _STORE_OUTAGE)
_WITHOUT_LIST = (_BROKER_OUTAGE, _RESTORE, _WORKER_CRASH)
_LISTED = (*_OF_MESSAGES, *_OF_ATTEMPTS, _PARTITION, _SLOW_STORE, _SLOW_SERVICE)
assert {*_COUNTED, *_WITHOUT_LIST, *_LISTED} == set(range(len(FAULT_KINDS)))
"""Each kind has its branch below: what ``_list_of`` comes to last is a slow service."""


def await_next(run: Run, event: Event) -> None:
    """Schedule a fault's next strike at its target, if there is one in time."""
    fault = event.fault
    k, start = fault.count, run.faults_end
    fault.count = k + 1
    if fault.times_length:
        if k < fault.times_length:
            start = max(fault.times[k], run.now)
    elif fault.every:
        gap = quantile(run, fault.every, uniform(fault.gap_base, k, 0))
        start = (fault.ends if fault.together else run.now) + max(1, gap)
        if fault.together:
            start = _next_of_all(run, fault, start)
            k = fault.count - 1
    elif k == 0:
        start = 0
    if max(start, run.now) >= run.faults_end:
        if fault.kind == _RESTORE:
            no_more_restores(run, fault.process)
        nothing_more(run)
        done_with(run, event)
        return
    fault.length = run.faults_end
    if fault.times_length or fault.every:
        fault.length = quantile(run, fault.lasts, uniform(fault.lasts.base, k, 0))
    fault.ends = min(start + fault.length, FAR)
    fault.stage = STRIKE  # at once, if another of its targets is not back yet when it is due
    schedule(run, max(0, start - run.now), event)


def _next_of_all(run: Run, fault: Injected, start: int) -> int:
    """When all its targets are struck next; one that was not back yet has missed what is over."""
    k = fault.count - 1
    length = quantile(run, fault.lasts, uniform(fault.lasts.base, k, 0))
    while start + length < run.now and start < run.faults_end:
        k += 1
        start += length + max(1, quantile(run, fault.every, uniform(fault.gap_base, k, 0)))
        length = quantile(run, fault.lasts, uniform(fault.lasts.base, k, 0))
    fault.count = k + 1
    return start


def nothing_more(run: Run) -> None:
    """Something that went on by itself has ended."""
    schedule(run, 0, event_of(run, NOTHING_MORE, NULL))


def inject(run: Run, event: Event) -> None:
    """A fault's event: it strikes, or heals, or has healed when its stream is replayed."""
    fault = event.fault
    if fault.stage == STRIKE:
        strike(run, fault)
        fault.stage = HEAL
        schedule(run, fault.length, event)
    elif fault.stage == HEAL and replays(fault):
        fault.stage = REPLAYED
        schedule(run, replay_time(run, fault.process), event)
    else:
        heal(run, fault)
        if fault.own:
            done_with(run, event)
        else:
            await_next(run, event)


def replays(fault: Injected) -> bool:
    """Whether its end is that of the last crash that is on: a restart may have much to read."""
    return (fault.kind == _CRASH or fault.kind == _RESTORE) and fault.process.down == 1


def replay_time(run: Run, process: Process) -> int:
    """How long a restart replays the events of unfinished instances."""
    longest = float(run.replay) * process.active_count
    return FAR if longest >= FAR else run.replay * process.active_count


# ----------------------------------------------------------------------------------------- strike


def strike(run: Run, fault: Injected) -> None:
    """The fault begins."""
    kind, process = fault.kind, fault.process
    _tell(run, fault, _FAULT_ON)
    if kind == _BROKER_OUTAGE:
        run.down += 1
        return
    if kind == _RESTORE:
        _fell(run, process)
        go_back(run, fault)
        return
    if kind == _WORKER_CRASH:
        kill_workers(run, fault)
        return
    if _is_counted(fault):
        _count(fault, 1)
    else:
        event = event_of(run, FAULT, NULL)
        event.fault = fault
        append(_list_of(run, fault), event)
        _judge(process)
    if kind == _CRASH and process.down == 1:
        crash(run, process)
    if kind == _PAUSE and process.paused == 1:
        process.silent_since = run.now
        if process.count > 1 and not process.down:
            lease_ends(run, process)
            watch_for(run, process)


def _fell(run: Run, process: Process) -> None:
    """Nobody runs on a store that is restored: every replica is down."""
    for place in range(process.first, process.first + process.count):
        replica = run.replicas[place]
        replica.down += 1
        if replica.down == 1:
            crash(run, replica)


def _raise(run: Run, process: Process) -> None:
    """Whoever runs on a store that was restored is back, unless something else keeps it down."""
    for place in range(process.first, process.first + process.count):
        replica = run.replicas[place]
        replica.down -= 1
        if not replica.down:
            restart(run, replica)


def _tell(run: Run, fault: Injected, kind: int) -> None:
    if fault.told:
        number = fault.process.number if fault.process else 0
        row(run, kind, OUTSIDE, fault.participant, fault.kind, number)


def _is_counted(fault: Injected) -> bool:
    """Whether a process is in it as long as any of its kind is on."""
    kind = fault.kind
    if kind == _PARTITION:  # from some peers only: kept by the broker, pair by pair
        return not fault.peers
    return kind in _COUNTED


def _count(fault: Injected, change: int) -> int:
    """How many of its kind are on at its process, after one more or less."""
    kind, process = fault.kind, fault.process
    if kind == _CRASH:
        process.down += change
        return process.down
    if kind == _PAUSE:
        process.paused += change
        return process.paused
    if kind == _PARTITION:
        process.cut += change
        return process.cut
    process.store_down += change
    return process.store_down


def _list_of(run: Run, fault: Injected) -> Events:
    """The list in which a fault that is not counted stands while it is on."""
    kind = fault.kind
    if kind in _OF_MESSAGES:
        return run.message_faults
    if kind in _OF_ATTEMPTS:
        return run.step_faults
    if kind == _PARTITION:
        return run.blocked
    if kind == _SLOW_STORE:
        return fault.process.slow_store
    return fault.process.slow_service


def _judge(process: Process) -> None:
    """Renew what follows from the slow faults that are on."""
    process.store_factor = _product(process.slow_store.first)
    process.service_factor = _product(process.slow_service.first)


def _product(event: Event) -> float:
    product = 1.0
    while event:
        product *= event.fault.factor
        event = event.next
    return product


# ------------------------------------------------------------------------------------------- heal


def heal(run: Run, fault: Injected) -> None:
    """The fault ends."""
    _tell(run, fault, _FAULT_OFF)
    if fault.kind == _BROKER_OUTAGE:
        run.down -= 1
        retry_waiting(run)
    elif fault.kind == _RESTORE:
        _raise(run, fault.process)
    elif fault.kind == _WORKER_CRASH:
        return  # whoever comes after them is there already
    elif not _is_counted(fault):
        _end_one(run, _list_of(run, fault), fault)
        _judge(fault.process)
    elif not _count(fault, -1):
        _is_over(run, fault.kind, fault.process)


def _is_over(run: Run, kind: int, process: Process) -> None:
    """The last fault of a counted kind has ended at a process."""
    if kind == _CRASH:
        restart(run, process)
    elif kind == _PAUSE:
        resume(run, process)
    elif kind == _PARTITION:
        retry_waiting(run)
        if not process.down:
            come_in(run, process)
    else:
        resume_commits(run, process)


def _end_one(run: Run, events: Events, fault: Injected) -> None:
    """The first that is equal: of those that only slow down, one of the same factor."""
    event = events.first
    while not _is_same(event.fault, fault):
        event = event.next
    remove(events, event)
    done_with(run, event)


def _is_same(one: Injected, other: Injected) -> bool:
    if other.kind == _SLOW_STORE or other.kind == _SLOW_SERVICE:
        return one.factor == other.factor
    return one == other
