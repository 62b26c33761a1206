"""An event is awaited that nobody publishes.

## What it does
Reports every event to which a service reacts, or which the outside consumes or waits for, and which
no reaction publishes and the outside does not (`outside: publishes`). It stands where it is first
awaited.

## Why is this bad
The reaction can never happen. If the service depends on it, every instance hangs there.

## Example
```yaml
choreography: order
correlation: order_id
events:
  order_placed: {outside: publishes}
services:
  shipping:
    initial: idle
    states:
      idle:
        on:
          order_placed: {to: packed}
      packed:
        end: true
        on:
          order_payed: {to: sent}  # here
      sent: {}
```

## Use instead
```yaml
choreography: order
correlation: order_id
events:
  order_placed: {outside: publishes}
  order_paid: {outside: publishes, after: order_packed}
services:
  shipping:
    initial: idle
    states:
      idle:
        on:
          order_placed: {to: packed, publishes: [order_packed]}
      packed:
        on:
          order_paid: {to: sent}
      sent: {}
```

## What it cannot see
Publishers that are not declared: say of their events `outside: publishes`.

## Source
Unexecutable receptions; Brand & Zafiropulo, On Communicating Finite-State Machines, JACM 1983.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.choreography.choreography_context import ChoreographyContext
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.spelling import nearest


def _check(context: ChoreographyContext) -> Iterator[Finding]:
    lonely = [event for event in context.consumed if event not in context.published]
    unheard = [event for event in context.published if event not in context.consumed]
    for event in lonely:
        meant = nearest(event, unheard)
        hint = f"did you mean {meant!r}, which is published? Else" if meant else "from elsewhere:"
        yield RULE.finding(
            f"{event!r} is awaited, and nobody publishes it",
            context.consumed[event][0],
            help=f"{hint} declare it under events as outside: publishes",
        )


RULE: Rule[ChoreographyContext] = Rule(
    code="C104",
    name="unpublished-event",
    severity=Severity.ERROR,
    why="Whoever waits for it waits for ever.",
    check=_check,
)
