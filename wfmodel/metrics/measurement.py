"""Everything that is measured of one run, as plain values that survive the history.

>>> from wfmodel.designs import orchestrate
>>> from wfmodel.model import load_workflow
>>> order = load_workflow("models/order-fulfilment/workflow.yaml").workflow
>>> from wfmodel.simulation import Arrivals, Setting, simulate
>>> setting = Setting(arrivals=Arrivals(every="1s"), horizon="10s")
>>> measurement = measure(simulate(orchestrate(order), setting, seed=1))
>>> measurement.values["lost"]
0.0
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

from wfmodel.designs.anomalies import Terminal
from wfmodel.designs.history import History
from wfmodel.display import Plotted, Tabular
from wfmodel.metrics.codes import Ints
from wfmodel.metrics.cost import latencies_ns
from wfmodel.metrics.divergence import Series, divergence_series
from wfmodel.metrics.fault_intervals import Censored, recovery_samples
from wfmodel.metrics.instance_paths import Monitor, Tracks, came_to_rest
from wfmodel.metrics.metric import NO_EFFECTS, Per, Undefined
from wfmodel.metrics.observability import stuck_count
from wfmodel.metrics.path_parsing import tracks_of
from wfmodel.metrics.recovery_phases import struck_count
from wfmodel.metrics.recovery_times import returned, stable
from wfmodel.metrics.terms import NO_TERMS, Terms, failed_count
from wfmodel.metrics.twin import ends_of, hurt_count
from wfmodel.model.at_hand import kind


@dataclass(frozen=True, repr=False)
class Measurement(Tabular, Plotted):
    """One run, measured. It can be pickled.

    ``values``: by metric name, ``nan`` where a metric is undefined; then ``reasons`` says why.
    ``classes``: how many instances ended in each class; with those ``running``, still under way
    when observation ended, they add up to ``instances``. ``counts``: what the values are means
    over, of everything but runs.
    ``recovery``: one sample per (fault, instance that it met); ``stable`` and ``returned`` are one
    sample each of the whole run, None without faults. ``latencies_ns``: arrival to verdict of each
    instance that had one, in order of arrival. ``end_ns``: when observation ended. ``quiescent``:
    nothing was left to happen then; otherwise the run was cut at its limit.
    """

    instances: int
    values: Mapping[str, float]
    reasons: Mapping[str, str]
    classes: Mapping[Terminal, int]
    running: int
    counts: Mapping[Per, int]
    recovery: tuple[Censored, ...]
    stable: Censored | None
    returned: Censored | None
    latencies_ns: Ints
    divergence: Series
    end_ns: int
    quiescent: bool


def measure(
    history: History,
    *,
    monitor: Monitor | None = None,
    until_ns: int | None = None,
    twin: History | None = None,
    terms: Terms = NO_TERMS,
) -> Measurement:
    """Apply every metric to one run. Pure: the same history gives the same measurement.

    ``monitor`` is what observability is judged with. ``until_ns``: observe a run that came to rest
    as if it had gone on until then (see ``tracks_of``); give it where runs are compared. ``twin``:
    the same run without faults (the same setting, seed and replication, ``faults=()``); without it
    what faults did to instances is undefined. ``terms``: prices and promises to measure besides.

    Raises:
        TypeError: it is no history.
        ValueError: the twin's instances are not the run's.
    """
    if not isinstance(history, History):
        raise TypeError(
            f"measure takes a History (wfmodel.simulate gives one); got {kind(history)}"
        )
    ends = None if twin is None else ends_of(tracks_of(twin, until_ns=until_ns))
    return measure_tracks(tracks_of(history, monitor, until_ns=until_ns, twin=ends), terms)


def measure_tracks(tracks: Tracks, terms: Terms = NO_TERMS) -> Measurement:
    """Apply every metric to a history that is parsed already; with ``terms`` theirs too."""
    values, reasons = {}, {}
    for name, metric in terms.every_metric().items():
        idle = metric.about_effects and not tracks.history.steps
        value = NO_EFFECTS if idle else metric.function(tracks)
        if isinstance(value, Undefined):
            reasons[name] = value.reason
        values[name] = nan if isinstance(value, Undefined) else float(value)
    running = int(tracks.running.sum())
    classes = {each: tracks.terminal.count(each) for each in Terminal}
    classes[Terminal.LOST] -= running
    return Measurement(
        instances=tracks.count,
        values=values,
        reasons=reasons,
        classes=classes,
        running=running,
        counts={
            Per.INSTANCES: tracks.count,
            Per.VERDICTS: len(tracks.once(latencies_ns)),
            Per.STUCK: stuck_count(tracks),
            Per.HURT: hurt_count(tracks),
            Per.STRUCK: struck_count(tracks),
            Per.FAILED: failed_count(tracks),
        },
        recovery=tracks.once(recovery_samples),
        stable=tracks.once(stable),
        returned=tracks.once(returned),
        latencies_ns=tracks.once(latencies_ns),
        divergence=divergence_series(tracks),
        end_ns=tracks.end_ns,
        quiescent=came_to_rest(tracks.history),
    )
