"""Intervals of shares and percentiles: what few runs allow to say, and that they hold the value."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfmodel.experiments.instance_facts import Latencies
from wfmodel.experiments.metric_rows import estimate_cell
from wfmodel.experiments.pooled_quantiles import quantile
from wfmodel.experiments.ratio_estimates import ratio
from wfmodel.experiments.replications import metric_estimate
from wfmodel.experiments.statistics import DifferenceVerdict, Estimate, Method, verdict_of
from wfmodel.metrics import METRICS

BOUNDS: Final = {0.0: "at most 0.21\N{NO-BREAK SPACE}%", 1.0: "at least 99.8\N{NO-BREAK SPACE}%"}
SECONDS: Final = st.floats(0, 100, width=32)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_bound_is_said_to_be_one(share: float) -> None:
    words = estimate_cell(ratio([share] * 20, [100] * 20, counts=True), "fraction", 20).detail
    assert words == (BOUNDS[share])


def test_a_share_of_few_runs_has_a_bound_and_of_more_an_interval() -> None:
    few = ratio([0.01] * 7 + [0.0] * 13, [100] * 20, counts=True)
    assert (few.method, few.low, few.needed) == (Method.BOUND, 0.0, 23)  # 8 / (7 / 20)
    assert few.high > few.mean
    enough = ratio([0.01] * 8 + [0.0] * 12, [100] * 20, counts=True)
    assert (enough.method, enough.needed) == (Method.SHARE, 0)
    # Runs are 0.634 times as far apart as chance makes them, and of eight, so 2,000 count as
    # 2,000 / 0.634 * 0.688 = 2,170: the ends of a beta distribution of 9.18 and 2161.8
    assert (enough.low, enough.high) == pytest.approx((0.00195, 0.00736), abs=1e-5)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), min_size=2, max_size=12),
)
def test_every_interval_of_a_share_holds_the_share(runs: list[tuple[int, int]]) -> None:
    many = [max(pair) for pair in runs]
    found = ratio([min(pair) / max(pair) for pair in runs], many, counts=True)
    assert 0 <= found.low <= found.mean <= found.high <= 1
    assert found.low < found.high  # zero has a width


def latencies(*runs: list[float]) -> list[Latencies]:
    return [Latencies(np.array(run), np.zeros(len(run)), 1) for run in runs]


@given(
    st.lists(
        st.lists(st.floats(0, 100, width=32), min_size=1, max_size=40), min_size=8, max_size=12
    ),
    st.sampled_from([0.5, 0.95]),
)
def test_every_interval_of_a_percentile_holds_it(runs: list[list[float]], share: float) -> None:
    found = quantile(latencies(*runs), share)
    if found.method in (Method.ORDER, Method.BOUND):
        assert found.low <= found.mean <= found.high
        assert found.low in np.concatenate(runs) or found.low < found.mean
    else:
        assert found.needed > len(runs)
    assert (found.needed > len(runs)) == (found.method is not Method.ORDER)


@pytest.mark.parametrize("runs", [10, 20, 50])
def test_a_percentile_after_an_outage_is_held_by_intervals_and_bounds_together(runs: int) -> None:
    """Each run has an outage of 10 s on average, exponential, from 10.5 s on; an instance
    a second waits for its end. Who gets an interval is not for the data to choose alone: intervals
    given where eight runs happened to lie beyond, and nothing elsewhere, held it in 74 of 100.
    """
    draws = np.random.default_rng(1)
    waits = [math.exp(-(0.5 + i) / 10) for i in range(49)]
    truth = 10 * math.log(sum(waits) / 59 / 0.05) + 0.01
    held = given = 0
    for _ in range(300):
        left = draws.exponential(10, (runs, 1)) - 0.5 - np.arange(49)
        times = np.concatenate([np.zeros((runs, 10)), np.maximum(left, 0)], axis=1) + 0.01
        found = quantile([Latencies(each, np.zeros(59), 1) for each in times], 0.95)
        if not math.isnan(found.low):
            given += 1
            held += found.low <= truth <= found.high
    assert given > 200
    assert held >= 0.93 * given


def test_what_lies_beyond_a_percentile_has_to_come_from_eight_runs() -> None:
    """Six outages make the longest 360: those say as little as six."""
    calm = [[0.1 + i / 1e5 for i in range(100)] for _ in range(20)]
    struck = [[*range(1, 61), *calm[0][:40]]] * 6 + calm[6:]
    found = quantile(latencies(*struck), 0.9)
    assert (found.method, found.high) == (Method.BOUND, math.inf)
    assert 0.1 < found.low <= found.mean
    assert found.mean > 1
    assert found.needed > 26  # 8 / (6 / 20): as many runs as make eight with an outage
    told = f"at least {found.low * 1000:.3g}\N{NO-BREAK SPACE}ms; an interval takes about"
    assert estimate_cell(found, "s", 20).detail == f"{told} {found.needed} replications"
    assert quantile(latencies(*calm), 0.9).method is Method.ORDER


def test_places_are_between_two_instances() -> None:
    """As the normal approximation has them, to one place; the runs are as like as can be, so that
    one instance counts for two.
    """
    found = quantile(latencies(*([10.0 * i + j + 1 for i in range(100)] for j in range(10))), 0.5)
    assert found.mean == 500
    assert found.low == pytest.approx(500.5 - 1.96 * math.sqrt(250 / 2), abs=1)
    assert found.high == pytest.approx(500.5 + 1.96 * math.sqrt(250 / 2), abs=1)


def test_a_run_weighs_as_much_as_it_has() -> None:
    assert ratio([1.0, 3.0], [1, 3]).mean == 2.5
    assert ratio([1.0, math.nan, 3.0], [1, 0, 3]).mean == 2.5


@pytest.mark.parametrize("ends", [(-0.5, 0.4), (0.1, 0.9), (-0.9, -0.1)])
def test_what_lies_within_what_does_not_matter_is_the_same(ends: tuple[float, float]) -> None:
    found = Estimate(sum(ends) / 2, *ends, 20, 0, Method.STUDENT)
    assert verdict_of(found, 20, 1.0) is DifferenceVerdict.EQUIVALENT
    assert verdict_of(found, 20, 0.01) is not DifferenceVerdict.EQUIVALENT


def test_a_time_that_is_restricted_has_no_interval_beyond_its_limit() -> None:
    """Once 4.8 to 16.2 min of ten that were watched."""
    runs: list[Any] = [
        SimpleNamespace(values={"system_recovery": float(each)}, limit_s=600.0)
        for each in (600, 600, 600, 5, 10, 600)
    ]
    found = metric_estimate(METRICS["system_recovery"], runs)
    assert found.low < found.mean < found.high == 600
