"""Means over all instances of all runs, with the runs as clusters: nobody drops out.

A run's value is a mean over so many instances. Over several runs the estimate is the sum of all
over the number of all, not the mean of the runs' means: a run in which two instances were hurt does
not weigh as much as one in which two hundred were, and one in which nobody was weighs nothing
(ratio estimator: Cochran, Sampling Techniques, 1977, ch. 6). Its interval comes from the runs:
each run's deviation, by its weight, is linear in what is added up.

>>> ratio([1.0, 3.0], [1, 3]).mean
2.5

Shares of instances have Jeffreys' interval for as many instances as the clustering by run leaves of
them, and the more they cluster the more of Clopper and Pearson's (Korn & Graubard, Survey
Methodology 24, 1998; Franco, Little, Louis & Slud, J. Survey Statistics and Methodology 7, 2019).

>>> found = ratio([0.25] * 20, [100] * 20, counts=True)
>>> round(found.low, 3), round(found.high, 3)
(0.237, 0.264)

Fewer than eight runs with anything of it, where others have nothing, are too few for an interval.
Shares then have a bound, the exact one: zero has a width, too.

>>> none = ratio([0.0] * 20, [100] * 20, counts=True)
>>> print(none.method, none.low, 0.002 < none.high < 0.003)
bound 0.0 True

Anything else has none, and the number of runs that it takes.

>>> ratio([0.0, 0.0, 8.0], [1, 1, 1]).needed
24

Times and counts are never negative, and a few runs may have most of them: sums are taken to be at
least as skewed as a lognormal distribution of their mean and spread, which a handful of runs does
not show.

What it cannot see: with no event at all, how much events would cluster; then instances are taken to
be independent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from scipy import special

from wfmodel.experiments.statistics import (
    CONFIDENCE,
    Difference,
    Estimate,
    Method,
    Sample,
    compared,
    interval,
    nothing_known,
)

FEWEST_RUNS: Final = 8
"""Runs with something to add up, where others have nothing; of fewer, measured intervals of times
after faults held the truth in 20 to 90 % of cases instead of 95 %, and those of shares in 98 to 100
%, for an event is there or it is not.
"""
MOST_FOR_ONE: Final = 2.0
"""As so many instances one counts at most. Counts of runs that are closer to each other than chance
makes them are so mostly by chance, too: to let that narrow no interval, while the opposite widens
it, held the truth in 96 to 98 of 100 cases.
"""
_ROUNDING: Final = 1e-6


def linearised(values: Sequence[float], weights: Sequence[float]) -> Sample:
    """One number per run whose mean is the ratio, and whose spread is that of the ratio.

    ``values``: means of runs, over ``weights`` each; a ``nan`` weighs nothing. Empty if nothing has
    a weight.
    """
    mean = np.asarray(values, dtype=np.float64)
    weight = np.where(np.isnan(mean), 0.0, np.asarray(weights, dtype=np.float64))
    total = float(weight.sum())
    if not total:
        return np.zeros(0)
    sums = weight * np.nan_to_num(mean)
    found = float(sums.sum()) / total
    spread: Sample = found + (sums - weight * found) * (len(mean) / total)
    return spread


def ratio(
    values: Sequence[float],
    weights: Sequence[float],
    *,
    counts: bool = False,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """The mean over everything that the runs' values are means over, with its interval.

    ``counts``: values are shares of instances, so that they have an exact interval.
    """
    sample = linearised(values, weights)
    undefined = int(np.count_nonzero(np.isnan(np.asarray(values, dtype=np.float64))))
    if not len(sample):
        return nothing_known(len(values))
    sums = np.nan_to_num(np.asarray(values, dtype=np.float64)) * np.asarray(weights)
    found = interval(sample.tolist(), least_skewness=_of_lognormal(sums), confidence=confidence)
    left_out = undefined if not any(weights[i] for i in _known(values)) else 0
    found = replace(found, undefined=left_out)
    if len(sample) < 2:
        return found
    if counts and _are_counts(values, weights):
        away = np.nan_to_num(1 - np.asarray(values, dtype=np.float64)) * np.asarray(weights)
        some = min(int(np.count_nonzero(each > _ROUNDING)) for each in (sums, away))
        return _of_counts(found, sample, float(sum(weights)), some, confidence)
    some = int(np.count_nonzero(sums))
    needed = runs_needed(some, len(sums)) if some else 0
    if needed:
        return replace(found, low=math.nan, high=math.nan, method=Method.NONE, needed=needed)
    return found


def runs_needed(some: int, runs: int) -> int:
    """How many runs it takes for enough of them to have something, if ``some`` of these have; 0 if
    these are enough, or all have.
    """
    if some >= min(FEWEST_RUNS, runs):
        return 0
    return math.ceil(FEWEST_RUNS * runs / max(some, 1))


def _of_lognormal(sums: Sample) -> float:
    """The skewness of a lognormal distribution of this mean and spread; 0 if a sum is negative."""
    mean = float(sums.mean())
    if len(sums) < 2 or not mean or sums.min() < 0:
        return 0.0
    variation = float((sums / mean).std(ddof=1))
    return variation**3 + 3 * variation


def _known(values: Sequence[float]) -> list[int]:
    return [place for place, value in enumerate(values) if not math.isnan(value)]


def _are_counts(values: Sequence[float], weights: Sequence[float]) -> bool:
    """Whether every run's value is a whole number out of its weight."""
    sums = np.nan_to_num(np.asarray(values) * np.asarray(weights))
    return bool((np.abs(sums - np.round(sums)) < _ROUNDING * np.maximum(sums, 1)).all())


