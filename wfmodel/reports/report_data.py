"""What a report says as data, in the page itself, so that two reports can be told apart later.

Curves and pictures are left out; what a reader would compare is there: the answer, each metric of
each variant, what can happen, the assumptions, the findings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import TypeAdapter, ValidationError

from wfmodel.experiments.assumptions import Assumption
from wfmodel.experiments.comparison_data import comparison_as_data
from wfmodel.experiments.conclusion import Conclusion
from wfmodel.experiments.report_inputs import Study
from wfmodel.model.files import read_file
from wfmodel.model.findings import Finding
from wfmodel.model.json_reader import kept_json
from wfmodel.model.strict import first_refusal

FORMAT: Final = 1
MOST_BYTES: Final = 64 << 20
"""What is read of a page; a report is a hundredth of it."""
_KEPT: Final = ("title", "unit", "better", "primary", "estimates", "difference")
_UNKEPT: Final = frozenset(
    {"method", "replications", "undefined", "p_value", "differing_pairs", "decided"}
    | {"smallest_relevant", "replications_needed", "never"}
)
_ELEMENT: Final = ('<script type="application/json" id="report-data">', "</script>")
"""Between which a report's data stand."""


class NotAReportError(ValueError):
    """A file that holds no data of a report that can be read here."""


@dataclass(frozen=True, slots=True)
class ValueData:
    """An estimate; None: not known, and of an interval: there is none."""

    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class DifferenceData(ValueData):
    """Of the pair, with what may be said of it."""

    verdict: str


@dataclass(frozen=True, slots=True)
class MetricData:
    """One metric, by variant."""

    title: str
    unit: str
    better: Literal["lower", "higher"] | None
    primary: bool
    estimates: dict[str, ValueData]
    difference: DifferenceData | None = None


@dataclass(frozen=True, slots=True)
class FindingData:
    """What the check found."""

    code: str
    severity: str
    message: str


@dataclass(frozen=True, slots=True)
class ReportData:
    """What a page holds. ``possible``: by variant and ending; ``assumptions``: by place, what it
    is and its value.
    """

    wfmodel: str
    workflow: str
    question: str
    seed: int
    replications: int
    headline: str
    variants: dict[str, int]
    metrics: dict[str, MetricData]
    possible: dict[str, dict[str, str]]
    assumptions: dict[str, tuple[str, str]]
    findings: tuple[FindingData, ...]


def report_data(
    study: Study,
    answer: Conclusion,
    assumptions: Sequence[Assumption],
    findings: Sequence[Finding],
    *,
    version: str,
) -> dict[str, Any]:
    """Mappings, lists, numbers and text; times in seconds, shares from 0 to 1."""
    whole = comparison_as_data(study.comparison, study.sides)
    scenario = study.comparison.scenario
    return {
        "format": FORMAT,
        "wfmodel": version,
        "workflow": whole["workflow"],
        "question": " ".join(scenario.question.split()),
        "seed": scenario.seed,
        "replications": scenario.replications,
        "headline": answer.headline,
        "cautions": list(answer.cautions),
        "pair": whole["pair"],
        "variants": {name: each["instances"] for name, each in whole["variants"].items()},
        "metrics": {
            name: {key: _short(line[key]) for key in _KEPT if key in line}
            for name, line in whole["metrics"].items()
        },
        "possible": {
            name: {key: found["answer"] for key, found in side["anomalies"].items()}
            for name, side in whole.get("possible", {}).items()
        },
        "assumptions": {each.place: [each.what, each.value] for each in assumptions},
        "findings": [
            {"code": each.code, "severity": each.severity.value, "message": each.message}
            for each in findings
        ],
    }


def _short(part: Any) -> Any:  # noqa: ANN401 - what JSON can say
    """As precise as anybody compares, and no more to read past."""
    if isinstance(part, dict):
        return {key: _short(each) for key, each in part.items() if key not in _UNKEPT}
    return float(f"{part:.6g}") if isinstance(part, float) else part


def read_report(path: str) -> ReportData:
    """The data of a report that ``wfmodel report`` wrote as HTML.

    Raises:
        NotAReportError: there is none in it, or of a format that is not known here.
        OSError: the file cannot be read.
    """
    text = read_file(path, MOST_BYTES).decode("utf-8", "replace")
    begin, end = _ELEMENT
    _, _, rest = text.partition(begin)  # two scans: a pattern would look for the end from each
    found, ended, _ = rest.partition(end)
    if not ended:
        raise NotAReportError(
            f"{path}: no data of a report in it; give pages that 'wfmodel report SCENARIO"
            " --output FILE.html' wrote"
        )
    try:
        data = kept_json(found)
    except ValueError as error:
        raise NotAReportError(f"{path}: the data of the report cannot be read: {error}") from None
    form = data.get("format") if isinstance(data, dict) else None
    if form != FORMAT:
        raise NotAReportError(f"{path}: data of format {form!r}; this wfmodel reads {FORMAT}")
    try:
        return TypeAdapter(ReportData).validate_python(data)
    except ValidationError as error:
        place, why, _ = first_refusal(error)
        raise NotAReportError(f"{path}: the data of the report at {place!r}: {why}") from None
