"""The initial state does not exist.

## What it does
Looks up `initial` of the workflow, of every region and of every workflow that is called.

## Why is this bad
No run can begin.

## Example
```yaml
name: order
initial: begin  # here
states:
  pay:
    kind: task
    service: bank
    next: shipped
  shipped: {kind: final}
```

## Use instead
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    next: shipped
  shipped: {kind: final}
```

## What it cannot see
Where runs begin, so reachability is not judged in that machine until this is mended.

## Source
Amazon States Language: "StartAt" must exactly match the name of one of the states.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.problems import misspelt_names
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    return misspelt_names(context, RULE, "the initial state {!r} is not declared")


RULE = Rule(
    code="S102",
    name="unknown-initial",
    severity=Severity.ERROR,
    why="No run can begin.",
    check=_check,
)
