"""What a notebook shows of a check: the diagram with rings, and the findings beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from wfmodel.checks.policy import RANK
from wfmodel.checks.rule import Rule
from wfmodel.checks.runner import check_workflow
from wfmodel.diagrams.choices import DrawingChoices
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.workflow import Workflow

_COLOURS = {Severity.ERROR: "#b00020", Severity.WARNING: "#9a6700", Severity.INFO: "#57606a"}


@dataclass(frozen=True, slots=True)
class Inspection:
    """A workflow and what was found in it; iterate ``findings`` for the data."""

    workflow: Workflow
    findings: tuple[Finding, ...]

    def _repr_html_(self) -> str:
        """The diagram with rings, and the table of findings, worst first."""
        from wfmodel.diagrams.picture import (
            as_svg,  # matplotlib: only where there is a picture to see
        )

        svg = as_svg(self.workflow, DrawingChoices(findings=self.findings))
        picture = svg[svg.index("<svg") :]
        ordered = sorted(self.findings, key=lambda each: -RANK[each.severity])
        rows = "".join(_row(finding) for finding in ordered)
        table = f"<table>{rows}</table>" if rows else "<p>no findings</p>"
        return f"<div>{picture}{table}</div>"


def _row(finding: Finding) -> str:
    colour = _COLOURS[finding.severity]
    run = f"<br><small>run: {escape(' '.join(finding.trace))}</small>" if finding.trace else ""
    help = f"<br><small>{escape(finding.help)}</small>" if finding.help else ""
    return (
        f'<tr><td style="color:{colour}">{finding.severity}</td>'
        f"<td>{escape(finding.code)} {escape(finding.name)}</td>"
        f'<td style="text-align:left">{escape(finding.message)}{run}{help}</td></tr>'
    )


def inspect_workflow(workflow: Workflow, *, rules: Iterable[Rule] | None = None) -> Inspection:
    """Check a workflow; in a notebook the result shows itself on the diagram."""
    return Inspection(workflow, check_workflow(workflow, rules=rules))
