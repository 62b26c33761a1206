"""The short answer, in words that the numbers carry: no winner without a shown difference.

A headline rests on the primary metrics alone, tested together. Everything else is context, and says
so: of many metrics at 95 %, one in twenty differs by chance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final

from wfmodel.display import Shown
from wfmodel.experiments.cautions import cautions_of
from wfmodel.experiments.comparison import Comparison, MetricResult
from wfmodel.experiments.metric_rows import interval_words
from wfmodel.experiments.one_cause import OneCause, one_cause
from wfmodel.experiments.promise_verdicts import promises_of
from wfmodel.experiments.sensitivity_runs import Changed, Fate
from wfmodel.experiments.statistics import DifferenceVerdict, Estimate, Method
from wfmodel.experiments.why_wrong import causes, told
from wfmodel.metrics import CLEAN
from wfmodel.wording.counting import capital, together
from wfmodel.wording.figures import SPACE, UNDEFINED, bare, gap, gap_between, number

MOST_CAUSES: Final = 3
WHOLE: Final = 0.995
NUMBERS: Final = ("no", "one", "two", "three", "four")
COSTS: Final = ("cost", "messages", "latency_p95", "busiest_load")
"""What an advantage is paid with: told beside the headline if a difference is shown."""

ALIKE: Final = (DifferenceVerdict.SAME, DifferenceVerdict.EQUIVALENT)


@dataclass(frozen=True, repr=False)
class Conclusion(Shown):
    """``headline``: one sentence. ``points``: the evidence. ``cautions``: what to know before
    relying on it.
    """

    headline: str
    points: tuple[str, ...]
    cautions: tuple[str, ...]


def answer(comparison: Comparison, changed: Sequence[Changed] = ()) -> Conclusion:
    """The answer that a comparison allows."""
    names = comparison.pair_names()
    if names is None:
        only = comparison.variants[0]
        points = [
            f"{capital(line.metric.title)}: {_estimate(line, 0)}" for line in comparison.primary()
        ]
        headline = f"One variant was measured ({only.name}); there is nothing to compare it with."
        points += [*_promises(comparison), *_anomalies(comparison)]
        return Conclusion(headline, tuple(points), tuple(cautions_of(comparison)))
    points = [_point(comparison, line) for line in comparison.primary()]
    points += _causes_shared(comparison, names)
    points += [_point(comparison, line) for line in _costs(comparison)]
    points += [*_promises(comparison), *_anomalies(comparison)]
    cautions = (*cautions_of(comparison), *_reversals(comparison, changed))
    return Conclusion(_headline(comparison, names), tuple(points), cautions)


def _headline(comparison: Comparison, names: tuple[str, str]) -> str:
    lines = comparison.primary()
    won = [[line for line in lines if line.decided and line.winner == i] for i in (0, 1)]
    undecided = [line for line in lines if not line.decided]
    if won[0] and won[1]:
        return (
            f"A trade-off: {names[0]} is better on {_titles(won[0])},"
            f" {names[1]} on {_titles(won[1])}{_rest(undecided)}."
        )
    for i in (0, 1):
        if won[i]:
            one = _one(one_cause(comparison, won[i]), won[i])
            return f"{capital(names[i])} is better on {_titles(won[i])}{one}{_rest(undecided)}."
    return _undecided_headline(comparison, names)


def _undecided_headline(comparison: Comparison, names: tuple[str, str]) -> str:
    lines, runs = comparison.primary(), comparison.scenario.replications
    both = f"{names[0]} and {names[1]}"
    needed = [line.difference.needed for line in lines if line.difference is not None]
    least = max((each for each in needed if each is not None), default=0)
    if least:
        few = [line for line in lines if line.verdict is DifferenceVerdict.TOO_FEW]
        return (
            f"Too few runs to tell {both} apart on {_titles(few)}: in {runs} paired replications"
            f" too few differ; it takes at least {least}."
        )
    known = [line for line in lines if line.verdict is not DifferenceVerdict.UNDEFINED]
    rest = _incomparable([line for line in lines if line not in known])
    if not known:
        return f"{capital(both)} cannot be told apart{rest}."
    if all(line.verdict in ALIKE for line in known):
        return f"{capital(both)} are the same for practical purposes on {_titles(known)}{rest}."
    return (
        f"No difference is shown between {both} on {_titles(known)}, in {runs} paired replications"
        f"{rest}."
    )


def _incomparable(lines: Sequence[MetricResult]) -> str:
    """What has no difference, and why."""
    by_reason = groupby(lines, key=lambda line: line.reason or "undefined in every run")
    return "".join(
        f"; {_titles(group)} cannot be compared ({reason})" for reason, group in by_reason
    )


def _one(cause: OneCause | None, won: Sequence[MetricResult]) -> str:
    """That several advantages are one, where they are."""
    if cause is None:
        return ""
    shared = [line for line in won if line.name in cause.shares]
    which = "" if len(shared) == len(won) else f" on {_titles(shared)}"
    return f" (one advantage{which}, not {NUMBERS[len(shared)]}: the same instances decide)"


def _causes_shared(comparison: Comparison, names: tuple[str, str]) -> Iterable[str]:
    """Which instances several advantages are about, and how much of each."""
    for i in (0, 1):
        won = [line for line in comparison.primary() if line.decided and line.winner == i]
        cause = one_cause(comparison, won)
        if cause is None or comparison.pair is None:
            continue
        shared = [line for line in won if line.name in cause.shares]
        amounts = [(_share_words(cause.shares[line.name]), line) for line in shared]
        each = [
            f"{amount} of the difference in {_titles([line for _, line in group])}"
            for amount, group in groupby(amounts, key=itemgetter(0))
        ]
        worse = [
            f"{many:,} of {comparison.variants[place].instances:,} in {name}"
            for many, place, name in zip(cause.derailed, comparison.pair, names, strict=True)
        ]
        yield (
            f"One cause: instances that faults made end worse, {together(worse)}. They make"
            f" {together(each)}."
        )


def _share_words(share: float) -> str:
    return "all" if share > WHOLE else number(share, "fraction")


def _rest(undecided: Sequence[MetricResult]) -> str:
    """What is to be said of the other deciding metrics."""
    alike = [line for line in undecided if line.verdict in ALIKE]
    few = [line for line in undecided if line.verdict is DifferenceVerdict.TOO_FEW]
    unknown = [line for line in undecided if line.verdict is DifferenceVerdict.UNDEFINED]
    open_ = [line for line in undecided if line not in (*alike, *few, *unknown)]
    text = f"; on {_titles(alike)} they are the same for practical purposes" if alike else ""
    text += f"; on {_titles(few)} there are too few runs to say" if few else ""
    text += f"; on {_titles(open_)} no difference is shown" if open_ else ""
    return text + _incomparable(unknown)


def _titles(lines: Iterable[MetricResult]) -> str:
    return together([line.metric.title.replace(",", "") for line in lines])


def _estimate(line: MetricResult, variant: int) -> str:
    return number(line.estimates[variant].mean, line.metric.unit)


def _point(comparison: Comparison, line: MetricResult) -> str:
    assert comparison.pair is not None
    names = comparison.pair_names() or ("", "")
    first, second = (_estimate(line, i) for i in comparison.pair)
    text = f"{capital(line.metric.title)}: {names[0]} {first}, {names[1]} {second}"
    text += _without_faults(comparison, line)
    assert line.difference is not None
    found = line.difference.estimate
    if line.verdict is DifferenceVerdict.UNDEFINED:
        return f"{text}: {line.reason or 'undefined in every run'}."
    if line.verdict is DifferenceVerdict.SAME:
        return f"{text}: the same in every run."
    unit = bare(line.metric.unit)
    size = gap(found.mean, unit)
    size = f"difference {size}" if math.isfinite(found.mean) else size
    interval = gap_between(found.low, found.high, unit)
    if found.method not in (Method.NONE, Method.CONSTANT) and interval != UNDEFINED:
        size += f", 95{SPACE}% interval {interval}"
    weak = line.verdict is DifferenceVerdict.SHOWN and line.primary and not line.decided
    verdict: str = line.verdict.value
    if weak:
        verdict = "shown alone, but not with all deciding metrics together"
    if line.verdict is DifferenceVerdict.EQUIVALENT:
        verdict = f"{verdict} (less than {number(line.difference.relevant, unit)} does not matter)"
    if line.difference.needed is not None:
        verdict = f"{verdict} (it takes at least {line.difference.needed} replications)"
    return f"{text} ({size}): {verdict}."


def _without_faults(comparison: Comparison, line: MetricResult) -> str:
    """What the pair gave without faults, where that is another number."""
    if not line.baseline or comparison.pair is None or not comparison.scenario.setting.faults:
        return ""
    calm = [line.baseline[i].mean for i in comparison.pair]
    if any(math.isnan(each) for each in calm):
        return ""
    if all(line.added[i].mean == 0 for i in comparison.pair):
        return ", as without faults"
    return f" (without faults {' and '.join(number(each, line.metric.unit) for each in calm)})"


def _costs(comparison: Comparison) -> list[MetricResult]:
    """Differences shown in money, where there are prices, and in what money is paid for."""
    priced = comparison.scenario.prices is not None
    lines = [comparison.metric(name) for name in (COSTS if priced else COSTS[1:])]
    shown = DifferenceVerdict.SHOWN
    return [line for line in lines if not line.primary and line.verdict is shown]


def _promises(comparison: Comparison) -> Iterable[str]:
    """What was promised, and what became of it in each variant."""
    for name, group in groupby(promises_of(comparison), key=lambda kept: kept.name):
        each = list(group)
        promise = each[0].promise
        became = ", ".join(
            f"{kept.variant} {kept.verdict} ({_share_of_runs(kept.share)})" for kept in each
        )
        yield f"Promise {name}, {promise}: {became}."


def _share_of_runs(found: Estimate) -> str:
    interval = interval_words(found, "fraction")
    words = (number(found.mean, "fraction"), "" if interval == UNDEFINED else interval)
    return ", ".join(filter(None, words))


def _anomalies(comparison: Comparison) -> Iterable[str]:
    """Instances that did not end clean, per variant: what had happened to them, and one each."""
    clean = {each.value for each in CLEAN}
    for variant in comparison.variants:
        bad = {n: count for n, count in variant.endings.items() if count and n not in clean}
        kinds = ", ".join(f"{count:,} {name.replace('-', ' ')}" for name, count in bad.items())
        text = f"Did not end clean, {variant.name}: {kinds or 'none'} of {variant.instances:,}"
        why = "; ".join(list(causes(variant.incidents))[:MOST_CAUSES])
        text += f". Why: {why}" if why else ""
        look = "; ".join(told(variant.worst))
        yield text + (f". To look at: {look}." if look else ".")


def _reversals(comparison: Comparison, changed: Sequence[Changed]) -> Iterable[str]:
    stormy = [each for each in changed if each.storms]
    for each in stormy:
        storms = "; ".join(map(str, each.storms))
        yield f"With {each.what_if.words} nothing is shown: a run goes on without end ({storms})."
    calm = [each for each in changed if not each.storms]
    flips = [each.what_if.words for each in calm if any(f is Fate.REVERSES for f in each.fates)]
    gone = [
        each.what_if.words
        for each in calm
        if each.what_if.words not in flips and any(f is Fate.VANISHES for f in each.fates)
    ]
    if flips:
        yield f"The conclusion is reversed by: {'; '.join(flips)}."
    if gone:
        yield f"A deciding difference is no longer shown with: {'; '.join(gone)}."
    if calm and not flips and not gone:
        yield f"None of the {len(calm)} single changes that were tried takes it away."
