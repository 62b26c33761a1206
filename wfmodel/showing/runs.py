"""Cards of runs: a history, what was measured of it, one instance as a timeline, a story."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, partial
from typing import Final

from wfmodel.designs.history import FAULT_KINDS, History, Kind, Row
from wfmodel.experiments.example_instance import Story
from wfmodel.experiments.timeline import Timeline
from wfmodel.extras import MissingExtraError
from wfmodel.metrics import METRICS, Measurement
from wfmodel.metrics.streaming import OnlineMeasurement
from wfmodel.showing.card import HTML_ROWS, Card, Pictures, card_of
from wfmodel.showing.table_columns import Columns, TableValue, columns_of, table_of
from wfmodel.wording.counting import counted
from wfmodel.wording.declarations import FAULTS, duration_words
from wfmodel.wording.figures import number
from wfmodel.wording.histories import row_words, who_words

# ------------------------------------------------------------------------------- histories


@card_of.register
def _(history: History) -> Card:
    rows = len(history.rows)
    end_ns = int(history.rows[-1, 0]) if rows else 0
    return Card(
        title=(
            f"History of {history.workflow}, {history.design}:"
            f" {counted(history.instances(), 'instance')}, {counted(rows, 'row')},"
            f" {duration_words(end_ns)} of simulated time"
        ),
        lines=(f"seed {history.seed}, replication {history.replication}; {_faults(history)}",),
        head=("time", "instance", "who", "what"),
        rows=[
            (
                duration_words(row.time_ns),
                str(row.instance) if row.instance >= 0 else "",
                who_words(row, history),
                row_words(row, history),
            )
            for row in (Row(*each) for each in history.rows[:HTML_ROWS].tolist())
        ],
        total=rows,
    )


@table_of.register
def _(history: History) -> Columns:
    """``time_ns`` is exact; no instance: it concerns all; no participant: the outside."""

    @cache
    def words(kind: int, participant: int, a: int, b: int) -> str:
        return row_words(Row(0, kind, 0, participant, a, b), history)

    return columns_of(
        ("time_ns", "kind", "instance", "participant", "what"),
        (
            (
                row.time_ns,
                Kind(row.kind).name.lower(),
                row.instance if row.instance >= 0 else None,
                history.participants[row.participant] if row.participant >= 0 else None,
                words(row.kind, row.participant, row.a, row.b),
            )
            for row in history
        ),
    )


def _faults(history: History) -> str:
    begun = history.rows[history.rows[:, 1] == Kind.FAULT_ON, 4].tolist()
    counts = [(begun.count(number), kind) for number, kind in enumerate(FAULT_KINDS)]
    words = [f"{count:,} {FAULTS[kind]}" for count, kind in counts if count]
    return ", ".join(words) if words else "no faults"


# ---------------------------------------------------------------------------- measurements

FIRST: Final = (
    "terminal_consistency",
    "lost",
    "completion_time",
    "latency_p50",
    "latency_p95",
    "messages",
)
"""What a card shows before the others."""


@card_of.register
def _(measured: Measurement) -> Card:
    return _metrics(measured, measured.running)


@card_of.register
def _(measured: OnlineMeasurement) -> Card:
    return _metrics(measured, 0)


def _metrics(measured: Measurement | OnlineMeasurement, running: int) -> Card:
    ends = [
        f"{end.name.replace('_', ' ').lower()} {n:,}" for end, n in measured.classes.items() if n
    ]
    if running:
        ends.append(f"still running {running:,}")
    how = "" if measured.quiescent else ", cut at its limit"
    names = [*FIRST, *(name for name in METRICS if name not in FIRST)]
    return Card(
        title=(
            f"Measurement of {counted(measured.instances, 'instance')},"
            f" observed for {duration_words(measured.end_ns)}{how}"
        ),
        lines=(f"ends: {', '.join(ends) or 'none'}",),
        head=("metric", "value"),
        rows=[(METRICS[name].title, _value(measured, name)) for name in names],
    )


@table_of.register(Measurement)
@table_of.register(OnlineMeasurement)
def _(measured: Measurement | OnlineMeasurement) -> Columns:
    """Times in seconds, shares from 0 to 1; ``reason`` says why a value is missing."""
    return columns_of(
        ("metric", "title", "group", "value", "unit", "reason"),
        (
            (
                name,
                metric.title,
                metric.group.value,
                measured.values[name],
                metric.unit,
                measured.reasons.get(name),
            )
            for name, metric in METRICS.items()
        ),
    )


def _value(measured: Measurement | OnlineMeasurement, name: str) -> str:
    if name in measured.reasons:
        return measured.reasons[name]
    return number(measured.values[name], METRICS[name].unit)


# ------------------------------------------------------------------- one instance, followed


@card_of.register
def _(timeline: Timeline) -> Card:
    lasted = duration_words(timeline.end_ns - timeline.start_ns)
    return Card(
        title=f"Instance {timeline.instance}, {timeline.design}: {lasted} from its arrival",
        head=("since arrival", "who", "what"),
        rows=[(duration_words(at), who, what) for at, who, what in _lines(timeline)],
        pictures=partial(_swimlanes, {timeline.design: timeline}),
        alone=True,
    )


@table_of.register
def _(timeline: Timeline) -> Columns:
    return columns_of(("since_arrival_ns", "who", "what"), _lines(timeline))


@card_of.register
def _(story: Story) -> Card:
    return Card(
        title=f"Instance {story.instance} of replication {story.replication}, in each variant",
        head=("variant", "end", "took"),
        rows=[
            (name, story.endings[name], duration_words(line.end_ns - line.start_ns))
            for name, line in story.timelines.items()
        ],
        pictures=partial(_swimlanes, story.timelines),
    )


@table_of.register
def _(story: Story) -> Columns:
    rows: Iterable[tuple[TableValue, ...]] = (
        (name, *row) for name, line in story.timelines.items() for row in _lines(line)
    )
    return columns_of(("variant", "since_arrival_ns", "who", "what"), rows)


def _lines(timeline: Timeline) -> Iterator[tuple[int, str, str]]:
    return ((line.at_ns, line.who, line.what) for line in timeline.lines)


def _swimlanes(timelines: Mapping[str, Timeline]) -> Pictures:
    try:
        from wfmodel.reports import swimlane
    except MissingExtraError:
        return ()
    return tuple(
        (name, swimlane(timeline, name=f"instance-{timeline.instance}-{place}", title=name).svg)
        for place, (name, timeline) in enumerate(timelines.items())
    )
