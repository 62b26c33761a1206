"""An event comes to a service that can never take it any more.

## What it does
Explores what services and events in flight can do, in every order, and reports a service in a
state from which no way leads to one that takes an event which is waiting for it. The run is a
shortest one.

## Why is this bad
In production the handler throws, and the event is redelivered until it lands in the dead-letter
queue; or it is dropped in silence. The payment after the cancellation is the classic case.

## Example
```yaml
choreography: order
correlation: order_id
events:
  order_placed: {outside: publishes}
  order_cancelled: {outside: publishes, optional: true}
services:
  shipping:
    initial: idle
    states:
      idle:
        on:
          order_placed: {to: sent}
          order_cancelled: {to: cancelled}
      sent:
        end: true
        on:
          order_cancelled: {to: cancelled}
      cancelled: {}  # here
```

## Use instead
```yaml
choreography: order
correlation: order_id
events:
  order_placed: {outside: publishes}
  order_cancelled: {outside: publishes, optional: true}
services:
  shipping:
    initial: idle
    states:
      idle:
        on:
          order_placed: {to: sent}
          order_cancelled: {to: cancelled}
      sent:
        end: true
        on:
          order_cancelled: {to: cancelled}
      cancelled:
        end: true
        on:
          order_placed: {}
```

## What it cannot see
Duplicates (C111 asks for idempotence instead) and guards over data. An event that waits in a state
from which a way leads on may wait long; only C106 and C107 say whether it waits for ever.

## Source
Unspecified receptions; Brand & Zafiropulo, On Communicating Finite-State Machines, JACM 1983.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.choreography.choreography_context import ChoreographyContext
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.source import Path


def _check(context: ChoreographyContext) -> Iterator[Finding]:
    found = context.exploration
    seen: set[tuple[str, str, str]] = set()
    for index, at in enumerate(found.reached if found else ()):
        assert found is not None
        composition = found.composition
        for message in composition.refused(at):
            state = at.states[composition.services.index(message.service)]
            key = (message.service, state, message.event)
            if key in seen:
                continue
            seen.add(key)
            path: Path = ("services", message.service, "states", state)
            yield RULE.finding(
                f"{message.event!r} can come to {message.service!r} in {state!r}, which never takes"
                " it",
                path,
                trace=found.run_to(index),
                help=f"react to it there; {message.event}: {{}} takes it and does nothing",
            )


RULE: Rule[ChoreographyContext] = Rule(
    code="C105",
    name="unspecified-reception",
    severity=Severity.ERROR,
    why="The event stays in the queue, or is dropped: either way nobody planned for it.",
    check=_check,
)
