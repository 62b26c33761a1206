"""Observability: can anybody say which instances are stuck, and at which step?

A monitor polls the stores. An instance is stuck while it has no verdict anywhere and has made no
durable progress for the monitor's threshold; before the first store has taken it up it is waiting
at the door, not stuck. Where nothing was left to happen at the end of the run, the monitor goes on
looking until it has had its chance. With correlation the monitor joins all views of an
instance, and can name it, and the frontier of its steps, if any view knows anything of it. Without,
records of different participants cannot be joined: it can name the instance only if a single
participant's own store shows work that this participant itself still has to move (``active``).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from wfmodel.designs.state import View
from wfmodel.metrics.codes import Ints
from wfmodel.metrics.globalstate import GlobalState, StateGraph
from wfmodel.metrics.instance_paths import Tracks, came_to_rest
from wfmodel.metrics.metric import SECOND, Undefined, Value, mean

NOT_STUCK = Undefined("no instance was stuck when the monitor looked")
NOT_NAMED = Undefined("no stuck instance was named")


class Stall(NamedTuple):
    """One spell in which the monitor found an instance stuck. ``named_ns``: -1 if it could not."""

    instance: int
    since_ns: int
    """The last durable progress."""
    named_ns: int


def nameable(graph: StateGraph, state: GlobalState, correlation: bool) -> bool:
    """Whether a monitor that reads these stores can name the instance and its step."""
    views = [graph.view(number) for number in state.every_view()]
    if correlation:
        return any(view != View() for view in views)
    return any(view.active and not view.status.is_final for view in views)


class _Names:
    """Which states can be named; each is asked for once."""

    def __init__(self, graph: StateGraph, correlation: bool) -> None:
        self._graph, self._correlation = graph, correlation
        self._known: dict[int, bool] = {}

    def be_given(self, number: int) -> bool:
        known = self._known.get(number)
        if known is None:
            state = self._graph.states[number]
            known = self._known[number] = nameable(self._graph, state, self._correlation)
        return known


def stalls(tracks: Tracks) -> tuple[Stall, ...]:
    """Every spell without progress, before the verdict, that is stuck at a poll."""
    monitor, correlation = tracks.monitor, tracks.history.knobs.correlation
    can = _Names(tracks.graph, correlation)
    found = []
    for instance, event, since, until in zip(*_spells(tracks), strict=True):
        stuck = since + monitor.threshold_ns
        first_poll = -(-stuck // monitor.poll_ns) * monitor.poll_ns
        if first_poll < until:
            named = _named(tracks, can, instance, event, first_poll, until)
            found.append(Stall(instance, since, named))
    return tuple(found)


def _spells(tracks: Tracks) -> tuple[list[int], list[int], list[int], list[int]]:
    """(instance, last event of progress, its time, end) of each spell as long as the threshold."""
    concluded = tracks.verdict_event
    event = np.flatnonzero(tracks.progress)
    limit = np.where(concluded < 0, len(tracks.edge), concluded)
    event = event[event < limit[tracks.instance[event]]]
    owner, since = tracks.instance[event], tracks.time_ns[event]
    monitor, last = tracks.monitor, np.append(owner[1:] != owner[:-1], True)[: len(event)]
    end = tracks.end_ns
    if came_to_rest(tracks.history):
        end += monitor.threshold_ns + 2 * monitor.poll_ns
    final = np.where(concluded < 0, end, tracks.verdict_ns)
    until = np.where(last, final[owner], np.append(since[1:], 0)[: len(event)])
    long = np.flatnonzero(until - since > monitor.threshold_ns)
    return owner[long].tolist(), event[long].tolist(), since[long].tolist(), until[long].tolist()


def _named(
    tracks: Tracks, can: _Names, instance: int, event: int, first_poll: int, until: int
) -> int:
    """The first poll of a spell at which the stores allow a name, or -1.

    Within a spell states change only by forgetting.
    """
    poll, stop = tracks.monitor.poll_ns, int(tracks.bounds[instance + 1])
    times: Ints = tracks.time_ns
    state = int(tracks.target[event])
    at = first_poll
    while True:
        event += 1
        change = min(until, int(times[event])) if event < stop else until
        if can.be_given(state) and at < change:
            return at
        if change >= until:
            return -1
        state = int(tracks.target[event])
        at = max(at, -(-change // poll) * poll)


def stuck_count(tracks: Tracks) -> int:
    """How many instances were stuck at a poll."""
    return len({stall.instance for stall in tracks.once(stalls)})


def stuck(tracks: Tracks) -> Value:
    """Fraction of instances that a monitor with full knowledge would have found stuck.

    Definition: the share of instances that at some poll had no verdict in any store and had made no
    durable progress for the threshold (defaults: poll 5 s, threshold 30 s).
    Unit: fraction.
    Source: Airflow 3 scheduler: scheduler_heartbeat_sec 5 s, scheduler_health_check_threshold 30 s.
    Cannot see: the difference between stuck and waiting on purpose: choose a threshold above the
    longest wait, work and back-off of the workflow.
    """
    return mean(np.isin(np.arange(tracks.count), [stall.instance for stall in tracks.once(stalls)]))


def blindness(tracks: Tracks) -> Value:
    """Fraction of stuck instances that nobody can name.

    Definition: of the instances that were stuck at a poll, the share that the monitor could name at
    no poll at which they were stuck. With correlation it can name what any store knows of; without,
    only what a single participant still has to move.
    Unit: fraction.
    Source: joining records needs a correlation identifier; Hohpe & Woolf, Enterprise Integration
    Patterns, 2003.
    Cannot see: logs and traces outside the stores; whether somebody looks.
    """
    found = tracks.once(stalls)
    if not found:
        return NOT_STUCK
    everyone = {stall.instance for stall in found}
    named = {stall.instance for stall in found if stall.named_ns >= 0}
    return 1 - len(named) / len(everyone)


def detection_time(tracks: Tracks) -> Value:
    """Time until a stuck instance is named.

    Definition: from the last durable progress before the first spell that the monitor could name to
    the poll that names it; the mean over the stuck instances that were named. It includes the
    threshold.
    Unit: s.
    Source: time to detect, as in Chandra & Toueg, JACM 1996 (unreliable failure detectors).
    Cannot see: instances that were never named: read it beside blindness.
    """
    first: dict[int, int] = {}
    for stall in tracks.once(stalls):
        if stall.named_ns >= 0:
            first.setdefault(stall.instance, stall.named_ns - stall.since_ns)
    if not first:
        return NOT_NAMED
    return sum(first.values()) / len(first) / SECOND
