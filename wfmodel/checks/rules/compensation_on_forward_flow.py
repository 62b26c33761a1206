"""A compensation stands on the forward flow.

## What it does
Follows every run to states marked `compensates`. Between the last step that took effect and the
compensation there must be a cause: a failure, a time-out, an answer from outside, or a decision.

## Why is this bad
A run on which all goes well undoes what it has done.

## Example
```yaml
name: order
initial: reserve
states:
  reserve: {kind: task, service: inventory, effect: compensatable, next: release}
  release:  # here
    kind: task
    service: inventory
    compensates: reserve
    next: done
  done: {kind: final, outcome: aborted}
```

## Use instead
```yaml
name: order
initial: reserve
states:
  reserve: {kind: task, service: inventory, effect: compensatable, next: pay}
  pay:
    kind: task
    service: bank
    effect: pivot
    failures: {declined: {kind: business}}
    next: paid
    on: {declined: release}
  release: {kind: task, service: inventory, compensates: reserve, next: done}
  paid: {kind: final}
  done: {kind: final, outcome: aborted}
```

## What it cannot see
Whether a cause is a good one. A reservation that is released as part of the plan is no
compensation: leave the mark out.

## Source
Camunda 8, *Compensation handlers* (no incoming or outgoing sequence flow); WS-BPEL 2.0, SA00079.
W13 of the project's catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from wfmodel.checks.causes import Causeless
from wfmodel.checks.context import Context
from wfmodel.checks.offending_run import shortest_run
from wfmodel.checks.rule import Rule
from wfmodel.checks.uncovered import MOST_RUNS
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    for node, step in islice(context.flow.undoings(), MOST_RUNS):
        run = shortest_run(context, Causeless(frozenset({node.index})))
        if run is not None:
            yield RULE.finding(
                f"{node.name!r} compensates {step.name!r} on a run on which nothing has failed",
                node.path,
                trace=run.words,
                help="reach it from a failure, or leave out compensates",
            )


RULE = Rule(
    code="W13",
    name="compensation-on-forward-flow",
    severity=Severity.WARNING,
    why="A run on which all goes well undoes what it has done.",
    check=_check,
)
