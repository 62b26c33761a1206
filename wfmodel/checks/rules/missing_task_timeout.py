"""A task without a time-out. Off unless it is selected.

## What it does
Reports tasks and compensations that have neither a `timeout` nor a time-out of the whole workflow.

## Why is this bad
A lost reply leaves the instance waiting for ever, and nobody can tell it from a slow one.

## Example
```yaml
name: order
initial: pay
states:
  pay:  # here
    kind: task
    service: bank
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
    on: {timeout: unclear}
  paid: {kind: final}
  unclear: {kind: final, outcome: failed}
```

## What it cannot see
Time-outs that the platform sets. Of 643 tasks in published machines 631 have none: so the rule is
off, and is meant for teams that have decided otherwise (`extend-select`).

## Source
Nygard, *Release It!* (2nd ed., 2018), ch. 5, *Timeouts*; AWS Step Functions Developer Guide, *Best
practices: use timeouts to avoid stuck executions*.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.workflow import Compensation, Task


def _check(context: Context) -> Iterator[Finding]:
    if context.workflow.timeout is not None:
        return
    for node in context.reachable_nodes:
        if isinstance(node.state, Task | Compensation) and node.state.timeout is None:
            yield RULE.finding(
                f"{node.name!r} has no time-out", node.path, help="set timeout, and say with on why"
            )


RULE = Rule(
    code="S128",
    name="missing-task-timeout",
    severity=Severity.INFO,
    why="A lost reply leaves the instance waiting for ever.",
    check=_check,
)
