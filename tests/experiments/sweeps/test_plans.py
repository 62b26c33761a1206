"""Plans: as many points as they say, spread as they say, the same every time."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from wfmodel.experiments.experiment import Experiment, Factor, PlanKind, PlanSpec
from wfmodel.experiments.factorial.plans import (
    AS_IT_IS,
    at_share,
    number_of_points,
    points,
    values_of,
)

LEVELS = st.lists(st.integers(-1000, 1000), min_size=2, max_size=5, unique=True)


@st.composite
def factor(draw):
    if draw(st.booleans()):
        return Factor(path="a", levels=tuple(draw(LEVELS)))
    low = draw(st.floats(0.001, 1000))
    high = low * draw(st.floats(1.5, 1000))
    return Factor(path="a", low=low, high=high, scale=draw(st.sampled_from(["linear", "log"])))


FACTORS = st.dictionaries(st.sampled_from("abcd"), factor(), min_size=1, max_size=4)


def experiment(factors, **plan) -> Experiment:
    return Experiment(factors=factors, responses=("lost",), plan=PlanSpec(**plan))


@given(FACTORS, st.integers(2, 4))
def test_a_grid_has_every_combination_once(factors, levels):
    declared = experiment(factors, levels=levels)
    found = points(declared, seed=1)
    widths = [len(values_of(each, levels)) for each in factors.values()]
    assert len(found) == math.prod(widths) == number_of_points(declared)
    assert len({tuple(point.values.items()) for point in found}) == len(found)
    assert [point.number for point in found] == list(range(len(found)))


@given(FACTORS, st.integers(2, 40), st.integers(0, 2**70))
def test_a_latin_hypercube_has_one_point_in_each_stratum(factors, count, seed):
    found = points(experiment(factors, kind="latin-hypercube", points=count), seed=seed)
    assert len(found) == count
    for name, each in factors.items():
        values = [point.values[name] for point in found]
        if each.levels is not None:
            times = [values.count(level) for level in each.levels]
            assert max(times) - min(times) <= 2  # a level's share may cut a stratum at both ends
            continue
        shares = sorted(share(each, value) * count for value in values)
        assert all(i - 1e-6 <= at <= i + 1 + 1e-6 for i, at in enumerate(shares))


def share(each: Factor, value: float) -> float:
    low, high = each.bounds
    if each.scale == "log":
        return math.log(value / low) / math.log(high / low)
    return (value - low) / (high - low)


@given(FACTORS, st.integers(2, 5))
def test_one_at_a_time_changes_one_factor_at_most(factors, levels):
    found = points(experiment(factors, kind="one-at-a-time", levels=levels), seed=1)
    assert found[0].varied == AS_IT_IS
    assert not found[0].values
    assert all(list(point.values) == [point.varied] for point in found[1:])
    for name, each in factors.items():
        tried = [point.values[name] for point in found if point.varied == name]
        assert tried == list(values_of(each, levels))


@given(FACTORS, st.sampled_from(PlanKind), st.integers(0, 5))
def test_a_plan_depends_on_its_declaration_and_seed_alone(factors, kind, seed):
    declared = experiment(factors, kind=kind, points=7, levels=2)
    assert points(declared, seed=seed) == points(declared, seed=seed)


def test_seeds_differ():
    declared = experiment({"a": Factor(path="a", low=0, high=1)}, kind="latin-hypercube")
    assert points(declared, seed=1) != points(declared, seed=2)


@given(factor(), st.floats(0, 1))
def test_values_stay_in_the_range(each, at):
    value = at_share(each, at)
    if each.levels is None:
        assert each.bounds[0] <= value <= each.bounds[1]
    else:
        assert value in each.levels


def test_ends_of_a_logarithmic_range_are_exact():
    each = Factor(path="a", low="1m", high="1h", scale="log")
    assert values_of(each, 3)[0] == 60 * 10**9
    assert values_of(each, 3)[-1] == 3600 * 10**9


def test_a_plan_that_is_too_large_is_refused_before_it_is_made():
    many = {f"f{i}": Factor(path="a", levels=tuple(range(100))) for i in range(6)}
    with pytest.raises(ValueError, match="1,000,000,000,000 points, more than 100,000"):
        points(experiment(many), seed=1)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "give either levels, or a range"),
        ({"levels": (1, 2), "low": 1, "high": 2}, "give either levels, or a range"),
        ({"low": 1}, "needs both low and high"),
        ({"low": 2, "high": 1}, "low must be less than high"),
        ({"low": "1s", "high": 2}, "of two kinds"),
        ({"low": 0, "high": 2, "scale": "log"}, "low must be greater than zero"),
        ({"low": "1x", "high": "2x"}, "unknown unit 'x'"),
        ({"low": float("nan"), "high": 2}, "low must be less than high"),
        ({"levels": (1, 1)}, "a level is given twice: 1"),
        ({"levels": (1, 2), "scale": "log"}, "levels are taken as they are"),
        ({"levels": ("a", "b"), "times": True}, "a level is a number above zero"),
    ],
)
def test_a_factor_that_makes_no_sense_is_refused(keys, message):
    with pytest.raises(ValidationError, match=message):
        Factor(path="a", **keys)
