"""Chains whose answers are in every textbook."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.exploration.markov.chains import chain_of, marks, ruin, ruin_wins
from wfmodel.markov import (
    expected_reward,
    expected_time_if_hit,
    hits,
    hits_within,
    long_run,
    transient,
)
from wfmodel.markov.implicit_steps import TooStiffError
from wfmodel.markov.uniformization import poisson

RATES = st.floats(0.1, 10.0)


@given(RATES, RATES, st.floats(0.01, 5.0))
def test_availability_of_two_states(fails, repaired, time_s):
    chain = chain_of(2, [(0, 1, fails), (1, 0, repaired)])
    up, total = repaired / (fails + repaired), fails + repaired
    assert long_run(chain, np.array([1.0, 0.0])) == pytest.approx(up)
    expected = up + (1 - up) * math.exp(-total * time_s)
    assert transient(chain, time_s)[0] == pytest.approx(expected, abs=1e-10)


@given(RATES, RATES, st.integers(1, 12))
def test_a_queue_with_room_for_k(arrives, served, room):
    """M/M/1/K: shares are geometric (Kleinrock, Queueing Systems I, 3.6)."""
    up = [(i, i + 1, arrives) for i in range(room)]
    chain = chain_of(room + 1, up + [(i + 1, i, served) for i in range(room)])
    weights = (arrives / served) ** np.arange(room + 1)
    full = np.zeros(room + 1)
    full[room] = 1.0
    assert long_run(chain, full) == pytest.approx(float(weights[room] / weights.sum()))


@given(st.lists(RATES, min_size=1, max_size=6, unique=True))
def test_steps_one_after_the_other(rates):
    size = len(rates) + 1
    chain = chain_of(size, [(i, i + 1, rate) for i, rate in enumerate(rates)])
    goal = marks(size, size - 1)
    mean = sum(1 / rate for rate in rates)
    assert expected_reward(chain, np.ones(size), goal)[0] == pytest.approx(mean)
    assert expected_time_if_hit(chain, goal) == pytest.approx((1.0, mean))


def test_equal_steps_are_an_erlang_time():
    chain = chain_of(5, [(i, i + 1, 3.0) for i in range(4)])
    for time_s in (0.1, 1.0, 2.5):
        within = hits_within(chain, marks(5, 4), time_s)
        assert within == pytest.approx(stats.gamma.cdf(time_s, 4, scale=1 / 3), abs=1e-11)


def test_attempts_until_one_succeeds():
    """An attempt of rate 2 succeeds with 0.25, else a pause of rate 5: 4 attempts, 3 pauses."""
    chain = chain_of(3, [(0, 2, 2 * 0.25), (0, 1, 2 * 0.75), (1, 0, 5.0)])
    mean = expected_reward(chain, np.ones(3), marks(3, 2))[0]
    assert mean == pytest.approx(4 / 2 + 3 / 5)


@pytest.mark.parametrize(("size", "start"), [(10, 1), (10, 4), (16, 1), (40, 1)])
def test_a_gambler_against_the_odds(size, start):
    chain = ruin(size, 1.0, 4.0, start)
    won = float(chain.initial @ hits(chain, marks(size + 1, size)))
    assert won == pytest.approx(ruin_wins(size, 1.0, 4.0, start), rel=1e-9)


def test_the_long_run_depends_on_which_component_is_reached():
    chain = chain_of(4, [(0, 1, 1.0), (0, 2, 3.0), (2, 3, 1.0), (3, 2, 4.0)])
    reward = np.array([9.0, -2.0, 1.0, 0.0])
    assert long_run(chain, reward) == pytest.approx(0.25 * -2.0 + 0.75 * 0.8)


def test_what_may_never_come_takes_for_ever():
    chain = chain_of(3, [(0, 1, 1.0), (0, 2, 3.0)])
    assert expected_reward(chain, np.ones(3), marks(3, 1))[0] == math.inf
    assert expected_time_if_hit(chain, marks(3, 1)) == pytest.approx((0.25, 0.25))


@given(st.floats(0.01, 2000.0))
def test_weights_of_the_jumps_are_poisson(mean):
    first, weights = poisson(mean, 1e-12)
    numbers = np.arange(first, first + len(weights))
    assert weights == pytest.approx(stats.poisson.pmf(numbers, mean), abs=1e-12)
    assert stats.poisson.cdf(first - 1, mean) + stats.poisson.sf(numbers[-1], mean) < 1.1e-12


def test_refusals_say_why():
    two = chain_of(2, [(0, 1, 1.0), (1, 0, 1.0)])
    with pytest.raises(ValueError, match="not negative; got -1"):
        transient(two, -1.0)
    with pytest.raises(ValueError, match="a rate to itself"):
        chain_of(2, [(0, 0, 1.0)])
    with pytest.raises(ValueError, match="negative"):
        chain_of(2, [(0, 1, -1.0)])


def test_too_many_steps_are_refused(monkeypatch):
    monkeypatch.setattr("wfmodel.markov.uniformization.MOST_WORK", 1000)
    slow = chain_of(3, [(0, 1, 100.0), (1, 0, 100.0), (1, 2, 0.01)])
    with pytest.raises(TooStiffError, match="too many for 3 states"):
        hits_within(slow, marks(3, 2), 1000.0, error=1e-15)
