"""A step reads a data item that nobody may have written yet.

## What it does
Follows every run. Where a task, a guard or a `for_each` reads an item that is not an input, some
state must have written it on every run that comes here. A task writes when it succeeds, a receive
when its event comes. Regions that run side by side do not wait for each other: what one writes, the
other cannot count on; after a join of all regions it is there.

A handler that `rollback` runs must find what it reads, too: its step may have completed, and the
item be written only later.

## Why is this bad
The step works with nothing, or with what an earlier instance left. For a handler the loss is worse:
the effect stays because nobody knows any more what to undo.

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
from dataclasses import dataclass

from wfmodel.checks.context import Context
from wfmodel.checks.data import ItemWatch, Unwritten, reads_of, writes_upon
from wfmodel.checks.rule import Rule
from wfmodel.checks.runs import Watch, shortest_run
from wfmodel.checks.uncovered import MOST_RUNS
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node, NodeKind
from wfmodel.model.workflow import DONE, TIMEOUT, Compensation


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
    yield from _lost_contexts(context, unwritten)


@dataclass(frozen=True)
class _LostContext(Watch):
    """Status 1 once the step may be done and 2 once the item is written, added up."""

    step: int
    item: str
    rollbacks: frozenset[int]

    def after(self, node: Node, event: str, status: int) -> int:
        if node.index == self.step and event in (DONE, TIMEOUT):
            status |= 1
        return status | 2 if self.item in writes_upon(node, event) else status

    def offends(self, node: Node, status: int) -> bool:
        return status == 1 and node.index in self.rollbacks


def _lost_contexts(context: Context, unwritten: Unwritten) -> Iterator[Finding]:
    rollbacks = [n for n in context.flow.nodes if n.kind is NodeKind.ROLLBACK]
    for node in context.flow.nodes if rollbacks else ():
        if node.kind is not NodeKind.COMPENSATION or not isinstance(node.state, Compensation):
            continue
        for number, item in enumerate(node.state.reads):
            covering = [n for n in rollbacks if node.scope in context.nested[n.scope]]
            nodes = frozenset(n.index for n in covering if unwritten.may_be(n, item))
            if nodes:
                yield from _lost_context(context, node, number, item, nodes)


def _lost_context(
    context: Context, node: Node, number: int, item: str, rollbacks: frozenset[int]
) -> Iterator[Finding]:
    assert node.undoes is not None
    run = shortest_run(context, _LostContext(node.undoes, item, rollbacks))
    if run is not None:
        step = context.flow.nodes[node.undoes].name
        yield RULE.finding(
            f"the handler of {step!r} reads {item!r}, which nothing has written on this path",
            (*node.path, "reads", number),
            trace=run.words,
            help=f"write {item!r} no later than {step!r} is done",
        )


RULE = Rule(
    code="D101",
    name="read-before-write",
    severity=Severity.ERROR,
    why="The step works with nothing, or with what an earlier instance left.",
    check=_check,
)
