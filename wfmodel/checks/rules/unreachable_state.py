"""No run can come to this state.

## What it does
Searches from the initial state along every transition, and in each region from the region's initial
state, if its parallel state can be reached. States that lead only to each other are found too.
States inside an unreachable parallel state or call are not reported again.

## Why is this bad
Dead states are read, maintained and tested in vain; most often a transition was forgotten, and a
run that should have come here goes elsewhere.

## Example
```yaml
name: order
initial: pay
states:
  pay: {kind: task, service: bank, next: shipped}
  remind:  # here
    kind: wait
    duration: 1d
    next: shipped
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
    kind: wait
    duration: 1d
    next: pay
  shipped: {kind: final}
```

## What it cannot see
Guards that never hold. An event that is never raised counts as a way (and is reported itself), and
so does a parallel state whose regions never end.

## Source
State-machine validators in general; statelint and asl-validator test for incoming transitions only,
which misses unreachable cycles.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context, machine_at
from wfmodel.checks.graph_search import prefix_of
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node


def _check(context: Context) -> Iterator[Finding]:
    alive = {context.flow.nodes[index].path for index in context.reachable}
    for node in context.flow.nodes:
        if node.path in alive or not _is_state(node) or not _entered(context, node):
            continue
        yield RULE.finding(
            f"no run can come to {str(node.path[-1])!r}",
            node.path,
            help="lead a transition here, or delete the state",
        )


def _is_state(node: Node) -> bool:
    return len(node.path) >= 2 and node.path[-2] == "states"


def _entered(context: Context, node: Node) -> bool:
    """Whether runs come into the machine that holds the state (and it is known where)."""
    initial = machine_at(context.workflow, node.path[:-2]).initial
    first = context.flow.by_name.get(prefix_of(node) + initial)
    return first is not None and first in context.reachable


RULE = Rule(
    code="S110",
    name="unreachable-state",
    severity=Severity.ERROR,
    why="Dead states are maintained in vain; most often a transition was forgotten.",
    check=_check,
)
