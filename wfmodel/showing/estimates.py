"""Cards of numbers with their intervals: sweeps, experiments, exact answers, rare events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from wfmodel.experiments import SweepResult
from wfmodel.experiments.exact_answers import ExactAnswers, ExactTable
from wfmodel.experiments.factorial.conclusions import SIGN_WORDS, threshold_words, value_words
from wfmodel.experiments.factorial.experiment_runs import ExperimentResult
from wfmodel.experiments.factorial.parquet_rows import FACTOR, shown_value
from wfmodel.experiments.factorial.results_data import COLUMNS
from wfmodel.experiments.factorial.threshold import ThresholdResult
from wfmodel.experiments.metric_rows import interval_words
from wfmodel.experiments.rare_answers import RareAnswer, RareTable
from wfmodel.experiments.rare_events import RareEvent
from wfmodel.experiments.statistics import Estimate
from wfmodel.showing.card import HTML_ROWS, Card, card_of
from wfmodel.showing.table_columns import Columns, columns_of, table_of
from wfmodel.wording.counting import counted, together
from wfmodel.wording.figures import UNDEFINED, between, bracketed, number, rounded_up, significant

_INTERVAL: Final = ("mean", "low", "high")


def _estimate(found: Estimate, unit: str) -> str:
    return bracketed(number(found.mean, unit), interval_words(found, unit))


# ---------------------------------------------------------------------------------- sweeps


@card_of.register
def _(swept: SweepResult) -> Card:
    rows = [
        (
            swept.metric(metric).title,
            name,
            significant(value),
            _estimate(found, swept.metric(metric).unit),
        )
        for metric, name, value, found in _swept(swept)
    ]
    return Card(
        title=f"Sweep of {swept.unit}, {counted(len(swept.values), 'value')}",
        lines=[f"left out, for a run goes on without end: {each}" for each in swept.storms],
        head=("metric", "variant", swept.unit, "mean [95 %]"),
        rows=rows,
    )


@table_of.register
def _(swept: SweepResult) -> Columns:
    """``value`` is in what ``SweepResult.unit`` says, and so in the column ``of``."""
    return columns_of(
        ("metric", "variant", "value", "of", *_INTERVAL, "unit", "replications"),
        (
            (
                metric,
                name,
                value,
                swept.unit,
                *_ends(found),
                swept.metric(metric).unit,
                found.replications,
            )
            for metric, name, value, found in _swept(swept)
        ),
    )


def _swept(swept: SweepResult) -> Iterator[tuple[str, str, float, Estimate]]:
    for metric, by_variant in swept.estimates.items():
        for name, estimates in zip(swept.variants, by_variant, strict=True):
            for value, found in zip(swept.values, estimates, strict=True):
                yield metric, name, value, found


@card_of.register
def _(result: ExperimentResult) -> Card:
    factors = result.experiment.factors
    points = counted(len(result.points), "point")
    lines = [f"{counted(result.new, 'cell')} run now; responses: {_titles(result)}"]
    lines += [f"left out: {each}" for each in result.storms]
    plan = result.experiment.plan.kind.value
    return Card(
        title=f"Experiment ({plan}): {points} of {together([*factors])}",
        lines=lines,
        head=(*factors, "variant", "response", "mean [95 %]"),
        rows=[
            (
                *(value_words(f, each.point.values[name]) for name, f in factors.items()),
                row.variant,
                result.metric(row.response).title,
                _estimate(row.estimate, result.metric(row.response).unit),
            )
            for each in result.points[:HTML_ROWS]
            for row in each.outcome.rows
        ],
        total=sum(len(each.outcome.rows) for each in result.points),
    )


def _titles(result: ExperimentResult) -> str:
    return together([result.metric(name).title for name in result.experiment.responses])


@table_of.register
def _(result: ExperimentResult) -> Columns:
    """The columns of ``wfmodel sweep --csv``, and the unit."""
    factors = result.experiment.factors
    names = [f"{FACTOR}{name}" for name in factors]
    return columns_of(
        ("point", *names, "variant", "response", *COLUMNS, "unit"),
        (
            (
                each.point.number,
                *(shown_value(f, each.point.values.get(name)) for name, f in factors.items()),
                row.variant,
                row.response,
                *(getattr(row.estimate, name) for name in COLUMNS),
                result.metric(row.response).unit,
            )
            for each in result.points
            for row in each.outcome.rows
        ),
    )


@card_of.register
def _(found: ThresholdResult) -> Card:
    unit = found.metric.unit
    first, second = found.pair
    return Card(
        title=threshold_words(found),
        head=(found.threshold.factor, f"{second} − {first} [95 %]", "sign"),
        rows=[
            (
                value_words(found.factor, each.value),
                _estimate(each.difference, unit),
                SIGN_WORDS[each.sign],
            )
            for each in found.tried
        ],
    )


@table_of.register
def _(found: ThresholdResult) -> Columns:
    return columns_of(
        (f"{FACTOR}{found.threshold.factor}", *_INTERVAL, "unit", "sign"),
        (
            (
                shown_value(found.factor, each.value),
                *_ends(each.difference),
                found.metric.unit,
                each.sign,
            )
            for each in found.tried
        ),
    )


# -------------------------------------------------------------------------- exact and rare


@card_of.register
def _(answers: ExactAnswers) -> Card:
    return card_of(ExactTable([answers]))


@card_of.register
def _(answers: ExactTable) -> Card:
    sizes = [f"{each.variant} {each.states:,} states" for each in answers]
    cut = max((each.cut for each in answers), default=0.0)
    off = significant(rounded_up(cut), figures=2)
    lines = [f"probabilities are off by at most {off}"] if cut else []
    lines += [f"no answer about {name}: {reason}" for name, reason in answers.refused.items()]
    titles = {value.name: value.title for each in answers for value in each.values}
    by_name = [{value.name: value for value in each.values} for each in answers]
    return Card(
        title=f"Exact answers about one instance: {', '.join(sizes)}",
        lines=lines,
        head=("answer", *(each.variant for each in answers)),
        rows=[
            (
                title,
                *(number(of[name].value, of[name].unit) if name in of else "" for of in by_name),
            )
            for name, title in titles.items()
        ],
        text_rows=HTML_ROWS,
    )


@table_of.register
def _(answers: ExactTable) -> Columns:
    return columns_of(
        ("variant", "answer", "title", "value", "unit"),
        (
            (each.variant, value.name, value.title, value.value, value.unit)
            for each in answers
            for value in each.values
        ),
    )


@card_of.register
def _(event: RareEvent) -> Card:
    found = event.estimate
    lines = [
        f"{counted(event.levels, 'level')}, {found.replications} repetitions,"
        f" of which {event.missed} missed it"
    ]
    if event.bounds is not None:
        low, high = map(significant, event.bounds)
        lines.append(f"surely from {low} to {high}")
    if event.is_beyond:
        lines.append("most of it lies beyond the states looked into: trust the interval less")
    low, high = significant(found.low), significant(found.high)
    title = f"Probability {significant(found.mean)}, 95 % interval {low} to {high}"
    return Card(title=title, lines=lines)


@table_of.register
def _(event: RareEvent) -> Columns:
    found, bounds = event.estimate, event.bounds or (None, None)
    walked = (event.levels, found.replications, event.missed)
    return columns_of(
        (*_INTERVAL, "surely_from", "surely_to", "levels", "repetitions", "missed"),
        [(*_ends(found), *bounds, *walked)],
    )


@card_of.register
def _(answer: RareAnswer) -> Card:
    return card_of(RareTable([answer]))


@card_of.register
def _(answers: RareTable) -> Card:
    ends = together(list(dict.fromkeys(each.event for each in answers)))
    return Card(
        title=f"How likely one instance ends: {ends}",
        lines=[
            f"{each.variant}: most of it lies beyond the states looked into; trust it less"
            for each in answers
            if each.found is not None and each.found.is_beyond
        ],
        head=("variant", "by splitting [95 %]", "solved", "surely"),
        rows=[_rare_cells(each) for each in answers],
    )


@table_of.register
def _(answers: RareTable) -> Columns:
    """``exactly``: solved, where the chain is small enough; 0: it cannot happen."""
    return columns_of(
        ("variant", "event", *_INTERVAL, "exactly"),
        (
            (
                each.variant,
                each.event,
                *((0.0, 0.0, 0.0) if each.estimate is None else _ends(each.estimate)),
                0.0 if each.estimate is None else each.exactly,
            )
            for each in answers
        ),
    )


def _ends(found: Estimate) -> tuple[float, float, float]:
    return found.mean, found.low, found.high


def _rare_cells(answer: RareAnswer) -> tuple[str, ...]:
    if answer.found is None:
        return (answer.variant, "cannot happen", "", "")
    found, bounds = answer.found.estimate, answer.found.bounds
    mean, low, high = map(significant, _ends(found))
    solved = "" if answer.exactly is None else significant(answer.exactly, figures=6)
    return (answer.variant, f"{mean} [{low} to {high}]", solved, _bounds(bounds))


def _bounds(bounds: tuple[float, float] | None) -> str:
    """Between what an exact value lies; nothing where both ends read the same."""
    sure = UNDEFINED if bounds is None else between(*bounds)
    return "" if sure == UNDEFINED else sure
