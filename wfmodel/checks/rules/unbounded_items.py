"""A loop over items does not say how many items there can be.

## What it does
Reports `for_each` without `copies` (or with 1): one copy of the region then stands for all.

## Why is this bad
What many copies do together is not looked at: load on a service, a join of many, a race of one item
with another. A list that comes from outside has no bound of its own.

## Example
```yaml
name: order
initial: parcels
states:
  parcels:
    kind: parallel
    for_each: parcels  # here
    regions:
      - {initial: ship, states: {ship: {kind: task, service: carrier, next: ok}, ok: {kind: final}}}
    next: done
  done: {kind: final}
```

## Use instead
```yaml
name: order
initial: parcels
states:
  parcels:
    kind: parallel
    for_each: parcels
    copies: 5
    regions:
      - {initial: ship, states: {ship: {kind: task, service: carrier, next: ok}, ok: {kind: final}}}
    next: done
  done: {kind: final}
```

## What it cannot see
Whether the bound that is declared holds.

## Source
Amazon States Language, *Map state* (MaxConcurrency bounds how many run at once, not how many there
are); workflow pattern 14, *Multiple instances with a priori run-time knowledge*.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.workflow import Parallel


def _check(context: Context) -> Iterator[Finding]:
    for node in context.flow.nodes:
        if isinstance(node.state, Parallel) and node.state.for_each and node.state.copies == 1:
            yield RULE.finding(
                f"how many items {node.name!r} can have is not declared: one copy stands for all",
                (*node.path, "for_each"),
                help="say with copies how many there can be",
            )


RULE = Rule(
    code="S117",
    name="unbounded-items",
    severity=Severity.INFO,
    why="What many copies do together is not looked at.",
    check=_check,
)