def clustering_of(share: float, sample: Sample, instances: float) -> float:
    """How many times as far apart runs are as independent instances would make them (the design
    effect: Kish, Survey Sampling, 1965); 1 where nothing tells.
    """
    if not 0 < share < 1:
        return 1.0
    return float(sample.var(ddof=1)) / len(sample) / (share * (1 - share) / instances)


def effective(
    share: float, sample: Sample, instances: float, some: int, confidence: float
) -> float:
    """As how many independent instances those of some runs count, for a share of them.

    ``some``: how many runs have any of it. How it clusters is told from those, so Student's
    quantile is that of so many; of all runs, where none has any.
    """
    runs, tail = len(sample), (1 + confidence) / 2
    clustering = clustering_of(share, sample, instances)
    freedom = max(some or runs, 2) - 1
    few = special.stdtrit(max(instances - 1, 1), tail) / special.stdtrit(freedom, tail)
    most = instances * (MOST_FOR_ONE if 0 < share < 1 else 1)
    return min(most, instances / max(clustering, 1e-12) * float(few) ** 2)


def _of_counts(
    found: Estimate, sample: Sample, instances: float, some: int, confidence: float
) -> Estimate:
    """A share's interval, or its bound where so few runs have some of it; of none, nobody knows how
    many it takes.
    """
    many = effective(found.mean, sample, instances, some, confidence)
    ones, tail = found.mean * many, (1 - confidence) / 2
    needed = runs_needed(some, len(sample))
    low, high = 0.0, 1.0
    if not needed:
        # From Jeffreys' prior to the ends of Clopper and Pearson: counts that cluster are skewed.
        wider = max(0.0, 1 - 1 / max(clustering_of(found.mean, sample, instances), 1.0)) / 2
        above, below = 0.5 + wider, 0.5 - wider
        low = float(special.betaincinv(ones + below, many - ones + above, tail))
        high = float(special.betaincinv(ones + above, many - ones + below, 1 - tail))
        return replace(found, low=low, high=high, method=Method.SHARE)
    if 2 * ones <= many:
        high = float(special.betaincinv(ones + 1, many - ones, 1 - tail))
    else:
        low = float(special.betaincinv(ones, many - ones + 1, tail))
    return replace(found, low=low, high=high, method=Method.BOUND, needed=needed if some else 0)


def paired_ratios(
    first: tuple[Sequence[float], Sequence[float]],
    second: tuple[Sequence[float], Sequence[float]],
    *,
    relevant: float = 0.0,
    confidence: float = CONFIDENCE,
) -> Difference:
    """Second minus first, each (values, weights) of the same replications: the difference of the
    two ratios, over the same runs.

    ``relevant``: the smallest difference that matters, in the values' unit.

    Raises:
        ValueError: the samples differ in length.
    """
    if len(first[0]) != len(second[0]):
        raise ValueError(f"{len(first[0])} and {len(second[0])} replications are not pairs")
    one, other = linearised(*first), linearised(*second)
    if not len(one) or not len(other):
        return compared(np.zeros(0), 0, relevant=relevant, confidence=confidence)
    values = np.asarray(first[0], dtype=np.float64), np.asarray(second[0], dtype=np.float64)
    scale = max(float(np.nanmax(np.abs(each))) for each in values)
    same = np.abs(values[1] - values[0]) <= 1e-12 * scale
    differing = int(np.count_nonzero(~same & ~(np.isnan(values[0]) & np.isnan(values[1]))))
    gaps = other - one if differing else np.zeros(len(one))
    return compared(gaps, differing, relevant=relevant, confidence=confidence)
