"""After the pivot, alternatives fail into one another for ever.

## What it does
Looks at what can follow a pivot. Where a permanent failure of a step leads, by way of alternatives,
back to that step, and no answer from outside is awaited on the way, the process is not guaranteed
to end: one of the alternatives must consist of steps that cannot fail for good.

## Why is this bad
After the pivot there is no way back, so each failure needs another way on. Ways that all can fail,
in a circle, are none: the instance runs for ever, or until somebody stops it half done.

## Example
```yaml
name: order
initial: pay
states:
  pay: {kind: task, service: bank, effect: pivot, next: by-mail}
  by-mail:  # here
    kind: task
    service: mail
    failures: {bounced: {kind: business}}
    next: sent
    on: {bounced: by-phone}
  by-phone:
    kind: task
    service: phone
    failures: {no-answer: {kind: business}}
    next: sent
    on: {no-answer: by-mail}
  sent: {kind: final}
```

## Use instead
```yaml
name: order
initial: pay
states:
  pay: {kind: task, service: bank, effect: pivot, next: by-mail}
  by-mail:
    kind: task
    service: mail
    failures: {bounced: {kind: business}}
    next: sent
    on: {bounced: by-letter}
  by-letter: {kind: task, service: post, effect: retriable, next: sent}
  sent: {kind: final}
```

## What it cannot see
That a permanent failure mends itself with time: then it is a transient one.

## Source
Schuldt, Alonso, Beeri & Schek, *Atomicity and isolation for transactional processes*, TODS 2002
(guaranteed termination). W10 of the project's catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.graph_search import strong_components
from wfmodel.checks.pivots import after_pivot, pivots
from wfmodel.checks.rule import Rule
from wfmodel.model.failures import FailureKind
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node, NodeKind
from wfmodel.model.workflow import DONE, TIMEOUT, Task
from wfmodel.wording.counting import listed


def _check(context: Context) -> Iterator[Finding]:
    told: set[int] = set()
    for pivot in pivots(context):
        region = after_pivot(context, pivot).region
        for members in strong_components(region, context.follows):
            failing = _failing_into(context, members)
            if failing is not None and failing.index not in told:
                told |= set(members)
                names = [context.flow.nodes[index].name for index in members]
                yield RULE.finding(
                    f"after the pivot {pivot.name!r}, {listed(names)} can fail into one another for"
                    " ever",
                    failing.path,
                    help="end the alternatives with a step that succeeds if it is retried",
                )


def _failing_into(context: Context, members: tuple[int, ...]) -> Node | None:
    """The first step of a component with a permanent failure that stays in it."""
    inside = set(members)
    nodes = [context.flow.nodes[index] for index in members]
    if any(node.kind is NodeKind.RECEIVE for node in nodes):
        return None
    for node in nodes:
        for edge in context.edges[node.index]:
            if edge.target in inside and _is_permanent(node, edge.event):
                return node
    return None


def _is_permanent(node: Node, event: str) -> bool:
    if not isinstance(node.state, Task) or event in (DONE, TIMEOUT):
        return False
    mode = node.state.failures.get(event)
    return mode is not None and mode.kind is FailureKind.BUSINESS


RULE = Rule(
    code="W10",
    name="endless-alternatives",
    severity=Severity.WARNING,
    why="After the pivot every failure needs a way on that ends.",
    check=_check,
)
