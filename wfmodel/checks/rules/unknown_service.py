"""A state names a service that is not declared.

## What it does
If the workflow declares `services`, looks up the service of every task, handler, choice, wait and
receive among them. Without the section, names are not checked.

## Why is this bad
A misspelt service is a new participant: the simulation gives it queues and crashes of its own.

## Example
```yaml
name: order
initial: pay
services:
  bank: {capacity: 4}
states:
  pay:
    kind: task
    service: bnak  # here
    next: paid
  paid: {kind: final}
```

## Use instead
```yaml
name: order
initial: pay
services:
  bank: {capacity: 4}
states:
  pay:
    kind: task
    service: bank
    next: paid
  paid: {kind: final}
```

## What it cannot see
Whether a declared service exists.

## Source
Declared names are checked, undeclared sections are not: the declaration's own rule.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.problems import undeclared_names
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    named = (
        (name, (*node.path, "service"))
        for node in context.flow.nodes
        if (name := getattr(node.state, "service", None)) is not None
    )
    return undeclared_names(RULE, named, context.workflow.services, "service {!r} is not declared")


RULE = Rule(
    code="S108",
    name="unknown-service",
    severity=Severity.ERROR,
    why="A misspelt service is a participant of its own.",
    check=_check,
)
