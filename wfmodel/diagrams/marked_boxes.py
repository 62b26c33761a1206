"""Which boxes findings are about: the state that a finding's path leads to, or stands in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from wfmodel.diagrams.diagram import Diagram
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import build_flow
from wfmodel.model.source import Path
from wfmodel.model.workflow import Workflow

_ORDER = list(Severity)
"""Worst first."""


@dataclass(frozen=True, slots=True)
class FoundThere:
    """What was found at a box: the worst of it, and the codes of all."""

    severity: Severity
    codes: tuple[str, ...] = ()


def marks_of(workflow: Workflow, findings: Iterable[Finding]) -> dict[str, FoundThere]:
    """Flow node's name to what was found there; findings about no state are not in it."""
    named: dict[Path, list[str]] = {}
    for node in build_flow(workflow, expand_copies=False).nodes:
        named.setdefault(node.path, []).append(node.name)
    found: dict[str, FoundThere] = {}
    for finding in findings:
        ways = (finding.path[:length] for length in range(len(finding.path), 0, -1))
        state = next((path for path in ways if path in named), None)
        for name in named[state] if state is not None else ():
            mark = found.get(name, FoundThere(finding.severity))
            worst = min(mark.severity, finding.severity, key=_ORDER.index)
            found[name] = FoundThere(worst, tuple(dict.fromkeys((*mark.codes, finding.code))))
    return found


def marked(diagram: Diagram, marks: Mapping[str, FoundThere]) -> Diagram:
    """The diagram with a mark in each box that has one; a mark of a box not drawn is left out."""
    return replace(
        diagram,
        boxes=tuple(
            replace(box, severity=mark.severity, codes=mark.codes)
            if (mark := marks.get(box.name)) is not None
            else box
            for box in diagram.boxes
        ),
    )
