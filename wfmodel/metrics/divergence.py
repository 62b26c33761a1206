"""Divergence: D(t) is the largest distance between any two views of one instance at time t.

Distances are counted in facts (steps, and the status). A state that lasts no time is not counted:
rows of one instant have an order in a history and none in the world. Views are what stores say; the
record of an instance that has had a verdict is closed with its last row, so that a crash which
empties memory later does not heal what it left behind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfmodel.metrics.codes import Floats, Ints
from wfmodel.metrics.instance_paths import Tracks
from wfmodel.metrics.metric import SECOND, Value, mean

GRID: int = 200
"""Points of a divergence curve."""


@dataclass(frozen=True)
class Series:
    """A quantity over time: ``values[i]`` at ``times_ns[i]``."""

    times_ns: Ints
    values: Floats


def _level(tracks: Tracks) -> Ints:
    """Per event: D after it."""
    return tracks.graph.divergence.array()[tracks.target]


def _length(tracks: Tracks) -> Ints:
    return tracks.until_ns - tracks.time_ns


def divergence_max(tracks: Tracks) -> Value:
    """The farthest that an instance's views were ever apart.

    Definition: per instance, the maximum of D(t); then the mean over instances.
    Unit: facts.
    Source: TACT's numerical error, Yu & Vahdat, TOCS 2002, with facts as the unit of error.
    Cannot see: how much a fact matters; views that know nothing; states that last no time.
    """
    lasting = _length(tracks) > 0
    return mean(tracks.largest(_level(tracks) * lasting))


def divergence_integral(tracks: Tracks) -> Value:
    """How far apart, for how long: what a reader of a random store risks.

    Definition: per instance, the integral of D(t) from arrival to the end of the run; then the mean
    over instances.
    Unit: facts × seconds.
    Source: TACT, Yu & Vahdat, TOCS 2002 (numerical error, accumulated over time).
    Cannot see: as divergence_max; what never heals adds up until the run ends, so runs are
    comparable only at equal length.
    """
    return mean(tracks.total(_level(tracks) * _length(tracks)) / SECOND)


def divergence_time(tracks: Tracks) -> Value:
    """Time that an instance's views disagree.

    Definition: per instance, the time with D(t) > 0 from arrival to the end of the run; then the
    mean over instances.
    Unit: s.
    Source: TACT, Yu & Vahdat, TOCS 2002.
    Cannot see: as divergence_integral.
    """
    return mean(tracks.total((_level(tracks) > 0) * _length(tracks)) / SECOND)


def divergence_pairs(tracks: Tracks) -> Value:
    """Pairs of views that disagree at the same time.

    Definition: per instance, the largest number of pairs of views with distance above 0 at one
    time; then the mean over instances.
    Unit: pairs.
    Source: TACT, Yu & Vahdat, TOCS 2002 (error between replicas, here for all pairs).
    Cannot see: as divergence_max; a design with more stores has more pairs.
    """
    pairs = tracks.graph.pairs.array()[tracks.target]
    return mean(tracks.largest(pairs * (_length(tracks) > 0)))


def divergence_permanent(tracks: Tracks) -> Value:
    """Fraction of instances whose views never come to agree.

    Definition: the share with D > 0 at the end of the run.
    Unit: fraction.
    Source: eventual consistency's convergence; Vogels, CACM 2009.
    Cannot see: in a run cut at its limit, what would have healed later.
    """
    return mean(tracks.graph.divergence.array()[tracks.final_state] > 0)


def divergence_series(tracks: Tracks, points: int = GRID) -> Series:
    """Mean D over the instances that are open (arrived, window not over) on a grid of times, up to
    the last row of the run.
    """
    rows = tracks.history.rows
    grid = np.linspace(0, rows[-1, 0] if len(rows) else 0, points).astype(np.int64)
    divergence = tracks.graph.divergence.array()
    change = divergence[tracks.target] - divergence[tracks.source]
    total = _accumulate(grid, tracks.time_ns, change)
    ones = np.ones(tracks.count)
    opened = _accumulate(grid, tracks.arrival_ns, ones) - _accumulate(grid, tracks.close_ns, ones)
    some = opened > 0
    return Series(grid, np.where(some, total / np.where(some, opened, 1), 0.0))


def _accumulate(grid: Ints, times: Ints, amounts: Floats | Ints) -> Floats:
    """At each grid time, the sum of amounts up to then."""
    place = np.searchsorted(grid, times, side="left")
    return np.cumsum(np.bincount(place, weights=amounts, minlength=len(grid) + 1)[: len(grid)])
