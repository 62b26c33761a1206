"""A step with an effect is retried although repeating it may repeat the effect.

## What it does
Reports tasks with an effect (`effect` other than `none`) and compensations that are not
`idempotent` and retry after something other than a clear refusal: a time-out or a transient
failure. Also a retry for which nothing at all is declared that could be retried.

## Why is this bad
After a time-out the first attempt may have worked. The second then charges, ships or refunds again.

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
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import retries
from wfmodel.model.workflow import TIMEOUT, Compensation, Effect, FailureKind, Task


def _check(context: Context) -> Iterator[Finding]:
    for node in context.flow.nodes:
        state = node.state
        if not isinstance(state, Task | Compensation) or state.idempotent:
            continue
        if _has_effect(state) and _repeats(state):
            yield RULE.finding(
                f"{node.name!r} is retried and not idempotent: its effect may come twice",
                (*node.path, "retry"),
                help="make it idempotent (a key per instance and step) and say so",
            )


def _has_effect(state: Task | Compensation) -> bool:
    if isinstance(state, Compensation):
        return True
    return state.effect is not Effect.NONE or state.compensates is not None


def _repeats(state: Task | Compensation) -> bool:
    """Whether an attempt that may have worked can be followed by another."""
    if state.retry is None or state.retry.attempts == 1:
        return False
    unclear = [n for n, mode in state.failures.items() if mode.kind is FailureKind.TRANSIENT]
    if state.timeout is not None:
        unclear.append(TIMEOUT)
    undeclared = not state.failures and state.timeout is None
    return undeclared or any(retries(state, event, 1) for event in unclear)


RULE = Rule(
    code="S140",
    name="non-idempotent-retry",
    severity=Severity.WARNING,
    why="After a time-out the first attempt may have worked; the second repeats its effect.",
    check=_check,
)
