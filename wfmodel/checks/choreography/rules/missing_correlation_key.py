"""Nothing says to which instance an event belongs.

## What it does
Reports a choreography without `correlation`; and one whose `correlation` is no data item of its
workflow, where that declares its data.

## Why is this bad
Every event must find the state of its own instance. Without a key that all events carry, a service
takes the first that is open, or the trace of an instance cannot be put together when it hangs.

## Example
```yaml
choreography: order  # here
events:
  order_placed: {outside: publishes}
services:
  inventory:
    initial: idle
    states:
      idle:
        on:
          order_placed: {to: reserved}
      reserved: {}
```

## Use instead
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
          order_placed: {to: reserved}
      reserved: {}
```

## What it cannot see
Whether every event really carries the key.

## Source
Hohpe & Woolf, Enterprise Integration Patterns, 2003: Correlation Identifier.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.choreography.choreography_context import ChoreographyContext
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.spelling import did_you_mean
from wfmodel.wording.counting import listed


def _check(context: ChoreographyContext) -> Iterator[Finding]:
    key = context.choreography.correlation
    data = tuple(context.workflow.data) if context.workflow is not None else ()
    if key is None:
        yield RULE.finding(
            "no correlation key: nothing says to which instance an event belongs",
            ("choreography",),
            help="name the data item that all events carry under correlation",
        )
    elif data and key not in data:
        yield RULE.finding(
            f"the correlation key {key!r} is no data item of the workflow",
            ("correlation",),
            help=did_you_mean(key, data, f"its items are {listed(data)}"),
        )


RULE: Rule[ChoreographyContext] = Rule(
    code="C109",
    name="missing-correlation-key",
    severity=Severity.WARNING,
    why="Two instances at once, and an event finds the wrong one.",
    check=_check,
)
