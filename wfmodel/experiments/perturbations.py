"""Longer, rarer, more likely: a setting with one of its quantities changed, everything else equal.

Sweeps set a quantity, what-ifs multiply it; both keep the family of a distribution and change its
scale, so that the same uniform numbers still give paired draws.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Final

from wfmodel.designs.faults import Fault
from wfmodel.model.distributions import Distribution
from wfmodel.model.units import LONGEST_NS

_DURATIONS: Final = frozenset({"value", "low", "high", "mean", "median", "p99", "scale"})
"""Fields of distributions that hold one duration; ``values`` holds several."""


def scaled(distribution: Distribution, factor: float) -> Distribution:
    """The same family and shape, every duration ``factor`` times as long."""
    changes: dict[str, object] = {}
    for item in fields(distribution):
        value = getattr(distribution, item.name)
        if item.name in _DURATIONS:
            changes[item.name] = _times(value, factor)
        elif item.name == "values":
            changes[item.name] = tuple(_times(each, factor) for each in value)
    changed: Distribution = replace(distribution, **changes)  # type: ignore[arg-type]
    return changed


def with_mean(distribution: Distribution, mean_ns: int) -> Distribution:
    """The same family and shape with another mean, in nanoseconds.

    Raises:
        ValueError: the distribution is always zero, so that no factor gives it a mean.
    """
    old = distribution.mean_ns()
    if old <= 0:
        raise ValueError("a distribution that is always zero has no shape to keep")
    return scaled(distribution, mean_ns / old)


def more_often(fault: Fault, factor: float) -> Fault:
    """``factor`` times as many of it: a shorter time between, or a higher probability (up to 1).

    A fault on a schedule (``at``) that strikes for certain is returned as it is.
    """
    if fault.every is not None:
        return replace(fault, every=scaled(fault.every, 1 / factor))
    return replace(fault, probability=min(1.0, fault.probability * factor))


def _times(duration_ns: int, factor: float) -> int:
    return max(1, round(min(LONGEST_NS, duration_ns * factor))) if duration_ns else 0
