"""A rollback follows the success of a step.

## What it does
Follows every run to `rollback`. Between the last step that took effect and the rollback there must
be a cause: a failure, a time-out, an answer from outside, or a decision (a choice).

## Why is this bad
What has just succeeded is undone for no reason that the workflow states. Mostly the target of
`next` is wrong.

## Example
```yaml
name: order
initial: reserve
states:
  reserve:
    kind: task
    service: inventory
    effect: compensatable
    compensation: {action: release}
    next: rollback  # here
```

## Use instead
```yaml
name: order
initial: reserve
states:
  reserve:
    kind: task
    service: inventory
    effect: compensatable
    compensation: {action: release}
    next: size
  size:
    kind: choice
    branches: [{when: a dry run, next: rollback}]
    default: done
  done: {kind: final}
```

## What it cannot see
Whether a cause is a good one.

## Source
WS-BPEL 2.0, SA00007 and SA00008 (compensate only from fault, compensation and termination
handlers). W11 of the project's catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.causes import Causeless
from wfmodel.checks.context import Context
from wfmodel.checks.offending_run import shortest_run
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Edge
from wfmodel.model.source import Path


def _check(context: Context) -> Iterator[Finding]:
    for node in context.rollbacks:
        run = shortest_run(context, Causeless(frozenset({node.index})))
        if run is not None:
            yield RULE.finding(
                "a rollback follows success: nothing has failed, and nobody has decided it",
                _written(context, node.index, run.words),
                trace=run.words,
                help="lead on to what comes next, or let a choice decide",
            )


def _written(context: Context, rollback: int, words: tuple[str, ...]) -> Path:
    """Where the way to the rollback is written: at the state that the run left last."""
    ways: list[tuple[str, Edge]] = [
        (node.name, edge)
        for node in context.flow.nodes
        for edge in context.edges[node.index]
        if edge.target == rollback
    ]
    last = " ".join(words[-3:])
    return next((edge.path for name, edge in ways if name in last), ways[0][1].path)


RULE = Rule(
    code="W11",
    name="rollback-without-cause",
    severity=Severity.WARNING,
    why="What has just succeeded is undone for no stated reason.",
    check=_check,
)
