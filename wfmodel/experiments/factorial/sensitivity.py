"""Which assumption matters most: read off the points that were run, with intervals.

One-at-a-time plans give a tornado: paired differences from the scenario as it is. Other plans give,
for each factor, the share of the response's variance over the points that goes with the factor
alone (the first-order Sobol' index, estimated from given data as the correlation ratio; Saltelli et
al., Global Sensitivity Analysis, 2008, ch. 4; bias removed as by Kelley, PNAS 21, 1935; interval by
the noncentral F distribution, Steiger, Psychological Methods 9, 2004), and which way it pulls: the
standardized rank regression coefficient (Iman & Conover, Technometrics 21, 1979).

What it cannot see: shares leave interactions out, and what they sum up to says how much that is;
coefficients see monotone effects only, as far as ``r_squared`` goes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from wfmodel.experiments.experiment import Factor, Level, PlanKind
from wfmodel.experiments.factorial.experiment_runs import ExperimentResult
from wfmodel.experiments.factorial.outcome import Finished
from wfmodel.experiments.factorial.parquet_rows import shown_value
from wfmodel.experiments.factorial.plans import AS_IT_IS
from wfmodel.experiments.statistics import CONFIDENCE, Difference, paired

RESAMPLES: Final = 1000
FEWEST_IN_BIN: Final = 8
MOST_BINS: Final = 10
FEWEST_POINTS: Final = 8
"""Fewer points say nothing about shares of variance."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FactorEffect:
    """One bar of a tornado: the response with a factor at ``value`` minus the scenario as it is."""

    factor: str
    value: Level
    difference: Difference


@dataclass(frozen=True, slots=True)
class Influence:
    """One factor. ``share``: of variance, with its interval. ``coefficient``: from -1 to 1, with
    its interval; ``nan`` for a factor of three or more levels without an order.
    """

    factor: str
    share: float
    share_low: float
    share_high: float
    coefficient: float
    coefficient_low: float
    coefficient_high: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Factors by share, the largest first. ``r_squared``: how much of the ranks' variance the
    coefficients explain together. ``undefined``: points without a value, left out.
    """

    points: int
    undefined: int
    r_squared: float
    influences: tuple[Influence, ...]


def tornado(result: ExperimentResult, response: str, variant: str) -> tuple[FactorEffect, ...]:
    """Effects of a one-at-a-time plan on a response, factors with the largest first.

    Raises:
        ValueError: the plan is another.
        KeyError: there are no rows of this variant.
    """
    if result.experiment.plan.kind is not PlanKind.ONE_AT_A_TIME:
        raise ValueError(f"a tornado needs plan one-at-a-time, not {result.experiment.plan.kind}")
    base = next(each for each in result.points if each.point.varied == AS_IT_IS)
    effects = [
        _effect(base, each, response, variant)
        for each in result.points
        if each.point.varied != AS_IT_IS
    ]
    largest = dict.fromkeys(result.experiment.factors, 0.0)
    for each in effects:
        size = abs(each.difference.estimate.mean)
        largest[each.factor] = max(largest[each.factor], 0.0 if math.isnan(size) else size)
    return tuple(sorted(effects, key=lambda each: -largest[each.factor]))


def _effect(base: Finished, changed: Finished, response: str, variant: str) -> FactorEffect:
    first = base.outcome.row(response, variant).values
    second = changed.outcome.row(response, variant).values
    count = min(len(first), len(second))
    name = changed.point.varied
    gap = paired(first[:count], second[:count])
    return FactorEffect(name, changed.point.values[name], gap)


def ranking(result: ExperimentResult, response: str, variant: str) -> Ranking | None:
    """How much each factor matters to a response's mean; None with too few points to say.

    Raises:
        ValueError: the plan is one-at-a-time.
        KeyError: there are no rows of this variant.
    """
    if result.experiment.plan.kind is PlanKind.ONE_AT_A_TIME:
        raise ValueError("a one-at-a-time plan has a tornado, no shares of variance")
    found = [each.outcome.row(response, variant).estimate.mean for each in result.points]
    means = np.array(found, dtype=np.float64)
    known = ~np.isnan(means)
    y = means[known]
    if len(y) < FEWEST_POINTS:
        return None
    factors = result.experiment.factors
    at = [each for each, has in zip(result.points, known, strict=True) if has]
    columns = {name: _column(factor, name, at) for name, factor in factors.items()}
    blocks = {name: _block(factors[name], column) for name, column in columns.items()}
    coefficients, r_squared = _rank_regression(blocks, y)
    low, high = _coefficient_intervals(blocks, y)
    influences = [
        Influence(name, *_share(columns[name], y), coefficients[name], low[name], high[name])
        for name in factors
    ]
    influences.sort(key=lambda each: -each.share)
    return Ranking(len(y), int(len(means) - len(y)), r_squared, tuple(influences))


def _column(factor: Factor, name: str, at: Sequence[Finished]) -> Floats:
    """A factor's values as numbers; levels without an order as their positions."""
    values = [each.point.values[name] for each in at]
    if factor.is_number:
        return np.array([shown_value(factor, value) for value in values], dtype=np.float64)
    assert factor.levels is not None
    known = [repr(level) for level in factor.levels]
    return np.array([known.index(repr(value)) for value in values], dtype=np.float64)


