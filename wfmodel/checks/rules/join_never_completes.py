"""A join waits for more regions than can ever succeed.

## What it does
Counts the regions that have a run to a `succeeded` end. Where they are fewer than the join needs,
its `next` is never taken.

An *error*, unless the failure is handled by more than a failed end: then it may be what is wanted,
as where regions race and the first one "fails" to end it. That is a *warning*, for what follows
`next` is dead; it is *information* where other ways lead there, or where only an end is dead and
the failure leads to a successful one. So it is where a region runs `for_each` item: without items
the join goes on at once.

## Why is this bad
Everything behind the parallel state is dead, and every instance that comes here fails. Looked at
one by one, each region is fine.

## Example
```yaml
name: order
initial: both
states:
  both:  # here
    kind: parallel
    regions:
      - initial: a
        states: {a: {kind: task, service: s, next: ok}, ok: {kind: final}}
      - initial: b
        states: {b: {kind: task, service: t, next: bad}, bad: {kind: final, outcome: failed}}
    next: done
    on: {failure: refused}
  done: {kind: final}
  refused: {kind: final, outcome: failed}
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
        states: {a: {kind: task, service: s, next: ok}, ok: {kind: final}}
      - initial: b
        states: {b: {kind: task, service: t, next: fine}, fine: {kind: final}}
    next: done
  done: {kind: final}
```

## What it cannot see
Guards: every branch counts as possible.

## Source
*Option to complete*: van der Aalst et al., *Soundness of workflow nets*, Formal Aspects of
Computing 23 (2011). Regions are judged one by one, so thirty cost thirty times one.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context, succeeded
from wfmodel.checks.rule import Rule
from wfmodel.checks.soundness import liveness_of, may_be_empty
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node, NodeKind
from wfmodel.model.workflow import DONE, FAILURE


def _check(context: Context) -> Iterator[Finding]:
    for node, state in context.flow.forks():
        if node.index not in liveness_of(context).entered:
            continue
        known = not any(scope in _broken(context) for scope in node.regions)
        if known and not liveness_of(context).can_join(node):
            able = liveness_of(context).wells[node.index] * state.copies
            yield RULE.finding(
                f"the join of {node.name!r} needs {state.needed} regions to succeed, and"
                f" {able} can",
                node.path,
                severity=_severity(context, node),
                help="give every region an end that succeeded, or let the join need fewer",
            )


def _severity(context: Context, fork: Node) -> Severity:
    nodes, entered = context.flow.nodes, liveness_of(context).entered
    ways = {edge.event: edge.target for edge in fork.edges}
    done, failure = ways.get(DONE), ways.get(FAILURE)
    if may_be_empty(fork):
        return Severity.INFO
    if failure is None or nodes[failure].implicit:
        return Severity.ERROR
    if done in entered:
        return Severity.INFO
    if nodes[failure].kind is NodeKind.FINAL and not succeeded(nodes[failure]):
        return Severity.ERROR
    only_ends = done is not None and nodes[done].kind is NodeKind.FINAL
    loses_nothing = only_ends and _succeeds(context, failure)
    return Severity.INFO if loses_nothing else Severity.WARNING


def _succeeds(context: Context, start: int) -> bool:
    """Whether a node leads to a successful end of its scope."""
    nodes, seen, waiting = context.flow.nodes, {start}, [start]
    while waiting:
        index = waiting.pop()
        if nodes[index].kind is NodeKind.FINAL and succeeded(nodes[index]):
            return True
        onward = {edge.target for edge in context.edges[index]} - seen
        seen |= onward
        waiting += onward
    return False


def _broken(context: Context) -> frozenset[int]:
    """Scopes that do not end for a reason that other rules report: a lost name, a dead end."""
    nodes = context.flow.nodes
    broken = {nodes[index].scope for index in context.broken}
    broken |= {node.scope for node in nodes if _is_dead_end(node)}
    return frozenset(
        scope.index
        for scope in context.flow.scopes
        if scope.initial is None or context.nested[scope.index] & broken
    )


def _is_dead_end(node: Node) -> bool:
    working = node.kind in (NodeKind.TASK, NodeKind.WAIT, NodeKind.PASS, NodeKind.FORK)
    return working and not any(edge.event == DONE for edge in node.edges)


RULE = Rule(
    code="S150",
    name="join-never-completes",
    severity=Severity.ERROR,
    why="Everything behind the parallel state is dead.",
    check=_check,
)
