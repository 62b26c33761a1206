"""A state calls a workflow that does not exist.

## What it does
Looks up the `workflow` of every state of that kind among `workflows`.

## Why is this bad
The call cannot be made.

## Example
```yaml
name: order
initial: charge
states:
  charge:
    kind: workflow
    workflow: paymnt  # here
    next: shipped
  shipped: {kind: final}
workflows:
  payment:
    initial: pay
    states:
      pay: {kind: task, service: bank, next: paid}
      paid: {kind: final}
```

## Use instead
```yaml
name: order
initial: charge
states:
  charge:
    kind: workflow
    workflow: payment
    next: shipped
  shipped: {kind: final}
workflows:
  payment:
    initial: pay
    states:
      pay: {kind: task, service: bank, next: paid}
      paid: {kind: final}
```

## What it cannot see
Workflows of other files.

## Source
A name must be declared to be called; the same check as for transitions.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.problems import misspelt_names
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    return misspelt_names(context, RULE, "there is no workflow {!r}")


RULE = Rule(
    code="S103",
    name="unknown-workflow",
    severity=Severity.ERROR,
    why="The call cannot be made.",
    check=_check,
)
