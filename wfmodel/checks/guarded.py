"""Choices whose guards can be decided, with what was decided: for the rules about guards."""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.guards import Verdicts
from wfmodel.model.flow import Node
from wfmodel.model.workflow import Choice


def decided_choices(context: Context) -> Iterator[tuple[Node, Choice, Verdicts]]:
    """Reachable choices with at least one guard, in order of declaration."""
    for index, verdicts in context.guards():
        node = context.flow.nodes[index]
        assert isinstance(node.state, Choice)
        yield node, node.state, verdicts


def said(choice: Choice, number: int) -> str:
    """A branch's guard as it is written; cut where it is long."""
    text = choice.branches[number].label
    return text if len(text) <= 80 else f"{text[:77]}..."
