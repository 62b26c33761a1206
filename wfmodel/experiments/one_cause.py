"""Whether several advantages are one: the same instances decide them.

An order that a fault made end worse is not fulfilled, may end half done, counts as never back, and
may go on answering wrongly. A design that has fewer of them is better on four metrics, for one
reason, and an answer that lists four says more than was found.

What it cannot see: what made those instances end worse. Two mechanisms that end the same way are
taken for one; the instances to look at tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from wfmodel.experiments.comparison import Comparison, MetricResult, VariantResult

MOSTLY: Final = 0.8
"""Of a difference: so much of it on the same instances, and they are its cause."""


@dataclass(frozen=True, slots=True)
class OneCause:
    """Metrics whose difference lies on the instances that faults made end worse, with the share of
    each; and how many of those instances the pair has.
    """

    shares: dict[str, float]
    derailed: tuple[int, int]


def one_cause(comparison: Comparison, lines: Sequence[MetricResult]) -> OneCause | None:
    """The cause that these differences share; None if fewer than two do."""
    if comparison.pair is None:
        return None
    first, second = (comparison.variants[place] for place in comparison.pair)
    shares = {}
    for line in lines:
        if line.name not in first.lost_on_derailed or line.difference is None:
            continue
        sign = -1 if line.metric.better == "higher" else 1
        gap = sign * line.difference.estimate.mean
        there = _lost(second, line.name) - _lost(first, line.name)
        if gap and there / gap >= MOSTLY:
            shares[line.name] = there / gap
    if len(shares) < 2:
        return None
    return OneCause(shares, (first.derailed, second.derailed))


def _lost(variant: VariantResult, metric: str) -> float:
    """Per instance, on those that faults made end worse."""
    return variant.lost_on_derailed.get(metric, 0.0) / max(variant.instances, 1)
