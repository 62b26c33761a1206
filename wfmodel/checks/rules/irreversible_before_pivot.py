"""A step that cannot be undone comes before the pivot.

## What it does
Follows every run on which a `retriable` step is done and a `pivot` is still to come. Retriable
steps have no compensation: they are what follows the point of no return.

## Why is this bad
Until the pivot is done the process may still abort, and then the step stays: the mail is sent, the
account is closed, and nothing was bought.

## Example
```yaml
name: order
initial: notify
states:
  notify:  # here
    kind: task
    service: mail
    effect: retriable
    next: pay
  pay: {kind: task, service: bank, effect: pivot, next: paid}
  paid: {kind: final}
```

## Use instead
```yaml
name: order
initial: pay
states:
  pay: {kind: task, service: bank, effect: pivot, next: notify}
  notify: {kind: task, service: mail, effect: retriable, next: paid}
  paid: {kind: final}
```

## What it cannot see
A step that is called compensatable and in truth is not.

## Source
Richardson, *Microservices Patterns* (2018), ch. 4 (compensatable, pivot, retriable); Schuldt et
al., TODS 2002. W9 of the project's catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wfmodel.checks.context import Context
from wfmodel.checks.crossings import RunWatch
from wfmodel.checks.offending_run import shortest_run
from wfmodel.checks.pivots import pivots
from wfmodel.checks.rule import Rule
from wfmodel.checks.saga import effectful_steps
from wfmodel.checks.uncovered import MOST_RUNS
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node
from wfmodel.model.workflow import DONE, Effect, Task


@dataclass(frozen=True)
class _Irreversible(RunWatch):
    """Status 1 once the step is done before any pivot; 2 once a pivot is done."""

    step: int
    pivots: frozenset[int]

    def after(self, node: Node, event: str, status: int) -> int:
        """What is done stays done."""
        if event != DONE or status == 2:
            return status
        return 2 if node.index in self.pivots else 1 if node.index == self.step else status

    def offends(self, node: Node, status: int) -> bool:
        """On coming to a pivot."""
        return status == 1 and node.index in self.pivots


def _check(context: Context) -> Iterator[Finding]:
    final = frozenset(pivot.index for pivot in pivots(context))
    steps = [s for s in effectful_steps(context) if _is_retriable(s)] if final else []
    for step in steps[:MOST_RUNS]:
        run = shortest_run(context, _Irreversible(step.index, final))
        if run is not None:
            pivot = context.flow.nodes[run.node].name
            yield RULE.finding(
                f"{step.name!r} cannot be undone, and comes before the pivot {pivot!r}",
                step.path,
                trace=run.words,
                help=f"do it after {pivot!r}, or make it compensatable",
            )


def _is_retriable(step: Node) -> bool:
    return isinstance(step.state, Task) and step.state.effect is Effect.RETRIABLE


RULE = Rule(
    code="W9",
    name="irreversible-before-pivot",
    severity=Severity.ERROR,
    why="If the process aborts before the pivot, the step stays done.",
    check=_check,
)
