"""State and events are written apart.

## What it does
Under `publishing: dual-write`, reports the choreography once if a reaction changes its service's
state or does a task, and publishes; the others are listed.

## Why is this bad
A service that crashes after its own commit and before it has published has acted, and nobody learns
of it: the instance hangs. The other order announces what then never happens.

## Example
```yaml
choreography: order
correlation: order_id
publishing: dual-write  # here
events:
  order_placed: {outside: publishes}
  stock_reserved: {outside: consumes}
services:
  inventory:
    initial: idle
    states:
      idle:
        on:
          order_placed: {to: reserved, publishes: [stock_reserved]}
      reserved: {}
```

## Use instead
```yaml
choreography: order
correlation: order_id
publishing: outbox
events:
  order_placed: {outside: publishes}
  stock_reserved: {outside: consumes}
services:
  inventory:
    initial: idle
    states:
      idle:
        on:
          order_placed: {to: reserved, publishes: [stock_reserved]}
      reserved: {}
```

## What it cannot see
Services that differ: `publishing` is one choice for all. How often it happens is for the simulation
(`publishing` among the knobs).

## Source
Richardson, Microservices Patterns, 2018, ch. 3: Transactional outbox.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.choreography.choreography_context import ChoreographyContext
from wfmodel.checks.rule import Rule
from wfmodel.model.declared_choreography import Announcing
from wfmodel.model.findings import Finding, Severity
from wfmodel.wording.counting import counted


def _check(context: ChoreographyContext) -> Iterator[Finding]:
    if context.choreography.publishing is not Announcing.DUAL_WRITE:
        return
    torn = [
        (path, f"{service} acts and publishes")
        for service, path, reaction in context.reactions
        if any(
            way.publishes and (reaction.does or reaction.undoes or way.to is not None)
            for way in reaction.ways().values()
        )
    ]
    if torn:
        count = counted(len(torn), "reaction")
        yield RULE.finding(
            f"dual write: {count} can act without publishing, or publish without acting",
            ("publishing",),
            help="write the events with the state in one transaction (outbox)",
            related=tuple(torn),
        )


RULE: Rule[ChoreographyContext] = Rule(
    code="C112",
    name="dual-write",
    severity=Severity.WARNING,
    why="A crash between the two writes leaves the event out, or the state behind.",
    check=_check,
)
