"""Cards of what is declared, checked and built: workflows, findings, systems.

Nothing here needs more than the package alone brings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import fields, replace
from functools import partial
from typing import Final

from wfmodel.checks import Inspection
from wfmodel.checks.policy import RANK
from wfmodel.designs.knobs import Knobs
from wfmodel.designs.system import System
from wfmodel.diagrams import LayoutError, draw_workflow
from wfmodel.diagrams.choices import DrawingChoices
from wfmodel.extras import MissingExtraError
from wfmodel.model.findings import Finding, Findings, Severity
from wfmodel.model.flow import Flow
from wfmodel.model.loading import LoadResult
from wfmodel.model.workflow import Task, Workflow
from wfmodel.showing.card import Card, Cell, Pictures, card_of
from wfmodel.showing.table_columns import Columns, columns_of, table_of
from wfmodel.wording.counting import counted, together
from wfmodel.wording.declarations import knob_words

KINDS: Final = {"workflow": "sub-workflow", "final": "end"}
"""Kinds of states that are called otherwise."""


# ------------------------------------------------------------------------------- workflows

_STATES: Final = ("state", "kind", "service", "effect", "undone_by", "next")


@card_of.register
def _(workflow: Workflow) -> Card:
    kinds = Counter(KINDS.get(state.kind, state.kind) for state in workflow.states.values())
    counts = together([counted(count, kind) for kind, count in kinds.items()] or ["no states"])
    return Card(
        title=f"Workflow ‘{workflow.name}’: {counts}",
        lines=(f"starts in {workflow.initial}",),
        head=_STATES,
        rows=[[str(value or "") for value in row] for row in _states(workflow)],
        pictures=partial(_diagram, workflow),
        alone=True,
    )


@table_of.register
def _(workflow: Workflow) -> Columns:
    return columns_of(_STATES, _states(workflow))


def _states(workflow: Workflow) -> Iterable[tuple[str | None, ...]]:
    for name, state in workflow.states.items():
        task = state if isinstance(state, Task) else None
        undone = task.compensation.action if task and task.compensation else None
        after = getattr(state, "next", None) or getattr(state, "default", None)
        service, effect = (task.service, task.effect.value) if task else (None, None)
        yield name, state.kind, service, effect, undone, after


def _diagram(workflow: Workflow, findings: tuple[Finding, ...] = ()) -> Pictures:
    try:
        drawn = draw_workflow(workflow, DrawingChoices(findings=findings))
        return (("", drawn.as_element()),)
    except (MissingExtraError, LayoutError):  # a notebook shows it as text
        return ()


# -------------------------------------------------------------------------------- findings

_FINDINGS: Final = (
    "place",
    "severity",
    "code",
    "name",
    "message",
    "run",
    "help",
    "file",
    "line",
    "column",
)


@card_of.register
def _(findings: Findings) -> Card:
    return Card(
        title=_counts(findings),
        head=("place", "severity", "rule", "message"),
        rows=[*map(_finding, findings)],
    )


@card_of.register
def _(inspected: Inspection) -> Card:
    """The diagram with rings, and what was found, worst first."""
    worst_first = sorted(inspected.findings, key=lambda each: -RANK[each.severity])
    below = card_of(Findings(worst_first))
    pictures = partial(_diagram, inspected.workflow, inspected.findings)
    return replace(below, title=f"{inspected.workflow.name}: {below.title}", pictures=pictures)


@card_of.register
def _(loaded: LoadResult) -> Card:
    if loaded.workflow is None:
        what = "No workflow"
    else:
        what = f"Workflow ‘{loaded.workflow.name}’, {counted(len(loaded.workflow.states), 'state')}"
    read = f" read from {loaded.document.file}" if loaded.document is not None else ""
    title = f"{what},{read}: {_counts(loaded.findings)}".replace(",:", ":")
    return replace(card_of(loaded.findings), title=title)


@table_of.register
def _(findings: Findings) -> Columns:
    return columns_of(_FINDINGS, map(_cells, findings))


@table_of.register
def _(inspected: Inspection) -> Columns:
    return table_of(Findings(inspected.findings))


@table_of.register
def _(loaded: LoadResult) -> Columns:
    return table_of(loaded.findings)


def _counts(findings: Iterable[Finding]) -> str:
    counts = Counter(each.severity for each in findings)
    every = [counted(counts[each], each.value) for each in Severity if counts[each]]
    return together(every) if every else "no findings"


def _finding(finding: Finding) -> tuple[Cell, ...]:
    run = f"run: {' '.join(finding.trace)}" if finding.trace else ""
    more = "; ".join(each for each in (run, finding.help) if each)
    rule = f"{finding.code} {finding.name}"
    return finding.where, finding.severity.value, rule, (finding.message, more)


def _cells(finding: Finding) -> tuple[str | int | None, ...]:
    span = finding.span
    where = (None, None, None) if span is None else (span.file, span.line, span.column)
    run = " ".join(finding.trace) or None
    words = (finding.where, finding.severity.value, finding.code, finding.name, finding.message)
    return (*words, run, finding.help or None, *where)


# --------------------------------------------------------------------------------- systems

_PARTICIPANTS: Final = ("participant", "starts", "works_on")


@card_of.register
def _(system: System) -> Card:
    name, count = system.flow.workflow.name, counted(len(system.participants), "participant")
    of = f" of {name}" if name != system.design else ""
    return Card(
        title=f"System ‘{system.design}’{of}: {count}",
        lines=(f"knobs: {_turned(system.knobs)}",),
        head=("participant", "is told of a new instance", "works on"),
        rows=[
            (who, "yes" if starts else "", steps) for who, starts, steps in _participants(system)
        ],
    )


@table_of.register
def _(system: System) -> Columns:
    return columns_of(_PARTICIPANTS, _participants(system))


def _participants(system: System) -> Iterable[tuple[str, bool, str]]:
    steps = _steps(system.flow)
    for name in system.participants:
        yield name, name in system.start, ", ".join(steps.get(name, ()))


def _steps(flow: Flow) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in flow.nodes:
        if node.service:
            found.setdefault(node.service, []).append(node.name)
    return found


def _turned(knobs: Knobs) -> str:
    """Those that stand elsewhere than by default."""
    plain, words = Knobs(), []
    for each in fields(knobs):
        value = getattr(knobs, each.name)
        if value != getattr(plain, each.name):
            words.append(f"{each.name.replace('_', ' ')} {knob_words(each.name, value)}")
    return ", ".join(words) or "as by default"
