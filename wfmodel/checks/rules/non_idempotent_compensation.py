"""A compensation may be repeated, and repeating it repeats its effect.

## What it does
Reports compensations (handlers, and states marked `compensates`) that are retried after something
other than a clear refusal, and are neither `idempotent` nor have a `status_query` by which one
could find out whether the first attempt worked.

## Why is this bad
A compensation must be repeated until it succeeds. After a time-out the first attempt may have
worked: the second refunds twice.

## Example
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    effect: compensatable
    compensation:
      action: refund
      retry: {attempts: null}  # here
    next: ship
  ship:
    kind: task
    service: warehouse
    failures: {sold-out: {kind: business}}
    next: shipped
    on: {sold-out: rollback}
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
    effect: compensatable
    compensation:
      action: refund
      idempotent: true
      retry: {attempts: null}
    next: ship
  ship:
    kind: task
    service: warehouse
    failures: {sold-out: {kind: business}}
    next: shipped
    on: {sold-out: rollback}
  shipped: {kind: final}
```

## What it cannot see
That messages are delivered twice, or an orchestrator restarts: that is the design's, and is
explored and simulated.

## Source
Eclipse MicroProfile Long Running Actions, `@Compensate` (may be called more than once); Richardson,
*Microservices Patterns* (2018), ch. 4. W7 of the project's catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.raised_events import may_repeat
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.workflow import Compensation, Task


def _check(context: Context) -> Iterator[Finding]:
    for node in context.flow.nodes:
        state = node.state
        if node.undoes is None or not isinstance(state, Task | Compensation):
            continue
        if not (state.idempotent or state.status_query) and may_repeat(state):
            yield RULE.finding(
                f"the compensation {node.name!r} is retried and not idempotent",
                (*node.path, "retry"),
                help="make it idempotent (a key per instance and step), or give it a status_query",
            )


RULE = Rule(
    code="W7",
    name="non-idempotent-compensation",
    severity=Severity.WARNING,
    why="After a time-out the first attempt may have worked; the second undoes twice.",
    check=_check,
)
