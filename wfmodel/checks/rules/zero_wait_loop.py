"""A loop in which nothing works and nothing waits.

## What it does
Finds reachable loops of choices and states that pass at once (a wait of no time, a call whose
workflow does nothing). A loop without any exit is a `trap` and is reported as such.

## Why is this bad
Nothing in the loop changes what the choices look at, so the run that takes it once takes it for
ever, at full speed: a livelock that costs a transition per turn.

## Example
```yaml
name: order
initial: paid
states:
  paid:  # here
    kind: choice
    branches: [{when: the payment has arrived, next: shipped}]
    default: again
  again: {kind: wait, duration: 0s, next: paid}
  shipped: {kind: final}
```

## Use instead
```yaml
name: order
initial: paid
states:
  paid:
    kind: choice
    branches: [{when: the payment has arrived, next: shipped}]
    default: again
  again: {kind: wait, duration: 1m, next: paid}
  shipped: {kind: final}
```

## What it cannot see
Formats in which a passing state computes (Amazon's Pass with a counter): there the data does
change, and the loop is only as long as its count. So it is information only in imported files.

## Source
Livelock in model checking; van der Aalst et al. (2011), on loops without progress.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.graph_search import strong_components
from wfmodel.checks.offending_run import Reaches, shortest_run
from wfmodel.checks.rule import Rule
from wfmodel.checks.uncovered import MOST_RUNS
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import NodeKind
from wfmodel.wording.counting import listed

_INSTANT = (NodeKind.CHOICE, NodeKind.PASS)


def _check(context: Context) -> Iterator[Finding]:
    nodes = context.flow.nodes
    instant = [i for i in sorted(context.reachable) if nodes[i].kind in _INSTANT]
    runs = 0
    for members in strong_components(instant, lambda index: _targets(context, index)):
        targets = {target for index in members for target in _targets(context, index)}
        loops = len(members) > 1 or members[0] in targets
        if loops and not targets <= set(members):
            runs += 1
            yield _finding(context, members, with_run=runs <= MOST_RUNS)


def _targets(context: Context, index: int) -> tuple[int, ...]:
    return tuple(edge.target for edge in context.flow.nodes[index].edges)


def _finding(context: Context, members: tuple[int, ...], *, with_run: bool) -> Finding:
    run = shortest_run(context, Reaches(frozenset(members))) if with_run else None
    first = context.flow.nodes[members[0] if run is None else run.node]
    names = [context.flow.nodes[index].name for index in members]
    return RULE.finding(
        f"nothing works and nothing waits in the loop of {listed(names)}",
        first.path,
        trace=() if run is None else run.words,
        help="wait in the loop, or do in it what ends it",
    )


RULE = Rule(
    code="S113",
    name="zero-wait-loop",
    severity=Severity.WARNING,
    why="A run that takes the loop once takes it for ever, at full speed.",
    check=_check,
)
