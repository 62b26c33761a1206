"""An event is published that nobody consumes.

## What it does
Reports every event that a reaction or the outside publishes, to which no service reacts in any
state, and which is not declared as `outside: consumes`. It stands where it is first published.

## Why is this bad
Most often the name is misspelt on one side, and whoever should go on never does. If it is right,
the service publishes for nobody, and nobody dares to remove it.

## Example
```yaml
choreography: order
correlation: order_id
events:
  order_placed: {outside: publishes}
services:
  inventory:
    initial: idle
    states:
      idle:
        on:
          order_placed:
            to: reserved
            publishes: [stock_reserved]  # here
      reserved: {}
```

## Use instead
```yaml
choreography: order
correlation: order_id
events:
  order_placed: {outside: publishes}
  stock_reserved: {outside: consumes}
services:
  inventory:
    initial: idle
    states:
      idle:
        on:
          order_placed:
            to: reserved
            publishes: [stock_reserved]
      reserved: {}
```

## What it cannot see
Consumers that are not declared: say of their events `outside: consumes`.

## Source
Unobserved output of an asynchronous composition; Brand & Zafiropulo, On Communicating Finite-State
Machines, JACM 1983.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.choreography.choreography_context import ChoreographyContext
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.spelling import nearest


def _check(context: ChoreographyContext) -> Iterator[Finding]:
    unheard = [event for event in context.published if event not in context.consumed]
    lonely = [event for event in context.consumed if event not in context.published]
    for event in unheard:
        meant = nearest(event, lonely)
        hint = f"did you mean {meant!r}, which is awaited? Else" if meant else "a consumer beyond:"
        yield RULE.finding(
            f"{event!r} is published, and nobody consumes it",
            context.published[event][0],
            help=f"{hint} declare it under events as outside: consumes",
        )


RULE: Rule[ChoreographyContext] = Rule(
    code="C103",
    name="unconsumed-event",
    severity=Severity.WARNING,
    why="Somebody says it, and nobody listens.",
    check=_check,
)
