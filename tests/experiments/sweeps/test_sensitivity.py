"""What matters is found where the truth is known, and noise is not taken for it."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from wfmodel.experiments.experiment import Experiment, Factor, PlanSpec
from wfmodel.experiments.factorial.outcome import CellOutcome, Finished, ResponseRow
from wfmodel.experiments.factorial.plans import points
from wfmodel.experiments.factorial.sensitivity import ranking, tornado
from wfmodel.experiments.factorial.stopping import Reached
from wfmodel.experiments.statistics import DifferenceVerdict, interval

RANGES = {name: Factor(path=name, low=0.0, high=1.0) for name in ("a", "b", "c")}


def result(response, factors=RANGES, *, noise: float = 0.0, **plan: object) -> Any:
    """An experiment whose response is a function of its factors, and noise by replication."""
    declared = Experiment(
        factors=factors, responses=("lost",), plan=PlanSpec(**{"kind": "latin-hypercube", **plan})
    )
    rng = np.random.default_rng(5)
    common = rng.normal(0, 1, 12)  # replication r has the same luck everywhere
    found = []
    for point in points(declared, seed=3):
        own = rng.normal(0, noise, 12) if noise else np.zeros(12)
        values = tuple((response(point.values) + common + own).tolist())
        row = ResponseRow("x", "lost", interval(values), Reached.NOT_ASKED, 0, values)
        found.append(Finished(point, CellOutcome(str(point.number), (row,))))
    return SimpleNamespace(experiment=declared, points=tuple(found))


def test_shares_of_a_linear_response_are_the_squares_of_its_slopes():
    ranked = ranking(result(lambda v: 3 * v["a"] - v["b"], points=400), "lost", "x")
    assert ranked is not None
    found = {each.factor: each for each in ranked.influences}
    assert [each.factor for each in ranked.influences] == ["a", "b", "c"]
    for name, truth in (("a", 0.9), ("b", 0.1), ("c", 0.0)):
        assert found[name].share == pytest.approx(truth, abs=0.06)
        assert found[name].share_low <= truth + 0.02  # ten bins see 99 % of a line's variance
        assert truth <= found[name].share_high
    assert found["a"].coefficient > 0.8
    assert found["b"].coefficient_high < 0
    assert found["c"].coefficient_low < 0 < found["c"].coefficient_high
    assert ranked.r_squared > 0.95


def test_a_hump_has_a_share_but_no_direction():
    response = lambda v: -((v["a"] - 0.5) ** 2)  # noqa: E731
    ranked = ranking(result(response, points=200), "lost", "x")
    assert ranked is not None
    first = ranked.influences[0]
    assert first.factor == "a"
    assert first.share > 0.9
    assert abs(first.coefficient) < 0.2
    assert ranked.r_squared < 0.2


def test_levels_without_an_order_have_a_share_and_no_coefficient():
    factors = {"a": Factor(path="a", levels=("x", "y", "z")), "b": RANGES["b"]}
    worth = {"x": 0.0, "y": 5.0, "z": 1.0}
    ranked = ranking(result(lambda v: worth[v["a"]] + v["b"], factors, points=90), "lost", "x")
    assert ranked is not None
    assert ranked.influences[0].factor == "a"
    assert ranked.influences[0].share > 0.9
    assert math.isnan(ranked.influences[0].coefficient)


def test_two_levels_have_a_direction():
    factors = {"a": Factor(path="a", levels=(True, False)), "b": RANGES["b"]}
    ranked = ranking(result(lambda v: 1.0 if v["a"] else 0.0, factors, points=40), "lost", "x")
    assert ranked is not None
    assert ranked.influences[0].coefficient < -0.9  # from the first level to the second


def test_intervals_of_pure_noise_hold_zero():
    held = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        luck = iter(rng.normal(0, 1, 1000).tolist())
        ranked = ranking(result(lambda v, luck=luck: next(luck), points=40), "lost", "x")
        assert ranked is not None
        held += [each.share_low == 0 for each in ranked.influences]
    assert sum(held) / len(held) >= 0.9


def test_a_response_that_never_changes_is_nobodys_doing():
    ranked = ranking(result(lambda v: 1.0, points=20), "lost", "x")
    assert ranked is not None
    assert all(each.share == 0 or math.isnan(each.share) for each in ranked.influences)


def test_too_few_points_say_nothing():
    assert ranking(result(lambda v: v["a"], points=5), "lost", "x") is None


def test_a_tornado_has_paired_differences_from_the_scenario_as_it_is():
    base = {"a": 0.5, "b": 0.5, "c": 0.5}

    def response(values):
        at = {**base, **values}
        return 4 * at["a"] - at["b"]

    effects = tornado(result(response, kind="one-at-a-time"), "lost", "x")
    assert [(each.factor, each.value) for each in effects] == [
        ("a", 0.0), ("a", 1.0), ("b", 0.0), ("b", 1.0), ("c", 0.0), ("c", 1.0),
    ]  # fmt: skip
    means = [each.difference.estimate.mean for each in effects]
    assert means == pytest.approx([-2, 2, 0.5, -0.5, 0, 0])  # the common luck has cancelled
    assert effects[0].difference.verdict is DifferenceVerdict.SHOWN
    assert effects[-1].difference.verdict is DifferenceVerdict.SAME


def test_each_plan_has_its_own_analysis():
    with pytest.raises(ValueError, match="a tornado needs plan one-at-a-time"):
        tornado(result(lambda v: 0.0), "lost", "x")
    with pytest.raises(ValueError, match="has a tornado"):
        ranking(result(lambda v: 0.0, kind="one-at-a-time"), "lost", "x")
