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
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wfmodel.experiments.statistics import CONFIDENCE

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
            if 1 - survival >= share - 1e-12:
                return time
        return math.inf


def kaplan_meier(runs: Sequence[Samples]) -> Curve:
    """The pooled curve of several runs, with a 95 % band from resampling the runs."""
    count = sum(len(run) for run in runs)
    if count == 0:
        return Curve((0.0,), (1.0,), (math.nan,), (math.nan,), (), 0)
    pool = _Pool.of(runs)
    survival = _product_limit(*pool.counts(np.ones((1, len(runs)))))[0]
    low, high = _band(pool, len(runs))
    grid, censored = pool.grid, pool.times[~pool.observed].tolist()
    return Curve(
        tuple(grid.tolist()),
        tuple(survival.tolist()),
        tuple(low.tolist()),
        tuple(high.tolist()),
        tuple(censored),
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
    """All runs' samples in ascending order, and the run of each; ``grid``: 0 and times of events.

    Counts by weighted runs cost a number per sample, and not one per run and point of the grid.
    """

    times: Floats
    observed: NDArray[np.bool_]
    run: NDArray[np.int64]
    grid: Floats

    @classmethod
    def of(cls, runs: Sequence[Samples]) -> _Pool:
        times = np.array([t for run in runs for t in run.seconds], dtype=np.float64)
        observed = np.array([seen for run in runs for seen in run.observed], dtype=bool)
        run = np.repeat(np.arange(len(runs)), [len(run) for run in runs])
        order = np.argsort(times, kind="stable")
        grid = np.unique(np.append(times[observed], 0.0))
        return cls(times[order], observed[order], run[order], grid)

    def counts(self, weights: Floats) -> tuple[Floats, Floats]:
        """Deaths and numbers at risk at each point of the grid, by weighting (one a row).

        Weights are whole numbers, so that sums are exact in any order.
        """
        mine = weights[:, self.run]
        none = np.zeros((len(mine), 1))
        before = np.hstack((none, np.cumsum(mine, axis=1)))
        died = np.hstack((none, np.cumsum(mine * self.observed, axis=1)))
        first = np.searchsorted(self.times, self.grid, side="left")
        last = np.searchsorted(self.times, self.grid, side="right")
        return died[:, last] - died[:, first], before[:, -1:] - before[:, first]


def _product_limit(deaths: Floats, at_risk: Floats) -> Floats:
    factors = 1 - np.divide(deaths, at_risk, out=np.zeros_like(deaths), where=at_risk > 0)
    return np.cumprod(factors, axis=-1)


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
    weights = np.random.default_rng(runs).multinomial(runs, shares, size=RESAMPLES)
    points = np.unique(np.linspace(0, times - 1, min(times, BAND_POINTS)).astype(np.int64))
    curves = np.concatenate(
        [
            _product_limit(*pool.counts(weights[i : i + BLOCK].astype(np.float64)))[:, points]
            for i in range(0, RESAMPLES, BLOCK)
        ]
    )
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(curves, [tail, 1 - tail], axis=0)
    every = np.arange(times)
    after = np.searchsorted(points, every, side="left")
    return low[after], high[np.searchsorted(points, every, side="right") - 1]
