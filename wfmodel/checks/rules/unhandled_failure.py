"""A declared failure has no handler, and ends the workflow.

## What it does
Reports every failure that a task declares, that its retries do not outlast, and that neither the
task nor a parallel state or call around it handles. Likewise calls whose workflow can end badly,
and parallel states in which a region does. Failures of compensations are left to W6.

Information only: many teams end a process this way on purpose. Whether effects stay behind is W1's
question, and that is an error.

## Why is this bad
The run ends ``failed`` at whatever point it had come to, without a word from the declaration.

## Example
```yaml
name: order
initial: check
states:
  check:  # here
    kind: task
    service: catalogue
    failures: {unknown_article: {kind: business}}
    next: known
  known: {kind: final}
```

## Use instead
```yaml
name: order
initial: check
states:
  check:
    kind: task
    service: catalogue
    failures: {unknown_article: {kind: business}}
    next: known
    on: {unknown_article: refused}
  known: {kind: final}
  refused: {kind: final, outcome: aborted}
```

## What it cannot see
Failures that are not declared.

## Source
Measured on 643 published Step Functions tasks: 571 have no Catch, so it is information, not a
defect.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.checks.unhandled import unhandled_edges
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node, NodeKind
from wfmodel.model.workflow import DONE, TIMEOUT, Outcome, Task
from wfmodel.wording.counting import listed


def _check(context: Context) -> Iterator[Finding]:
    events: dict[int, list[str]] = {}
    for node, edge in unhandled_edges(context):
        if isinstance(node.state, Task) and edge.event != TIMEOUT:
            events.setdefault(node.index, []).append(edge.event)
    for index, names in events.items():
        yield _finding(context.flow.nodes[index], f"nothing handles {listed(names)} of")
    for node in _failing_holders(context):
        yield _finding(node, "nothing handles an unsuccessful end inside")


def _failing_holders(context: Context) -> Iterator[Node]:
    """Parallel states and calls that a declared end inside fails, unhandled."""
    unhandled = {node.index for node, _ in unhandled_edges(context) if node.kind is NodeKind.FORK}
    for index in sorted(unhandled):
        fork = context.flow.nodes[index]
        ends = [end for region in fork.regions for end in context.ends(region)]
        if any(not e.implicit and e.outcome is not Outcome.SUCCEEDED for e in ends):
            yield fork
    for node in context.reachable_nodes:
        ended_badly = getattr(node.state, "outcome", None) in (Outcome.ABORTED, Outcome.FAILED)
        if node.kind is NodeKind.PASS and ended_badly and _unhandled(node):
            yield context.flow.node(node.name.rpartition("/")[0])


def _unhandled(node: Node) -> bool:
    return any(edge.implicit and edge.event == DONE for edge in node.edges)


def _finding(node: Node, what: str) -> Finding:
    return RULE.finding(
        f"{what} {node.name!r}: the workflow ends failed",
        node.path,
        help="lead the event somewhere with on, or catch all with failure",
    )


RULE = Rule(
    code="S121",
    name="unhandled-failure",
    severity=Severity.INFO,
    why="The run ends failed at whatever point it had come to.",
    check=_check,
)
