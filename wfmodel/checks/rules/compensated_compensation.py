"""A compensation names another compensation as what it undoes.

## What it does
Looks at every task with `compensates` whose target has a `compensates` of its own.

## Why is this bad
A compensation leaves nothing in effect that could be taken back: the later state does nothing, and
the reader believes that something is restored.

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
    compensates: reserve
    next: restore
  restore:
    kind: task
    service: inventory
    compensates: release  # here
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
A forward step that does again what was undone: that is a step of its own, without `compensates`.

## Source
Garcia-Molina & Salem, *Sagas* (1987): a compensating transaction is not itself compensated.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    for node, undone in context.flow.undoings():
        if undone.undoes is not None:
            yield RULE.finding(
                f"{node.name!r} compensates {undone.name!r}, which is itself a compensation",
                (*node.path, "compensates"),
                help="a step that does something again is a step: leave compensates out",
            )


RULE = Rule(
    code="S109",
    name="compensated-compensation",
    severity=Severity.ERROR,
    why="It does nothing: a compensation leaves no effect to take back.",
    check=_check,
)
