"""A retry without end of a failure that no repetition mends.

## What it does
Reports tasks and compensations with `attempts: null` whose retry names a business failure: that is
permanent, the same answer comes at every attempt. Or a failure with probability 1.

## Why is this bad
The instance never leaves the step, never fails, and so nobody hears of it.

## Example
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    failures: {declined: {kind: business}}
    retry: {attempts: null, on: [declined]}  # here
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
    failures: {declined: {kind: business}, unreachable: {kind: transient}}
    retry: {attempts: null, on: [unreachable]}
    next: paid
    on: {declined: refused}
  paid: {kind: final}
  refused: {kind: final, outcome: aborted}
```

## What it cannot see
Transient failures that in truth are permanent: bound the attempts of a step that need not succeed.

## Source
Gray, *Why do computers stop* (1985), on failures that repeat; AWS Builders' Library, *Timeouts,
retries and backoff with jitter*.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.model.failures import FailureKind
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node, retries
from wfmodel.model.workflow import Compensation, Task
from wfmodel.wording.counting import listed


def _check(context: Context) -> Iterator[Finding]:
    for node in context.flow.nodes:
        hopeless = tuple(_hopeless(node))
        if hopeless:
            yield RULE.finding(
                f"{node.name!r} retries {listed(hopeless)} without end, and no attempt can help",
                (*node.path, "retry"),
                help="retry transient failures only, or bound the attempts",
            )


def _hopeless(node: Node) -> Iterator[str]:
    state = node.state
    if not isinstance(state, Task | Compensation) or state.retry is None:
        return
    for name, mode in state.failures.items():
        permanent = mode.kind is FailureKind.BUSINESS or mode.probability == 1
        if state.retry.attempts is None and permanent and retries(state, name, 1):
            yield name


RULE = Rule(
    code="S141",
    name="endless-retry",
    severity=Severity.WARNING,
    why="The instance never leaves the step, and nobody hears of it.",
    check=_check,
)
