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
    events = [t for run in runs for t, seen in zip(run.seconds, run.observed, strict=True) if seen]
    censored = [
        t for run in runs for t, seen in zip(run.seconds, run.observed, strict=True) if not seen
    ]
    grid = np.unique(np.asarray([0.0, *events]))
    deaths = np.stack([_deaths(run, grid) for run in runs])
    at_risk = np.stack([_at_risk(run, grid) for run in runs])
    survival = _product_limit(deaths.sum(axis=0), at_risk.sum(axis=0))
    low, high = _band(deaths, at_risk)
    return Curve(
        tuple(grid.tolist()),
        tuple(survival.tolist()),
        tuple(low.tolist()),
        tuple(high.tolist()),
        tuple(sorted(censored)),
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


def _deaths(run: Samples, grid: Floats) -> Floats:
    seen = [t for t, observed in zip(run.seconds, run.observed, strict=True) if observed]
    return np.bincount(np.searchsorted(grid, seen), minlength=len(grid)).astype(np.float64)


def _at_risk(run: Samples, grid: Floats) -> Floats:
    ordered = np.sort(np.asarray(run.seconds, dtype=np.float64))
    return (len(ordered) - np.searchsorted(ordered, grid, side="left")).astype(np.float64)


def _product_limit(deaths: Floats, at_risk: Floats) -> Floats:
    factors = 1 - np.divide(deaths, at_risk, out=np.zeros_like(deaths), where=at_risk > 0)
    return np.cumprod(factors, axis=-1)


def _band(deaths: Floats, at_risk: Floats) -> tuple[Floats, Floats]:
    """Pointwise percentile band: whole runs drawn with replacement, from fixed draws."""
    runs, times = deaths.shape
    if runs < 2:
        unknown = np.full(times, math.nan)
        return unknown, unknown
    shares = np.full(runs, 1 / runs)
    weights = np.random.default_rng(runs).multinomial(runs, shares, size=RESAMPLES)
    curves = _product_limit(weights @ deaths, weights @ at_risk)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(curves, [tail, 1 - tail], axis=0)
    return low, high
