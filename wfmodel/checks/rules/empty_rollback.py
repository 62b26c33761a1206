"""A rollback that has nothing to run.

## What it does
Reports `rollback` where no step that it covers (of its own machine, region or called workflow, and
what is inside) has a handler.

## Why is this bad
The process says that it compensates, ends `aborted`, and nothing was undone.

## Example
```yaml
name: order
initial: ask
states:
  ask:
    kind: task
    service: bank
    failures: {declined: {kind: business}}
    next: done
    on: {declined: rollback}  # here
  done: {kind: final}
```

## Use instead
```yaml
name: order
initial: ask
states:
  ask:
    kind: task
    service: bank
    failures: {declined: {kind: business}}
    next: done
    on: {declined: declined}
  done: {kind: final}
  declined: {kind: final, outcome: aborted}
```

## What it cannot see
Whether a handler that exists undoes what it should.

## Source
WS-BPEL 2.0, SA00077 and SA00078; Camunda 8, *Compensation events* (a throw event without a
handler). W12 of the project's catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    nodes = context.flow.nodes
    for node in context.rollbacks:
        inside = context.nested[node.scope]
        if any(step.handler is not None and step.scope in inside for step in nodes):
            continue
        ways = [e.path for n in nodes for e in context.edges[n.index] if e.target == node.index]
        if ways:
            yield RULE.finding(
                "there is nothing to roll back: no step here has a compensation",
                ways[0],
                help="give the steps compensations, or lead to an end of its own",
            )


RULE = Rule(
    code="W12",
    name="empty-rollback",
    severity=Severity.WARNING,
    why="The process says that it compensates, and nothing is undone.",
    check=_check,
)
