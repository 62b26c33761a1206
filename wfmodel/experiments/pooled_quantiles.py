"""Percentiles over the instances of all runs, with the runs as clusters; or a refusal.

The 99th percentile of sixty instances is their largest, whatever the truth: a mean of such runs is
wrong however many there are. So instances are pooled, those without a verdict as longer than any.
The interval is between two places in their order (Hutson, J. Applied Statistics 26, 1999: places
between two instances, so that it is no wider than it says), for as many instances as the clustering
by run leaves (Woodruff, JASA 47, 1952); its upper end also for as many as they leave of what lies
beyond that end, which comes from fewer runs. What lies beyond the percentile has to come from eight
runs at least, for the longest are mostly those that one outage held up: of fewer it has a lower
bound, "at least", and the number of runs that an interval takes. Not given and not bounded would be
worse than that: where seeing eight decides who gets an interval, those get one whose percentile
came out too low.

What it cannot see: where even all together, if they were independent, are too few for an upper
limit, it gives nothing but how many runs it takes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from wfmodel.experiments.instance_facts import Latencies
from wfmodel.experiments.ratio_estimates import FEWEST_RUNS, effective, linearised
from wfmodel.experiments.statistics import (
    CONFIDENCE,
    Difference,
    Estimate,
    Method,
    nothing_known,
    verdict_of,
)

HALVINGS: Final = 40
RESAMPLES: Final = 1000
PLACES: Final = 2000
"""Between which instances a resampled percentile can lie: all, unless there are more."""
WINDOW: Final = 10
"""How many times as many instances as lie beyond the percentile are looked at from above."""


def quantile(
    runs: Sequence[Latencies], share: float, *, confidence: float = CONFIDENCE
) -> Estimate:
    """The time within which this share of all instances had a verdict; ``inf``: fewer had one."""
    pool = np.sort(np.concatenate([run.seconds for run in runs]).astype(np.float64))
    if len(runs) < 2 or not len(pool):
        return nothing_known(len(runs))
    found = float(pool[math.ceil(share * len(pool)) - 1])
    tail = (1 - confidence) / 2
    many, beyond = _counting_as(runs, found, confidence)
    low = _end(pool, many, share, 1 - tail)
    if math.isnan(low) or math.isnan(_end(pool, len(pool), share, tail)):
        needed = max(_reaching(share, tail, many, len(runs)), FEWEST_RUNS)
        return nothing_known(len(runs), needed)
    low, high = min(low, found), _end(pool, many, share, tail)
    if beyond >= FEWEST_RUNS and not math.isnan(high):
        many, above = _counting_as(runs, high, confidence)
        further = _end(pool, many, share, tail) if above > 1 else math.nan
        if not math.isnan(further):
            return Estimate(found, low, max(high, further), len(runs), 0, Method.ORDER)
    eight = math.ceil(FEWEST_RUNS * len(runs) / max(beyond, 1))
    needed = max(_reaching(share, tail, many, len(runs)), eight)
    return Estimate(found, low, math.inf, len(runs), 0, Method.BOUND, needed)


def _reaching(share: float, tail: float, many: float, runs: int) -> int:
    """How many runs it takes to reach beyond a percentile, if these count as so many instances."""
    least = math.ceil(math.log(tail) / math.log(max(share, 1 - share)))
    return max(math.ceil(runs * least / max(many, 1)), runs + 1)


def _counting_as(runs: Sequence[Latencies], at: float, confidence: float) -> tuple[float, int]:
    """As how many independent instances those of the runs count, for the share within a time; and
    how many runs have any beyond it.
    """
    counts = [len(run.seconds) for run in runs]
    within = [float((run.seconds <= at).mean()) if len(run.seconds) else math.nan for run in runs]
    sample = linearised(within, counts)
    beyond = sum(bool((run.seconds >= at).any()) for run in runs)
    return effective(float(sample.mean()), sample, sum(counts), beyond, confidence), beyond


def _end(pool: NDArray[np.float64], many: float, share: float, chance: float) -> float:
    """The time that is no longer than the quantile with this chance, if the pool counts as so
    many; ``nan`` where so many do not reach so far.
    """
    place = _place(many, share, chance)
    return _at(pool, place) if 1 <= (many + 1) * place <= many else math.nan


def _place(many: float, share: float, chance: float) -> float:
    """How far along so many in order, from 0 to 1, is the one that is no longer than the quantile
    with this chance.
    """
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        places = (many + 1) * middle, (many + 1) * (1 - middle)
        low, high = (middle, high) if special.betainc(*places, share) > chance else (low, middle)
    return low


def _at(pool: NDArray[np.float64], place: float) -> float:
    """What is so far along; between two of them, in proportion."""
    at = min(max((len(pool) + 1) * place - 1, 0.0), len(pool) - 1.0)
    before, after = pool[math.floor(at)], pool[math.ceil(at)]
    part = at - math.floor(at)
    return float(before if after == before or not part else before + part * (after - before))


def paired_quantiles(
    first: Sequence[Latencies],
    second: Sequence[Latencies],
    share: float,
    *,
    relevant: float = 0.0,
    confidence: float = CONFIDENCE,
) -> Difference:
    """Second minus first. Runs are paired: the same of both are drawn again and again (bootstrap of
    clusters: Davison & Hinkley, Bootstrap Methods, 1997, with the wider ends of Hesterberg,
    American Statistician 69, 2015). So where both percentiles lie at one step of their
    distributions, the difference does not jump with them.

    What lies beyond has to come from half of the runs; if it is the doing of a few, drawing those
    again does not show what others there may be. Then it is from the two intervals (MOVER: Zou &
    Donner, Statistics in Medicine 27, 2008), which takes no notice of the pairs and is rather too
    wide.
    """
    one, other = (quantile(runs, share, confidence=confidence) for runs in (first, second))
    differing = sum(
        not np.array_equal(a.seconds, b.seconds) for a, b in zip(first, second, strict=True)
    )
    if math.isnan(one.mean) or math.isnan(other.mean):
        unknown = nothing_known(len(first))
        return Difference(unknown, differing, math.nan, verdict_of(unknown, differing, 0), relevant)
    if not differing:
        same = Estimate(0.0, 0.0, 0.0, len(first), 0, Method.CONSTANT)
        return Difference(same, 0, math.nan, verdict_of(same, 0, relevant), relevant)
    gap = _gap(one, other)
    if not gap.needed and math.isfinite(gap.mean) and _of_most_runs(first, second, one, other):
        gap = _resampled_gap(gap, first, second, share, confidence)
    p_value = _p_value(gap, len(first), confidence)
    return Difference(gap, differing, p_value, verdict_of(gap, differing, relevant), relevant)


def _gap(one: Estimate, other: Estimate) -> Estimate:
    runs = min(one.replications, other.replications)
    if math.isinf(one.mean) or math.isinf(other.mean):
        apart = one.high < other.low or other.high < one.low
        size = 0.0 if one.mean == other.mean else other.mean - one.mean
        low, high = (size, size) if apart else (-math.inf, math.inf)
        return Estimate(size, low, high, runs, 0, Method.ORDER)
    size = other.mean - one.mean
    needed = max(one.needed, other.needed)
    if needed:  # one of them is a bound
        return Estimate(size, math.nan, math.nan, runs, 0, Method.NONE, needed)
    low = size - math.hypot(other.mean - other.low, one.high - one.mean)
    high = size + math.hypot(other.high - other.mean, one.mean - one.low)
    return Estimate(size, low, high, runs, 0, Method.ORDER)


def _of_most_runs(
    first: Sequence[Latencies], second: Sequence[Latencies], one: Estimate, other: Estimate
) -> bool:
    """Whether half of the runs have something beyond each percentile."""
    beyond = (
        sum(bool((run.seconds >= found.mean).any()) for run in runs)
        for runs, found in ((first, one), (second, other))
    )
    return 2 * min(beyond) >= len(first)


def _resampled_gap(
    gap: Estimate,
    first: Sequence[Latencies],
    second: Sequence[Latencies],
    share: float,
    confidence: float,
) -> Estimate:
    """The same difference, its interval from pairs of runs drawn again; as it was where a drawn
    percentile never ends.
    """
    runs = len(first)
    draws = np.random.default_rng(runs).multinomial(runs, [1 / runs] * runs, size=RESAMPLES)
    one, other = (_resampled(each, draws, share) for each in (first, second))
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        return gap
    gaps = np.sort(other - one)
    tail = float(special.stdtrit(runs - 1, (1 - confidence) / 2)) * math.sqrt(runs / (runs - 1))
    place = math.floor(float(special.ndtr(tail)) * RESAMPLES)
    low, high = float(gaps[place]), float(gaps[RESAMPLES - 1 - place])
    return replace(gap, low=min(low, gap.mean), high=max(high, gap.mean), method=Method.RESAMPLED)


def _resampled(
    runs: Sequence[Latencies], draws: NDArray[np.int64], share: float
) -> NDArray[np.float64]:
    """The percentile of each draw of runs. Counts of each run up to a few places are enough: a draw
    adds them up.
    """
    pool = np.sort(np.concatenate([run.seconds for run in runs]).astype(np.float64))
    least = math.floor(len(pool) * max(0.0, 1 - WINDOW * (1 - share)))
    ranks = np.unique(np.linspace(least, len(pool) - 1, PLACES).astype(np.int64))
    places = np.unique(pool[ranks])
    counts = [np.searchsorted(np.sort(run.seconds), places, side="right") for run in runs]
    within = draws.astype(np.float64) @ np.array(counts, dtype=np.float64)
    total = draws @ np.array([len(run.seconds) for run in runs])
    reached = within >= np.ceil(share * total)[:, np.newaxis]
    found: NDArray[np.float64] = places[reached.argmax(axis=1)]
    return found


def _p_value(gap: Estimate, runs: int, confidence: float) -> float:
    """Two-sided, from the side of the interval that is towards zero."""
    if math.isnan(gap.low):
        return math.nan
    if math.isinf(gap.mean):
        return 0.0 if math.isinf(gap.low) and gap.low == gap.high else 1.0
    side = gap.mean - gap.low if gap.mean > 0 else gap.high - gap.mean
    if not side:
        return 0.0 if gap.mean else 1.0
    quantile_of_t = float(special.stdtrit(runs - 1, (1 + confidence) / 2))
    return float(2 * special.stdtr(runs - 1, -abs(gap.mean) / side * quantile_of_t))
