"""A final state has a transition.

## What it does
Reports `next`, `on`, `default`, `branches` and `events` on a state of kind `final`.

## Why is this bad
A run that has ended cannot go on. Either the state is no end, or the transition is a leftover that
readers will believe.

## Example
```yaml
name: order
initial: pay
states:
  pay: {kind: task, service: bank, next: paid}
  paid:
    kind: final
    next: shipped  # here
  shipped: {kind: final}
```

## Use instead
```yaml
name: order
initial: pay
states:
  pay: {kind: task, service: bank, next: paid}
  paid: {kind: wait, duration: 1h, next: shipped}
  shipped: {kind: final}
```

## What it cannot see
Nothing of its kind: a workflow built in Python cannot hold such a transition, and a file that does
is not loaded.

## Source
UML 2.5.1, 14.2.4.7: a final state has no outgoing transitions.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    """Nothing: a Workflow cannot hold one. ``reading`` gives the loader's finding this name."""
    return iter(())


RULE = Rule(
    code="S107",
    name="transition-out-of-final",
    severity=Severity.ERROR,
    why="A run that has ended cannot go on.",
    check=_check,
)
