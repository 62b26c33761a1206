"""The table of metrics is complete, documented, and its page is current."""

from __future__ import annotations

import inspect
import pickle
from pathlib import Path

import pytest

from tests.metrics.runs import Run, one_step
from wfmodel.metrics import (
    METRICS,
    Metric,
    MetricGroup,
    asked_place,
    consistency,
    cost,
    coupling,
    definitions_page,
    divergence,
    end_shares,
    measure,
    observability,
    recovery_phases,
    recovery_times,
    staleness,
    twin,
    untrue_events,
    worker_time,
)

MODULES = (
    asked_place,
    twin,
    consistency,
    cost,
    coupling,
    divergence,
    end_shares,
    untrue_events,
    observability,
    recovery_phases,
    recovery_times,
    staleness,
    worker_time,
)
PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_every_function_that_is_documented_as_a_metric_is_in_the_table() -> None:
    documented = {
        name
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if "\nDefinition: " in (inspect.getdoc(function) or "")
    }
    assert documented == set(METRICS)


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_every_metric_says_what_it_is(metric: Metric) -> None:
    for text in (metric.summary, metric.definition, metric.source, metric.cannot_see):
        assert text.endswith(".")
    assert metric.unit
    assert metric.title
    assert (metric.better is None) == bool(metric.undirected), "a direction, or why it has none"


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_references_to_other_metrics_lead_somewhere(metric: Metric) -> None:
    for text in (metric.definition, metric.source, metric.cannot_see):
        if text.startswith("as ") and text.split()[1].strip(".,;") not in METRICS:
            raise AssertionError(f"{metric.name} refers to {text}")


def test_every_group_has_metrics() -> None:
    assert {metric.group for metric in METRICS.values()} == set(MetricGroup)


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == definitions_page.page(), (
        "python -m wfmodel.metrics.definitions_page > docs/metrics.md"
    )


def test_a_measurement_survives_pickling() -> None:
    measured = measure(one_step(Run()).ends(50))
    again = pickle.loads(pickle.dumps(measured))
    assert again.values.keys() == measured.values.keys()
    assert again.classes == measured.classes
    assert again.recovery == measured.recovery
    assert (again.latencies_ns == measured.latencies_ns).all()
