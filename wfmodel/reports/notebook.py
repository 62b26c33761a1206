"""A comparison as a table that a notebook shows; the same rows as in the report.

>>> comparison_table(result, "messages")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from wfmodel.experiments import Comparison, answer
from wfmodel.experiments.metric_rows import MetricRow, TableCell, metric_row


@dataclass(frozen=True, slots=True)
class ComparisonTable:
    """Rows of a comparison under the names of its variants, and what may be said of them."""

    variants: tuple[str, ...]
    rows: tuple[MetricRow, ...]
    headline: str
    paired: bool

    def _repr_html_(self) -> str:
        """What a notebook shows of it."""
        last = ("difference [95 %]", "verdict") if self.paired else ()
        head = _row("th", ("metric", *self.variants, *last))
        body = "".join(_row("td", (cell.words for cell in cells)) for cells in self._cells())
        return f"<table>{head}{body}</table><p><b>{escape(self.headline)}</b></p>"

    def __str__(self) -> str:
        lines = (" | ".join(cell.words for cell in cells) for cells in self._cells())
        return "\n".join((*lines, self.headline))

    def __repr__(self) -> str:
        return str(self)

    def _cells(self) -> Iterator[tuple[TableCell, ...]]:
        for row in self.rows:
            name = TableCell(f"{row.title} ({row.unit})" if row.unit else row.title)
            last = (row.difference, TableCell(row.verdict)) if self.paired else ()
            yield (name, *row.estimates, *last)


def comparison_table(comparison: Comparison, *more: str) -> ComparisonTable:
    """The metrics that decide the question, and ``more`` by name.

    Raises:
        KeyError: there is no such metric.
    """
    lines = (*comparison.primary(), *(comparison.metric(name) for name in more))
    return ComparisonTable(
        tuple(variant.name for variant in comparison.variants),
        tuple(metric_row(comparison, line) for line in lines),
        answer(comparison).headline,
        comparison.pair is not None,
    )


def _row(tag: str, texts: Iterator[str] | tuple[str, ...]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(text)}</{tag}>" for text in texts) + "</tr>"
