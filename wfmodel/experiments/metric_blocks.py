"""A comparison in narrow columns: each metric a block, its variants below each other.

So it fits 80 columns whatever the number of variants.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from wfmodel.escaping import markdown
from wfmodel.experiments.comparison import Comparison, MetricResult
from wfmodel.experiments.metric_rows import metric_row
from wfmodel.experiments.promise_verdicts import promises_of
from wfmodel.wording.figures import bare, number


class BlockLine(NamedTuple):
    """A variant, or the difference of the pair."""

    name: str
    value: str
    interval: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class MetricBlock:
    """One metric: what may be said, and a line for each variant and the difference."""

    title: str
    verdict: str
    lines: tuple[BlockLine, ...]


def metric_blocks(comparison: Comparison, names: Collection[str]) -> tuple[MetricBlock, ...]:
    """The metrics of these names, in the order of the comparison; deciding ones first.

    Raises:
        KeyError: there is no such metric.
    """
    for name in names:
        comparison.metric(name)
    deciding = [line for line in comparison.primary() if line.name in names]
    others = [line for line in comparison.metrics if line.name in names and not line.primary]
    return tuple(_block(comparison, line) for line in (*deciding, *others))


def _block(comparison: Comparison, line: MetricResult) -> MetricBlock:
    row, unit = metric_row(comparison, line), line.metric.unit
    kept = {(f"promise.{k.name}", k.variant): k.verdict for k in promises_of(comparison)}
    lines = []
    for place, variant in enumerate(comparison.variants):
        cell, calm = row.estimates[place], line.baseline[place].mean if line.baseline else math.nan
        told = "" if math.isnan(calm) else f"without faults {number(calm, bare(unit))}"
        told = "; ".join(filter(None, (kept.get((line.name, variant.name), ""), told)))
        interval = "; ".join(p for p in cell.detail.split("; ") if not p.startswith("without"))
        lines.append(BlockLine(variant.name, cell.text, interval, told))
    if comparison.pair is not None:
        lines.append(BlockLine("difference", row.difference.text, row.difference.detail))
    title = ", ".join(filter(None, (row.title, row.unit)))
    return MetricBlock(title, row.verdict, tuple(lines))


def in_markdown(comparison: Comparison, blocks: Collection[MetricBlock]) -> str:
    """A table for each metric's lines, as GitHub reads it."""
    rows = ["| metric | of | value | 95 % interval | |", "|---|---|---:|---:|---|"]
    for block in blocks:
        title = markdown(": ".join(filter(None, (block.title, block.verdict))))
        for line in block.lines:
            cells = (title, *map(markdown, line))
            rows.append(f"| {' | '.join(cells)} |")
            title = ""
    question = " ".join(comparison.scenario.question.split())
    return "\n".join([markdown(question), "", *rows])
