"""A time-out has no handler, and ends the workflow.

## What it does
Reports every task and receive with a `timeout` that its retries do not outlast and that nothing
handles, neither the state nor a parallel state or call around it. Information only; whether effects
stay behind is W1's question.

## Why is this bad
After a time-out nobody knows whether the step took effect. Ending there leaves that open for good.

## Example
```yaml
name: order
initial: pay
states:
  pay:  # here
    kind: task
    service: bank
    timeout: 30s
    next: paid
  paid: {kind: final}
```

## Use instead
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    timeout: 30s
    next: paid
    on: {timeout: ask_the_bank}
  ask_the_bank: {kind: task, service: bank, next: paid}
  paid: {kind: final}
```

## What it cannot see
Time-outs that the platform adds of its own.

## Source
Measured on 643 published Step Functions tasks: 631 have no time-out at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.checks.unhandled import unhandled_edges
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.workflow import TIMEOUT


def _check(context: Context) -> Iterator[Finding]:
    for node, edge in unhandled_edges(context):
        if edge.event == TIMEOUT:
            yield RULE.finding(
                f"nothing handles the time-out of {node.name!r}: the workflow ends failed",
                node.path,
                help="lead timeout somewhere with on",
            )


RULE = Rule(
    code="S122",
    name="unhandled-timeout",
    severity=Severity.INFO,
    why="After a time-out nobody knows whether the step took effect.",
    check=_check,
)
