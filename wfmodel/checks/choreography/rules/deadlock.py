"""Services wait, and nothing can come any more.

## What it does
Explores what services and events in flight can do, and reports a service that is in no end when
nothing more happens. A state is an end if it has no reactions, or says `end: true`. The run is a
shortest one. It is not reported again where C104 or C105 says what is missing.

## Why is this bad
Each service waits for another. No error is raised, no handler fails; only a time-out that nobody
declared would find it.

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
              declined: {to: settled}
      settled: {}
  shipping:
    initial: idle
    states:
      idle:  # here
        on:
          order_paid: {to: sent}
      sent: {}
```

## Use instead
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
  shipping:
    initial: idle
    states:
      idle:
        on:
          order_paid: {to: sent}
          order_declined: {to: never}
      sent: {}
      never: {}
```

## What it cannot see
Lost events: a service that waits for the only copy waits for ever, too. Events of the outside are
taken to come unless they are `optional`.

## Source
Deadlock configurations; Brand & Zafiropulo, On Communicating Finite-State Machines, JACM 1983.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.choreography.choreography_context import ChoreographyContext
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.wording.counting import listed


def _check(context: ChoreographyContext) -> Iterator[Finding]:
    found = context.exploration
    seen: set[tuple[str, str]] = set()
    for index in found.rests if found else ():
        assert found is not None
        at, composition = found.reached[index], found.composition
        waiting = composition.waiting(at)
        where = {name: at.states[composition.services.index(name)] for name in waiting}
        if not waiting or composition.refused(at) or not seen.isdisjoint(where.items()):
            continue
        awaited = {n: context.choreography.services[n].states[s].on for n, s in where.items()}
        if any(event not in context.published for on in awaited.values() for event in on):
            continue  # C104 says it
        seen.update(where.items())
        first = waiting[0]
        others = f" (so do {listed(waiting[1:])})" if len(waiting) > 1 else ""
        yield RULE.finding(
            f"{first!r} waits in {where[first]!r} for {listed(tuple(awaited[first]))}, and nothing"
            f" more comes{others}",
            ("services", first, "states", where[first]),
            trace=found.run_to(index),
            help="publish on this way what it waits for, or say end: true if it may stay there",
        )


RULE: Rule[ChoreographyContext] = Rule(
    code="C107",
    name="deadlock",
    severity=Severity.ERROR,
    why="The instance stays open for ever, and holds what it has reserved.",
    check=_check,
)
