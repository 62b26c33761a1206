"""A crash whose process restarts in no time.

## What it does
Reports a `crash` without `lasts`, or with one of 0.

## Why is this bad
It loses what is volatile and is back at once. A process that boots takes seconds, in which its
queue grows and leases end: nearly all of what a crash costs is not there.

## Example
```yaml
question: What becomes of a payment?
workflow: order.yaml
setting:
  arrivals: {every: 1m}
  horizon: 1h
  faults:
    - {kind: crash, target: bank, every: 5m}  # here
```

where `order.yaml` is

```yaml
name: order
initial: pay
states:
  pay: {kind: task, service: bank, duration: 2s, effect: compensatable, next: paid}
  paid: {kind: final}
```

## Use instead
```yaml
question: What becomes of a payment?
workflow: order.yaml
setting:
  arrivals: {every: 1m}
  horizon: 1h
  faults:
    - {kind: crash, target: bank, every: 5m, lasts: 2s}
```

## What it cannot see
Whether that is meant: to see what is lost, an instant is enough.

## Source
Candea and Fox, *Crash-only software* (2003), on the time to restart.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.rule import Rule
from wfmodel.designs.faults import FaultKind
from wfmodel.experiments.runtime_context import ScenarioContext, takes_no_time
from wfmodel.model.findings import Finding, Severity


def _check(context: ScenarioContext) -> Iterator[Finding]:
    for path, fault in context.faults():
        if fault.kind is FaultKind.CRASH and takes_no_time(fault.lasts):
            yield RULE.finding(
                "the process is back in the instant in which it crashes",
                path,
                help="lasts: how long a restart takes",
            )


RULE = Rule(
    code="R109",
    name="crash-without-duration",
    severity=Severity.INFO,
    why="The process is back in the instant in which it crashes.",
    check=_check,
)
