"""One replication is one observation: intervals come from the spread between replications.

Instances inside a run share its faults, so they are not independent; replications are. The two
variants meet the same draws in replication r, so the difference is taken pair by pair, and most of
the noise cancels (common random numbers: Law & Kelton, Simulation Modeling and Analysis, ch. 11).

>>> interval([1.0, 2.0, 3.0]).mean
2.0

What it cannot see: with few replications of a rare event, no interval is exact. Where the sample is
skewed the interval is widened to the hull of Student's t and the BCa bootstrap (DiCiccio & Efron,
Statistical Science 11, 1996), and a difference that fewer than six pairs show is not called shown:
an exact sign test could not reject with fewer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special  # and not scipy.stats, half of a worker's time to start

CONFIDENCE: Final = 0.95
FEWEST_DIFFERING_PAIRS: Final = 6
"""Two-sided sign test: 2 * 0.5**6 = 0.031 is the first value below 0.05."""
RESAMPLES: Final = 2000
_ROUNDING: Final = 1e-12
"""Relative spread below which values are taken to be equal."""

Sample = NDArray[np.float64]


class Method(StrEnum):
    """How an interval was made."""

    STUDENT = "t"
    WIDENED = "t and BCa"
    BINOMIAL = "Clopper-Pearson"
    """Shares of instances, or values that are all 0 or 1."""
    ORDER = "order statistics"
    """A percentile, between two instances."""
    CONSTANT = "constant"
    """All values equal: the spread says nothing, and the interval has no width."""
    NONE = "none"
    """Fewer than two values: no interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications with its interval; ``nan`` where nothing is known.

    ``undefined`` replications had no value (nothing recovered, nobody was stuck) and are left out.
    """

    mean: float
    low: float
    high: float
    replications: int
    undefined: int
    method: Method

    @property
    def half_width(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2


class DifferenceVerdict(StrEnum):
    """What the paired replications allow to say of a difference."""

    SHOWN = "difference shown"
    NOT_SHOWN = "no difference shown"
    TOO_FEW = "too few runs to say"
    SAME = "the same in every run"
    EQUIVALENT = "the same for practical purposes"
    """What difference there is, is smaller than the smallest that matters."""
    UNDEFINED = "undefined"
    """No replication has a value for both."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Second minus first, pair by pair. ``differing``: pairs whose two values are not equal.
    ``relevant``: the smallest difference that matters.
    """

    estimate: Estimate
    differing: int
    p_value: float
    verdict: DifferenceVerdict
    relevant: float = 0.0

    @property
    def needed(self) -> int | None:
        """How many replications it takes at least to show it, if as many of them differ; None if it
        is not too few of them that keep it from being shown.
        """
        if self.verdict is not DifferenceVerdict.TOO_FEW:
            return None
        runs = max(self.estimate.replications, 1)
        return max(
            FEWEST_DIFFERING_PAIRS, math.ceil(FEWEST_DIFFERING_PAIRS * runs / self.differing)
        )

    @property
    def sign(self) -> int:
        """-1, 0 or 1: which way a shown difference points."""
        return int(np.sign(self.estimate.mean)) if self.verdict is DifferenceVerdict.SHOWN else 0


def interval(values: Sequence[float], *, confidence: float = CONFIDENCE) -> Estimate:
    """Mean of independent replications with its confidence interval; ``nan`` values are left out.

    Values have any unit; so have the results.
    """
    raw = np.asarray(values, dtype=np.float64)
    sample = raw[~np.isnan(raw)]
    n, undefined = len(sample), len(raw) - len(sample)
    if n == 0:
        return Estimate(math.nan, math.nan, math.nan, 0, undefined, Method.NONE)
    mean = float(sample.mean())
    if n == 1:
        return Estimate(mean, math.nan, math.nan, 1, undefined, Method.NONE)
    if _constant(sample):
        return Estimate(mean, mean, mean, n, undefined, Method.CONSTANT)
    low, high = _student(sample, confidence)
    if not _skewed(sample):
        return Estimate(mean, low, high, n, undefined, Method.STUDENT)
    other_low, other_high = _bca(sample, confidence)
    bounds = (min(low, other_low), max(high, other_high))
    return Estimate(mean, *bounds, n, undefined, Method.WIDENED)


def share(values: Sequence[float], *, confidence: float = CONFIDENCE) -> Estimate:
    """The share of ones among independent values that are 0 or 1, with its exact interval.

    It covers no less often than it says, however rare the ones are; where there are none it still
    has a width (Clopper & Pearson, Biometrika 26, 1934).

    Raises:
        ValueError: there is no value, or one is neither 0 nor 1.
    """
    n, ones = len(values), sum(1 for value in values if value == 1)
    if not n or ones + sum(1 for value in values if value == 0) != n:
        raise ValueError("a share needs values that are 0 or 1, at least one")
    tail = (1 - confidence) / 2
    low = float(special.betaincinv(ones, n - ones + 1, tail)) if ones else 0.0
    high = float(special.betaincinv(ones + 1, n - ones, 1 - tail)) if ones < n else 1.0
    return Estimate(ones / n, low, high, n, 0, Method.BINOMIAL)


def paired(
    first: Sequence[float],
    second: Sequence[float],
    *,
    relevant: float = 0.0,
    confidence: float = CONFIDENCE,
) -> Difference:
    """Second minus first over paired replications; pairs with a ``nan`` are left out.
    ``relevant``: the smallest difference that matters.

    Raises:
        ValueError: the samples differ in length.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} replications are not pairs")
    gaps = np.asarray(second, dtype=np.float64) - np.asarray(first, dtype=np.float64)
    scale = float(np.nanmax(np.abs([*first, *second]), initial=0.0)) if len(first) else 0.0
    gaps[np.abs(gaps) <= _ROUNDING * scale] = 0.0
    differing = int(np.count_nonzero(np.nan_to_num(gaps)))
    return compared(gaps, differing, relevant=relevant, confidence=confidence)


