"""A run that comes here never ends.

## What it does
Finds, in the workflow and in every region, the states that can be reached but from which no
declared end can be. Each smallest set of states that a run cannot leave is reported once, with the
shortest run into it. A failure that nothing handles does not count as a way out.

A loop in a region that its siblings cancel (`join: any` or n of m, with `siblings: cancel`) is
meant to run until it is cancelled, and is not reported.

## Why is this bad
The instance stays open for ever. It holds what it has reserved, and no time-out of the workflow's
own will ever speak of it.

## Example
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    failures: {no_funds: {kind: business}}
    next: shipped
    on: {no_funds: remind}
  remind:  # here
    kind: task
    service: mail
    next: pause
  pause: {kind: wait, duration: 1d, next: remind}
  shipped: {kind: final}
```

## Use instead
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    failures: {no_funds: {kind: business}}
    next: shipped
    on: {no_funds: remind}
  remind:
    kind: task
    service: mail
    next: pause
  pause: {kind: wait, duration: 1d, next: pay}
  shipped: {kind: final}
```

## What it cannot see
A loop whose exit is a guard that never holds.

## Source
Soundness, option to complete: van der Aalst et al., *Soundness of workflow nets*, Formal Aspects of
Computing 23 (2011).
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.graph_search import search_from, strong_components
from wfmodel.checks.offending_run import Reaches, shortest_run
from wfmodel.checks.rule import Rule
from wfmodel.checks.uncovered import MOST_RUNS
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node, NodeKind, Scope
from wfmodel.model.workflow import DONE, Final, Parallel
from wfmodel.wording.counting import listed


def _check(context: Context) -> Iterator[Finding]:
    runs = 0
    for scope in context.flow.scopes:
        if _is_cancelled(context, scope):
            continue
        for members in _traps(context, scope):
            runs += 1
            yield _finding(context, members, with_run=runs <= MOST_RUNS)


def _is_cancelled(context: Context, scope: Scope) -> bool:
    if scope.fork is None:
        return False
    state = context.flow.nodes[scope.fork].state
    assert isinstance(state, Parallel)
    return state.siblings == "cancel" and state.needed < state.width


def _traps(context: Context, scope: Scope) -> Iterator[tuple[int, ...]]:
    """Smallest sets of reachable states that a run cannot leave and that hold no end."""
    inside = [n for n in context.flow.in_scope(scope.index) if n.index in context.reachable]
    sources: dict[int, list[int]] = {}
    for node in inside:
        for target in _ways_on(context, node):
            sources.setdefault(target, []).append(node.index)
    exits = [node.index for node in inside if _is_exit(context, node)]
    ending = search_from(exits, lambda index: sources.get(index, ()))
    stuck = [n.index for n in inside if n.index not in ending and _is_visible(n)]
    for members in strong_components(
        stuck, lambda index: _ways_on(context, context.flow.nodes[index])
    ):
        targets = {t for i in members for t in _ways_on(context, context.flow.nodes[i])}
        if targets <= set(members):
            yield members


def _ways_on(context: Context, node: Node) -> tuple[int, ...]:
    """Targets in the same scope; a failure that nothing handles leads nowhere."""
    edges = (edge.target for edge in node.edges if not edge.implicit or edge.event == DONE)
    return (*edges, *context.repaired.get(node.index, ()))


def _is_exit(context: Context, node: Node) -> bool:
    """An end, or a state that other rules report: a dead end, a way that is not known."""
    if node.kind is NodeKind.FINAL or node.index in context.broken:
        return True
    return not _ways_on(context, node) or _is_dead_end(node)


def _is_dead_end(node: Node) -> bool:
    return getattr(node.state, "next", "") is None and not isinstance(node.state, Final)


def _is_visible(node: Node) -> bool:
    return node.kind not in (NodeKind.COMPENSATION, NodeKind.ROLLBACK)


def _finding(context: Context, members: tuple[int, ...], *, with_run: bool) -> Finding:
    run = shortest_run(context, Reaches(frozenset(members))) if with_run else None
    first = context.flow.nodes[members[0] if run is None else run.node]
    others = [context.flow.nodes[i].name for i in members if i != first.index]
    where = f"{first.name!r}" if not others else f"{first.name!r}, with {listed(others)},"
    return RULE.finding(
        f"a run that comes to {where} never ends",
        first.path,
        trace=() if run is None else run.words,
        help="lead a transition to an end",
    )


RULE = Rule(
    code="S111",
    name="trap",
    severity=Severity.ERROR,
    why="The instance stays open for ever, and holds what it has reserved.",
    check=_check,
)
