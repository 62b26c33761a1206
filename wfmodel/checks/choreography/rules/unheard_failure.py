"""A service has acted, another fails, and the first never hears of it.

## What it does
Follows every run. Where an outcome with `failure: true` comes after another service has done a task
with a compensatable effect (of the workflow; without one, a task that some reaction `undoes`), that
service must take some event that the failure causes, directly or through others, before all come to
rest. The run is a shortest one; the finding stands at the outcome.

## Why is this bad
Stock stays reserved, seats stay blocked: nobody told the service to take its effect back.

## Example
```yaml
choreography: order
correlation: order_id
events:
  order_placed: {outside: publishes}
  order_cancelled: {outside: publishes, optional: true}
  order_declined: {outside: consumes}
  order_paid: {outside: consumes}
services:
  inventory:
    initial: idle
    states:
      idle:
        on:
          order_placed: {does: reserve, idempotent: true, to: reserved, publishes: [stock_reserved]}
      reserved:
        end: true
        on:
          order_cancelled: {undoes: reserve, idempotent: true, to: released}
      released: {}
  payment:
    initial: idle
    states:
      idle:
        on:
          stock_reserved:
            does: charge
            idempotent: true
            outcomes:
              paid: {to: settled, publishes: [order_paid]}
              declined: {to: settled, publishes: [order_declined], failure: true}  # here
      settled: {}
```

## Use instead
```yaml
choreography: order
correlation: order_id
events:
  order_placed: {outside: publishes}
  order_paid: {outside: consumes}
services:
  inventory:
    initial: idle
    states:
      idle:
        on:
          order_placed: {does: reserve, idempotent: true, to: reserved, publishes: [stock_reserved]}
      reserved:
        end: true
        on:
          order_declined: {undoes: reserve, idempotent: true, to: released}
      released: {}
  payment:
    initial: idle
    states:
      idle:
        on:
          stock_reserved:
            does: charge
            idempotent: true
            outcomes:
              paid: {to: settled, publishes: [order_paid]}
              declined: {to: settled, publishes: [order_declined], failure: true}
      settled: {}
```

## What it cannot see
Whether a service that hears of it does the right thing: that is for the workflow (C113). Failures
that are not marked.

## Source
Garcia-Molina & Salem, Sagas, SIGMOD 1987; Richardson, Microservices Patterns, 2018, ch. 4.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.choreography.choreography_context import ChoreographyContext
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: ChoreographyContext) -> Iterator[Finding]:
    found = context.exploration
    seen: set[tuple[object, ...]] = set()
    for index in found.rests if found else ():
        assert found is not None
        for each in sorted(found.reached[index].unheard):
            if (each.failure, each.service) in seen:
                continue
            seen.add((each.failure, each.service))
            yield RULE.finding(
                f"{each.failure[1]!r} can fail here after {each.service!r} has done {each.task!r},"
                f" and {each.service!r} never hears of it",
                each.failure,
                trace=found.run_to(index),
                help=f"let {each.service!r} react to an event of this failure",
            )


RULE: Rule[ChoreographyContext] = Rule(
    code="C110",
    name="unheard-failure",
    severity=Severity.ERROR,
    why="Its effect stays, although the instance has failed.",
    check=_check,
)
