"""Runs that would not end are told before they begin: loops, retries and rates without bound.

A loop is looked at as a Markov chain: how often one instance is expected to go round it within the
time that a run has, and how long that takes. What has no probability and no time of its own (a
message on its way, a capacity) is left out, so a loop that passes here may still be slow; a run's
own bound on events is for that.

>>> print(why_endless(workflow, setting))
'again' goes round without end, and takes no time: let it wait, or leave the loop
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wfmodel.model.distributions import Distribution
from wfmodel.model.failures import FailureKind
from wfmodel.model.flow import Flow, Node, NodeKind, build_flow, retries
from wfmodel.model.units import format_duration
from wfmodel.model.workflow import (
    DONE,
    TIMEOUT,
    Choice,
    Compensation,
    Receive,
    Task,
    Wait,
    Workflow,
)
from wfmodel.simulation import Setting

Floats: TypeAlias = NDArray[np.float64]

MOST_STEPS: Final = 10_000_000
"""Steps of one instance, expected, in one loop within the time of a run."""
MOST_AT_ONCE: Final = 100_000
"""The same where it takes no time."""
MOST_ARRIVALS: Final = 1_000_000_000
"""Instances of a run, and strikes of a fault."""
AT_ONCE_NS: Final = 1_000
"""A step on average shorter than this takes no time."""
EVER: Final = 1e9
"""Stands for steps without end."""
FOR_EVER_NS: Final = 1e30
DELAYS: Final = 64
"""Pauses between attempts that are added up one by one; a retry's back-off grows no more after."""


@dataclass(frozen=True, slots=True)
class _Stay:
    """What is expected of one visit of a node: attempts, and nanoseconds."""

    attempts: float
    time_ns: float


def why_endless(workflow: Workflow, setting: Setting) -> str | None:
    """What would keep a run from ending, in one line; None where nothing is known to."""
    flow = build_flow(workflow)
    if flow.problems:
        return None
    span = float(setting.horizon + setting.convergence)
    found = (*why_rates(setting), *why_loops(flow, span))
    return found[0] if found else None


def why_loops(flow: Flow, span_ns: float) -> Iterator[str]:
    """Loops and retries that do not end within the time of a run, or only after too much."""
    stays = [_stay(node) for node in flow.nodes]
    for node, stay in zip(flow.nodes, stays, strict=True):
        if stay.attempts > 1 and (said := _too_many(stay.attempts, stay.time_ns, span_ns)):
            yield f"{node.name!r} is tried again {said}: let it pause, or give up"
    if any(edge.back for node in flow.nodes for edge in node.edges):
        yield from _loops(flow, stays, span_ns)


def why_rates(setting: Setting) -> Iterator[str]:
    """Instances and strikes of faults that are too many for a run."""
    every = setting.arrivals.every
    if every is not None:
        number = _faster(setting) * setting.horizon / _mean(every)
        if min(number, setting.arrivals.most or math.inf) > MOST_ARRIVALS:
            yield f"{_many(number)} instances would arrive within the horizon"
    for fault in setting.faults:
        lasts = _mean(fault.lasts)
        if fault.every is None:
            continue
        number = setting.horizon / (_mean(fault.every) + lasts)
        if number > MOST_ARRIVALS:
            yield f"a fault ({fault.kind}) would strike {_many(number)} times within the horizon"


def _faster(setting: Setting) -> float:
    """How many times as many arrive as without the pattern, at most."""
    pattern = setting.arrivals.pattern
    if pattern is None:
        return 1.0
    factors = pattern.factors
    whole = setting.horizon >= pattern.period
    return sum(factors) / len(factors) if whole else max(factors)


def _mean(duration: Distribution) -> float:
    """Expected nanoseconds; what no float can hold is for ever, and keeps no loop going round."""
    try:
        mean = duration.mean_ns()
    except OverflowError:
        return FOR_EVER_NS
    return min(mean, FOR_EVER_NS) if not math.isnan(mean) else FOR_EVER_NS


def _many(number: float) -> str:
    return f"about {number:,.0f}" if number < 1e15 else f"about {number:.0e}"


def _too_many(steps: float, time_ns: float, span_ns: float) -> str | None:
    """How a loop of so many expected steps, in so much expected time, is too much for a run."""
    within = steps if time_ns <= span_ns else steps * span_ns / time_ns
    at_once = time_ns < steps * AT_ONCE_NS
    if within <= (MOST_AT_ONCE if at_once else MOST_STEPS):
        return None
    often = "without end" if steps > EVER / 2 else f"{_many(steps)} times"
    if time_ns < steps:
        return f"{often}, and takes no time"
    return f"{often}, every {format_duration(max(1, round(time_ns / steps)))}"


# ------------------------------------------------------------------------------------- a visit


def _stay(node: Node) -> _Stay:
    match node.state:
        case Task() | Compensation() as state if node.kind in (
            NodeKind.TASK,
            NodeKind.COMPENSATION,
        ):
            return _of_work(state)
        case Wait(duration=duration):
            return _Stay(1, _mean(duration))
        case Receive(delay=delay, timeout=timeout):
            return _Stay(1, min(_mean(delay), math.inf if timeout is None else timeout))
        case _:
            return _Stay(1, 0.0)


