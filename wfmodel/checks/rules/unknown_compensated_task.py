"""A compensation names a task that does not exist.

## What it does
Looks up every `compensates` among the tasks of the same machine and of the machines around it.

## Why is this bad
The compensation undoes nothing, and whatever it was meant for is not covered.

## Example
```yaml
name: order
initial: reserve
states:
  reserve: {kind: task, service: inventory, next: check}
  check:
    kind: choice
    branches: [{when: in stock, next: shipped}]
    default: release
  release:
    kind: task
    service: inventory
    compensates: reserv  # here
    next: cancelled
  shipped: {kind: final}
  cancelled: {kind: final, outcome: aborted}
```

## Use instead
```yaml
name: order
initial: reserve
states:
  reserve: {kind: task, service: inventory, next: check}
  check:
    kind: choice
    branches: [{when: in stock, next: shipped}]
    default: release
  release:
    kind: task
    service: inventory
    compensates: reserve
    next: cancelled
  shipped: {kind: final}
  cancelled: {kind: final, outcome: aborted}
```

## What it cannot see
Whether the action really undoes that task.

## Source
WS-BPEL 2.0, SA00077 and SA00078: the target of a compensation must be in scope.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.problems import misspelt_names
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    return misspelt_names(context, RULE, "there is no task {!r} here")


RULE = Rule(
    code="S105",
    name="unknown-compensated-task",
    severity=Severity.ERROR,
    why="The compensation undoes nothing.",
    check=_check,
)
