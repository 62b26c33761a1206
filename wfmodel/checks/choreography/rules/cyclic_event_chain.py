"""Events cause each other, round and round, and nothing ends it.

## What it does
Explores what services and events in flight can do, and reports a configuration from which rest is
never reached, whatever outcomes come; optional events of the outside may stay away. The run leads
once round the circle. It stands at the reaction that begins it.

## Why is this bad
Every turn costs messages and writes. Brokers throttle or bill it; the instance never ends.

## Example
```yaml
choreography: order
correlation: order_id
events:
  order_placed: {outside: publishes}
services:
  pricing:
    initial: ready
    states:
      ready:
        end: true
        on:
          order_placed: {publishes: [price_changed]}
          discount_changed: {publishes: [price_changed]}
  discounts:
    initial: ready
    states:
      ready:
        end: true
        on:
          price_changed:  # here
            publishes: [discount_changed]
```

## Use instead
```yaml
choreography: order
correlation: order_id
events:
  order_placed: {outside: publishes}
services:
  pricing:
    initial: ready
    states:
      ready:
        end: true
        on:
          order_placed: {publishes: [price_changed]}
          discount_changed: {to: settled}
      settled: {}
  discounts:
    initial: ready
    states:
      ready:
        end: true
        on:
          price_changed: {publishes: [discount_changed]}
```

## What it cannot see
A circle with a way out (a retry with another outcome): it ends if the way out is ever taken. A
circle whose events pile up hits the bound on copies, and C115 says so.

## Source
Livelock as a closed component without rest; Baier & Katoen, Principles of Model Checking, 2008,
ch. 3.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.choreography.choreography_context import ChoreographyContext
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: ChoreographyContext) -> Iterator[Finding]:
    found = context.exploration
    if found is None or found.endless is None:
        return
    way, circle = found.circle_from(found.endless)
    words = [move.word for move in (*way, *circle)]
    yield RULE.finding(
        "this begins a chain of events that causes itself and never ends",
        circle[0].path,
        trace=(*found.run_to(found.endless), *words),
        help="let a state of one of the services end it: a reaction that does not publish again",
    )


RULE: Rule[ChoreographyContext] = Rule(
    code="C108",
    name="cyclic-event-chain",
    severity=Severity.ERROR,
    why="The services keep each other busy for ever, at full speed.",
    check=_check,
)
