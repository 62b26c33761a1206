"""A time that is restricted to the convergence limit has no interval beyond it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.experiments.samples import workflow
from wfmodel.designs import Knobs
from wfmodel.experiments import Variant
from wfmodel.experiments.replications import metric_estimate
from wfmodel.experiments.run_observation import RunObservation
from wfmodel.experiments.run_spec import Runner, RunSpec
from wfmodel.metrics import METRICS, Metric
from wfmodel.model.units import parse_duration as d
from wfmodel.simulation import Arrivals, Setting

LIMIT_S = 10.0
SKEWED = (0.0,) * 2 + (LIMIT_S,) * 8
"""Their mean's interval would reach beyond the limit, if nothing held it."""


@pytest.fixture(scope="module")
def observed() -> RunObservation:
    setting = Setting(arrivals=Arrivals(every="1s"), horizon=d("2s"), convergence=d("10s"))
    return Runner(workflow()).observation(
        RunSpec(Variant(design="orchestration", knobs=Knobs()), setting, 1, 0)
    )


@pytest.mark.parametrize(
    "metric", [each for each in METRICS.values() if each.restricted], ids=lambda each: each.name
)
def test_no_interval_reaches_beyond_the_limit(metric: Metric, observed: RunObservation) -> None:
    runs = [
        replace(observed, values={metric.name: value}, counts=dict.fromkeys(observed.counts, 5))
        for value in SKEWED
    ]
    assert {run.limit_s for run in runs} == {LIMIT_S}
    free = metric_estimate(replace(metric, restricted=False), runs)
    held = metric_estimate(metric, runs)
    assert free.high > LIMIT_S
    assert (held.mean, held.low, held.high) == (free.mean, free.low, LIMIT_S)
