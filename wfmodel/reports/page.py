"""What a report says, in order, before it looks like anything: one value for every format.

Nothing is computed here. Numbers come from a Comparison, a sweep, what-ifs and a story; this file
chooses what stands where, and draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from itertools import groupby
from typing import Any, Final

from wfmodel.diagrams.choices import DrawingChoices
from wfmodel.diagrams.mermaid_text import mermaid
from wfmodel.diagrams.picture import draw_workflow
from wfmodel.diagrams.selection import diagram_of
from wfmodel.experiments.assumptions import Assumption, Documents, assumptions, summary
from wfmodel.experiments.comparison import Comparison
from wfmodel.experiments.conclusion import Conclusion, answer
from wfmodel.experiments.cross_check_rows import VariantSide, variant_sides
from wfmodel.experiments.example_instance import Story
from wfmodel.experiments.hit_alike import stops
from wfmodel.experiments.metric_rows import MetricRow
from wfmodel.experiments.one_factor_runs import SweepResult
from wfmodel.experiments.report_inputs import Study
from wfmodel.experiments.result_tables import (
    ChangedRow,
    GroupRows,
    VariantRow,
    changed_rows,
    metric_groups,
    primary_rows,
    variant_rows,
)
from wfmodel.experiments.run_observation import RUNNING
from wfmodel.experiments.sensitivity_runs import what_if_replications
from wfmodel.metrics import Metric, Terminal
from wfmodel.model.findings import Finding
from wfmodel.model.workflow import Workflow
from wfmodel.reports import plots
from wfmodel.reports.report_data import report_data
from wfmodel.reports.style import Picture, picture, styled
from wfmodel.reports.swimlane import swimlane
from wfmodel.reports.swimlane_excerpt import excerpt_words
from wfmodel.wording.counting import capital
from wfmodel.wording.declarations import arrivals_words, duration_words, fault_words
from wfmodel.wording.figures import number

COLOURS: Final = {
    Terminal.COMMITTED.value: "#009e73",
    Terminal.COMPENSATED.value: "#56b4e9",
    Terminal.LOST.value: "#d55e00",
    Terminal.SPLIT_VERDICT.value: "#f0e442",
    Terminal.PHANTOM_SUCCESS.value: "#1b1f24",
    Terminal.DUPLICATED_EFFECT.value: "#cc79a7",
    Terminal.DANGLING_COMPENSATION.value: "#8c959f",
    Terminal.ORPHANED_EFFECT.value: "#e69f00",
    RUNNING: "#c9d1d9",
}
MOST_BOXES: Final = 400
"""Of a diagram; beyond these, nobody finds a state in it."""
SWEPT: Final = 2
"""How many primary metrics are plotted against the swept parameter."""


@dataclass(frozen=True)
class Material:
    """Everything that a report is made from. ``contradictions``: in words, one line each.
    ``documents``: the files, so that assumptions are shown with their places.
    """

    study: Study
    command: str
    findings: tuple[Finding, ...] = ()
    contradictions: tuple[str, ...] = ()
    documents: Documents | None = None


@dataclass(frozen=True)
class AssumptionRows:
    """Assumptions about one thing: what is declared, and what holds because nothing was said."""

    title: str
    declared: tuple[Assumption, ...]
    defaults: tuple[Assumption, ...]


@dataclass(frozen=True)
class Figure:
    """A picture with what to see in it."""

    picture: Picture
    caption: str


@dataclass(frozen=True)
class Page:
    """A report's content. ``hit``: a fault struck while the instance of ``stories`` ran."""

    title: str
    question: str
    description: str
    answer: Conclusion
    variants: tuple[VariantRow, ...]
    facts: tuple[tuple[str, str], ...]
    faults: tuple[str, ...]
    primary: tuple[MetricRow, ...]
    groups: tuple[GroupRows, ...]
    figures: tuple[Figure, ...]
    stories: tuple[Figure, ...]
    hit: bool
    changed: tuple[ChangedRow, ...]
    assumptions: tuple[AssumptionRows, ...]
    assumptions_summary: str
    findings: tuple[Finding, ...]
    diagram: Picture | None
    """None: it is larger than a picture shows."""
    states: int
    diagram_mermaid: str
    metrics: tuple[Metric, ...]
    command: str
    seed: int
    replications: int
    what_if_replications: int
    version: str
    pair: tuple[str, str] | None
    names: tuple[str, ...]
    sides: tuple[VariantSide, ...]
    contradictions: tuple[str, ...]
    data: dict[str, Any]


def build_page(material: Material) -> Page:
    """Lay out a report."""
    comparison = material.study.comparison
    scenario, workflow = comparison.scenario, comparison.workflow
    sides = material.study.sides
    listed = assumptions(scenario, workflow, material.documents)
    short, made_by = answer(comparison, material.study.changed), _version()
    return Page(
        title=workflow.name,
        question=" ".join(scenario.question.split()),
        description=" ".join((scenario.description or workflow.description).split()),
        answer=short,
        variants=variant_rows(comparison),
        facts=_facts(comparison),
        faults=tuple(capital(fault_words(each)) for each in scenario.setting.faults),
        primary=primary_rows(comparison),
        groups=metric_groups(comparison),
        figures=tuple(_figures(material.study)),
        stories=tuple(_stories(material.study.story)),
        hit=any(each.bands for each in material.study.story.timelines.values()),
        changed=changed_rows(material.study.changed),
        assumptions=assumption_rows(listed),
        assumptions_summary=summary(listed),
        findings=material.findings,
        diagram=_diagram(workflow, material.findings),
        states=len(workflow.states),
        diagram_mermaid=mermaid(workflow),
        metrics=tuple(scenario.terms.every_metric().values()),
        command=material.command,
        seed=scenario.seed,
        replications=scenario.replications,
        what_if_replications=what_if_replications(scenario),
        version=made_by,
        pair=comparison.pair_names(),
        names=tuple(each.name for each in comparison.variants),
        sides=() if sides is None else variant_sides(sides, comparison),
        contradictions=material.contradictions,
        data=report_data(material.study, short, listed, material.findings, version=made_by),
    )


