"""What a notebook shows of a check: the diagram with rings, and the findings beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wfmodel.checks.rule import Rule
from wfmodel.checks.runner import check_workflow
from wfmodel.display import Tabular
from wfmodel.model.at_hand import the_workflow
from wfmodel.model.findings import Finding
from wfmodel.model.loading import LoadResult
from wfmodel.model.workflow import Workflow


@dataclass(frozen=True, slots=True, repr=False)
class Inspection(Tabular):
    """A workflow and what was found in it; iterate ``findings`` for the data."""

    workflow: Workflow
    findings: tuple[Finding, ...]


def inspect_workflow(
    workflow: Workflow | LoadResult, *, rules: Iterable[Rule] | None = None
) -> Inspection:
    """Check a workflow; in a notebook the result shows itself on the diagram."""
    workflow = the_workflow(workflow, asks="inspect")
    return Inspection(workflow, check_workflow(workflow, rules=rules))
