"""A plan is a list of points, the same for the same declaration and seed, in the same order.

A grid runs its last factor fastest. A Latin hypercube (SciPy's) puts one point into each of as many
strata of every factor; a factor with levels gets each of them equally often, give or take one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from wfmodel.experiments.experiment import (
    MOST_POINTS,
    Experiment,
    Factor,
    Level,
    PlanKind,
    PlanSpec,
    RangeScale,
)

AS_IT_IS: Final = "as it is"
"""The point at which no factor is changed."""


@dataclass(frozen=True)
class Point:
    """Values by factor; a factor that is absent is as the scenario has it. Durations of ranges are
    integers of nanoseconds. ``varied``: one-at-a-time, the factor that is changed here.
    """

    number: int
    values: Mapping[str, Level]
    varied: str = ""


def points(experiment: Experiment, *, seed: int) -> tuple[Point, ...]:
    """Every point of the plan.

    Raises:
        ValueError: there would be more than ``MOST_POINTS``.
    """
    count = number_of_points(experiment)
    if count > MOST_POINTS:
        raise ValueError(
            f"the plan has {count:,} points, more than {MOST_POINTS:,}:"
            " fewer levels, or a Latin hypercube"
        )
    match experiment.plan.kind:
        case PlanKind.GRID:
            found = _grid(experiment.factors, experiment.plan)
        case PlanKind.LATIN_HYPERCUBE:
            found = _latin(experiment.factors, experiment.plan, seed)
        case PlanKind.ONE_AT_A_TIME:
            found = _one_at_a_time(experiment.factors, experiment.plan)
    return tuple(found)


def number_of_points(experiment: Experiment) -> int:
    """How many points the plan has."""
    widths = [len(values_of(f, experiment.plan.divisions)) for f in experiment.factors.values()]
    match experiment.plan.kind:
        case PlanKind.GRID:
            return math.prod(widths)
        case PlanKind.LATIN_HYPERCUBE:
            return experiment.plan.points
        case PlanKind.ONE_AT_A_TIME:
            return 1 + sum(widths)


def values_of(factor: Factor, divisions: int) -> tuple[Level, ...]:
    """A factor's levels, or so many values of its range, ends included, evenly on its scale."""
    if factor.levels is not None:
        return factor.levels
    found = [at_share(factor, i / (divisions - 1)) for i in range(divisions)]
    return tuple(dict.fromkeys(found))


def at_share(factor: Factor, share: float) -> Level:
    """The value at a share (0 to 1) of a factor's range on its scale, or of its levels in order."""
    if factor.levels is not None:
        return factor.levels[min(int(share * len(factor.levels)), len(factor.levels) - 1)]
    low, high = factor.bounds
    if factor.scale is RangeScale.LOG:
        value = math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
    else:
        value = low + share * (high - low)
    value = min(max(value, low), high)
    if share in (0.0, 1.0):
        value = (low, high)[int(share)]
    return round(value) if factor.is_duration or factor.whole else value


def _grid(factors: Mapping[str, Factor], plan: PlanSpec) -> Iterator[Point]:
    axes = [values_of(factor, plan.divisions) for factor in factors.values()]
    for number, values in enumerate(product(*axes)):
        yield Point(number, dict(zip(factors, values, strict=True)))


def _latin(factors: Mapping[str, Factor], plan: PlanSpec, seed: int) -> Iterator[Point]:
    from scipy.stats import qmc  # slow to import, and only this plan needs it

    rng = np.random.default_rng([seed & 0xFFFF_FFFF_FFFF_FFFF, len(factors), plan.points])
    sample = qmc.LatinHypercube(len(factors), rng=rng).random(plan.points)
    for number, row in enumerate(sample.tolist()):
        shares = zip(factors.items(), row, strict=True)
        yield Point(number, {name: at_share(factor, share) for (name, factor), share in shares})


def _one_at_a_time(factors: Mapping[str, Factor], plan: PlanSpec) -> Iterator[Point]:
    # Only one system can be as it is; where they are a factor, the first of them.
    base = {name: f.levels[0] for name, f in factors.items() if f.chooses_system and f.levels}
    yield Point(0, base, AS_IT_IS)
    number = 1
    for name, factor in factors.items():
        for value in values_of(factor, plan.divisions):
            yield Point(number, {**base, name: value}, name)
            number += 1
