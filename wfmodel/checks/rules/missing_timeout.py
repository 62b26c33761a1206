"""A wait for an outside event has no time-out.

## What it does
Reports every reachable `receive` without a `timeout`. Information only: some waits are meant to be
endless.

## Why is this bad
If the event is lost, or nobody ever decides, the instance waits for ever.

## Example
```yaml
name: loan
initial: approval
states:
  approval:  # here
    kind: receive
    events: {approved: {next: granted}}
  granted: {kind: final}
```

## Use instead
```yaml
name: loan
initial: approval
states:
  approval:
    kind: receive
    events: {approved: {next: granted}}
    timeout: 14d
    on: {timeout: lapsed}
  granted: {kind: final}
  lapsed: {kind: final, outcome: aborted}
```

## What it cannot see
A time-out of the whole workflow counts: with one, nothing is reported. Reminders outside the
workflow are not seen.

## Source
AWS Step Functions, *Best practices*: use time-outs to avoid stuck executions.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.workflow import Receive


def _check(context: Context) -> Iterator[Finding]:
    if context.workflow.timeout is not None:
        return
    for node in context.reachable_nodes:
        if isinstance(node.state, Receive) and node.state.timeout is None:
            yield RULE.finding(
                f"{node.name!r} waits without a time-out",
                node.path,
                help="set a timeout and say with on where it leads",
            )


RULE = Rule(
    code="S123",
    name="missing-timeout",
    severity=Severity.INFO,
    why="If the event is lost, the instance waits for ever.",
    check=_check,
)
