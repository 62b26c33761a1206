"""A compensation needs data that nothing has written when it runs.

## What it does
Follows every run on which a step is done, or timed out and may be, to a `rollback` that runs its
handler. What the handler reads must be written by then: by the step itself when it succeeds, or by
an earlier state.

## Why is this bad
The effect stays because nobody knows any more what to undo: the booking number was to be stored by
a step that never came.

## Example
```yaml
name: order
initial: book
states:
  book:
    kind: task
    service: hotel
    effect: compensatable
    compensation:
      action: cancel
      reads: [booking]  # here
    next: check
  check:
    kind: task
    service: fraud
    failures: {suspicious: {kind: business}}
    next: store
    on: {suspicious: rollback}
  store: {kind: task, service: orders, writes: [booking], next: done}
  done: {kind: final}
```

## Use instead
```yaml
name: order
initial: book
states:
  book:
    kind: task
    service: hotel
    effect: compensatable
    writes: [booking]
    compensation:
      action: cancel
      reads: [booking]
    next: check
  check:
    kind: task
    service: fraud
    failures: {suspicious: {kind: business}}
    next: done
    on: {suspicious: rollback}
  done: {kind: final}
```

## What it cannot see
Guards: every branch counts as possible. Items that nothing in the workflow writes are taken as
inputs, unless `data` is declared; then `input: true` says so. Explicit compensations are tasks:
what they read is read-before-write's.

## Source
WS-BPEL 2.0, 12.4.4 (a compensation handler sees the data of its scope's completion).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wfmodel.checks.context import Context
from wfmodel.checks.crossings import RunWatch
from wfmodel.checks.data_items import Unwritten, writes_upon
from wfmodel.checks.offending_run import shortest_run
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node, NodeKind
from wfmodel.model.workflow import DONE, TIMEOUT, Compensation


@dataclass(frozen=True)
class _LostContext(RunWatch):
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


def _check(context: Context) -> Iterator[Finding]:
    unwritten = Unwritten(context)
    for node in context.flow.nodes if context.rollbacks else ():
        if node.kind is not NodeKind.COMPENSATION or not isinstance(node.state, Compensation):
            continue
        for number, item in enumerate(node.state.reads):
            covering = context.rollbacks_over(node)
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
    code="D105",
    name="lost-context",
    severity=Severity.ERROR,
    why="The effect stays because nobody knows any more what to undo.",
    check=_check,
)
