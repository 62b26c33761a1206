"""Somebody looks for what is free again far more seldom than a lease lasts.

## What it does
Compares the `look` of a `lease` with what it `lasts`, and `redelivery_look` with
`redelivery_timeout`.

## Why is this bad
What a crashed process held is free when its lease ends, and is taken over at the first look after
that. Who restarts just before the lease ends has looked in vain, and waits for the next look: a
lease of 30 s that is looked at every five minutes is a recovery of up to five and a half minutes.

## Example
```yaml
question: What becomes of a payment?
workflow: order.yaml
knobs:
  lease: {renewed: 5s, lasts: 30s, look: 5m}  # here
setting: {arrivals: {every: 1m}, horizon: 1h}
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
knobs:
  lease: {renewed: 5s, lasts: 30s, look: 10s}
setting: {arrivals: {every: 1m}, horizon: 1h}
```

## What it cannot see
What a look costs, which may be why it is rare.

## Source
Apache Airflow 3, `scheduler.orphaned_tasks_check_interval` (300 s) beside a heartbeat threshold
of 30 s: 304 s measured; the law of recovery in docs/semantics.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.rule import Rule
from wfmodel.designs.knobs import Delivery
from wfmodel.experiments.runtime_context import ScenarioContext
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.units import format_duration


def _check(context: ScenarioContext) -> Iterator[Finding]:
    for each in context.candidates:
        knobs = each.knobs
        pairs = [(knobs.redelivery_look, knobs.redelivery_timeout, "redelivery_look")]
        if knobs.delivery is Delivery.AT_MOST_ONCE:
            pairs = []
        if knobs.lease is not None:
            pairs.append((knobs.lease.look, knobs.lease.lasts, "lease"))
        for look, lasts, knob in pairs:
            if look > lasts:
                most = format_duration(lasts + look)
                yield RULE.finding(
                    f"what a lease of {format_duration(lasts)} sets free is looked for every"
                    f" {format_duration(look)}: recovery takes up to {most}",
                    context.place(each, knob),
                    help="look more often than a lease lasts",
                )


RULE = Rule(
    code="R106",
    name="look-longer-than-lease",
    severity=Severity.WARNING,
    why="Recovery takes up to a look, however short the lease.",
    check=_check,
)
