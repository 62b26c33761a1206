"""The whole chain, from simulator to interval, against truths known in closed form."""

from __future__ import annotations

import pytest

from benchmarks.coverage import EXPERIMENTS, covered

pytestmark = pytest.mark.long


def test_intervals_of_whole_experiments_cover_the_truth_about_95_times_in_100():
    # Binomial(400, 0.95): 95 % of such figures lie between 0.928 and 0.970.
    shares = covered()
    assert EXPERIMENTS == 400
    assert 0.925 <= shares["mean latency"] <= 0.975
    assert 0.925 <= shares["paired difference"] <= 0.975
