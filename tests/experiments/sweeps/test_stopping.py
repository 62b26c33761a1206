"""Cells stop when they are precise enough, say so when they are not, and are not biased by it."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.experiments.samples import workflow
from tests.experiments.sweeps.declared import declared
from wfmodel.experiments.experiment import Precision
from wfmodel.experiments.factorial.executors import InProcess
from wfmodel.experiments.factorial.experiment_runs import run_experiment
from wfmodel.experiments.factorial.stopping import (
    Reached,
    decided_sign,
    is_enough,
    looks,
    reached,
    share_of_confidence,
)
from wfmodel.experiments.statistics import Estimate, Method, interval


@given(st.integers(2, 1000), st.integers(0, 10_000))
def test_looks_double_from_the_first_to_the_budget(first, more):
    found = looks(first, first + more)
    assert found[0] == first
    assert found[-1] == first + more
    assert all(a < b <= 2 * a for a, b in pairwise(found))


def test_the_error_is_shared_among_looks():
    assert share_of_confidence(1) == pytest.approx(0.95)
    assert share_of_confidence(5) == pytest.approx(0.99)


def estimate(mean: float, half: float, method: Method = Method.STUDENT) -> Estimate:
    return Estimate(mean, mean - half, mean + half, 10, 0, method)


@pytest.mark.parametrize(
    ("precision", "found", "expected"),
    [
        (Precision(relative=0.1), estimate(10, 1), Reached.YES),
        (Precision(relative=0.1), estimate(10, 1.1), Reached.NO),
        (Precision(relative=0.1), estimate(-10, 1), Reached.YES),
        (Precision(absolute={"lost": 0.5}), estimate(10, 0.5), Reached.YES),
        (Precision(relative=1, absolute={"lost": 0.5}), estimate(10, 1), Reached.NO),
        (Precision(difference={"lost": 1}), estimate(10, 9), Reached.NOT_ASKED),
        (Precision(relative=0.1), estimate(0, 0, Method.CONSTANT), Reached.CONSTANT),
        (Precision(relative=0.1), estimate(math.nan, math.nan, Method.NONE), Reached.UNDEFINED),
        (None, estimate(10, 9), Reached.NOT_ASKED),
    ],
)
def test_what_is_asked_and_reached(precision, found, expected):
    assert reached(precision, "lost", found) is expected
    enough = expected in (Reached.YES, Reached.NOT_ASKED)
    assert is_enough([expected, Reached.YES]) is enough


def test_a_metric_that_is_the_same_by_definition_needs_no_more_runs():
    constant = estimate(4, 0, Method.CONSTANT)
    assert reached(Precision(relative=0.1), "fan_in", constant) is Reached.YES


def test_a_sign_needs_as_many_pairs_as_a_sign_test():
    found = estimate(10, 1)
    assert decided_sign(found, 5, confidence=0.95) == 0
    assert decided_sign(found, 6, confidence=0.95) == 1
    assert decided_sign(found, 10, confidence=0.999) == 0
    assert decided_sign(replace(found, mean=-10, low=-11, high=-9), 11, confidence=0.999) == -1
    assert decided_sign(estimate(1, 2), 50, confidence=0.95) == 0


def test_cells_stop_when_they_may_and_say_where_they_could_not():
    precision = Precision(absolute={"latency_mean": 3}, relative=100, first=4, most=16)
    result = run_experiment(
        declared(responses=("latency_mean",), precision=precision),
        workflow(),
        executor=InProcess(),
    )
    for each in result.points:
        rows = each.outcome.rows
        asked = [row for row in rows if row.reached is not Reached.NOT_ASKED]
        assert len(asked) == 2  # the variants; nothing is asked of their difference
        precise = all(row.estimate.half_width <= 3 for row in asked)
        assert (each in result.imprecise()) is not precise
        assert each.outcome.replications == 16 or precise
    counts = {each.outcome.replications for each in result.points}
    assert counts <= {4, 8, 16}
    assert len(counts) > 1  # otherwise the rule did nothing here


def test_fewer_replications_are_the_first_of_more():
    few = run_experiment(declared(replications=2), workflow(), executor=InProcess())
    many = run_experiment(declared(replications=5), workflow(), executor=InProcess())
    for a, b in zip(few.points, many.points, strict=True):
        for short, long in zip(a.outcome.rows, b.outcome.rows, strict=True):
            assert repr(long.values[:2]) == repr(short.values)


@pytest.mark.parametrize("family", ["normal", "exponential"])
def test_intervals_hold_the_truth_as_often_as_they_say(family):
    """200 samples of a known mean, 1; a run of benchmarks.sweeps measures more."""
    rng = np.random.default_rng(7)
    draw = {
        "normal": lambda n: rng.normal(1, 0.5, n),
        "exponential": lambda n: rng.exponential(1, n),
    }
    numbers = looks(10, 160)
    level = share_of_confidence(len(numbers))
    precision = Precision(absolute={"lost": 0.25}, first=10, most=160)
    held = stopped = 0
    for _ in range(200):
        sample = draw[family](160)
        for look in numbers:
            found = interval(sample[:look].tolist(), confidence=level)
            if is_enough([reached(precision, "lost", found)]):
                break
        stopped += look < 160
        held += found.low <= 1 <= found.high
    assert held / 200 >= {"normal": 0.95, "exponential": 0.93}[family]
    assert stopped > 50 or family == "exponential"
