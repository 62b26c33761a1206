"""A run that has not recovered when it ends says "longer than this": it is censored, never dropped.

Dropping it, or counting it as recovered at the end, makes the design that never recovers look good.
The curve is Kaplan and Meier's product limit (JASA 53, 1958); what is compared is the restricted
mean, the area under the curve up to a stated time, which censoring at that time leaves unbiased
(Royston & Parmar, BMC Med Res Methodol 13:152, 2013).

The band comes from resampling whole replications, because instances that one crash has hit are not
independent of each other (Greenwood's formula takes them to be).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from wfmodel.experiments.statistics import CONFIDENCE
from wfmodel.experiments.worker_count import cores
from wfmodel.metrics.recovery_times import ROUNDING

RESAMPLES: Final = 1000
BAND_POINTS: Final = 2000
"""A band is made at so many points at most."""
BLOCK: Final = 50
"""Resamples counted at a time, which bounds memory."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Samples:
    """Times from one run, in seconds; ``observed`` is False where the run ended first."""

    seconds: tuple[float, ...] = ()
    observed: tuple[bool, ...] = ()

    def __len__(self) -> int:
        return len(self.seconds)


@dataclass(frozen=True, slots=True)
class Curve:
    """P(not yet recovered) as steps: ``survival[i]`` holds from ``times[i]`` (seconds) on.

    ``low`` and ``high`` are pointwise; ``nan`` where there are fewer than two runs. ``censored``
    are the times at which observation ended without recovery. ``never`` is the curve's last value:
    the share that had not recovered when the longest observation ended.
    """

    times: tuple[float, ...]
    survival: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    censored: tuple[float, ...]
    count: int

    @property
    def never(self) -> float:
        """Share not recovered at the end of observation; ``nan`` if nothing was observed."""
        return self.survival[-1] if self.count else math.nan

    def quantile(self, share: float) -> float:
        """Seconds until this share has recovered; ``inf`` if it never did, ``nan`` if unknown."""
        if not self.count:
            return math.nan
        for time, survival in zip(self.times, self.survival, strict=True):
            if 1 - survival >= share - ROUNDING:
                return time
        return math.inf


def kaplan_meier(runs: Sequence[Samples]) -> Curve:
    """The pooled curve of several runs, with a 95 % band from resampling the runs."""
    count = sum(len(run) for run in runs)
    if count == 0:
        return Curve((0.0,), (1.0,), (math.nan,), (math.nan,), (), 0)
    pool = _Pool.of(runs)
    survival = pool.survival(np.ones((len(runs), 1)))[:, 0]
    low, high = _band(pool, len(runs))
    return Curve(
        tuple(pool.grid.tolist()),
        tuple(survival.tolist()),
        tuple(low.tolist()),
        tuple(high.tolist()),
        tuple(pool.censored.tolist()),
        count,
    )


def restricted_mean(run: Samples, limit: float) -> float:
    """Mean of min(time, ``limit``) in seconds, censoring allowed for; ``nan`` of no samples."""
    if not len(run):
        return math.nan
    curve = kaplan_meier((run,))
    inside = [(t, s) for t, s in zip(curve.times, curve.survival, strict=True) if t < limit]
    ends = [t for t, _ in inside[1:]] + [limit]
    return sum(s * (end - t) for (t, s), end in zip(inside, ends, strict=True))


@dataclass(frozen=True)
class _Pool:
    """All runs' samples, counted: ``grid`` is 0 and the times of events, in ascending order.

    ``died[i, r]`` are the events of run r at point i; ``left[i, r]`` its samples, censored ones
    too, from point i until the next. Both are sparse: a run has few samples.
    """

    grid: Floats
    censored: Floats
    died: csr_array
    left: csr_array

    @classmethod
    def of(cls, runs: Sequence[Samples]) -> _Pool:
        times = np.array([t for run in runs for t in run.seconds], dtype=np.float64)
        observed = np.array([seen for run in runs for seen in run.observed], dtype=bool)
        run = np.repeat(np.arange(len(runs)), [len(run) for run in runs])
        grid = np.unique(np.append(times[observed], 0.0))
        at = np.searchsorted(grid, times, side="right") - 1
        shape = (len(grid), len(runs))
        died = coo_array((observed.astype(np.float64), (at, run)), shape=shape).tocsr()
        left = coo_array((np.ones(len(times)), (at, run)), shape=shape).tocsr()
        return cls(grid, np.sort(times[~observed]), died, left)

    def survival(self, weights: Floats) -> Floats:
        """The product limit at each point of the grid (rows), by weighting of the runs (columns).

        Weights are whole numbers, so that sums are exact in any order.
        """
        deaths: Floats = self.died @ weights
        at_risk: Floats = self.left @ weights
        np.cumsum(at_risk[::-1], axis=0, out=at_risk[::-1])
        # Where nobody is at risk nobody dies: 0 of 1.
        deaths /= np.maximum(at_risk, 1, out=at_risk)
        np.subtract(1, deaths, out=deaths)
        return np.cumprod(deaths, axis=0, out=deaths)


def _band(pool: _Pool, runs: int) -> tuple[Floats, Floats]:
    """Pointwise percentile band: whole runs drawn with replacement, from fixed draws.

    Where the grid has more points than ``BAND_POINTS``, the band is made at so many of them, and in
    between spans from the lower bound at the next to the upper bound at the one before: since
    survival never rises, it is never too narrow.
    """
    times = len(pool.grid)
    if runs < 2:
        unknown = np.full(times, math.nan)
        return unknown, unknown
    shares = np.full(runs, 1 / runs)
    weights = (
        np.random.default_rng(runs).multinomial(runs, shares, size=RESAMPLES).T.astype(np.float64)
    )
    points = np.unique(np.linspace(0, times - 1, min(times, BAND_POINTS)).astype(np.int64))

    def at_points(first: int) -> Floats:
        found: Floats = pool.survival(weights[:, first : first + BLOCK])[points]
        return found

    with ThreadPoolExecutor(cores()) as threads:  # NumPy and SciPy let others run meanwhile
        curves = np.hstack(list(threads.map(at_points, range(0, RESAMPLES, BLOCK))))
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(curves, [tail, 1 - tail], axis=1)
    every = np.arange(times)
    after = np.searchsorted(points, every, side="left")
    return low[after], high[np.searchsorted(points, every, side="right") - 1]
