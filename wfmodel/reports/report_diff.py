"""What changed between two reports: for a pull request, and for whoever asks whether it matters.

Two estimates are told apart only if their 95 % intervals do not touch. That is stricter than a test
of the difference, which would need the runs; what moves less is counted and called noise.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wfmodel.reports.report_data import FindingData, MetricData, ReportData, ValueData
from wfmodel.wording.counting import capital
from wfmodel.wording.figures import SCALED, UNDEFINED, bare, between, number

ABSENT = "–"


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """A metric of a variant, before and after. ``kind``: better, worse, other, noise or same."""

    title: str
    variant: str
    old: str
    new: str
    kind: str

    @property
    def words(self) -> str:
        """What may be said of it."""
        said = {"other": "differs", "noise": "within the noise", "same": "the same"}
        return said.get(self.kind, self.kind)

    @property
    def clear(self) -> bool:
        """The intervals do not touch."""
        return self.kind in ("better", "worse", "other")


@dataclass(frozen=True, slots=True)
class ChangedWords:
    """Anything else that was one thing and is another."""

    what: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ReportDiff:
    """``deciding``: every value of the metrics that decide; ``others``: what else clearly changed;
    ``noise``: how many others moved, but not clearly.
    """

    title: str
    headline: ChangedWords
    cautions: tuple[str, ...]
    deciding: tuple[ChangedValue, ...]
    others: tuple[ChangedValue, ...]
    noise: int
    verdicts: tuple[ChangedWords, ...]
    possible: tuple[ChangedWords, ...]
    assumptions: tuple[ChangedWords, ...]
    new_findings: tuple[FindingData, ...]
    gone_findings: tuple[FindingData, ...]

    @property
    def changed(self) -> bool:
        """Something that a reader would act upon is not what it was."""
        values = any(each.clear for each in (*self.deciding, *self.others))
        parts = (self.verdicts, self.possible, self.assumptions, self.new_findings)
        said = self.headline.old != self.headline.new
        return values or said or any(parts) or bool(self.gone_findings)

    @property
    def worse(self) -> tuple[str, ...]:
        """In words: deciding metrics that are clearly worse, endings that became possible,
        findings that are new.
        """
        values = (each for each in self.deciding if each.kind == "worse")
        endings = (each for each in self.possible if each.new == "possible")
        findings = (each for each in self.new_findings if each.severity != "info")
        return (
            *(f"{each.title}, {each.variant}: {each.old} → {each.new}" for each in values),
            *(f"{each.what}: {each.old} → {each.new}" for each in endings),
            *(f"{each.code}: {each.message}" for each in findings),
        )


def report_diff(old: ReportData, new: ReportData) -> ReportDiff:
    """What is different in ``new``."""
    values = [*_values(old, new)]
    others = [each for primary, each in values if not primary]
    return ReportDiff(
        new.workflow,
        ChangedWords("The answer", old.headline, new.headline),
        tuple(_cautions(old, new)),
        tuple(each for primary, each in values if primary),
        tuple(each for each in others if each.clear),
        sum(each.kind == "noise" for each in others),
        tuple(_changes(_verdicts(old), _verdicts(new))),
        tuple(_changes(_possible(old), _possible(new))),
        tuple(_changes(_assumptions(old), _assumptions(new))),
        tuple(each for each in new.findings if each not in old.findings),
        tuple(each for each in old.findings if each not in new.findings),
    )


def _cautions(old: ReportData, new: ReportData) -> Iterator[str]:
    """What differs beside the results, and may be why they do."""
    for what, before, after in (
        ("workflow", old.workflow, new.workflow),
        ("question", old.question, new.question),
        ("wfmodel", old.wfmodel, new.wfmodel),
        ("seed", old.seed, new.seed),
        ("replications", old.replications, new.replications),
    ):
        if before != after:
            end = "" if f"{after}".endswith(("?", ".", "!")) else "."
            yield f"Different {what}: {before} → {after}{end}"
    for name in sorted(old.variants.keys() ^ new.variants.keys()):
        yield f"Only in the {'new' if name in new.variants else 'old'} report: variant {name}."


def _values(old: ReportData, new: ReportData) -> Iterator[tuple[bool, ChangedValue]]:
    """(whether it decides, the value) of what both reports measured."""
    for name, after in new.metrics.items():
        before = old.metrics.get(name)
        if before is None:
            continue
        title = ", ".join(filter(None, (capital(after.title), _beside(after.unit))))
        for variant, value in after.estimates.items():
            was = before.estimates.get(variant)
            if was is not None:
                kind = _kind(was, value, after)
                shown = (_shown(was, after.unit), _shown(value, after.unit))
                yield after.primary, ChangedValue(title, variant, *shown, kind)


def _beside(unit: str) -> str:
    return "" if unit in SCALED or unit == "1" else unit


def _kind(old: ValueData, new: ValueData, metric: MetricData) -> str:
    if old == new:
        return "same"
    if old.mean is None or new.mean is None:
        return "other"
    if _low(new) <= _high(old) and _low(old) <= _high(new):
        return "noise"
    if metric.better is None:
        return "other"
    return "better" if (new.mean > old.mean) == (metric.better == "higher") else "worse"


def _low(value: ValueData) -> float:
    return (value.mean or 0.0) if value.low is None else value.low


def _high(value: ValueData) -> float:
    if value.high is None and value.low is not None:
        return math.inf  # a lower bound
    return (value.mean or 0.0) if value.high is None else value.high


def _shown(value: ValueData, unit: str) -> str:
    if value.mean is None:
        return UNDEFINED
    beside = bare(unit)
    text = number(value.mean, beside)
    if value.low is None or value.low == value.high:
        return text
    if value.high is None:
        return f"{text} (at least {number(value.low, beside)})"
    interval = between(value.low, value.high, beside)
    return text if interval == UNDEFINED else f"{text} ({interval})"


def _verdicts(report: ReportData) -> dict[str, str]:
    """Of the deciding metrics: about one in twenty of the others turns by chance."""
    return {
        capital(each.title): each.difference.verdict
        for each in report.metrics.values()
        if each.primary and each.difference is not None
    }


def _possible(report: ReportData) -> dict[str, str]:
    return {
        f"{capital(ending.replace('_', ' '))}, {variant}": answer
        for variant, endings in report.possible.items()
        for ending, answer in endings.items()
    }


def _assumptions(report: ReportData) -> dict[str, str]:
    return {f"{what} ({place})": value for place, (what, value) in report.assumptions.items()}


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[ChangedWords]:
    for what in dict.fromkeys((*old, *new)):
        before, after = old.get(what, ABSENT), new.get(what, ABSENT)
        if before != after:
            yield ChangedWords(what, before, after)
