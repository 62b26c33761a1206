"""Whether a called workflow shows a defect alone, or only where it is called."""

from __future__ import annotations

from dataclasses import replace

from wfmodel.checks.context import Context
from wfmodel.checks.uncovered import Uncovered, uncovered_of
from wfmodel.model.source import Path
from wfmodel.model.workflow import Outcome


def only_composed(context: Context, found: Uncovered) -> bool:
    """Whether a step left behind belongs to a called workflow that never leaves it behind alone."""
    path = found.step.path
    if path[:1] != ("workflows",):
        return False
    name = str(path[1])
    if name not in context.alone:
        context.alone[name] = _left_behind_alone(context, name)
    return path[2:] not in context.alone[name]


def _left_behind_alone(context: Context, name: str) -> frozenset[Path]:
    """Steps that a called workflow leaves behind when it runs alone, by their paths in it."""
    part = context.workflow.workflows[name]
    own = replace(context.workflow, initial=part.initial, states=part.states)
    alone = Context.of(own, context.effort)
    outcomes = (Outcome.ABORTED, Outcome.FAILED)
    return frozenset(found.step.path for each in outcomes for found in uncovered_of(alone)[each])
