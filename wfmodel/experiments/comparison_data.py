"""A comparison as plain data for other programs: JSON has no ``nan``, so unknown is null."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Collection, Iterator
from dataclasses import asdict
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter

from wfmodel.escaping import csv_cell
from wfmodel.experiments.assumptions import Documents, assumptions
from wfmodel.experiments.comparison import Comparison, MetricResult
from wfmodel.experiments.cross_check import BothSides, Pair
from wfmodel.experiments.promise_verdicts import promises_of
from wfmodel.experiments.reachability import Possibility, budget_words
from wfmodel.experiments.scenario import Scenario
from wfmodel.experiments.statistics import Estimate
from wfmodel.experiments.survival import Curve

FORMAT: Final = 1


class ComparisonRow(NamedTuple):
    """A metric of a variant, or of the pair's difference; None is what is not known."""

    metric: str
    unit: str
    variant: str
    mean: float | None
    low: float | None
    high: float | None
    without_faults: float | None
    added_by_faults: float | None
    verdict: str | None
    method: str
    replications_needed: int | None
    smallest_relevant: float | None
    reason: str | None


CSV_COLUMNS: Final = ComparisonRow._fields


def comparison_as_data(
    comparison: Comparison, sides: BothSides | None = None, documents: Documents | None = None
) -> dict[str, Any]:
    """Everything that the comparison found, in mappings, lists, numbers and text; with ``sides``
    also what can happen to each variant at all, with ``documents`` where assumptions stand.

    Times are in seconds. The same comparison gives the same data.
    """
    pair = comparison.pair_names()
    possible = {} if sides is None else {"possible": _possible(sides)}
    return {
        "format": FORMAT,
        "workflow": comparison.workflow.name,
        "scenario": TypeAdapter(Scenario).dump_python(comparison.scenario, mode="json"),
        "pair": None if pair is None else list(pair),
        "metrics": {line.name: _line(comparison, line) for line in comparison.metrics},
        "variants": {
            each.name: {
                "instances": each.instances,
                "endings": dict(each.endings),
                "recovery": _curve(each.recovery),
                "divergence": list(each.divergence),
                "processes": list(each.processes),
                "struck": [struck._asdict() for struck in each.struck],
                "worst": [
                    {"replication": found.replication, **found.worst._asdict()}
                    for found in each.worst
                ],
            }
            for each in comparison.variants
        },
        "promises": [
            {
                "promise": kept.name,
                "within_s": kept.promise.within / 1e9,
                "share": kept.promise.share,
                "variant": kept.variant,
                "kept": _estimate(kept.share),
                "verdict": kept.verdict.value,
            }
            for kept in promises_of(comparison)
        ],
        "divergence_times_s": list(comparison.times_s),
        "assumptions": [
            asdict(each)
            for each in assumptions(comparison.scenario, comparison.workflow, documents)
        ],
        **possible,
    }


def comparison_as_csv(comparison: Comparison, names: Collection[str]) -> str:
    """A row for each of these metrics and each variant, and for the pair's difference; times in
    seconds, shares from 0 to 1; what is not known is empty, and ``reason`` says why.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for metric, unit, variant, *values in comparison_rows(comparison):
        if metric in names:
            writer.writerow([metric, unit, csv_cell(variant), *map(_cell, values)])
    return stream.getvalue()


def _cell(value: str | float | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else repr(value)


def comparison_rows(comparison: Comparison) -> Iterator[ComparisonRow]:
    """Each metric of each variant, and of the pair."""
    for line in comparison.metrics:
        unit = line.metric.unit
        for place, variant in enumerate(comparison.variants):
            found = line.estimates[place]
            parts = [each[place].mean if each else math.nan for each in (line.baseline, line.added)]
            before, added = map(_number, parts)
            method, needed = found.method.value, found.needed or None
            reason = line.reason or None if math.isnan(found.mean) else None
            told = (*_interval(found), before, added, None, method, needed, None, reason)
            yield ComparisonRow(line.name, unit, variant.name, *told)
        if line.difference is not None:
            gap, verdict = line.difference.estimate, line.difference.verdict.value
            needed = gap.needed or line.difference.needed
            reason = line.reason or None if math.isnan(gap.mean) else None
            how = (verdict, gap.method.value, needed, line.difference.relevant, reason)
            shown = (*_interval(gap), None, None, *how)
            yield ComparisonRow(line.name, unit, "difference", *shown)


def _interval(found: Estimate) -> tuple[float | None, float | None, float | None]:
    return _number(found.mean), _number(found.low), _number(found.high)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def _possible(sides: BothSides) -> dict[str, Any]:
    return {
        side.possibility.variant: {
            "searches": [
                {"budget": budget_words(e.budget), "configurations": e.states, "whole": e.complete}
                for e in side.possibility.searches
            ],
            "anomalies": {
                str(pair.anomaly.name).lower(): _answer(side.possibility, pair)
                for pair in side.pairs
            },
        }
        for side in sides.sides
    }


def _answer(found: Possibility, pair: Pair) -> dict[str, Any]:
    data: dict[str, Any] = {"answer": found.answer(pair.anomaly).value, "beyond": pair.beyond}
    story = found.stories.get(pair.anomaly)
    if story is not None:
        data["story"] = {"budget": budget_words(story.budget), "steps": list(story.steps)}
    return data


def _line(comparison: Comparison, line: MetricResult) -> dict[str, Any]:
    names = [each.name for each in comparison.variants]
    data: dict[str, Any] = {
        "title": line.metric.title,
        "unit": line.metric.unit,
        "better": line.metric.better,
        "primary": line.primary,
        "estimates": dict(zip(names, map(_estimate, line.estimates), strict=True)),
    }
    if line.difference is not None:
        data["difference"] = {
            **_estimate(line.difference.estimate),
            "differing_pairs": line.difference.differing,
            "p_value": _known(line.difference.p_value),
            "smallest_relevant": line.difference.relevant,
            "replications_needed": line.difference.needed,
            "verdict": line.difference.verdict.value,
            "decided": line.decided,
        }
    for name, parts in (("without_faults", line.baseline), ("added_by_faults", line.added)):
        if parts:
            data[name] = dict(zip(names, map(_estimate, parts), strict=True))
    if line.reason:
        data["reason"] = line.reason
    return data


def _estimate(found: Estimate) -> dict[str, Any]:
    return {
        "mean": _known(found.mean),
        **({"never": True} if math.isinf(found.mean) else {}),
        "low": _known(found.low),
        "high": _known(found.high),
        "replications": found.replications,
        "undefined": found.undefined,
        "method": found.method.value,
        **({"replications_needed": found.needed} if found.needed else {}),
    }


def _curve(curve: Curve) -> dict[str, Any]:
    return {
        "samples": curve.count,
        "censored": len(curve.censored),
        "never": _known(curve.never),
        "times_s": list(curve.times),
        "survival": [_known(each) for each in curve.survival],
        "low": [_known(each) for each in curve.low],
        "high": [_known(each) for each in curve.high],
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) or math.isinf(value) else value
