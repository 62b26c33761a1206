"""What a notebook shows of a check: the diagram with rings, and the findings beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wfmodel.checks.policy import RANK
from wfmodel.checks.rule import Rule
from wfmodel.checks.runner import check_workflow
from wfmodel.display import Tabular
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import build_flow
from wfmodel.model.source import Path
from wfmodel.model.workflow import Workflow


@dataclass(frozen=True, slots=True, repr=False)
class Inspection(Tabular):
    """A workflow and what was found in it; iterate ``findings`` for the data."""

    workflow: Workflow
    findings: tuple[Finding, ...]

    def marks(self) -> dict[str, Severity]:
        """Flow node's name to the worst that was found there."""
        flow = build_flow(self.workflow, expand_copies=False)
        named: dict[Path, list[str]] = {}
        for node in flow.nodes:
            named.setdefault(node.path, []).append(node.name)
        marks: dict[str, Severity] = {}
        for finding in sorted(self.findings, key=lambda each: RANK[each.severity]):
            ways = (finding.path[:length] for length in range(len(finding.path), 0, -1))
            state = next((path for path in ways if path in named), None)
            for name in named[state] if state is not None else ():
                marks[name] = finding.severity
        return marks


def inspect_workflow(workflow: Workflow, *, rules: Iterable[Rule] | None = None) -> Inspection:
    """Check a workflow; in a notebook the result shows itself on the diagram."""
    return Inspection(workflow, check_workflow(workflow, rules=rules))
