"""Compensations run in another order than the reverse of their steps.

## What it does
Looks at states that are marked `compensates`. Where a run does A and then B, and compensates both,
B must be compensated first. Steps of two regions that run side by side have no order. (`rollback`
runs handlers latest first by itself.)

## Why is this bad
B was built on what A did. Taking A away first leaves B without its ground: a seat on a flight that
is cancelled, a shipment out of a warehouse that has its goods back.

## Example
```yaml
name: trip
initial: flight
states:
  flight: {kind: task, service: air, effect: compensatable, next: seat}
  seat: {kind: task, service: air, effect: compensatable, next: pay}
  pay:
    kind: task
    service: bank
    effect: pivot
    failures: {declined: {kind: business}}
    next: booked
    on: {declined: drop-flight}
  drop-flight: {kind: task, service: air, compensates: flight, next: drop-seat}
  drop-seat:  # here
    kind: task
    service: air
    compensates: seat
    next: dropped
  booked: {kind: final}
  dropped: {kind: final, outcome: aborted}
```

## Use instead
```yaml
name: trip
initial: flight
states:
  flight: {kind: task, service: air, effect: compensatable, next: seat}
  seat: {kind: task, service: air, effect: compensatable, next: pay}
  pay:
    kind: task
    service: bank
    effect: pivot
    failures: {declined: {kind: business}}
    next: booked
    on: {declined: drop-seat}
  drop-seat: {kind: task, service: air, compensates: seat, next: drop-flight}
  drop-flight: {kind: task, service: air, compensates: flight, next: dropped}
  booked: {kind: final}
  dropped: {kind: final, outcome: aborted}
```

## What it cannot see
That two steps have nothing to do with each other: then their order does not matter, and a
suppression with that reason says so.

## Source
Garcia-Molina & Salem, *Sagas* (1987): C_n … C_1; BPMN 2.0.2, 10.7 (reverse order of completion);
WS-BPEL 2.0, SA00082. W5 of the project's catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from wfmodel.checks.context import Context
from wfmodel.checks.crossings import RunWatch
from wfmodel.checks.graph_search import marks_ahead
from wfmodel.checks.offending_run import shortest_run
from wfmodel.checks.rule import Rule
from wfmodel.checks.uncovered import MOST_RUNS
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node, NodeKind
from wfmodel.model.workflow import DONE


@dataclass(frozen=True)
class _Order(RunWatch):
    """Status 1: A is done; 2: and B after it; 3: and A compensated while B stands; 4: B first."""

    a: int
    b: int

    def after(self, node: Node, event: str, status: int) -> int:
        """By what has been done and undone."""
        if event != DONE or node.kind is not NodeKind.TASK:
            return status
        if node.undoes is None:
            if node.index == self.a:
                return {0: 1, 3: 2}.get(status, status)
            if node.index == self.b:
                return {0: 4, 1: 2}.get(status, status)
            return status
        if node.undoes == self.a:
            return {1: 0, 2: 3}.get(status, status)
        return {2: 1, 3: 0, 4: 0}.get(status, status) if node.undoes == self.b else status

    def offends(self, node: Node, status: int) -> bool:
        """On coming to B's compensation after A's."""
        return status == 3 and node.kind is NodeKind.TASK and node.undoes == self.b


def _check(context: Context) -> Iterator[Finding]:
    found: set[int] = set()
    runs = 0
    for a, b in _suspects(context):
        if b.index in found:
            continue
        runs += 1
        if runs > MOST_RUNS:
            return
        run = shortest_run(context, _Order(a.index, b.index))
        if run is not None:
            found.add(b.index)
            compensation = context.flow.nodes[run.node]
            yield RULE.finding(
                f"{b.name!r} came after {a.name!r}, and is compensated after it on this path",
                compensation.path,
                trace=run.words,
                help=f"compensate {b.name!r} before {a.name!r}",
            )


def _suspects(context: Context) -> Iterator[tuple[Node, Node]]:
    """Steps A and B with B after A, and a compensation of B after one of A: a sound filter."""
    nodes = context.flow.nodes
    undoing: dict[int, list[int]] = {}
    for node, step in context.flow.undoings():
        undoing.setdefault(step.index, []).append(node.index)
    if len(undoing) < 2:
        return
    bit = {undone: 1 << number for number, undone in enumerate(undoing)}
    everything = range(len(nodes))
    steps_ahead = marks_ahead(everything, context.follows, bit)
    undos = {u: bit[undone] for undone, compensations in undoing.items() for u in compensations}
    undone_ahead = marks_ahead(everything, context.follows, undos)
    for a, compensations in undoing.items():
        later = steps_ahead[a] & reduce(or_, (undone_ahead[u] for u in compensations))
        for b in undoing if later & ~bit[a] else ():
            if a != b and later & bit[b]:
                yield nodes[a], nodes[b]


RULE = Rule(
    code="W5",
    name="compensation-out-of-order",
    severity=Severity.WARNING,
    why="A later step was built on an earlier one, which is taken away first.",
    check=_check,
)
