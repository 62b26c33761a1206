"""Rules applied: to a workflow, to a loaded document, to a file. Here alone paths become places.

One rule reports one place once: where several runs or copies lead to the same finding, the one with
the shortest run stays.
"""

from __future__ import annotations

from collections.abc import Iterable

from wfmodel.checks.context import Context
from wfmodel.checks.registry import RULES
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding
from wfmodel.model.source import Path
from wfmodel.model.workflow import Workflow


def check_workflow(workflow: Workflow, *, rules: Iterable[Rule] = RULES) -> tuple[Finding, ...]:
    """Findings of a workflow built in Python, by rule and place; their spans are None."""
    context = Context.of(workflow)
    found: list[Finding] = []
    for rule in rules:
        found += _one_per_place(rule.check(context))
    return tuple(found)


def _one_per_place(findings: Iterable[Finding]) -> Iterable[Finding]:
    best: dict[Path, Finding] = {}
    for finding in findings:
        other = best.get(finding.path)
        if other is None or len(finding.trace) < len(other.trace):
            best[finding.path] = finding
    return best.values()
