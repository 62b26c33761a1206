"""A run compensates a step that cannot have completed, or that is already compensated.

## What it does
Follows every run to each state with `compensates`. The step that it undoes must have completed on
that run, or at least may have: it timed out, failed in passing, or failed in a way that the
declaration does not name. A business failure is an answer: the service did nothing.

## Why is this bad
A refund for a payment that was declined gives money away. So does a second refund.

## Example
```yaml
name: order
initial: reserve
states:
  reserve:
    kind: task
    service: inventory
    effect: compensatable
    failures: {sold_out: {kind: business}}
    next: pay
    on: {sold_out: release}
  pay:
    kind: task
    service: bank
    effect: pivot
    failures: {declined: {kind: business}}
    next: shipped
    on: {declined: release}
  release:  # here
    kind: task
    service: inventory
    compensates: reserve
    next: cancelled
  shipped: {kind: final}
  cancelled: {kind: final, outcome: aborted}
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
    failures: {sold_out: {kind: business}}
    next: pay
    on: {sold_out: cancelled}
  pay:
    kind: task
    service: bank
    effect: pivot
    failures: {declined: {kind: business}}
    next: shipped
    on: {declined: release}
  release:
    kind: task
    service: inventory
    compensates: reserve
    next: cancelled
  shipped: {kind: final}
  cancelled: {kind: final, outcome: aborted}
```

## What it cannot see
Whether the service tolerates it: some teams send every cancellation on every abort and rely on the
service to ignore what never happened. Ignore W3 there, knowingly. `rollback` compensates only what
has completed, so handlers never break this rule.

A region that its join did not wait for (`any`, n of m, `siblings: finish`) and that compensates a
step outside of itself: what the states after the join undo meanwhile is not followed into it. A
compensation in a loop of its own, of a step in another loop: it is taken to run as often.

## Source
Bruni, Melgratti & Montanari, *Theoretical foundations for compensations in flow composition
languages* (2005): a compensation is installed when its step completes; Oracle BPEL and Camunda 8
say the same of their handlers.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.effect_status import statuses_of
from wfmodel.checks.offending_run import shortest_run
from wfmodel.checks.rule import Rule
from wfmodel.checks.saga import EffectStatus, Saga, StepWatch
from wfmodel.checks.uncovered import MOST_RUNS
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node

_NOT_THERE = frozenset({EffectStatus.NEVER, EffectStatus.UNDONE})


def _check(context: Context) -> Iterator[Finding]:
    saga = Saga(context, excusing=False)
    statuses = statuses_of(saga)
    suspects = [
        (node, step)
        for node, step in context.flow.undoings()
        if statuses.can_be(step.index, node, _NOT_THERE)
    ]
    for node, step in suspects[:MOST_RUNS]:
        for status in (EffectStatus.NEVER,) if saga.sweeps(node) else sorted(_NOT_THERE):
            watch = StepWatch(saga, step, frozenset({node.index}), frozenset({status}))
            run = shortest_run(context, watch)
            if run is not None:
                yield _finding(node, step, status, run.words)
                break


def _finding(node: Node, step: Node, status: EffectStatus, words: tuple[str, ...]) -> Finding:
    again = status is EffectStatus.UNDONE
    how = "has already been compensated" if again else "cannot have completed"
    return RULE.finding(
        f"{node.name!r} compensates {step.name!r}, which {how} on this path",
        node.path,
        trace=words,
        help=f"go past {node.name!r} on this path",
        related=((step.path, "the compensated step"),),
    )


RULE = Rule(
    code="W3",
    name="compensates-uncompleted-step",
    severity=Severity.WARNING,
    why="A refund for a payment that never happened gives money away.",
    check=_check,
)
