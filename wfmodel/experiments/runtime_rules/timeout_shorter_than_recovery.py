"""A step is given up before the redelivery or the lease that would have healed it.

## What it does
Compares the `timeout` of a step that is not retried after a time-out with what its recovery waits
for: after a crash the process's `lease`, and with `acknowledge: after-work` the
`redelivery_timeout`; after a lost message (information) the `redelivery_timeout`. Only faults of
the setting count.

## Why is this bad
The means against the fault is paid for and never used: every crash ends in the time-out, and what
the step has done meanwhile, or does after the restart, belongs to an instance that has given it
up.

## Example
```yaml
question: What becomes of a payment?
workflow: order.yaml
knobs:
  acknowledge: after-work
  redelivery_timeout: 30s  # here
setting:
  arrivals: {every: 1m}
  horizon: 1h
  faults:
    - {kind: crash, target: bank, every: 5m, lasts: 5s}
```

where `order.yaml` is

```yaml
name: order
initial: pay
states:
  pay: {kind: task, service: bank, duration: 2s, timeout: 10s, next: paid}
  paid: {kind: final}
```

## Use instead
```yaml
question: What becomes of a payment?
workflow: order.yaml
knobs:
  acknowledge: after-work
  redelivery_timeout: 5s
setting:
  arrivals: {every: 1m}
  horizon: 1h
  faults:
    - {kind: crash, target: bank, every: 5m, lasts: 5s}
```

## What it cannot see
How long a crash itself lasts; and that giving up early may be what is wanted.

## Source
Nygard, *Release It!* (2nd ed., 2018), ch. 5, *Timeouts*; and the law of recovery in
docs/semantics.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.rule import Rule
from wfmodel.designs.faults import FaultKind
from wfmodel.designs.knobs import Acknowledge, Custody, Delivery
from wfmodel.experiments.runtime_context import Candidate, ScenarioContext, StepWork
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import retries
from wfmodel.model.units import format_duration
from wfmodel.model.workflow import TIMEOUT


def _check(context: ScenarioContext) -> Iterator[Finding]:
    for each in context.candidates:
        for work in context.work:
            limit = work.state.timeout
            patient = work.state.retry is not None and retries(work.state, TIMEOUT, 1)
            if limit is None or patient or not each.knobs.timeouts:
                continue
            for wait, words, knob, severity in _recoveries(context, each, work):
                if limit < wait:
                    yield RULE.finding(
                        f"{work.name!r} is given up after {format_duration(limit)}, before {words}"
                        f" ({format_duration(wait)})",
                        context.place(each, knob, "acknowledge"),
                        severity=severity,
                        help="retry the step after a time-out, wait longer, or recover sooner",
                    )


def _recoveries(
    context: ScenarioContext, each: Candidate, work: StepWork
) -> Iterator[tuple[int, str, str, Severity]]:
    """What a step at a service waits for after a fault of the setting: time, words, knob."""
    knobs = each.knobs
    crashes = context.strikes(each, work.service, FaultKind.CRASH)
    held = knobs.acknowledge is Acknowledge.AFTER_WORK and knobs.custody is Custody.LEASE
    if crashes and knobs.lease is not None:
        words = "the lease of a crashed process has ended"
        yield knobs.lease.lasts, words, "lease", Severity.WARNING
    if crashes and held:
        words = "the message that a crashed consumer held is delivered again"
        yield knobs.redelivery_timeout, words, "redelivery_timeout", Severity.WARNING
    elif knobs.delivery is Delivery.AT_LEAST_ONCE and context.strikes(
        each, work.service, FaultKind.LOSS
    ):
        words = "a lost message is delivered again"
        yield knobs.redelivery_timeout, words, "redelivery_timeout", Severity.INFO


RULE = Rule(
    code="R105",
    name="timeout-shorter-than-recovery",
    severity=Severity.WARNING,
    why="The step is given up before what would have healed it has begun.",
    check=_check,
)
