"""Two regions that run side by side write the same data item.

## What it does
Reports items that states of two regions of one parallel state write, wherever in the regions.

## Why is this bad
The last one wins, and which one that is changes from run to run: a lost update.

## Example
```yaml
name: order
initial: both
states:
  both:
    kind: parallel
    regions:
      - initial: a
        states: {a: {kind: task, service: s, writes: [price], next: ok}, ok: {kind: final}}
      - initial: b
        states: {b: {kind: task, service: t, writes: [price], next: ok}, ok: {kind: final}}  # here
    next: use
  use: {kind: task, service: u, reads: [price], next: done}
  done: {kind: final}
```

## Use instead
```yaml
name: order
initial: both
states:
  both:
    kind: parallel
    regions:
      - initial: a
        states: {a: {kind: task, service: s, writes: [price], next: ok}, ok: {kind: final}}
      - initial: b
        states: {b: {kind: task, service: t, writes: [tax], next: ok}, ok: {kind: final}}
    next: use
  use: {kind: task, service: u, reads: [price, tax], next: done}
  done: {kind: final}
```

## What it cannot see
Copies of one region (`for_each`): whether each writes an entry of its own is not declared. Whether
two choices exclude each other.

## Source
Bernstein's conditions (1966); Trčka, van der Aalst & Sidorova, *Data-flow anti-patterns*, CAiSE
2009 (*conflicting data*).
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.data_items import writes_upon
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node
from wfmodel.model.source import Path
from wfmodel.model.workflow import DONE


def _check(context: Context) -> Iterator[Finding]:
    for fork, _ in context.flow.forks():
        if len(fork.regions) < 2:
            continue
        first: dict[str, tuple[int, Node]] = {}
        for region in fork.regions:
            for node, item, path in _writes(context, region):
                owner, writer = first.setdefault(item, (region, node))
                if owner != region:
                    yield RULE.finding(
                        f"{node.name!r} and {writer.name!r} may run at once; both write {item!r}",
                        path,
                        help="let each write an item of its own, and join them afterwards",
                        related=((writer.path, "the other"),),
                    )


def _writes(context: Context, region: int) -> Iterator[tuple[Node, str, Path]]:
    for node in context.inside(region):
        if node.index in context.reachable:
            items = dict.fromkeys((*writes_upon(node, DONE), *writes_upon(node, "")))
            for number, item in enumerate(items):
                yield node, item, (*node.path, "writes", number)


RULE = Rule(
    code="D104",
    name="parallel-write-conflict",
    severity=Severity.WARNING,
    why="The last one wins, and which one that is changes from run to run.",
    check=_check,
)
