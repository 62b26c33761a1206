"""The table of metrics is complete, documented, and its page is current."""

from __future__ import annotations

import inspect
import pickle
import re
from dataclasses import replace
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
from wfmodel.metrics.metric import NO_EFFECTS

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


def says_the_limit(metric: Metric) -> bool:
    """Whether the definition, or one that it refers to, restricts to the limit L."""
    named = set(re.findall(r"\w+", metric.definition)) & set(METRICS) - {metric.name}
    return "limit L" in metric.definition or any(says_the_limit(METRICS[name]) for name in named)


def test_times_that_their_definition_restricts_are_marked_so() -> None:
    told = {each.name for each in METRICS.values() if each.unit == "s" and says_the_limit(each)}
    by_the_run = {"standstill_time", "stable_recovery", "first_return"}  # run_observation._values
    assert {each.name for each in METRICS.values() if each.restricted} == told | by_the_run


def test_percentiles_of_latencies_are_pooled_at_the_share_in_their_name() -> None:
    named = {name: int(name[-2:]) / 100 for name in METRICS if name.startswith("latency_p")}
    assert {each.name: each.pooled for each in METRICS.values() if each.pooled} == named


def test_what_is_about_effects_says_nothing_where_there_are_no_steps() -> None:
    """Those whose definition asks what landed, stands, or is taken back."""
    asks = re.compile(r"\b(?:landings?|landed|an effect)\b")
    ends = [each for each in METRICS.values() if each.group is MetricGroup.ENDS]
    about = {each.name for each in ends if asks.search(each.definition)}
    assert {each.name for each in METRICS.values() if each.about_effects} == about
    reasons = measure(replace(Run().ends(50), steps=())).reasons
    assert {name for name, why in reasons.items() if why == NO_EFFECTS.reason} == about


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