def _of_work(state: Task | Compensation) -> _Stay:
    """Attempts in all: a business failure comes back at each of them, a transient one may not."""
    policy, duration = state.retry, _mean(state.duration)
    if policy is None:
        return _Stay(1, duration)
    transient, business = (_share(state, kind) for kind in (FailureKind.TRANSIENT, "business"))
    most = EVER if policy.attempts is None else min(EVER, policy.attempts)
    tried = _geometric(transient, most)
    attempts = (1 - business) * tried + business * most
    pauses, again = 0.0, 1.0
    for attempt in range(2, int(min(most, DELAYS)) + 1):
        again *= max(transient, 1.0 if business else 0.0)
        pauses += again * policy.delay_before(attempt)
    rest = max(0.0, attempts - DELAYS) * policy.delay_before(DELAYS)
    return _Stay(attempts, attempts * duration + pauses + rest)


def _share(state: Task | Compensation, kind: FailureKind | str) -> float:
    """The probability of an attempt's failures of a kind that lead to another attempt."""
    modes = state.failures.items()
    given = [m.probability for name, m in modes if m.kind == kind and retries(state, name, 0)]
    return min(1.0, sum(given))


def _geometric(again: float, most: float) -> float:
    """Expected attempts, of which each is followed by another with this probability."""
    if again >= 1:
        return most
    return min(most, float((1 - again**most) / (1 - again)))


# -------------------------------------------------------------------------------------- a loop


def _loops(flow: Flow, stays: Sequence[_Stay], span_ns: float) -> Iterator[str]:
    """Inner scopes come after those around them, and first here: a fork takes their time."""
    times = [stay.time_ns for stay in stays]
    for scope in reversed(flow.scopes):
        nodes = list(flow.in_scope(scope.index))
        steps, spent = _until_left(nodes, stays, times)
        if scope.fork is not None and scope.initial is not None:
            at = [node.index for node in nodes].index(scope.initial)
            times[scope.fork] = max(times[scope.fork], float(spent[at]))
        for number in _on_cycles(nodes):
            if said := _too_many(float(steps[number]), float(spent[number]), span_ns):
                yield f"{nodes[number].name!r} goes round {said}: let it wait, or leave the loop"
                return


def _until_left(
    nodes: Sequence[Node], stays: Sequence[_Stay], times: Sequence[float]
) -> tuple[Floats, Floats]:
    """Expected steps and time from each node until the scope ends (EVER: it does not)."""
    from scipy.sparse import csc_array, identity  # only where there is a loop
    from scipy.sparse.linalg import splu

    place = {node.index: number for number, node in enumerate(nodes)}
    moves = [
        (place[target], number, p * (1 - 1 / EVER))
        for number, node in enumerate(nodes)
        for target, p in _shares(node)
        if target in place
    ]
    size = (len(nodes), len(nodes))
    to, origin, share = zip(*moves, strict=True) if moves else ((), (), ())
    solver = splu((identity(len(nodes)) - csc_array((share, (origin, to)), shape=size)).tocsc())
    steps = solver.solve(np.array([stays[node.index].attempts for node in nodes]))
    return steps, solver.solve(np.array([times[node.index] for node in nodes], dtype=float))


def _on_cycles(nodes: Sequence[Node]) -> Iterator[int]:
    """Nodes from which there is a way back to themselves, by moves that can happen."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    place = {node.index: number for number, node in enumerate(nodes)}
    moves = {
        (number, place[target])
        for number, node in enumerate(nodes)
        for target, p in _shares(node)
        if p > 0 and target in place
    }
    if not moves:
        return
    size = (len(nodes), len(nodes))
    origin, to = zip(*moves, strict=True)
    _, labels = connected_components(
        csr_array(([1] * len(moves), (origin, to)), shape=size), connection="strong"
    )
    alike = {label: list(labels).count(label) for label in set(labels)}
    yield from (n for n in range(len(nodes)) if alike[labels[n]] > 1 or (n, n) in moves)


def _shares(node: Node) -> Iterator[tuple[int, float]]:
    """Where a visit leads, and how probably; they add up to 1 at most."""
    match node.state:
        case Choice() as choice:
            shares = choice.probabilities()
            yield from ((e.target, p) for e, p in zip(node.edges, shares, strict=False))
        case Receive() as receive:
            shares = receive.probabilities()
            by_event = dict(zip(receive.events, shares, strict=True))
            by_event[TIMEOUT] = max(0.0, 1 - sum(shares))
            yield from ((e.target, by_event.get(e.event, 0.0)) for e in node.edges)
        case Task() as task if node.kind is NodeKind.TASK:
            yield from _shares_of_task(node, task)
        case _:
            yield from ((edge.target, 1.0) for edge in node.edges if edge.event == DONE)


def _shares_of_task(node: Node, task: Task) -> Iterator[tuple[int, float]]:
    left = 1.0
    most = EVER if task.retry is None or task.retry.attempts is None else task.retry.attempts
    for name, mode in task.failures.items():
        retried = retries(task, name, 0) and mode.kind is FailureKind.TRANSIENT
        share = mode.probability ** min(most, EVER) if retried else mode.probability
        left -= share
        if share > 0:
            yield node.after(name).target, share
    yield from ((edge.target, max(0.0, left)) for edge in node.edges if edge.event == DONE)
