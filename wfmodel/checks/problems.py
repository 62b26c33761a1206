"""Names that lead nowhere, as the flow met them, with the name that was most likely meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from wfmodel.checks.context import Context
from wfmodel.checks.graph_search import MOST_SUGGESTIONS
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Fix
from wfmodel.model.flow import FlowProblem
from wfmodel.model.source import Path
from wfmodel.model.spelling import nearest, respelt
from wfmodel.wording.counting import listed


def problems_of(context: Context, kind: str) -> Iterator[FlowProblem]:
    """Problems of one kind, in the order in which the flow met them."""
    return (problem for problem in context.flow.problems if problem.kind == kind)


def misspelt_names(context: Context, rule: Rule, message: str) -> Iterator[Finding]:
    """What a rule about names that lead nowhere finds; ``message`` has a place for the name."""
    for problem in problems_of(context, rule.name):
        yield rule.finding(
            message.format(problem.name),
            problem.path,
            help=suggestion(context, problem),
            fix=_correction(context, problem),
        )


def undeclared_names(
    rule: Rule, named: Iterable[tuple[str, Path]], known: Mapping[str, object], message: str
) -> Iterator[Finding]:
    """What a rule finds of names, each with its place, that a section of the file should declare.

    Where the section is empty, nothing is checked; ``message`` as above.
    """
    names, found = tuple(known), 0
    for name, path in named if names else ():
        if name in known:
            continue
        found += 1
        meant = nearest(name, names) if found <= MOST_SUGGESTIONS else None
        hint = f"did you mean {meant!r}?" if meant else f"declared are {listed(names)}"
        fix = respelt(name, names, path) if meant else None
        yield rule.finding(message.format(name), path, help=hint, fix=fix)


def suggestion(context: Context, problem: FlowProblem) -> str:
    """What to write instead."""
    meant = context.meant.get(problem)
    if meant is not None:
        return f"did you mean {meant!r}?"
    if not problem.candidates:
        return "nothing is declared that could stand here"
    return f"declared are {listed(problem.candidates)}"


def _correction(context: Context, problem: FlowProblem) -> Fix | None:
    """The spelling, where only one name can have been meant."""
    if problem not in context.meant:
        return None
    return respelt(problem.name, problem.candidates, problem.path)
