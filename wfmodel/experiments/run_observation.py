"""What is kept of one run: plain numbers, small enough to send between processes.

Runs are measured beside their twins, the same draws without faults (``metrics.twin``), and over one
window, to the end of the convergence limit. A run in which nothing is
left to happen ends earlier, but its state lasts: what is lost stays lost, what is wrong stays
wrong, and a monitor goes on looking. Without this, the design that gives up first looks best.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from wfmodel.designs import History, System
from wfmodel.designs.anomalies import CLEAN
from wfmodel.designs.history import Kind
from wfmodel.experiments.incidents import Incident, incidents_of
from wfmodel.experiments.instance_facts import (
    MOST_CALM,
    Latencies,
    Struck,
    Worst,
    latencies_of,
    recovery_of,
    struck_in,
    worst_of,
)
from wfmodel.experiments.survival import Samples, restricted_mean
from wfmodel.metrics import (
    NO_TERMS,
    Censored,
    Measurement,
    Per,
    StateGraph,
    Terms,
    Tracks,
    TwinEnds,
    ends_of,
    lost_on_derailed,
    measure_tracks,
    tracks_of,
)

SECOND: Final = 1e9
STANDSTILL: Final = "standstill_time"
RUNNING: Final = "still-running"
"""Among the classes of endings: no end yet."""


@dataclass(frozen=True)
class RunObservation:
    """One run, measured.

    ``values``: by metric name, ``nan`` where undefined; times are restricted to the convergence
    limit, so that variants are compared over one range. ``baseline``: the same without faults,
    empty where no twin was run. ``counts``: what values are means over. ``recovery``: delays of the
    instances that faults hurt, up to that limit. ``divergence``: mean D at ``times_s`` of simulated
    time. ``incidents``: instances that ended with an anomaly. ``latencies``: those of the run,
    ``calm`` those of its twin. ``struck``: what hit whom. ``worst``: instances to look at.
    ``lost_on_derailed``: see there. ``limit_s``: the convergence limit.
    """

    instances: int
    values: Mapping[str, float]
    baseline: Mapping[str, float]
    counts: Mapping[Per, int]
    reasons: Mapping[str, str]
    endings: Mapping[str, int]
    recovery: Samples
    times_s: tuple[float, ...]
    divergence: tuple[float, ...]
    incidents: tuple[Incident, ...]
    latencies: Latencies
    calm: Latencies
    struck: tuple[Struck, ...]
    worst: tuple[Worst, ...]
    lost_on_derailed: Mapping[str, float]
    limit_s: float = math.inf


@dataclass(frozen=True)
class TwinRun:
    """A run without faults, as the runs whose twin it is need it."""

    ends: TwinEnds
    values: Mapping[str, float]
    latencies: Latencies


def twin_run(
    history: History, *, graph: StateGraph | None = None, terms: Terms = NO_TERMS
) -> TwinRun:
    """Measure a run without faults."""
    with _watched_to_the_limit(history) as watched:
        tracks = tracks_of(watched, graph=graph)
        values = _values(measure_tracks(tracks, terms), history)
        return TwinRun(ends_of(tracks), values, latencies_of(tracks, most=MOST_CALM))


def observe(
    history: History,
    *,
    system: System | None = None,
    graph: StateGraph | None = None,
    twin: TwinRun | None = None,
    moving: frozenset[int] = frozenset(),
    terms: Terms = NO_TERMS,
) -> RunObservation:
    """Measure a run; with the system that was run, its incidents too.

    ``twin``: the same run without faults. ``moving``: see ``tracks_of``.
    ``terms``: prices and promises.

    ``graph``: that of other runs of the same system; it saves time and changes nothing. Where the
    history has no convergence limit, as that of a replay, recovery time is not restricted to it.
    """
    ends = None if twin is None else twin.ends
    with _watched_to_the_limit(history) as watched:
        tracks = tracks_of(watched, graph=graph, twin=ends, moving=moving)
        return _observed(tracks, system, twin, terms)


def _observed(
    tracks: Tracks, system: System | None, twin: TwinRun | None, terms: Terms
) -> RunObservation:
    history = tracks.history
    measured = measure_tracks(tracks, terms)
    values = _values(measured, history)
    return RunObservation(
        measured.instances,
        values,
        {} if twin is None else twin.values,
        measured.counts,
        {name: why for name, why in measured.reasons.items() if math.isnan(values[name])},
        {
            **{each.value: count for each, count in measured.classes.items()},
            RUNNING: measured.running,
        },
        recovery_of(tracks),
        tuple((measured.divergence.times_ns / SECOND).tolist()),
        tuple(measured.divergence.values.tolist()),
        () if system is None or not _any_wrong(measured) else incidents_of(system, tracks),
        latencies_of(tracks),
        latencies_of(tracks, most=MOST_CALM) if twin is None else twin.latencies,
        struck_in(tracks),
        worst_of(tracks),
        lost_on_derailed(tracks),
        _limit_s(history),
    )


def _limit_s(history: History) -> float:
    return history.convergence_ns / SECOND if history.convergence_ns else math.inf


def _values(measured: Measurement, history: History) -> dict[str, float]:
    """Times restricted to the convergence limit, which also counts for what never recovered: so no
    run is left out because it went worse.
    """
    limit_s, values = _limit_s(history), dict(measured.values)
    if limit_s == math.inf:
        return values
    values[STANDSTILL] = restricted_mean(_restricted(measured.recovery, limit_s), limit_s)
    return values | of_the_run(measured.stable, measured.returned, limit_s)


def of_the_run(
    stable: Censored | None, returned: Censored | None, limit_s: float
) -> dict[str, float]:
    """Recovery of a run as a whole, by metric, restricted to a limit; nothing without faults."""
    samples = {"stable_recovery": stable, "first_return": returned}
    return {
        name: min(found.duration_ns / SECOND, limit_s) if found.observed else limit_s
        for name, found in samples.items()
        if found is not None
    }


def _any_wrong(measured: Measurement) -> bool:
    """Spares runs in which nothing went wrong the counting of what each instance met."""
    return any(count for ending, count in measured.classes.items() if ending not in CLEAN)


def to_the_limit(history: History) -> History:
    """The same run, watched until the end of the convergence limit."""
    end_ns = _limit_of(history)
    if end_ns is None:
        return history
    longer = history.rows.copy()
    longer[-1, 0] = end_ns
    return replace(history, rows=longer)


def _limit_of(history: History) -> int | None:
    """When a run has been watched to the end of the convergence limit; None where it has no end."""
    rows = history.rows
    if not len(rows) or rows[-1, 1] != Kind.END:
        return None
    arrivals_end = rows[rows[:, 1] == Kind.ARRIVALS_END, 0]
    limit = int(arrivals_end[0]) + history.convergence_ns if len(arrivals_end) else 0
    return max(int(rows[-1, 0]), limit)


@contextmanager
def _watched_to_the_limit(history: History) -> Iterator[History]:
    """The same as ``to_the_limit``, for a while: a copy of all rows is as much memory as the run
    itself, so its last row is lent. Rows that may not be written are copied.
    """
    end_ns, rows = _limit_of(history), history.rows
    if end_ns is None or not rows.flags.writeable:
        yield to_the_limit(history)
        return
    ended_ns = int(rows[-1, 0])
    rows[-1, 0] = end_ns
    try:
        yield history
    finally:
        rows[-1, 0] = ended_ns


def _restricted(samples: tuple[tuple[int, bool], ...], limit_s: float) -> Samples:
    """Samples in seconds; what lasted longer than the limit is censored there."""
    if not samples:
        return Samples()
    seconds = np.array([duration for duration, _ in samples], dtype=np.float64) / SECOND
    observed = np.array([seen for _, seen in samples], dtype=bool) & (seconds <= limit_s)
    return Samples(tuple(np.minimum(seconds, limit_s).tolist()), tuple(observed.tolist()))
