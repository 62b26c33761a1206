"""An event is left over when everybody has come to its end.

## What it does
Explores what services and events in flight can do, and reports an event that still waits for a
service when all are in ends and nothing more happens. The service could take it in a later state,
but nothing leads there any more (else it is C105). The run is a shortest one.

## Why is this bad
The event stays in the queue. The next thing that moves the service, a replay or a late answer,
makes it act on an event of long ago.

## Example
```yaml
choreography: order
correlation: order_id
events:
  order_placed: {outside: publishes}
services:
  payment:
    initial: idle
    states:
      idle:
        on:
          order_placed:
            outcomes:
              paid: {to: settled, publishes: [order_paid]}
              declined: {to: settled, publishes: [order_declined]}
      settled: {}
  warehouse:
    initial: idle
    states:
      idle:
        end: true
        on:
          order_paid: {to: packing}
      packing:
        end: true
        on:
          order_declined: {to: cleared}  # here
      cleared: {}
```

## Use instead
```yaml
choreography: order
correlation: order_id
events:
  order_placed: {outside: publishes}
  order_declined: {outside: consumes}
services:
  payment:
    initial: idle
    states:
      idle:
        on:
          order_placed:
            outcomes:
              paid: {to: settled, publishes: [order_paid]}
              declined: {to: settled, publishes: [order_declined]}
      settled: {}
  warehouse:
    initial: idle
    states:
      idle:
        end: true
        on:
          order_paid: {to: packed}
      packed: {}
```

## What it cannot see
Events that are lost or come twice, and guards over data.

## Source
Orphan messages; Lange, Tuosto & Yoshida, From Communicating Machines to Graphical Choreographies,
POPL 2015.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.choreography.choreography_context import ChoreographyContext
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: ChoreographyContext) -> Iterator[Finding]:
    found = context.exploration
    seen: set[tuple[str, str]] = set()
    for index in found.rests if found else ():
        assert found is not None
        at, composition = found.reached[index], found.composition
        refused = composition.refused(at)
        for message, _ in at.bag:
            key = (message.event, message.service)
            if composition.waiting(at) or message in refused or key in seen:
                continue
            seen.add(key)
            state = at.states[composition.services.index(message.service)]
            paths = context.consumed[message.event]
            yield RULE.finding(
                f"{message.event!r} is left over: {message.service!r} has come to rest in {state!r}"
                " and does not take it there",
                next(path for path in paths if path[1] == message.service),
                trace=found.run_to(index),
                help=f"let {state!r} react to it, or do not publish it on this way",
            )


RULE: Rule[ChoreographyContext] = Rule(
    code="C106",
    name="orphan-message",
    severity=Severity.WARNING,
    why="It lies in the queue until something takes it by mistake.",
    check=_check,
)
