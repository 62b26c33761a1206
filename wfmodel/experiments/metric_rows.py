"""A metric's line in words: estimates, difference, verdict; a page, a terminal and a notebook show
the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from wfmodel.experiments.comparison import Comparison, MetricResult
from wfmodel.experiments.statistics import DifferenceVerdict, Estimate, Method
from wfmodel.wording.counting import capital
from wfmodel.wording.figures import (
    SCALED,
    UNDEFINED,
    bare,
    between,
    gap,
    gap_between,
    number,
)


@dataclass(frozen=True, slots=True)
class TableCell:
    """A value, and in small what qualifies it."""

    text: str
    detail: str = ""

    @property
    def words(self) -> str:
        """Both in one line."""
        return f"{self.text} [{self.detail}]" if self.detail else self.text


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
        difference_cell(line),
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


def interval_words(found: Estimate, unit: str) -> str:
    r"""``1.2 to 3.4 s``, ``at most 0.2 %``, ``at least 99.8 %``; a dash where there is none.

    >>> interval_words(Estimate(0.0, 0.0, 0.0018, 20, 0, Method.BOUND), "fraction")
    'at most 0.18\xa0%'
    """
    if found.method is not Method.BOUND:
        return between(found.low, found.high, unit)
    if found.low > 0 or math.isinf(found.high):
        return f"at least {number(found.low, unit)}"
    return f"at most {number(found.high, unit)}"


def estimate_cell(
    found: Estimate, unit: str, replications: int, calm: Estimate | None = None
) -> TableCell:
    """An estimate, and in small its interval, what it would be without faults (``calm``), and in
    how many runs it is undefined.
    """
    text = number(found.mean, bare(unit))
    details = []
    interval = interval_words(found, bare(unit))
    if found.method not in (Method.CONSTANT, Method.NONE):
        details += [interval] if interval != UNDEFINED else []
        if math.isinf(found.high) and found.needed:
            details.append(f"an interval takes about {found.needed} replications")
    elif found.needed and not math.isnan(found.mean):
        details.append(f"no interval: it takes about {found.needed} replications")
    if calm is not None and not math.isnan(calm.mean):
        details.append(f"without faults {number(calm.mean, bare(unit))}")
    if 0 < found.undefined < replications:
        details.append(f"undefined in {found.undefined} of {replications}")
    return TableCell(text, "; ".join(details))


def difference_cell(line: MetricResult) -> TableCell:
    """The pair's difference, and in small its interval."""
    if line.difference is None or line.verdict is DifferenceVerdict.UNDEFINED:
        return TableCell(UNDEFINED)
    found, unit = line.difference.estimate, bare(line.metric.unit)
    interval = gap_between(found.low, found.high, unit)
    if found.method in (Method.CONSTANT, Method.NONE) or interval == UNDEFINED:
        return TableCell(gap(found.mean, unit))
    return TableCell(gap(found.mean, unit), interval)
