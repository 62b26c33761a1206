"""Cards of questions and their answers: scenarios, comparisons, what-ifs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from wfmodel.experiments import (
    Changed,
    ChangedAnswers,
    Comparison,
    Conclusion,
    LoadedScenario,
    MetricResult,
    Scenario,
    Study,
    VariantResult,
    answer,
)
from wfmodel.experiments.comparison_data import CSV_COLUMNS, comparison_rows
from wfmodel.experiments.metric_rows import MetricRow, metric_row
from wfmodel.showing.card import HTML_ROWS, Card, Cell, card_of
from wfmodel.showing.table_columns import Columns, TableValue, columns_of, table_of
from wfmodel.wording.counting import counted, together
from wfmodel.wording.declarations import arrivals_words, duration_words, fault_words
from wfmodel.wording.figures import gap, number

# ------------------------------------------------------------------------------- questions


@card_of.register
def _(scenario: Scenario) -> Card:
    setting = scenario.setting
    lines = [
        f"{arrivals_words(setting.arrivals)}, for {duration_words(setting.horizon)};"
        f" {counted(scenario.replications, 'replication')}, seed {scenario.seed}",
        *map(fault_words, setting.faults),
    ]
    return Card(
        title=f"Scenario: {_question(scenario)}",
        lines=lines if len(lines) <= HTML_ROWS else [*lines[:HTML_ROWS], "…"],
        head=("variant", "design"),
        rows=[(name, str(each.design)) for name, each in scenario.variants_by_name().items()],
    )


@card_of.register
def _(loaded: LoadedScenario) -> Card:
    found = [(each.where, each.severity.value, each.code, each.message) for each in loaded.findings]
    asked = _question(loaded.scenario) if loaded.scenario else "it cannot be read"
    about = f"about {loaded.workflow.name}" if loaded.workflow else "without a workflow"
    return Card(
        title=f"Scenario {about}, read from {loaded.path}",
        lines=(asked, *(() if found else ("no findings",))),
        head=("place", "severity", "rule", "message"),
        rows=found,
    )


def _question(scenario: Scenario) -> str:
    """As one paragraph, however it is broken in its file."""
    return " ".join(scenario.question.split())


# ----------------------------------------------------------------------------- comparisons


@card_of.register
def _(comparison: Comparison) -> Card:
    """The metrics that decide, then the others: a card shows the first."""
    decide = comparison.primary()
    rest = [line for line in comparison.metrics if line not in decide]
    paired = comparison.pair is not None
    last = ("difference [95 %]", "verdict") if paired else ()
    runs = counted(comparison.scenario.replications, "replication")
    return Card(
        title=answer(comparison).headline,
        lines=(f"{comparison.workflow.name}: {_question(comparison.scenario)} ({runs})",),
        head=("metric", *(each.name for each in comparison.variants), *last),
        rows=[
            _cells(metric_row(comparison, line), paired=paired)
            for line in (*decide, *rest)[:HTML_ROWS]
        ],
        total=len(comparison.metrics),
        text_rows=len(decide),
    )


@table_of.register
def _(comparison: Comparison) -> Columns:
    """The columns of ``wfmodel compare --csv``."""
    return columns_of(CSV_COLUMNS, comparison_rows(comparison))


def _cells(row: MetricRow, *, paired: bool) -> tuple[Cell, ...]:
    title = f"{row.title} ({row.unit})" if row.unit else row.title
    last = (row.difference.words, row.verdict) if paired else ()
    return (title, *((each.text, each.detail) for each in row.estimates), *last)


@card_of.register
def _(line: MetricResult) -> Card:
    unit = line.metric.unit
    estimates = "; ".join(number(each.mean, unit) for each in line.estimates)
    words = [f"{line.metric.title}: {estimates}"]
    if line.difference is not None:
        size = gap(line.difference.estimate.mean, unit)
        words.append(f"difference {size}: {line.verdict.value}")
    return Card(title=words[0], lines=words[1:])


@card_of.register
def _(variant: VariantResult) -> Card:
    ends = [(name.replace("-", " "), count) for name, count in variant.endings.items() if count]
    return Card(
        title=f"Variant ‘{variant.name}’: {counted(variant.instances, 'instance')}",
        lines=(f"{counted(variant.recovery.count, 'recovery time')} watched",),
        head=("end", "instances"),
        rows=[(name, f"{count:,}") for name, count in ends],
    )


@card_of.register
def _(found: Conclusion) -> Card:
    return Card(
        title=found.headline,
        head=("", "evidence and cautions"),
        rows=[
            *(("evidence", point) for point in found.points),
            *(("caution", caution) for caution in found.cautions),
        ],
    )


@card_of.register
def _(found: Study) -> Card:
    """Its comparison, and what there is beside it."""
    beside = [counted(len(found.changed), "what-if"), f"instance {found.story.instance} followed"]
    beside += ["a sweep"] * (found.sweep is not None)
    beside += ["what can happen at all"] * (found.sides is not None)
    shown = card_of(found.comparison)
    return replace(shown, lines=(*shown.lines, f"beside it: {together(beside)}"))


# -------------------------------------------------------------------------------- what-ifs


@card_of.register
def _(changed: Changed) -> Card:
    return card_of(ChangedAnswers([changed]))


@card_of.register
def _(answers: ChangedAnswers) -> Card:
    """What changes something comes first."""
    ordered = sorted(answers, key=lambda each: not each.matters)
    matter = sum(each.matters for each in answers)
    names = [line.metric.title for line in answers[0].before] if answers else []
    return Card(
        title=f"{counted(len(answers), 'change')} tried, of which {matter} would change the answer",
        head=("if there were", *names),
        rows=[(each.what_if.words, *_fates(each, len(names))) for each in ordered],
        text_rows=HTML_ROWS,
    )


@table_of.register
def _(answers: ChangedAnswers) -> Columns:
    rows = ((each.what_if.words, *fate) for each in answers for fate in _fate_rows(each))
    return columns_of(
        ("change", "metric", "fate", "difference", "low", "high", "unit"),
        rows,
    )


def _fates(changed: Changed, count: int) -> Sequence[str]:
    if changed.storms:
        return ["goes on without end"] * count
    return [fate.value for fate in changed.fates]


def _fate_rows(changed: Changed) -> Iterator[tuple[TableValue, ...]]:
    for line, fate in zip(changed.lines, changed.fates, strict=True):
        found = line.difference and line.difference.estimate
        sizes = (found.mean, found.low, found.high) if found else (None, None, None)
        yield (line.name, fate.value, *sizes, line.metric.unit)
    if changed.storms:
        yield (None, "goes on without end", None, None, None, None)
