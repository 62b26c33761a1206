"""Rows of a report's tables: text in cells; a page, Markdown and a terminal show the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from wfmodel.experiments.comparison import Comparison, MetricResult
from wfmodel.experiments.conclusion import capital
from wfmodel.experiments.sensitivity_runs import Changed
from wfmodel.experiments.statistics import DifferenceVerdict, Estimate, Method
from wfmodel.wording.declarations import knob_words
from wfmodel.wording.figures import SCALED, UNDEFINED, between, gap, gap_between, number


@dataclass(frozen=True, slots=True)
class TableCell:
    """A value, and in small what qualifies it."""

    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric. ``winner`` is the favoured variant's position, or None.

    ``shown``: the pair's difference is. ``relative``: how large it is, as a share of the larger of
    the two; empty where there is none.
    """

    name: str
    title: str
    unit: str
    summary: str
    estimates: tuple[TableCell, ...]
    difference: TableCell
    verdict: str
    winner: int | None
    primary: bool
    shown: bool
    relative: str


@dataclass(frozen=True, slots=True)
class GroupRows:
    """Metrics about one thing."""

    title: str
    rows: tuple[MetricRow, ...]


def metric_row(comparison: Comparison, line: MetricResult) -> MetricRow:
    """A metric's line as text."""
    unit = line.metric.unit
    replications = comparison.scenario.replications
    calm = line.baseline if line.primary and comparison.scenario.setting.faults else ()
    estimates = tuple(
        estimate_cell(each, unit, replications, calm[place] if calm else None)
        for place, each in enumerate(line.estimates)
    )
    winner = line.winner
    place = None if winner is None or comparison.pair is None else comparison.pair[winner]
    return MetricRow(
        line.name,
        capital(line.metric.title),
        "" if unit in SCALED else unit,
        line.metric.summary,
        estimates,
        _difference(line),
        verdict_words(comparison, line),
        place,
        line.primary,
        line.verdict is DifferenceVerdict.SHOWN,
        _relative(comparison, line),
    )


def _relative(comparison: Comparison, line: MetricResult) -> str:
    """For sorting: differences of metrics in different units beside each other."""
    if comparison.pair is None or line.difference is None:
        return ""
    size = abs(line.difference.estimate.mean)
    larger = max(abs(line.estimates[place].mean) for place in comparison.pair)
    if math.isinf(size):  # one of them never ends
        return "1"
    share = size / larger if larger else 0.0
    return "" if math.isnan(share) else f"{share:.4f}"


def metric_groups(comparison: Comparison) -> tuple[GroupRows, ...]:
    """Every metric, by group, in the registry's order."""
    groups: dict[str, list[MetricRow]] = {}
    for line in comparison.metrics:
        groups.setdefault(line.metric.group.value, []).append(metric_row(comparison, line))
    return tuple(GroupRows(capital(name), tuple(rows)) for name, rows in groups.items())


def primary_rows(comparison: Comparison) -> tuple[MetricRow, ...]:
    """The metrics that decide the question."""
    return tuple(metric_row(comparison, line) for line in comparison.primary())


def verdict_words(comparison: Comparison, line: MetricResult) -> str:
    """What may be said, with the favoured variant's name where one is."""
    names = comparison.pair_names()
    if names is None or line.verdict is DifferenceVerdict.UNDEFINED:
        return line.reason
    if line.difference is not None and line.difference.needed is not None:
        return f"{line.verdict} (at least {line.difference.needed} replications)"
    if line.verdict is not DifferenceVerdict.SHOWN:
        return line.verdict.value
    if line.winner is None:
        return "differs"
    alone = " (alone, not with all deciding metrics)" if line.primary and not line.decided else ""
    return f"{names[line.winner]} better{alone}"


def _bare(unit: str) -> str:
    return unit if unit in SCALED else ""


def estimate_cell(
    found: Estimate, unit: str, replications: int, calm: Estimate | None = None
) -> TableCell:
    """An estimate, and in small its interval, what it would be without faults (``calm``), and in
    how many runs it is undefined.
    """
    text = number(found.mean, _bare(unit))
    details = []
    if found.method not in (Method.CONSTANT, Method.NONE):
        details.append(between(found.low, found.high, _bare(unit)))
    if calm is not None and not math.isnan(calm.mean):
        details.append(f"without faults {number(calm.mean, _bare(unit))}")
    if 0 < found.undefined < replications:
        details.append(f"undefined in {found.undefined} of {replications}")
    return TableCell(text, "; ".join(details))


def _difference(line: MetricResult) -> TableCell:
    if line.difference is None or line.verdict is DifferenceVerdict.UNDEFINED:
        return TableCell(UNDEFINED)
    found, unit = line.difference.estimate, _bare(line.metric.unit)
    if found.method in (Method.CONSTANT, Method.NONE):
        return TableCell(gap(found.mean, unit))
    return TableCell(gap(found.mean, unit), gap_between(found.low, found.high, unit))


@dataclass(frozen=True, slots=True)
class VariantRow:
    """A variant, and the knobs in which it differs from the others."""

    name: str
    design: str
    knobs: str
    instances: str


def variant_rows(comparison: Comparison) -> tuple[VariantRow, ...]:
    """What was compared."""
    every = [each.variant.knobs for each in comparison.variants]
    names = [name for name in every[0].__dataclass_fields__ if _differs(every, name)]
    return tuple(
        VariantRow(
            each.name,
            str(each.variant.design),
            ", ".join(
                f"{name.replace('_', ' ')}: {knob_words(getattr(each.variant.knobs, name))}"
                for name in names
            )
            or "the same for all",
            f"{each.instances:,}",
        )
        for each in comparison.variants
    )


def _differs(knobs: Sequence[object], name: str) -> bool:
    return len({getattr(each, name) for each in knobs}) > 1


STORM: Final = "goes on without end"


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A what-if, and what becomes of each primary difference: (fate, difference, kind); a single
    one, of kind ``storm``, where a run goes on without end.
    """

    words: str
    fates: tuple[tuple[str, str, str], ...]
    matters: bool


def changed_rows(changed: Sequence[Changed]) -> tuple[ChangedRow, ...]:
    """What it is compared with, then the what-ifs, those that matter first."""
    rows = [
        ChangedRow(
            capital(each.what_if.words),
            tuple(
                (fate.value, _size(line), fate.name.lower())
                for line, fate in zip(each.lines, each.fates, strict=True)
            )
            or ((STORM, "; ".join(map(str, each.storms)), "storm"),),
            each.matters,
        )
        for each in changed
    ]
    if not changed or not changed[0].before:
        return tuple(rows)
    first = tuple((line.verdict.value, _size(line), "as_is") for line in changed[0].before)
    as_it_is = ChangedRow("Nothing is changed", first, matters=False)
    return (as_it_is, *sorted(rows, key=lambda row: not row.matters))


def _size(line: MetricResult) -> str:
    if line.difference is None or line.verdict is DifferenceVerdict.UNDEFINED:
        return UNDEFINED
    return gap(line.difference.estimate.mean, _bare(line.metric.unit))
