"""A step reads a data item that nobody may have written yet.

## What it does
Follows every run. Where a task, a guard or a `for_each` reads an item that is not an input, some
state must have written it on every run that comes here. A task writes when it succeeds, a receive
when its event comes. Regions that run side by side do not wait for each other: what one writes, the
other cannot count on; after a join of all regions it is there.

What a handler that `rollback` runs must find is lost-context's.

## Why is this bad
The step works with nothing, or with what an earlier instance left.

## Example
```yaml
name: order
initial: size
states:
  size:
    kind: choice
    branches: [{when: worth insuring, next: insure}]
    default: ship
  insure: {kind: task, service: insurer, writes: [policy], next: ship}
  ship:
    kind: task
    service: warehouse
    reads: [policy]  # here
    next: shipped
  shipped: {kind: final}
```

## Use instead
```yaml
name: order
initial: size
states:
  size:
    kind: choice
    branches: [{when: worth insuring, next: insure}]
    default: waive
  insure: {kind: task, service: insurer, writes: [policy], next: ship}
  waive: {kind: task, service: orders, writes: [policy], next: ship}
  ship:
    kind: task
    service: warehouse
    reads: [policy]
    next: shipped
  shipped: {kind: final}
```

## What it cannot see
Guards: every branch counts as possible. Items that nothing in the workflow writes are taken as
inputs, unless `data` is declared; then `input: true` says so.

## Source
Definite assignment (Gosling et al., *The Java Language Specification*, ch. 16), carried over to
fork and join; Trčka, van der Aalst & Sidorova, *Data-flow anti-patterns*, CAiSE 2009.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.data_items import ItemWatch, Unwritten, reads_of
from wfmodel.checks.offending_run import shortest_run
from wfmodel.checks.rule import Rule
from wfmodel.checks.uncovered import MOST_RUNS
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    unwritten = Unwritten(context)
    suspects = [
        read
        for node in context.flow.nodes
        for read in reads_of(node)
        if unwritten.may_be(node, read.item)
    ]
    for read in suspects[:MOST_RUNS]:
        run = shortest_run(context, ItemWatch(read.item, frozenset({read.node.index})))
        if run is not None:
            yield RULE.finding(
                f"{read.node.name!r} reads {read.item!r}, which nothing has written on this path",
                read.path,
                trace=run.words,
                help=f"write {read.item!r} on every path, or declare it as input",
            )


RULE = Rule(
    code="D101",
    name="read-before-write",
    severity=Severity.ERROR,
    why="The step works with nothing, or with what an earlier instance left.",
    check=_check,
)
