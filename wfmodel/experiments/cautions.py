"""What to know before relying on an answer: who was left out, the start, who could be hit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from wfmodel.experiments.comparison import Comparison, VariantResult
from wfmodel.experiments.hit_alike import unlike
from wfmodel.experiments.run_observation import RUNNING
from wfmodel.metrics import Per
from wfmodel.wording.counting import capital
from wfmodel.wording.figures import number

TRACE: Final = 0.001
"""A share of instances that is no more than a trace."""
UNTIL_THE_LIMIT: Final = ("fault_delay", "recovery_time", "completion_time", "wrong_time")
"""Means in which what never ends counts as the limit."""


def cautions_of(comparison: Comparison) -> Iterator[str]:
    """Sentences, the gravest first."""
    for variant in comparison.variants:
        yield from _running(comparison, variant)
        yield from _startup(comparison, variant)
    yield from _hit_alike(comparison)
    yield from _left_out(comparison)
    yield from _never(comparison)


def _running(comparison: Comparison, variant: VariantResult) -> Iterator[str]:
    share = variant.endings.get(RUNNING, 0) / max(variant.instances, 1)
    if share > TRACE:
        limit = number(comparison.scenario.setting.convergence / 1e9, "s")
        yield (
            f"{capital(variant.name)}: {number(share, 'fraction')} of the instances were still"
            f" running when observation ended, {limit} after the last arrivals; they are not lost,"
            " and how they end is not known. Make setting.convergence longer."
        )


def _startup(comparison: Comparison, variant: VariantResult) -> Iterator[str]:
    found = variant.startup
    if found is None:
        return
    begins = number(comparison.scenario.setting.warm_up / 1e9, "s")
    more = number(abs(found.after_s / found.mean_s - 1), "fraction")
    change = f"{more} {'longer' if found.after_s > found.mean_s else 'shorter'}"
    if not found.settled:
        yield (
            f"{capital(variant.name)}: runs start empty and had not settled by their middle"
            " (MSER-5, without faults), so this is the start of such a system and not its steady"
            f" state: in the second half the mean latency is {change} than over all. Make"
            " setting.horizon longer."
        )
        return
    yield (
        f"{capital(variant.name)}: runs start empty and settle after"
        f" {number(found.until_s, 's')} (MSER-5, without faults); from then on the mean latency is"
        f" {change} than over all. Measurement begins at {begins}: set setting.warm_up, unless the"
        " start is what is asked about."
    )


def _hit_alike(comparison: Comparison) -> Iterator[str]:
    names = comparison.pair_names()
    if names is None or comparison.pair is None:
        return
    one, other = (comparison.variants[i] for i in comparison.pair)
    yield from unlike(names, (one.processes, other.processes), (one.struck, other.struck))


def _left_out(comparison: Comparison) -> Iterator[str]:
    """Deciding metrics that some runs or instances have no part in."""
    replications = comparison.scenario.replications
    for line in comparison.primary():
        title = capital(line.metric.title)
        undefined = max(each.undefined for each in line.estimates)
        if 0 < undefined < replications and line.metric.per is Per.RUNS:
            yield (
                f"{title} is undefined in up to {undefined} of {replications} replications"
                " (nothing of the kind happened); those weigh nothing."
            )
        if line.metric.per is Per.VERDICTS:
            without = max(1 - _with_verdict(each) for each in comparison.variants)
            if without > TRACE:
                yield (
                    f"{title} leaves out up to {number(without, 'fraction')} of the instances,"
                    " which have no verdict; completion_time leaves out nobody."
                )


def _with_verdict(variant: VariantResult) -> float:
    none = variant.endings.get(RUNNING, 0) + variant.endings.get("lost", 0)
    return 1 - none / max(variant.instances, 1)


def _never(comparison: Comparison) -> Iterator[str]:
    """What never comes back counts as the limit, and how often that is."""
    if not any(line.name in UNTIL_THE_LIMIT for line in comparison.primary()):
        return
    found = comparison.metric("derailed")
    limit = number(comparison.scenario.setting.convergence / 1e9, "s")
    for variant, estimate in zip(comparison.variants, found.estimates, strict=True):
        if estimate.mean > 0:
            yield (
                f"{capital(variant.name)}: {number(estimate.mean, 'fraction')} of the instances"
                f" never came back to where they would have been without faults; in mean times they"
                f" count as if they had after {limit}, the convergence limit."
            )
