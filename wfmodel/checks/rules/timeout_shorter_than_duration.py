"""A step takes longer on average than its time-out allows.

## What it does
Compares a task's or handler's `timeout` with the mean of its `duration`, and a receive's with the
mean of its `delay`.

## Why is this bad
Most attempts time out, although nothing is wrong. Each leaves the question open whether the step
took effect, and each retry repeats it.

## Example
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    duration: {distribution: exponential, mean: 2s}
    timeout: 500ms  # here
    next: paid
    on: {timeout: unpaid}
  paid: {kind: final}
  unpaid: {kind: final, outcome: aborted}
```

## Use instead
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    duration: {distribution: exponential, mean: 2s}
    timeout: 10s
    next: paid
    on: {timeout: unpaid}
  paid: {kind: final}
  unpaid: {kind: final, outcome: aborted}
```

## What it cannot see
Queueing and network delay, which come on top: the simulator shows those.

## Source
Nygard, *Release It!* (2nd ed., 2018), ch. 5, on time-outs.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.units import format_duration
from wfmodel.model.workflow import Compensation, Receive, Task


def _check(context: Context) -> Iterator[Finding]:
    whole = context.workflow.timeout
    for node in context.flow.nodes:
        match node.state:
            case Task(duration=duration, timeout=timeout):
                pass
            case Compensation(duration=duration, timeout=timeout):
                pass
            case Receive(delay=duration, timeout=timeout):
                pass
            case _:
                continue
        mean = duration.mean_ns()
        if whole is not None and mean > whole and (timeout is None or timeout > whole):
            yield RULE.finding(
                f"{node.name!r} takes {format_duration(_rounded(mean))} on average"
                f" and the whole times out after {format_duration(whole)}",
                ("timeout",),
                help="allow the workflow more time than its slowest step",
                related=((node.path, "the step"),),
            )
        if timeout is not None and mean > timeout:
            yield RULE.finding(
                f"{node.name!r} takes {format_duration(_rounded(mean))} on average"
                f" and times out after {format_duration(timeout)}",
                (*node.path, "timeout"),
                help="allow more time than a slow attempt takes",
            )


def _rounded(nanoseconds: float) -> int:
    """Three significant digits, so that a mean reads as a duration."""
    digits = max(0, len(str(int(nanoseconds))) - 3)
    return round(int(nanoseconds), -digits)


RULE = Rule(
    code="S124",
    name="timeout-shorter-than-duration",
    severity=Severity.WARNING,
    why="Most attempts time out although nothing is wrong.",
    check=_check,
)
