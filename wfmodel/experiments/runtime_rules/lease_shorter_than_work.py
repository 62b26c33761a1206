"""A message is delivered again while its first consumer still works on it.

## What it does
With `acknowledge: after-work`, compares `redelivery_timeout` with what steps and handlers take:
the median, and what one attempt in a hundred takes. Where keys are recognised (`deduplicate`) it
is information: the second delivery joins the first.

## Why is this bad
The broker takes a consumer that is slow for one that is dead. The work is done twice at once, in
a calm system, and once more with every time-out that goes by.

## Example
```yaml
question: What becomes of a payment?
workflow: order.yaml
knobs:
  acknowledge: after-work
  deduplicate: false
  redelivery_timeout: 1s  # here
setting: {arrivals: {every: 1m}, horizon: 1h}
```

where `order.yaml` is

```yaml
name: order
initial: pay
states:
  pay: {kind: task, service: bank, duration: 2s, idempotent: true, next: paid}
  paid: {kind: final}
```

## Use instead
```yaml
question: What becomes of a payment?
workflow: order.yaml
knobs:
  acknowledge: after-work
  redelivery_timeout: 30s
setting: {arrivals: {every: 1m}, horizon: 1h}
```

## What it cannot see
Time in a queue for a worker, periods of a slow service, and renewals (a heartbeat for each
message).

## Source
Amazon SQS Developer Guide, *Visibility timeout*; RabbitMQ, *Delivery acknowledgement timeout*.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.rule import Rule
from wfmodel.designs.knobs import Acknowledge
from wfmodel.experiments.runtime_context import ScenarioContext, slow
from wfmodel.model.findings import Finding, Severity


def _check(context: ScenarioContext) -> Iterator[Finding]:
    for each in context.candidates:
        knobs = each.knobs
        if knobs.acknowledge is not Acknowledge.AFTER_WORK:
            continue
        path = context.place(each, "redelivery_timeout", "acknowledge")
        joins = knobs.deduplicate
        then = (
            "only its key keeps it from being done twice" if joins else "it is done twice at once"
        )
        for work in context.work:
            said = slow(work, knobs.redelivery_timeout)
            harmless = joins or work.service not in each.system.services
            if said:
                yield RULE.finding(
                    f"{said}, and its message is delivered again meanwhile: {then}",
                    path,
                    severity=Severity.INFO if harmless else None,
                    help="give redelivery_timeout more than the slowest attempt, or recognise keys",
                )


RULE = Rule(
    code="R101",
    name="lease-shorter-than-work",
    severity=Severity.WARNING,
    why="A message comes again while its consumer still works on it.",
    check=_check,
)
