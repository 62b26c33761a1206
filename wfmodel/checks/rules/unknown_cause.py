"""A receive is said to be caused by a task that does not exist.

## What it does
Looks up every `caused_by` among the tasks of the same machine.

## Why is this bad
Nothing sets the event going, so it never comes.

## Example
```yaml
name: order
initial: charge
states:
  charge: {kind: task, service: bank, next: confirmed}
  confirmed:
    kind: receive
    service: bank
    caused_by: charged  # here
    events: {paid: {next: shipped}}
    timeout: 1h
    on: {timeout: cancelled}
  shipped: {kind: final}
  cancelled: {kind: final, outcome: aborted}
```

## Use instead
```yaml
name: order
initial: charge
states:
  charge: {kind: task, service: bank, next: confirmed}
  confirmed:
    kind: receive
    service: bank
    caused_by: charge
    events: {paid: {next: shipped}}
    timeout: 1h
    on: {timeout: cancelled}
  shipped: {kind: final}
  cancelled: {kind: final, outcome: aborted}
```

## What it cannot see
Whether the task's service really sets the event going.

## Source
Law of this project: a name leads somewhere.
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
    code="S142",
    name="unknown-cause",
    severity=Severity.ERROR,
    why="The event never comes.",
    check=_check,
)