def _block(factor: Factor, column: Floats) -> Floats:
    """Regressors of a factor: its ranks; indicators where its levels have no order."""
    if factor.is_number or len(factor.levels or ()) == 2:
        return stats.rankdata(column)[:, None]
    return np.stack([column == each for each in np.unique(column)[1:]], axis=1).astype(np.float64)


def _share(column: Floats, y: Floats) -> tuple[float, float, float]:
    """Share of variance between groups of equal (or neighbouring) values, with its interval."""
    groups = _groups(column)
    n, k = len(y), int(groups.max()) + 1
    total = float(((y - y.mean()) ** 2).sum())
    if k < 2 or n <= k or total <= 1e-24 * max(1.0, float((y**2).sum())):
        return (0.0, 0.0, 0.0) if k < 2 or total == 0 else (math.nan, math.nan, math.nan)
    within = sum(float(((y[groups == g] - y[groups == g].mean()) ** 2).sum()) for g in range(k))
    share = max(0.0, 1 - (within / (n - k)) / (total / (n - 1)))
    if within <= 1e-12 * total:
        return 1.0, math.nan, 1.0
    ratio = ((total - within) / (k - 1)) / (within / (n - k))
    tails = (1 + CONFIDENCE) / 2, (1 - CONFIDENCE) / 2
    low, high = (_noncentrality(ratio, k - 1, n - k, tail) for tail in tails)
    return share, low / (low + n), high / (high + n)


def _noncentrality(ratio: float, between: int, within: int, tail: float) -> float:
    """The noncentrality under which an F ratio is at its ``tail`` quantile; 0 if none is."""
    if float(special.fdtr(between, within, ratio)) <= tail:
        return 0.0
    return float(special.ncfdtrinc(between, within, tail, ratio))


def _groups(column: Floats) -> NDArray[np.intp]:
    """Number of each point's group: its level, or its bin of neighbouring values."""
    levels, group = np.unique(column, return_inverse=True)
    bins = max(2, min(MOST_BINS, len(column) // FEWEST_IN_BIN))
    if len(levels) <= max(bins, MOST_BINS) and np.bincount(group).min() >= 2:
        return group
    order = stats.rankdata(column, method="ordinal") - 1
    return np.asarray(order * bins // len(column), dtype=np.intp)


def _rank_regression(blocks: Mapping[str, Floats], y: Floats) -> tuple[dict[str, float], float]:
    """Standardized coefficients of ranks by factor, and R squared."""
    regressors, ranks = np.hstack(list(blocks.values())), stats.rankdata(y)
    everything = np.arange(len(y))[None, :]
    solution, rest = _solved(regressors, ranks, everything)
    by_factor = {name: float(column[0]) for name, column in _by_factor(blocks, solution).items()}
    return by_factor, 1 - float(rest[0])


def _coefficient_intervals(
    blocks: Mapping[str, Floats], y: Floats
) -> tuple[dict[str, float], dict[str, float]]:
    """Percentile bootstrap over points, from fixed resamples."""
    n = len(y)
    regressors, ranks = np.hstack(list(blocks.values())), stats.rankdata(y)
    draws = np.random.default_rng(n).integers(0, n, (RESAMPLES, n))
    parts = [_solved(regressors, ranks, some)[0] for some in np.array_split(draws, RESAMPLES // 50)]
    found = _by_factor(blocks, np.concatenate(parts))
    tail = (1 - CONFIDENCE) / 2
    low = {name: float(np.quantile(each, tail)) for name, each in found.items()}
    high = {name: float(np.quantile(each, 1 - tail)) for name, each in found.items()}
    return low, high


def _by_factor(blocks: Mapping[str, Floats], solutions: Floats) -> dict[str, Floats]:
    """A factor's coefficient in each solution; ``nan`` for one of several indicators."""
    found, start = {}, 0
    for name, block in blocks.items():
        width = block.shape[1]
        column = solutions[:, start]
        found[name] = column if width == 1 else np.full_like(column, math.nan)
        start += width
    return found


def _solved(regressors: Floats, ranks: Floats, draws: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Least squares on each resample: coefficients, and the share of variance that they leave."""
    x = _standardized(regressors[draws])
    y = _standardized(ranks[draws][:, :, None])
    across = x.transpose(0, 2, 1)
    solution = np.linalg.pinv(across @ x, hermitian=True) @ (across @ y)
    total = (y**2).sum(axis=(1, 2))
    left = ((y - x @ solution) ** 2).sum(axis=(1, 2))
    unknown = np.full_like(total, math.nan)
    return solution[:, :, 0], np.divide(left, total, out=unknown, where=total > 0)


def _standardized(columns: Floats) -> Floats:
    """Mean 0 and standard deviation 1 along the points; what is constant becomes zeros."""
    spread = columns.std(axis=1, keepdims=True)
    centred = columns - columns.mean(axis=1, keepdims=True)
    scaled: Floats = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
    return scaled
