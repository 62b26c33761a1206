"""A step with an effect is retried although repeating it may repeat the effect.

## What it does
Reports tasks with an effect (`effect` other than `none`) that are not `idempotent` and retry after
something other than a clear refusal: a time-out or a transient failure. Also a retry for which
nothing at all is declared that could be retried. (Of compensations: non-idempotent-compensation.)

## Why is this bad
After a time-out the first attempt may have worked. The second then charges or ships again.

## Example
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    effect: pivot
    timeout: 10s
    retry: {attempts: null}  # here
    next: paid
  paid: {kind: final}
```

## Use instead
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    effect: pivot
    idempotent: true
    timeout: 10s
    retry: {attempts: null}
    next: paid
  paid: {kind: final}
```

## What it cannot see
Deduplication at the service that is not declared: say `idempotent: true` where a repeated request
with the same key has no further effect.

## Source
Helland, *Life beyond distributed transactions* (2007); Stripe's and AWS's documentation of
idempotency keys.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.raised_events import may_repeat
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.workflow import Effect, Task


def _check(context: Context) -> Iterator[Finding]:
    for node in context.flow.nodes:
        state = node.state
        forward = isinstance(state, Task) and node.undoes is None and state.compensates is None
        if not forward or not isinstance(state, Task) or state.idempotent:
            continue
        if state.effect is not Effect.NONE and may_repeat(state):
            yield RULE.finding(
                f"{node.name!r} is retried and not idempotent: its effect may come twice",
                (*node.path, "retry"),
                help="make it idempotent (a key per instance and step) and say so",
            )


RULE = Rule(
    code="S140",
    name="non-idempotent-retry",
    severity=Severity.WARNING,
    why="After a time-out the first attempt may have worked; the second repeats its effect.",
    check=_check,
)
