"""A handler that must not run twice is given events at least once.

## What it does
Under `delivery: at-least-once` (the default), reports every reaction that does or undoes a task and
is not `idempotent`, unless the workflow says that the task is.

## Why is this bad
After a lost acknowledgement the event comes again: the card is charged a second time.

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
          order_placed:  # here
            does: charge
            to: settled
      settled: {}
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
            does: charge
            idempotent: true
            to: settled
      settled: {}
```

## What it cannot see
Whether a handler that says so is idempotent, and handlers with effects that they do not name.

## Source
Hohpe & Woolf, Enterprise Integration Patterns, 2003: Idempotent Receiver.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.choreography.choreography_context import ChoreographyContext
from wfmodel.checks.rule import Rule
from wfmodel.model.declared_choreography import Guarantee, ServiceReaction
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.workflow import Task


def _check(context: ChoreographyContext) -> Iterator[Finding]:
    if context.choreography.delivery is not Guarantee.AT_LEAST_ONCE:
        return
    for service, path, reaction in context.reactions:
        what = reaction.does or reaction.undoes
        if what is not None and not reaction.idempotent and not _is_harmless(context, reaction):
            verb = "does" if reaction.does else "undoes"
            yield RULE.finding(
                f"{service!r} {verb} {what!r} upon {path[-1]!r}, which may come twice, and is not"
                " idempotent",
                path,
                help="make it idempotent by the event's identity, and say idempotent: true",
            )


def _is_harmless(context: ChoreographyContext, reaction: ServiceReaction) -> bool:
    node = context.tasks.get(reaction.does or reaction.undoes or "")
    if node is None:
        return False
    handler = context.handler_of(node)
    if reaction.undoes is not None:
        return handler is not None and handler.idempotent
    return isinstance(node.state, Task) and node.state.idempotent


RULE: Rule[ChoreographyContext] = Rule(
    code="C111",
    name="non-idempotent-handler",
    severity=Severity.WARNING,
    why="Every broker delivers twice one day; then the effect happens twice.",
    check=_check,
)
