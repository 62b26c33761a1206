"""Reading a run's words again: what they leave in effect.

Words are what ``offending_run`` produces: ``state -event->`` for a move, ``state`` for an arrival,
``fork -fork->`` for the start of a fork's regions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.saga import STANDING, EffectStatus, Saga, effectful_steps
from wfmodel.model.flow import Node, NodeKind


def moves(context: Context, words: Iterable[str]) -> Iterator[tuple[Node, str]]:
    """The moves among the words: the node left, and the event."""
    for word in words:
        name, arrow, rest = word.rpartition(" -")
        if arrow and rest.endswith("->") and name in context.flow.by_name:
            yield context.flow.node(name), rest.removesuffix("->")


def standing_after(context: Context, words: Iterable[str]) -> list[str]:
    """Names of the steps that are, or may be, in effect after a run."""
    saga = Saga(context, excusing=False)
    steps = {step.index: step for step in effectful_steps(context)}
    standing = dict.fromkeys(steps, EffectStatus.NEVER)
    for node, event in moves(context, words):
        everything = tuple(steps) if node.kind is NodeKind.ROLLBACK else ()
        for index in (node.index, node.undoes, *everything):
            if index is not None and index in steps:
                standing[index] = saga.after(node, event, steps[index], standing[index])
    return [steps[index].name for index, status in standing.items() if status in STANDING]
