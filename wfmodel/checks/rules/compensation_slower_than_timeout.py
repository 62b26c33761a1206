"""A compensation can take longer than the whole workflow may.

## What it does
Adds up, for each compensation, its time-outs, attempts and pauses. More than the workflow's
`timeout` is a finding: whoever called is cut off before the compensation has given up.

## Why is this bad
The workflow counts as timed out while its compensation still runs, or is stopped with it: the
caller acts on an end that is none.

## Example
```yaml
name: order
initial: reserve
timeout: 1m  # here
states:
  reserve:
    kind: task
    service: inventory
    effect: compensatable
    compensation: {action: release, timeout: 5m, idempotent: true, retry: {attempts: null}}
    next: pay
  pay:
    kind: task
    service: bank
    effect: pivot
    failures: {declined: {kind: business}}
    next: paid
    on: {declined: rollback}
  paid: {kind: final}
```

## Use instead
```yaml
name: order
initial: reserve
timeout: 1h
states:
  reserve:
    kind: task
    service: inventory
    effect: compensatable
    compensation: {action: release, timeout: 5m, idempotent: true, retry: {attempts: null}}
    next: pay
  pay:
    kind: task
    service: bank
    effect: pivot
    failures: {declined: {kind: business}}
    next: paid
    on: {declined: rollback}
  paid: {kind: final}
```

## What it cannot see
How long several compensations take together. Of a retry without end one attempt is counted.

## Source
Eclipse MicroProfile Long Running Actions, *Timing out LRAs and compensating activities*.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wfmodel.checks.context import Context
from wfmodel.checks.durations import longest_ns
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node
from wfmodel.model.units import format_duration
from wfmodel.model.workflow import Compensation, Task


def _check(context: Context) -> Iterator[Finding]:
    limit = context.workflow.timeout
    if limit is None:
        return
    slow = [node for node in context.flow.nodes if _is_compensation(node)]
    worst = max(slow, key=lambda node: _longest(node), default=None)
    if worst is not None and _longest(worst) > limit:
        yield RULE.finding(
            f"{worst.name!r} can take {format_duration(_longest(worst))} until it gives up, and the"
            f" workflow times out after {format_duration(limit)}",
            ("timeout",),
            help="allow the workflow the time that its compensations take",
            related=((worst.path, "the compensation"),),
        )


def _is_compensation(node: Node) -> bool:
    return isinstance(node.state, Compensation) or (
        isinstance(node.state, Task) and node.undoes is not None
    )


def _longest(node: Node) -> int:
    assert isinstance(node.state, Task | Compensation)
    endless = node.state.retry is not None and node.state.retry.attempts is None
    return longest_ns(replace(node.state, retry=None) if endless else node.state)


RULE = Rule(
    code="S126",
    name="compensation-slower-than-timeout",
    severity=Severity.WARNING,
    why="The caller is cut off before the compensation has given up.",
    check=_check,
)
