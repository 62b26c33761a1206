"""The short answer, in words that the numbers carry: no winner without a shown difference.

A headline rests on the primary metrics alone, tested together. Everything else is context, and says
so: of many metrics at 95 %, one in twenty differs by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from wfmodel.experiments.comparison import Comparison, MetricResult
from wfmodel.experiments.sensitivity_runs import Changed, Fate
from wfmodel.experiments.statistics import DifferenceVerdict, Method
from wfmodel.metrics import CLEAN
from wfmodel.wording.counting import together
from wfmodel.wording.figures import SCALED, SPACE, gap, gap_between, number

COSTS: Final = ("messages", "latency_p95", "busiest_load")
"""What an advantage is paid with: told beside the headline if a difference is shown."""

NEVER: Final = "never_recovered"


@dataclass(frozen=True)
class Conclusion:
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
        return Conclusion(headline, tuple(points), ())
    points = [_point(comparison, line) for line in comparison.primary()]
    points += [_cost(comparison, name) for name in COSTS if _shown(comparison, name)]
    anomalies = _anomalies(comparison)
    if anomalies:
        points.append(anomalies)
    cautions = (*_cautions(comparison), *_reversals(comparison, changed))
    return Conclusion(_headline(comparison, names), tuple(points), cautions)


def capital(text: str) -> str:
    """A sentence's beginning."""
    return text[:1].upper() + text[1:]


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
            return f"{capital(names[i])} is better on {_titles(won[i])}{_rest(undecided)}."
    runs = comparison.scenario.replications
    return (
        f"No difference is shown between {names[0]} and {names[1]} on {_titles(lines)},"
        f" in {runs} paired replications."
    )


def _rest(undecided: Sequence[MetricResult]) -> str:
    return f"; on {_titles(undecided)} no difference is shown" if undecided else ""


def _titles(lines: Iterable[MetricResult]) -> str:
    return together([line.metric.title.replace(",", "") for line in lines])


def _estimate(line: MetricResult, variant: int) -> str:
    return number(line.estimates[variant].mean, line.metric.unit)


def _point(comparison: Comparison, line: MetricResult) -> str:
    assert comparison.pair is not None
    names = comparison.pair_names() or ("", "")
    first, second = (_estimate(line, i) for i in comparison.pair)
    text = f"{capital(line.metric.title)}: {names[0]} {first}, {names[1]} {second}"
    assert line.difference is not None
    found = line.difference.estimate
    if line.verdict is DifferenceVerdict.UNDEFINED:
        return f"{text}: {line.reason or 'undefined in every run'}."
    if line.verdict is DifferenceVerdict.SAME:
        return f"{text}: the same in every run."
    unit = line.metric.unit if line.metric.unit in SCALED else ""
    size = f"difference {gap(found.mean, unit)}"
    if found.method not in (Method.NONE, Method.CONSTANT):
        size += f", 95{SPACE}% interval {gap_between(found.low, found.high, unit)}"
    weak = line.verdict is DifferenceVerdict.SHOWN and line.primary and not line.decided
    verdict = "shown alone, but not with all deciding metrics together" if weak else line.verdict
    return f"{text} ({size}): {verdict}."


def _shown(comparison: Comparison, name: str) -> bool:
    line = comparison.metric(name)
    return not line.primary and line.verdict is DifferenceVerdict.SHOWN


def _cost(comparison: Comparison, name: str) -> str:
    return _point(comparison, comparison.metric(name))


def _anomalies(comparison: Comparison) -> str:
    """Instances that did not end clean, per variant."""
    parts = []
    for variant in comparison.variants:
        bad = {
            name: count
            for name, count in variant.endings.items()
            if count and name not in {each.value for each in CLEAN}
        }
        told = ", ".join(f"{count:,} {name.replace('-', ' ')}" for name, count in bad.items())
        parts.append(f"{variant.name} {told or 'none'} of {variant.instances:,}")
    return f"Instances that did not end clean: {'; '.join(parts)}."


def _cautions(comparison: Comparison) -> Iterable[str]:
    scenario = comparison.scenario
    for line in comparison.primary():
        undefined = max(each.undefined for each in line.estimates)
        if 0 < undefined < scenario.replications:
            yield (
                f"{capital(line.metric.title)} is undefined in up to {undefined} of"
                f" {scenario.replications} replications; those are left out."
            )
    never = comparison.metric(NEVER)
    if never.primary:
        return
    limit = number(scenario.setting.convergence / 1e9, "s")
    for variant, found in zip(comparison.variants, never.estimates, strict=True):
        if found.mean > 0:
            yield (
                f"{capital(variant.name)}: {number(found.mean, never.metric.unit)} of the instances"
                f" that met a fault had not recovered within {limit}; they count as censored there,"
                " not as recovered."
            )


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
