"""Chains whose rates differ by many orders of magnitude: where they are, in how many steps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.sparse import linalg

from tests.exploration.markov.chains import chain_of, marks
from wfmodel.markov import Chain, hits_within, transient
from wfmodel.markov import implicit_steps as implicit
from wfmodel.markov.implicit_steps import POLES, ZEROS, TooStiffError, stepped

FAST = 1e6
"""Of a commit that takes a microsecond."""


def approximant(z: complex) -> complex:
    """What a step multiplies an eigenvector by."""
    found = 1 + 0j
    for pole, zero in zip(POLES, ZEROS, strict=True):
        zeros = (z - zero) * (z - zero.conjugate()) if zero.imag else z - zero
        at_0 = abs(zero) ** 2 if zero.imag else -zero.real
        found *= zeros / at_0 * abs(pole) ** 2 / ((z - pole) * (z - pole.conjugate()))
    return found


@given(st.floats(0.0, 1.0), st.floats(-math.pi / 2, math.pi / 2))
def test_a_step_is_the_exponential_where_it_is_short(radius, angle):
    z = -radius * complex(math.cos(angle), math.sin(angle))
    assert abs(approximant(z) - np.exp(z)) < 1e-14


@given(st.floats(0.0, 1e9))
def test_no_step_lets_anything_grow(height):
    assert abs(approximant(complex(0, height))) < 1 + 1e-12
    assert abs(approximant(complex(-20 - height, 0))) < 0.03


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Factorised systems, and how many have been solved."""
    counts = [0, 0]

    class Counting:
        def __init__(self, matrix: Any) -> None:
            counts[0] += 1
            self.solver = factorised(matrix)
            self.nnz = self.solver.nnz

        def solve(self, right: Any) -> Any:
            counts[1] += 1
            return self.solver.solve(right)

    factorised = linalg.splu
    monkeypatch.setattr(implicit.linalg, "splu", Counting)
    return counts


def committed(steps: int, slow: float) -> Chain:
    """So many slow steps, each with a commit before and after it."""
    rates = [(i, i + 1, FAST if i % 2 == 0 else slow) for i in range(2 * steps + 1)]
    return chain_of(2 * steps + 2, rates)


def test_commits_of_a_microsecond_take_no_more_steps_than_none(monkeypatch):
    counts = counted(monkeypatch)
    chain = committed(3, 10.0)
    within = hits_within(chain, marks(chain.size, chain.size - 1), 0.5)
    # Four commits of 1 us: later by their mean, up to the square of a part in 100,000.
    earlier = stats.gamma(3, scale=0.1)
    assert within == pytest.approx(earlier.cdf(0.5) - 4e-6 * earlier.pdf(0.5), abs=1e-9)
    steps = implicit.FIRST_STEPS * 3  # so many, and twice as many
    assert counts == [2 * len(POLES), steps * len(POLES)]  # uniformization: 500,000


@pytest.mark.parametrize("times", [1.0, 1e3, 1e6])
def test_a_closed_form_holds_however_fast_the_other_rate(times):
    fails, repaired = 0.01, 0.01 * times
    chain = chain_of(2, [(0, 1, fails), (1, 0, repaired)])
    up, total = repaired / (fails + repaired), fails + repaired
    for time_s in (1.0, 100.0, 10_000.0):
        expected = up + (1 - up) * math.exp(-total * time_s)
        assert stepped(chain, time_s)[0] == pytest.approx(expected, abs=1e-12)


RATES = st.sampled_from([0.01, 1.0, 7.0, 300.0, 1000.0])


@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(1, 7), RATES), min_size=3, max_size=25),
    st.sampled_from([0.1, 1.0, 10.0]),
)
def test_long_steps_come_to_where_the_sum_over_all_jumps_does(rates, time_s):
    chain = chain_of(8, [(source, (source + on) % 8, rate) for source, on, rate in rates])
    found = stepped(chain, time_s)
    assert np.abs(found - transient(chain, time_s, error=1e-13)).sum() < 1e-10
    assert found.sum() == pytest.approx(1.0, abs=1e-11)


def test_what_goes_round_for_long_takes_more_steps_and_not_another_answer(monkeypatch):
    """Its eigenvalues are near the imaginary axis, where nothing dies out."""
    counts = counted(monkeypatch)
    chain = chain_of(60, [(i, (i + 1) % 60, 30.0) for i in range(60)])
    assert np.abs(stepped(chain, 20.0) - transient(chain, 20.0)).sum() < 1e-10
    assert counts[0] >= 2 * len(POLES)


def test_what_takes_too_many_steps_is_refused_with_the_rates(monkeypatch):
    chain = committed(3, 10.0)
    monkeypatch.setattr(implicit, "MOST_WORK", 1000)
    with pytest.raises(
        TooStiffError, match=r"from 10 to 1e\+06 a second, in 8 states: .* too many"
    ):
        stepped(chain, 0.5)
    monkeypatch.undo()
    monkeypatch.setattr(implicit, "AGREEMENT", -1.0)
    monkeypatch.setattr(implicit, "MOST_STEPS", 64)
    with pytest.raises(TooStiffError, match="64 steps are not enough"):
        stepped(chain, 0.5)


def test_what_has_too_large_factors_is_followed_jump_by_jump_where_that_is_possible(monkeypatch):
    monkeypatch.setattr(implicit, "MOST_ENTRIES", 3)
    chain = chain_of(3, [(0, 1, 100.0), (1, 0, 100.0), (1, 2, 0.01)])
    hit = hits_within(chain, marks(3, 2), 1000.0)
    assert hit == pytest.approx(-math.expm1(-0.005 * 1000.0), rel=1e-3)  # half the time at 1
