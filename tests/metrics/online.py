"""A history fed to a meter, as a run would feed it: in blocks, with word of who is gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
import pytest

from wfmodel.designs.history import GONE, History
from wfmodel.designs.messages import Event, Message
from wfmodel.designs.state import View
from wfmodel.metrics import METRICS, Measurement, Monitor, tracks_of
from wfmodel.metrics.streaming import ERROR, Meter, OnlineMeasurement

ABOUT = frozenset(
    {
        "inconsistency_window_p99",
        "latency_p50",
        "latency_p95",
        "latency_p99",
    }
)
"""Metrics that come from durations in buckets."""


class Told:
    """The numbers of a history that is already whole."""

    def __init__(self, history: History) -> None:
        self._history = history

    def view(self, participant: int, state: int) -> View:
        return self._history.views[participant][state]

    def seen_events(self) -> tuple[Event, ...]:
        return self._history.events

    def seen_messages(self) -> tuple[Message, ...]:
        return self._history.messages


def with_gone(history: History, gone: Collection[int], late: Iterable[int] = ()) -> np.ndarray:
    """The rows, and after the last one of each of these instances a GONE row: at once, or, in
    turn, so many rows later.
    """
    rows = history.rows
    delays = iter(late)
    added: dict[int, list[int]] = {}
    for instance in gone:
        last = int(np.flatnonzero(rows[:, 2] == instance)[-1])
        place = min(last + next(delays, 0), len(rows) - 2)
        added.setdefault(max(place, last), []).append(instance)
    found: list[list[int]] = []
    for place, row in enumerate(rows.tolist()):
        found.append(row)
        found += [[row[0], GONE, instance, -1, 0, 0] for instance in added.get(place, ())]
    return np.array(found, dtype=np.int64).reshape(-1, 6)


def measured_online(
    history: History,
    rows: np.ndarray | None = None,
    *,
    cuts: Collection[int] = (),
    monitor: Monitor | None = None,
    until_ns: int | None = None,
    meter: type[Meter] = Meter,
) -> OnlineMeasurement:
    """A history measured as if it were a stream, cut into blocks."""
    reader = meter(history, Told(history), monitor)
    for block in np.split(history.rows if rows is None else rows, sorted(cuts)):
        reader.read(block)
    return reader.finish(until_ns).measurement()


def assert_same(whole: Measurement, online: OnlineMeasurement) -> None:
    """Everything that both know is the same, up to rounding, or to the width of a bucket."""
    assert list(online.values) == list(whole.values)
    for name, value in whole.values.items():
        if METRICS[name].needs_history:
            continue
        bound = ERROR if name in ABOUT else 1e-9
        assert online.values[name] == pytest.approx(value, rel=bound, abs=1e-12, nan_ok=True), name
    both = {name for name, metric in METRICS.items() if not metric.needs_history}
    for name in both:
        assert online.reasons.get(name) == whole.reasons.get(name), name
    assert online.classes == whole.classes
    assert (online.stable, online.returned) == (whole.stable, whole.returned)
    assert (online.instances, online.end_ns) == (whole.instances, whole.end_ns)
    assert online.quiescent == whole.quiescent
    assert len(online.latencies) == len(whole.latencies_ns)
    observed = sum(sample.observed for sample in whole.recovery)
    assert len(online.recovered) == observed
    assert len(online.unrecovered) == len(whole.recovery) - observed


def naive_curve(history: History, times_ns: np.ndarray) -> np.ndarray:
    """The divergence curve of a history at these times, from its tracks."""
    tracks = tracks_of(history)
    divergence = tracks.graph.divergence.array()
    change = divergence[tracks.target] - divergence[tracks.source]
    expected = []
    for time in times_ns.tolist():
        total = change[tracks.time_ns <= time].sum()
        opened = (tracks.arrival_ns <= time).sum() - (tracks.close_ns <= time).sum()
        expected.append(total / opened if opened > 0 else 0.0)
    return np.array(expected)
