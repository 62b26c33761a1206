"""A message is acknowledged before anything is done with it.

## What it does
Reports `acknowledge: on-receipt` where no `watchdog` repeats what nobody has continued.

## Why is this bad
A process that crashes between the acknowledgement and its commit takes the message with it.
Nobody delivers it again: the instance waits for ever, or until a time-out gives it up.

## Example
```yaml
question: What becomes of a payment?
workflow: order.yaml
knobs:
  acknowledge: on-receipt  # here
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
  acknowledge: after-work
setting: {arrivals: {every: 1m}, horizon: 1h}
```

## What it cannot see
Whether the setting has crashes: in this respect it is no better for having none.

## Source
RabbitMQ, *Consumer acknowledgements and publisher confirms* (automatic acknowledgement is
unsafe).
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.rule import Rule
from wfmodel.designs.knobs import Acknowledge
from wfmodel.experiments.runtime_context import ScenarioContext
from wfmodel.model.findings import Finding, Severity


def _check(context: ScenarioContext) -> Iterator[Finding]:
    for each in context.candidates:
        if each.knobs.acknowledge is Acknowledge.ON_RECEIPT and each.knobs.watchdog is None:
            yield RULE.finding(
                "messages are acknowledged before the work, and nobody repeats what a crash loses",
                context.place(each, "acknowledge"),
                help="acknowledge: after-work or after-commit; or a watchdog",
            )


RULE = Rule(
    code="R102",
    name="acknowledged-before-work",
    severity=Severity.WARNING,
    why="A crash loses the message and the work that it asked for.",
    check=_check,
)
