"""One replication is one observation: intervals come from the spread between replications.

Instances inside a run share its faults, so they are not independent; replications are. The two
variants meet the same draws in replication r, so the difference is taken pair by pair, and most of
the noise cancels (common random numbers: Law & Kelton, Simulation Modeling and Analysis, ch. 11).

>>> interval([1.0, 2.0, 3.0]).mean
2.0

Few skewed values have small means with small spreads, so that Student's interval misses the truth
on one side. Intervals are the hull of Student's and Hall's, which takes the skewness out by a cubic
transformation (J. Royal Statistical Society B 54, 1992); where more is known of the skewness than
the sample shows, Hall's alone. A difference that fewer than six pairs
show is not called shown: an exact sign test could not reject with fewer. docs/statistics.md tells
how often intervals hold the truth.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special  # and not scipy.stats, half of a worker's time to start

CONFIDENCE: Final = 0.95
FEWEST_DIFFERING_PAIRS: Final = 6
"""Two-sided sign test: 2 * 0.5**6 = 0.031 is the first value below 0.05."""
WIDEST: Final = 9 / 8
"""Hall's interval grows with skewness up to here (skewness / sqrt(n) * quantile of t), where one
side is four times Student's, and would shrink beyond: the cubic was made for less.
"""
WIDEST_OF_SAMPLE: Final = 0.95
"""The same where only the sample tells of skewness, as of differences: 2.5 times."""
SYMMETRIC: Final = 1e-6
"""Skewness below which there is none."""
_ROUNDING: Final = 1e-12
"""Relative spread below which values are taken to be equal."""

Sample = NDArray[np.float64]


class Method(StrEnum):
    """How an interval was made."""

    STUDENT = "t"
    WIDENED = "t and Hall"
    BINOMIAL = "Clopper-Pearson"
    """Values that are all 0 or 1: no less often than it says."""
    SHARE = "Jeffreys"
    """Shares of instances: on average as often as it says."""
    BOUND = "bound"
    """Too few events for an interval: at most, or at least, so much."""
    ORDER = "order statistics"
    """A percentile, between two instances."""
    RESAMPLED = "bootstrap of runs"
    """The difference of two percentiles, from pairs of runs drawn again."""
    CONSTANT = "constant"
    """All values equal: the spread says nothing, and the interval has no width."""
    NONE = "none"
    """Fewer than two values, or too few that say something: no interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications with its interval; ``nan`` where nothing is known.

    ``undefined`` replications had no value (nothing recovered, nobody was stuck) and are left out.
    ``needed``: where an interval is refused, as how many replications it takes; else 0. A bound is
    an interval from 0, or to 1, or of a percentile to infinity.
    """

    mean: float
    low: float
    high: float
    replications: int
    undefined: int
    method: Method
    needed: int = 0

    @property
    def half_width(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2


def nothing_known(runs: int, needed: int = 0) -> Estimate:
    """The estimate of so many replications of which none has a value."""
    return Estimate(math.nan, math.nan, math.nan, 0, runs, Method.NONE, needed)


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
        differ = math.ceil(FEWEST_DIFFERING_PAIRS * runs / self.differing)
        return max(FEWEST_DIFFERING_PAIRS, differ, self.estimate.needed)

    @property
    def sign(self) -> int:
        """-1, 0 or 1: which way a shown difference points."""
        return int(np.sign(self.estimate.mean)) if self.verdict is DifferenceVerdict.SHOWN else 0


def interval(
    values: Sequence[float], *, least_skewness: float = 0.0, confidence: float = CONFIDENCE
) -> Estimate:
    """Mean of independent replications with its confidence interval; ``nan`` values are left out.

    Values have any unit; so have the results. ``least_skewness``: what is known of their
    distribution, and a small sample does not show.
    """
    raw = np.asarray(values, dtype=np.float64)
    sample = raw[~np.isnan(raw)]
    n, undefined = len(sample), len(raw) - len(sample)
    if n == 0:
        return nothing_known(undefined)
    mean = float(sample.mean())
    if n == 1:
        return Estimate(mean, math.nan, math.nan, 1, undefined, Method.NONE)
    if _constant(sample):
        return Estimate(mean, mean, mean, n, undefined, Method.CONSTANT)
    quantile = float(special.stdtrit(n - 1, (1 + confidence) / 2))
    skewness = _skewness(sample)
    if least_skewness:
        skewness = max(skewness, least_skewness)
    widest = WIDEST if least_skewness else WIDEST_OF_SAMPLE
    below, above = _hall(skewness / math.sqrt(n), quantile, widest / quantile)
    if not least_skewness or _skewness(sample) <= 0:
        below = max(below, quantile)
    above = max(above, quantile)
    error, method = _standard_error(sample), Method.WIDENED if skewness else Method.STUDENT
    return Estimate(mean, mean - below * error, mean + above * error, n, undefined, method)


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


def _skewness(sample: Sample) -> float:
    """Fisher's: third central moment by the second to 3/2, corrected for bias; 0 of two values."""
    n, away = len(sample), sample - sample.mean()
    if n < 3:
        return 0.0
    away /= np.abs(away).max()  # so that no square underflows
    squared = away**2
    found = float((squared * away).mean() / squared.mean() ** 1.5)
    return found * math.sqrt(n * (n - 1)) / (n - 2)


def _standard_error(sample: Sample) -> float:
    return float(sample.std(ddof=1)) / math.sqrt(len(sample))


def _hall(skewness: float, quantile: float, widest: float) -> tuple[float, float]:
    """How far Hall's interval goes below and above the mean, in standard errors; Student's goes
    ``quantile``. ``skewness``: by the square root of how many values, as is ``widest``.
    """
    g = min(max(skewness, -widest), widest)
    if abs(g) < SYMMETRIC:
        return quantile, quantile
    above, below = (
        3 / g * (1 - float(np.cbrt(1 + g * (end - g / 6)))) for end in (-quantile, quantile)
    )
    return -below, above
