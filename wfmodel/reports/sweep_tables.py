"""An experiment's tables as text in cells; a terminal and a notebook show the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wfmodel.experiments.experiment import PlanKind
from wfmodel.experiments.factorial.conclusions import SIGN_WORDS, value_words
from wfmodel.experiments.factorial.experiment_runs import ExperimentResult, Prepared
from wfmodel.experiments.factorial.outcome import ResponseRow, reached_by
from wfmodel.experiments.factorial.plans import Point
from wfmodel.experiments.factorial.results_data import sensitivity_keys
from wfmodel.experiments.factorial.sensitivity import Influence, Ranking, ranking, tornado
from wfmodel.experiments.factorial.stopping import is_enough
from wfmodel.experiments.factorial.threshold import ThresholdResult
from wfmodel.experiments.metric_rows import interval_words
from wfmodel.experiments.statistics import Estimate, Method
from wfmodel.metrics import Metric
from wfmodel.wording.counting import capital
from wfmodel.wording.figures import (
    SCALED,
    UNDEFINED,
    bare,
    between,
    bracketed,
    gap,
    gap_between,
    number,
)


@dataclass(frozen=True, slots=True)
class TextTable:
    """``numeric``: columns to be aligned to the right."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int]


def plan_table(prepared: Prepared) -> TextTable:
    """Every point with its factors' values."""
    names = tuple(prepared.experiment.factors)
    rows = tuple((str(p.number), *_values(prepared, p)) for p in prepared.points)
    return _table(prepared.experiment.plan.kind.value, ("point", *names), rows)


def response_tables(result: ExperimentResult) -> Iterator[TextTable]:
    """For each response, the estimates of all variants at every point; ``≈`` marks a difference
    that is smaller than matters.
    """
    names = tuple(result.experiment.factors)
    for response in result.experiment.responses:
        variants = dict.fromkeys(
            row.variant
            for each in result.points
            for row in each.outcome.rows
            if row.response == response
        )
        rows = []
        for each in result.points:
            found = {row.variant: row for row in each.outcome.rows if row.response == response}
            metric, small = result.metric(response), result.is_small(each, response)
            cells = []
            for v in variants:
                gap = v not in result.prepared.variants
                text = _cell(found[v].estimate, metric, gap) if v in found else ""
                cells.append(f"{text} ≈" if gap and small and text else text)
            count = str(each.outcome.replications) + _missed([*found.values()])
            values = _values(result.prepared, each.point)
            rows.append((str(each.point.number), *values, *cells, count))
        columns = ("point", *names, *variants, "replications")
        yield _table(_titled(result.metric(response)), columns, tuple(rows))


def sensitivity_tables(result: ExperimentResult) -> Iterator[TextTable]:
    """What matters most to each response of each variant."""
    for response, variant in sensitivity_keys(result):
        title = f"What matters to {result.metric(response).title}, {variant}"
        if result.experiment.plan.kind is PlanKind.ONE_AT_A_TIME:
            yield _tornado_table(result, response, variant, title)
            continue
        ranked = ranking(result, response, variant)
        if ranked is not None and len(ranked.influences) > 1:
            yield _ranking_table(ranked, title)


def threshold_table(found: ThresholdResult) -> TextTable:
    """Every value that was tried."""
    rows = tuple(
        (
            value_words(found.factor, each.value),
            _cell(each.difference, found.metric, True),
            str(each.difference.replications),
            SIGN_WORDS[each.sign],
        )
        for each in found.tried
    )
    first, second = found.pair
    title = f"{_titled(found.metric)}: {second} minus {first}"
    columns = (found.threshold.factor, "difference", "replications", "sign")
    return TextTable(title, columns, rows, frozenset({0, 1, 2}))


def _tornado_table(result: ExperimentResult, response: str, variant: str, title: str) -> TextTable:
    rows = tuple(
        (
            each.factor,
            value_words(result.experiment.factors[each.factor], each.value),
            _cell(each.difference.estimate, result.metric(response), True),
            each.difference.verdict.value,
        )
        for each in tornado(result, response, variant)
    )
    columns = ("factor", "value", "change from the scenario as it is", "verdict")
    return TextTable(title, columns, rows, frozenset({1, 2}))


def _ranking_table(ranked: Ranking, title: str) -> TextTable:
    rows = tuple(
        (
            each.factor,
            f"{number(each.share, 'fraction')} {_of_share(each)}",
            f"{number(each.coefficient, signed=True)} {_of_coefficient(each)}",
        )
        for each in ranked.influences
    )
    fit = f"; coefficients explain {number(ranked.r_squared, 'fraction')} of the ranks"
    left_out = f"; {ranked.undefined} points undefined" if ranked.undefined else ""
    columns = ("factor", "share of variance", "rank coefficient")
    told = f"{title} ({ranked.points} points{fit}{left_out})"
    return TextTable(told, columns, rows, frozenset({1, 2}))


def _of_share(found: Influence) -> str:
    text = between(found.share_low, found.share_high, "fraction")
    return "" if text == UNDEFINED else f"[{text}]"


def _of_coefficient(found: Influence) -> str:
    text = between(found.coefficient_low, found.coefficient_high, signed=True)
    return "" if text == UNDEFINED else f"[{text}]"


def _cell(found: Estimate, metric: Metric, difference: bool) -> str:
    unit = bare(metric.unit)
    text = gap(found.mean, unit) if difference else number(found.mean, unit)
    ends = (found.low, found.high, unit)
    interval = gap_between(*ends) if difference else interval_words(found, unit)
    return text if found.method in (Method.CONSTANT, Method.NONE) else bracketed(text, interval)


def _missed(rows: Sequence[ResponseRow]) -> str:
    """A mark where an interval is wider than was asked, or shows no spread to judge by."""
    return "" if is_enough(reached_by(rows)) else " !"


def _titled(metric: Metric) -> str:
    unit = "" if metric.unit in SCALED or metric.unit == "1" else f", {metric.unit}"
    return f"{capital(metric.title)}{unit}"


def _values(prepared: Prepared, point: Point) -> tuple[str, ...]:
    return tuple(
        value_words(factor, point.values[name]) if name in point.values else "as it is"
        for name, factor in prepared.experiment.factors.items()
    )


def _table(title: str, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> TextTable:
    """All of its columns are numeric."""
    return TextTable(title, columns, rows, frozenset(range(len(columns))))