def assumption_rows(listed: Sequence[Assumption]) -> tuple[AssumptionRows, ...]:
    """Assumptions by group."""
    return tuple(
        AssumptionRows(
            name,
            tuple(each for each in rows if each.declared),
            tuple(each for each in rows if not each.declared),
        )
        for name, found in groupby(listed, key=lambda each: each.group)
        for rows in [list(found)]
    )


def _version() -> str:
    try:
        return version("wfmodel")
    except PackageNotFoundError:  # run from a source tree that is not installed
        return "source"


def _facts(comparison: Comparison) -> tuple[tuple[str, str], ...]:
    setting = comparison.scenario.setting
    return (
        ("Instances arrive", arrivals_words(setting.arrivals)),
        ("Arrivals and faults last", duration_words(setting.horizon)),
        ("Then time to recover", duration_words(setting.convergence)),
        ("What struck", "; ".join(_struck(comparison)) or "nothing"),
        ("Replications", f"{comparison.scenario.replications}, the same draws for every variant"),
    )


def _struck(comparison: Comparison) -> list[str]:
    """What the faults hit in each variant, over all replications."""
    totals = []
    for variant in comparison.variants:
        times = sum(each.times for each in variant.struck if stops(each))
        seconds = sum(each.seconds for each in variant.struck if stops(each))
        down = number(seconds, "s")
        if times:
            size = len(variant.processes)
            totals.append(f"{variant.name} {times:,} times, {down} in all, {size} processes")
    return totals


def _diagram(workflow: Workflow, findings: Sequence[Finding]) -> Picture | None:
    """The workflow drawn, states with findings marked by the worst of them."""
    choices = DrawingChoices(findings=tuple(findings))
    if len(diagram_of(workflow, choices).boxes) > MOST_BOXES:
        return None
    with styled():
        drawn = draw_workflow(workflow, choices)
        words = f"State diagram with {len(workflow.states)} states"
        return picture(drawn, "workflow", f"The workflow {workflow.name}", words)


def _figures(study: Study) -> list[Figure]:
    comparison = study.comparison
    figures = [_endings(comparison)]
    if any(each.recovery.count for each in comparison.variants):
        figures.insert(0, _recovery(comparison))
    figures.append(_divergence(comparison, study.story))
    if study.sweep is not None:
        figures += _swept(study.sweep, comparison)
    return figures


def _recovery(comparison: Comparison) -> Figure:
    limit_s = comparison.scenario.setting.convergence / 1e9
    curves = {each.name: each.recovery for each in comparison.variants}
    caption = (
        "Share of the instances that a fault hurt and that are not yet where they would have been"
        " without faults, against how late they are (Kaplan–Meier). Band: 95 %, whole replications"
        f" resampled. Ticks: instances that never got there; they count as {number(limit_s, 's')}"
        " or more, and are not dropped."
    )
    drawn = plots.survival(curves, limit_s=limit_s)
    return Figure(drawn, f"{caption} {capital(drawn.description)}.")


def _endings(comparison: Comparison) -> Figure:
    counts = {each.name: each.endings for each in comparison.variants}
    caption = "Every measured instance of every replication, by how it had ended at the limit."
    return Figure(plots.classes(counts, COLOURS), caption)


def _divergence(comparison: Comparison, story: Story) -> Figure:
    faults = [(band.start_ns / 1e9, band.end_ns / 1e9) for band in story.faults]
    until_s = comparison.scenario.setting.horizon / 1e9
    drawn = plots.divergence(story.divergence, faults, horizon_s=until_s)
    caption = (
        f"Replication {story.replication}: how far apart the views of all instances are, in facts"
        " (steps and status); per instance, the two views that are farthest apart count. What does"
        " not return to zero stays wrong."
    )
    return Figure(drawn, caption)


def _swept(result: SweepResult, comparison: Comparison) -> list[Figure]:
    figures = []
    for name in list(result.estimates)[:SWEPT]:
        metric = comparison.metric(name).metric
        points = {
            variant: [
                (value, each.mean, each.low, each.high)
                for value, each in zip(result.values, estimates, strict=True)
            ]
            for variant, estimates in zip(result.variants, result.estimates[name], strict=True)
        }
        drawn = plots.sweep(
            points,
            name=f"sweep-{name}",
            x_label=result.unit,
            y_label=capital(metric.title),
            unit=metric.unit,
            logarithmic=result.sweep.parameter in ("every", "lasts"),
        )
        runs = result.sweep.replications
        caption = f"Mean of {runs} replications at each value, {drawn.description}."
        if result.storms:
            caption += f" Left out, for a run goes on without end: {'; '.join(result.storms)}"
        figures.append(Figure(drawn, caption))
    return figures


def _stories(story: Story) -> list[Figure]:
    return [
        Figure(
            swimlane(each, name=f"story-{place}", title=f"Instance {story.instance}, {name}"),
            f"{capital(name)}: instance {story.instance} of replication {story.replication},"
            f" which ended {story.endings[name].replace('-', ' ')}."
            + "".join(f" {words}." for words in filter(None, (excerpt_words(each),))),
        )
        for place, (name, each) in enumerate(story.timelines.items())
    ]
