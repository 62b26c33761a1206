"""A service goes to a state that it does not have.

## What it does
Looks up the initial state of every service, and the target of every reaction, among its states.
While there is such a name, the runs of the choreography are not explored.

## Why is this bad
The service would be in a state without reactions; most often the name is misspelt.

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
          order_placed: {to: reservd}  # here
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
Nothing of its kind: it is complete.

## Source
A machine's transitions lead to states of its own; Brand & Zafiropulo, JACM 1983.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.choreography.choreography_context import ChoreographyContext
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.spelling import did_you_mean
from wfmodel.wording.counting import listed


def _check(context: ChoreographyContext) -> Iterator[Finding]:
    for path, service, name in context.broken:
        states = tuple(context.choreography.services[service].states)
        yield RULE.finding(
            f"{service!r} has no state {name!r}",
            path,
            help=did_you_mean(name, states, f"its states are {listed(states)}"),
        )


RULE: Rule[ChoreographyContext] = Rule(
    code="C114",
    name="unknown-service-state",
    severity=Severity.ERROR,
    why="A service that goes there is nowhere.",
    check=_check,
)
