"""Rows of a report's tables: text in cells; a page, Markdown and a terminal show the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from wfmodel.experiments.comparison import Comparison, MetricResult
from wfmodel.experiments.metric_rows import MetricRow, metric_row
from wfmodel.experiments.sensitivity_runs import Changed
from wfmodel.experiments.statistics import DifferenceVerdict
from wfmodel.wording.counting import capital
from wfmodel.wording.declarations import knob_words
from wfmodel.wording.figures import UNDEFINED, bare, gap


@dataclass(frozen=True, slots=True)
class GroupRows:
    """Metrics about one thing."""

    title: str
    rows: tuple[MetricRow, ...]


def metric_groups(comparison: Comparison) -> tuple[GroupRows, ...]:
    """Every metric, by group, in the registry's order."""
    groups: dict[str, list[MetricRow]] = {}
    for line in comparison.metrics:
        groups.setdefault(line.metric.group.value, []).append(metric_row(comparison, line))
    return tuple(GroupRows(capital(name), tuple(rows)) for name, rows in groups.items())


def primary_rows(comparison: Comparison) -> tuple[MetricRow, ...]:
    """The metrics that decide the question."""
    return tuple(metric_row(comparison, line) for line in comparison.primary())


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
            _design_words(str(each.variant.design)),
            ", ".join(
                f"{name.replace('_', ' ')}: {knob_words(name, getattr(each.variant.knobs, name))}"
                for name in names
            )
            or "the same for all",
            f"{each.instances:,}",
        )
        for each in comparison.variants
    )


def _design_words(design: str) -> str:
    """A design as the command line reads it, with room between its parts for a line to break."""
    name, colon, parts = design.partition(":")
    for sign in (",", ";"):
        parts = f"{sign} ".join(part.strip() for part in parts.split(sign))
    return f"{name}{colon} {parts.replace('=', ' = ')}".strip()


def _differs(knobs: Sequence[object], name: str) -> bool:
    return any(getattr(each, name) != getattr(knobs[0], name) for each in knobs)


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
    return gap(line.difference.estimate.mean, bare(line.metric.unit))
