"""Families against scipy's: quantiles, means, and what they refuse."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from wfmodel.model.distributions import (
    Constant,
    Distribution,
    Empirical,
    Exponential,
    Gamma,
    LogNormal,
    Uniform,
    Weibull,
)
from wfmodel.model.units import LONGEST_NS, format_duration, parse_duration

MS = 10**6
Z99 = stats.norm.ppf(0.99)
FAMILIES = {
    "uniform": (Uniform(low=2 * MS, high=8 * MS), stats.uniform(2 * MS, 6 * MS)),
    "exponential": (Exponential(mean=5 * MS), stats.expon(scale=5 * MS)),
    "lognormal": (
        LogNormal(median=20 * MS, p99=200 * MS),
        stats.lognorm(s=math.log(10) / Z99, scale=20 * MS),
    ),
    "gamma": (Gamma(mean=12 * MS, shape=3.0), stats.gamma(3.0, scale=4 * MS)),
    "weibull": (Weibull(scale=9 * MS, shape=1.5), stats.weibull_min(1.5, scale=9 * MS)),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_quantiles_and_means_are_scipys(name):
    ours, theirs = FAMILIES[name]
    for u in (0.001, 0.1, 0.5, 0.9, 0.99, 0.9999):
        assert ours.quantile(u) == pytest.approx(theirs.ppf(u), rel=1e-6, abs=1)
    assert ours.mean_ns() == pytest.approx(theirs.mean(), rel=1e-9)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_mean_is_the_integral_of_the_quantile(name):
    ours, _ = FAMILIES[name]
    grid = 20_000
    area = sum(ours.quantile((i + 0.5) / grid) for i in range(grid)) / grid  # midpoint rule
    assert area == pytest.approx(ours.mean_ns(), rel=2e-3)


def test_the_99th_percentile_is_what_was_said():
    assert LogNormal(median=20 * MS, p99=200 * MS).quantile(0.99) == pytest.approx(200 * MS)


def test_empirical_draws_by_weight():
    measured = Empirical(values=(30, 10, 20), weights=(1, 2, 1))
    assert [measured.quantile(u) for u in (0.1, 0.49, 0.51, 0.74, 0.76, 0.99)] == [
        10, 10, 20, 20, 30, 30,
    ]  # fmt: skip
    assert measured.mean_ns() == 17.5


@given(st.floats(1e-12, 1 - 1e-12), st.floats(1e-12, 1 - 1e-12))
def test_quantiles_rise_and_stay_in_bounds(u, v):
    for ours, _ in FAMILIES.values():
        low, high = ours.quantile(min(u, v)), ours.quantile(max(u, v))
        assert 0 <= low <= high <= LONGEST_NS


@pytest.mark.parametrize(
    "given_value",
    [
        {"distribution": "uniform", "low": "2s", "high": "1s"},
        {"distribution": "lognormal", "median": "2s", "p99": "1s"},
        {"distribution": "exponential", "mean": "0s"},
        {"distribution": "gamma", "mean": "1s", "shape": 5e-324},
        {"distribution": "gamma", "mean": "1s", "shape": 1e300},
        {"distribution": "gamma", "mean": "1s", "shape": math.inf},
        {"distribution": "weibull", "scale": "1s", "shape": 0.001},
        {"distribution": "weibull", "scale": "1s", "shape": math.nan},
        {"distribution": "empirical", "values": ["1s", "2s"], "weights": [1e308, 1e308]},
        {"distribution": "empirical", "values": ["1s"], "weights": [math.nan]},
        {"distribution": "gamma", "mean": "1s", "shape": 0},
        {"distribution": "empirical", "values": []},
        {"distribution": "empirical", "values": ["1s"], "weights": [1, 2]},
        {"distribution": "zipf"},
        {"mean": "1s"},
        ["1s"],
        True,
    ],
)
def test_what_means_nothing_is_refused(given_value):
    with pytest.raises(ValidationError):
        TypeAdapter(Distribution).validate_python(given_value)


def test_a_bare_duration_is_a_constant():
    assert TypeAdapter(Distribution).validate_python("50ms") == Constant(50 * MS)


@given(st.integers(0, LONGEST_NS))
def test_a_duration_survives_its_text(nanoseconds):
    assert parse_duration(format_duration(nanoseconds)) == nanoseconds


@pytest.mark.parametrize(
    "text",
    ["", "5", "s", "5 s s", "1e3s", "-1s", "5S", "½s", "1s" + " " * 80 + "x", True, None, 1.5],
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match=r"duration|unit"):
        parse_duration(text)


@pytest.mark.parametrize(
    "extreme",
    [
        Weibull(scale=LONGEST_NS, shape=0.05),
        Weibull(scale=1, shape=1e6),
        Gamma(mean=LONGEST_NS, shape=1e-3),
        Gamma(mean=LONGEST_NS, shape=1e12),
        LogNormal(median=1, p99=LONGEST_NS),
        Exponential(mean=LONGEST_NS),
        Empirical(values=(LONGEST_NS, 1), weights=(1e100, 5e-324)),
    ],
    ids=repr,
)
def test_whatever_is_accepted_can_be_computed_with(extreme):
    assert math.isfinite(extreme.mean_ns() ** 2)
    for u in (2**-53, 0.5, 1 - 2**-53):
        assert 0 <= extreme.quantile(u) <= LONGEST_NS
