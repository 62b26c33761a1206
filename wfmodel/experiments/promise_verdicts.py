"""Whether a promise is kept: met, not met, or undecided, by the interval of the share in time."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from wfmodel.experiments.comparison import Comparison
from wfmodel.experiments.statistics import Estimate
from wfmodel.metrics import Promise


class PromiseVerdict(StrEnum):
    """What may be said of a promise."""

    MET = "met"
    NOT_MET = "not met"
    UNDECIDED = "undecided"
    """The interval holds the promised share."""


class Kept(NamedTuple):
    """What became of a promise in one variant."""

    name: str
    promise: Promise
    variant: str
    share: Estimate
    verdict: PromiseVerdict


def promise_verdict(promise: Promise, share: Estimate) -> PromiseVerdict:
    """By the interval alone: a mean on the right side is not enough.

    >>> from wfmodel.experiments.statistics import Method
    >>> found = Estimate(0.995, 0.985, 0.999, 20, 0, Method.BINOMIAL)
    >>> str(promise_verdict(Promise(within=10**9, share=0.99), found))
    'undecided'
    """
    if share.low >= promise.share:
        return PromiseVerdict.MET
    return PromiseVerdict.NOT_MET if share.high < promise.share else PromiseVerdict.UNDECIDED


def promises_of(comparison: Comparison) -> tuple[Kept, ...]:
    """Each promise in each variant."""
    return tuple(
        Kept(name, promise, variant.name, share, promise_verdict(promise, share))
        for name, promise in comparison.scenario.promises.items()
        for variant, share in zip(
            comparison.variants, comparison.metric(f"promise.{name}").estimates, strict=True
        )
    )
