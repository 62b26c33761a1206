"""A state that is no end has no way on.

## What it does
Reports every reachable task, wait, parallel state and call without `next`: when it has done its
work, nothing says what comes then.

## Why is this bad
The run stops without an outcome; the designs end it as ``failed``, although every step succeeded.

## Example
```yaml
name: order
initial: pay
states:
  pay:  # here
    kind: task
    service: bank
    failures: {declined: {kind: business}}
    on: {declined: cancelled}
  cancelled: {kind: final, outcome: aborted}
```

## Use instead
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    failures: {declined: {kind: business}}
    next: paid
    on: {declined: cancelled}
  paid: {kind: final}
  cancelled: {kind: final, outcome: aborted}
```

## What it cannot see
Nothing of its kind: it is complete. Ends are `kind: final`, or `rollback`.

## Source
Amazon States Language: every non-terminal state must have a "Next" or "End".
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.workflow import Parallel, SubWorkflow, Task, Wait


def _check(context: Context) -> Iterator[Finding]:
    for node in context.reachable_nodes:
        if isinstance(node.state, Task | Wait | Parallel | SubWorkflow) and node.state.next is None:
            yield RULE.finding(
                f"{node.name!r} is no end and has no next state",
                node.path,
                help="add next, leading to another state or to an end",
            )


RULE = Rule(
    code="S112",
    name="dead-end",
    severity=Severity.ERROR,
    why="The run stops without an outcome.",
    check=_check,
)
