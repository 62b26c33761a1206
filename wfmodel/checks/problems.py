"""Names that lead nowhere, as the flow met them, with the name that was most likely meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wfmodel.checks.context import Context
from wfmodel.model.findings import Edit, Fix
from wfmodel.model.flow import FlowProblem
from wfmodel.model.source import Path
from wfmodel.model.spelling import certain
from wfmodel.wording.counting import listed


def problems_of(context: Context, kind: str) -> Iterator[FlowProblem]:
    """Problems of one kind, in the order in which the flow met them."""
    return (problem for problem in context.flow.problems if problem.kind == kind)


def suggestion(context: Context, problem: FlowProblem) -> str:
    """What to write instead."""
    meant = context.meant.get(problem)
    if meant is not None:
        return f"did you mean {meant!r}?"
    if not problem.candidates:
        return "nothing is declared that could stand here"
    return f"declared are {listed(problem.candidates)}"


def correction(context: Context, problem: FlowProblem) -> Fix | None:
    """The spelling, where only one name can have been meant."""
    if problem not in context.meant:
        return None
    return respelling(problem.name, problem.candidates, problem.path)


def respelling(name: str, known: Iterable[str], path: Path) -> Fix | None:
    """The one known name that is near, written at a path."""
    meant = certain(name, known)
    return None if meant is None else Fix(f"write {meant!r}", (Edit(path, meant, old=name),))
