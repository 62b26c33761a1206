"""A loop that only data can end, and nothing in the loop changes that data.

## What it does
Looks at loops whose every exit is a branch of a choice. Where the items that those choices read are
known (`guard`, or `reads`), some state of the loop must write one of them: a task that succeeds, or
a receive whose event comes.

## Why is this bad
The choice answers the same at every turn. A run that stays once stays for ever, and repeats the
work of the loop each time.

## Example
```yaml
name: order
initial: ask
states:
  ask: {kind: task, service: supplier, writes: [offer], next: wait}
  wait: {kind: wait, duration: 1h, next: enough}
  enough:  # here
    kind: choice
    branches: [{guard: offer == "good", next: ordered}]
    default: wait
  ordered: {kind: final}
```

## Use instead
```yaml
name: order
initial: ask
states:
  ask: {kind: task, service: supplier, writes: [offer], next: wait}
  wait: {kind: wait, duration: 1h, next: enough}
  enough:
    kind: choice
    branches: [{guard: offer == "good", next: ordered}]
    default: ask
  ordered: {kind: final}
```

## What it cannot see
Choices of which nothing says what they read. Data that somebody outside changes: let a receive, or
a task that asks, stand in the loop. Loops without any exit are traps (`trap`), loops without any
work or waiting are `zero-wait-loop`.

## Source
Loop variants: Dijkstra, *A Discipline of Programming* (1976); Trčka, van der Aalst & Sidorova,
*Data-flow anti-patterns*, CAiSE 2009.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.data_items import writes_upon
from wfmodel.checks.graph_search import strong_components
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node, NodeKind
from wfmodel.model.workflow import Choice
from wfmodel.wording.counting import listed


def _check(context: Context) -> Iterator[Finding]:
    nodes = context.flow.nodes
    for members in strong_components(context.reachable, context.follows):
        inside = set(members)
        leaving = [i for i in members if not set(context.follows(i)) <= inside]
        deciders = [nodes[i] for i in leaving]
        if not leaving or not any(set(context.follows(i)) & inside for i in members):
            continue
        read = [_read_by(node) for node in deciders]
        if None in read or all(nodes[i].kind in _INSTANT for i in members):
            continue
        items = {item for each in read for item in each or ()}
        if not items & _written(context, members):
            first = deciders[0]
            yield RULE.finding(
                f"{first.name!r} ends the loop by {listed(sorted(items))}, which nothing changes",
                first.path,
                help="change it in the loop, or bound the loop with a receive and a time-out",
            )


_INSTANT = (NodeKind.CHOICE, NodeKind.PASS)


def _read_by(node: Node) -> tuple[str, ...] | None:
    """Items that a choice reads; None where that is not known, or it is no choice."""
    if not isinstance(node.state, Choice):
        return None
    needs = [branch.needs for branch in node.state.branches]
    return None if () in needs else tuple(item for each in needs for item in each)


def _written(context: Context, members: tuple[int, ...]) -> set[str]:
    nodes = context.flow.nodes
    return {
        item
        for i in members
        for edge in nodes[i].edges
        for item in writes_upon(nodes[i], edge.event)
    }


RULE = Rule(
    code="S116",
    name="endless-loop",
    severity=Severity.WARNING,
    why="The choice answers the same at every turn: the run stays for ever.",
    check=_check,
)