def compared(
    gaps: Sample, differing: int, *, relevant: float = 0.0, confidence: float = CONFIDENCE
) -> Difference:
    """What gaps between pairs allow to say, of which so many pairs differ."""
    estimate = interval(gaps.tolist(), confidence=confidence)
    p_value = _p_value(gaps[~np.isnan(gaps)])
    return Difference(
        estimate, differing, p_value, verdict_of(estimate, differing, relevant), relevant
    )


def holm(p_values: Mapping[str, float], *, level: float = 1 - CONFIDENCE) -> frozenset[str]:
    """Names whose hypothesis is rejected when all are tested together (Holm 1979).

    ``nan`` p-values are never rejected, but count as tests.
    """
    rejected: set[str] = set()
    ordered = sorted(p_values.items(), key=lambda item: (math.isnan(item[1]), item[1], item[0]))
    for rank, (name, p) in enumerate(ordered):
        if math.isnan(p) or p > level / (len(ordered) - rank):
            break
        rejected.add(name)
    return frozenset(rejected)


def verdict_of(estimate: Estimate, differing: int, relevant: float) -> DifferenceVerdict:
    """What may be said of a difference: no winner by less than what matters (Schuirmann, J.
    Pharmacokinetics and Biopharmaceutics 15, 1987, for showing that there is none).
    """
    if estimate.replications == 0:
        return DifferenceVerdict.UNDEFINED
    if differing == 0:
        return DifferenceVerdict.SAME
    within = -relevant < estimate.low <= estimate.high < relevant
    if within:
        return DifferenceVerdict.EQUIVALENT
    if differing < FEWEST_DIFFERING_PAIRS or math.isnan(estimate.low):
        return DifferenceVerdict.TOO_FEW
    if estimate.low <= 0 <= estimate.high:
        return DifferenceVerdict.NOT_SHOWN
    small = abs(estimate.mean) < relevant
    return DifferenceVerdict.EQUIVALENT if small else DifferenceVerdict.SHOWN


def _p_value(gaps: Sample) -> float:
    """Two-sided paired t test; equal non-zero gaps are decided by the sign test."""
    differing = int(np.count_nonzero(gaps))
    if len(gaps) < 2 or differing == 0:
        return math.nan
    if _constant(gaps):
        return float(2.0 * 0.5**differing)
    scaled = gaps / np.abs(gaps).max()  # so that no square underflows
    t = float(scaled.mean()) / _standard_error(scaled)
    return float(2.0 * special.stdtr(len(gaps) - 1, -abs(t)))


def _constant(sample: Sample) -> bool:
    scale = float(np.abs(sample).max())
    return float(np.ptp(sample)) <= _ROUNDING * scale


def _skewed(sample: Sample) -> bool:
    """Sample skewness beyond two of its standard errors under normality (sqrt(6 / n))."""
    return abs(_skewness(sample)) > 2 * math.sqrt(6 / len(sample))


def _skewness(sample: Sample) -> float:
    """Third central moment by the second to 3/2, neither corrected for bias."""
    away = sample - sample.mean()
    away /= np.abs(away).max()  # so that no square underflows
    squared = away**2
    return float((squared * away).mean() / squared.mean() ** 1.5)


def _standard_error(sample: Sample) -> float:
    return float(sample.std(ddof=1)) / math.sqrt(len(sample))


def _student(sample: Sample, confidence: float) -> tuple[float, float]:
    mean = float(sample.mean())
    quantile = float(special.stdtrit(len(sample) - 1, (1 + confidence) / 2))
    half = quantile * _standard_error(sample)
    return mean - half, mean + half


def _bca(sample: Sample, confidence: float) -> tuple[float, float]:
    """Bias-corrected and accelerated bootstrap of the mean, from fixed resamples."""
    n, mean = len(sample), float(sample.mean())
    means = np.sort(sample[_draws(n)].mean(axis=1))
    below = (np.count_nonzero(means < mean) + np.count_nonzero(means <= mean)) / (2 * RESAMPLES)
    bias = float(special.ndtri(below))
    # For a mean, the jackknife's acceleration is the sample's skewness over 6 sqrt(n).
    acceleration = _skewness(sample) / (6 * math.sqrt(n))
    low, high = (
        _adjusted(bias, acceleration, tail) for tail in ((1 - confidence) / 2, (1 + confidence) / 2)
    )
    return float(np.quantile(means, low)), float(np.quantile(means, high))


@lru_cache(maxsize=2)
def _draws(n: int) -> NDArray[np.int64]:
    """Fixed resamples of ``n`` values: all metrics of a comparison have the same."""
    return np.random.default_rng(n).integers(0, n, (RESAMPLES, n))


def _adjusted(bias: float, acceleration: float, tail: float) -> float:
    z = bias + float(special.ndtri(tail))
    return float(special.ndtr(bias + z / (1 - acceleration * z)))
