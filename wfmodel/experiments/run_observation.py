"""What is kept of one run: plain numbers, small enough to send between processes.

Runs are measured over one window, to the end of the convergence limit. A run in which nothing is
left to happen ends earlier, but its state lasts: what is lost stays lost, what is wrong stays
wrong, and a monitor goes on looking. Without this, the design that gives up first looks best.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from wfmodel.designs import History, System
from wfmodel.designs.anomalies import CLEAN
from wfmodel.designs.history import Kind
from wfmodel.experiments.incidents import Incident, incidents_of
from wfmodel.experiments.survival import Samples, restricted_mean
from wfmodel.metrics import Measurement, StateGraph, measure_tracks, tracks_of

SECOND: Final = 1e9
RECOVERY: Final = "recovery_time"


@dataclass(frozen=True)
class RunObservation:
    """One run, measured.

    ``values``: by metric name, ``nan`` where undefined; recovery time is restricted to the
    convergence limit, so that variants are compared over one range. ``recovery``: samples up to
    that limit. ``divergence``: mean D at ``times_s`` of simulated time. ``incidents``: instances
    that ended with an anomaly.
    """

    instances: int
    values: Mapping[str, float]
    reasons: Mapping[str, str]
    endings: Mapping[str, int]
    recovery: Samples
    times_s: tuple[float, ...]
    divergence: tuple[float, ...]
    incidents: tuple[Incident, ...]


def observe(
    history: History,
    *,
    system: System | None = None,
    graph: StateGraph | None = None,
) -> RunObservation:
    """Measure a run; with the system that was run, its incidents too.

    ``graph``: that of other runs of the same system; it saves time and changes nothing. Where the
    history has no convergence limit, as that of a replay, recovery time is not restricted to it.
    """
    tracks = tracks_of(to_the_limit(history), graph=graph)
    measured = measure_tracks(tracks)
    limit_s = history.convergence_ns / SECOND if history.convergence_ns else math.inf
    recovery = _restricted(measured.recovery, limit_s)
    restricted = {RECOVERY: restricted_mean(recovery, limit_s)} if limit_s < math.inf else {}
    return RunObservation(
        measured.instances,
        {**measured.values, **restricted},
        measured.reasons,
        {each.value: count for each, count in measured.classes.items()},
        recovery,
        tuple((measured.divergence.times_ns / SECOND).tolist()),
        tuple(measured.divergence.values.tolist()),
        () if system is None or not _any_wrong(measured) else incidents_of(system, tracks),
    )


def _any_wrong(measured: Measurement) -> bool:
    """Spares runs in which nothing went wrong the counting of what each instance met."""
    return any(count for ending, count in measured.classes.items() if ending not in CLEAN)


def to_the_limit(history: History) -> History:
    """The same run, watched until the end of the convergence limit."""
    rows = history.rows
    if not len(rows) or rows[-1, 1] != Kind.END:
        return history
    arrivals_end = rows[rows[:, 1] == Kind.ARRIVALS_END, 0]
    limit = int(arrivals_end[0]) + history.convergence_ns if len(arrivals_end) else 0
    longer = rows.copy()
    longer[-1, 0] = max(int(rows[-1, 0]), limit)
    return replace(history, rows=longer)


def _restricted(samples: tuple[tuple[int, bool], ...], limit_s: float) -> Samples:
    """Samples in seconds; what lasted longer than the limit is censored there."""
    if not samples:
        return Samples()
    seconds = np.array([duration for duration, _ in samples], dtype=np.float64) / SECOND
    observed = np.array([seen for _, seen in samples], dtype=bool) & (seconds <= limit_s)
    return Samples(tuple(np.minimum(seconds, limit_s).tolist()), tuple(observed.tolist()))
