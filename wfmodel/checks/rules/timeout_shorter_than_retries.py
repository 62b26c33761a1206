"""The workflow's time-out is over before one step has used up its retries.

## What it does
Adds up, for every task, the pauses of its retry policy and its time-out for each attempt, and
compares the sum with the `timeout` of the workflow. Retries without end are compared by nothing.

## Why is this bad
The last attempts never happen, and the handlers that wait for the step to give up never run: the
workflow is cut off in between.

## Example
```yaml
name: order
initial: pay
timeout: 1m  # here
states:
  pay:
    kind: task
    service: bank
    idempotent: true
    timeout: 30s
    retry: {attempts: 3, backoff: 10s}
    next: paid
    on: {timeout: unpaid}
  paid: {kind: final}
  unpaid: {kind: final, outcome: aborted}
```

## Use instead
```yaml
name: order
initial: pay
timeout: 5m
states:
  pay:
    kind: task
    service: bank
    idempotent: true
    timeout: 30s
    retry: {attempts: 3, backoff: 10s}
    next: paid
    on: {timeout: unpaid}
  paid: {kind: final}
  unpaid: {kind: final, outcome: aborted}
```

## What it cannot see
Several steps that are slow on the same run; the simulator shows those.

## Source
The rule of thumb of the cloud providers' documentation: time-outs grow from the inside out.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.durations import longest_ns
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node
from wfmodel.model.units import format_duration
from wfmodel.model.workflow import Task


def _check(context: Context) -> Iterator[Finding]:
    limit = context.workflow.timeout
    if limit is None:
        return
    tasks = [node for node in context.flow.nodes if isinstance(node.state, Task)]
    longest = max(tasks, key=_longest, default=None)
    if longest is not None and _longest(longest) > limit:
        yield RULE.finding(
            f"{longest.name!r} alone can take {format_duration(_longest(longest))}"
            f" until it gives up, and the workflow times out after {format_duration(limit)}",
            ("timeout",),
            help="allow the workflow more time than its slowest step",
            related=((longest.path, "the step"),),
        )


def _longest(node: Node) -> int:
    """Nanoseconds until a task with bounded retries gives up; 0 without retries."""
    state = node.state
    assert isinstance(state, Task)
    return 0 if state.retry is None else longest_ns(state)


RULE = Rule(
    code="S125",
    name="timeout-shorter-than-retries",
    severity=Severity.WARNING,
    why="The workflow is cut off before its step has given up.",
    check=_check,
)
