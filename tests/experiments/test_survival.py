"""The product limit against SciPy's, and the censoring rules."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from wfmodel.experiments.survival import BAND_POINTS, Samples, kaplan_meier, restricted_mean


def test_textbook_curve():
    # 6 at risk, event at 1 (5/6); censored at 2; 4 at risk, events at 3 (3/4), censored at 4 (x2),
    # 1 at risk, event at 5 (0).
    run = Samples((1, 2, 3, 4, 4, 5), (True, False, True, False, False, True))
    curve = kaplan_meier((run,))
    assert curve.times == (0, 1, 3, 5)
    assert curve.survival == pytest.approx((1, 5 / 6, 5 / 8, 0))
    assert curve.censored == (2, 4, 4)
    assert curve.never == 0
    assert curve.quantile(0.25) == 3


def test_never_recovered_is_never_dropped():
    run = Samples((1.0, 10.0, 10.0, 10.0), (True, False, False, False))
    curve = kaplan_meier((run,))
    assert curve.never == pytest.approx(0.75)
    assert curve.quantile(0.5) == math.inf
    # 1 s once, 10 s three times.
    assert restricted_mean(run, 10.0) == pytest.approx(31 / 4)


def test_nothing_observed_is_unknown():
    curve = kaplan_meier((Samples(), Samples()))
    assert curve.count == 0
    assert math.isnan(curve.never)
    assert math.isnan(restricted_mean(Samples(), 5.0))


def test_one_run_has_no_band():
    curve = kaplan_meier((Samples((1.0, 2.0), (True, True)),))
    assert all(math.isnan(bound) for bound in curve.low)


def test_the_band_widens_when_instances_of_a_run_move_together():
    apart = [Samples((1.0, 9.0) * 5, (True,) * 10) for _ in range(20)]
    together = [Samples((1.0 if i % 2 else 9.0,) * 10, (True,) * 10) for i in range(20)]
    first, second = kaplan_meier(apart), kaplan_meier(together)
    assert first.survival == second.survival
    assert second.high[1] - second.low[1] > first.high[1] - first.low[1] + 0.2


samples = st.lists(st.tuples(st.integers(1, 20), st.booleans()), min_size=1, max_size=40).map(
    lambda pairs: Samples(tuple(float(t) for t, _ in pairs), tuple(seen for _, seen in pairs))
)


@given(samples)
def test_agrees_with_scipy(run):
    data = np.asarray(run.seconds)
    seen = np.asarray(run.observed)
    reference = stats.ecdf(stats.CensoredData(data[seen], right=data[~seen])).sf
    curve = kaplan_meier((run,))
    for time, survival in zip(curve.times[1:], curve.survival[1:], strict=True):
        assert survival == pytest.approx(float(reference.evaluate(time)))


@given(samples)
def test_restricted_mean_of_complete_observation_is_the_mean(run):
    complete = Samples(run.seconds, (True,) * len(run))
    assert restricted_mean(complete, 100.0) == pytest.approx(np.mean(run.seconds))


def test_restricted_mean_is_unbiased_under_censoring():
    generator = np.random.default_rng(5)
    truth = 1 - math.exp(-2)  # E min(T, 2) for T exponential with mean 1
    means = []
    for _ in range(200):
        times = generator.exponential(1, 50)
        limits = generator.uniform(2, 6, 50)
        run = Samples(tuple(np.minimum(times, limits)), tuple(times <= limits))
        means.append(restricted_mean(run, 2.0))
    error = np.std(means, ddof=1) / math.sqrt(len(means))
    assert np.mean(means) == pytest.approx(truth, abs=4 * error)


def test_the_band_of_many_times_holds_the_curve_and_never_rises():
    draws = np.random.default_rng(5).exponential(3.0, (30, 100))
    curve = kaplan_meier([Samples(tuple(run.tolist()), (True,) * 100) for run in draws])
    assert len(curve.times) == 3001 > BAND_POINTS  # 0 and every event
    low, high, middle = (np.array(each) for each in (curve.low, curve.high, curve.survival))
    assert (low <= middle).all()
    assert (middle <= high).all()
    assert (np.diff(low) <= 0).all()
    assert (np.diff(high) <= 0).all()
