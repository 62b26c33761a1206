"""After the pivot, the point of no return, the run can still fail or go back.

## What it does
Follows every run from the moment at which a step with `effect: pivot` is done. From there on

- nothing may lead to an end ``aborted`` or ``failed``, and nothing may compensate the pivot or a
  step from before it: the finding stands at the state whose event makes that inevitable;
- a step with `effect: retriable` must not give up, even where its failure leads to a good end;
- no second pivot may come: it could fail when the first can no longer be taken back.

Fine is: retries until it succeeds (`attempts: null`) and a loop back to the step.

## Why is this bad
The money is taken, the ticket is issued: the customer has bought. A run that now fails or cancels
takes back what cannot be taken back, or calls a bought booking failed.

## Example
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    effect: pivot
    next: ship
  ship:  # here
    kind: task
    service: warehouse
    effect: retriable
    failures: {lost: {kind: transient}}
    idempotent: true
    retry: {attempts: 3}
    next: shipped
    on: {lost: broken}
  shipped: {kind: final}
  broken: {kind: final, outcome: failed}
```

## Use instead
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    effect: pivot
    next: ship
  ship:
    kind: task
    service: warehouse
    effect: retriable
    failures: {lost: {kind: transient}}
    idempotent: true
    retry: {attempts: null}
    next: shipped
  shipped: {kind: final}
```

## What it cannot see
Guards: a branch that is never taken after the pivot counts as possible. A pivot that timed out and
may be done is W2's matter. A second visit of the same pivot in a loop is no second pivot: it is
reported where its failure leads to a bad end.

## Source
Richardson, *Microservices Patterns* (2018), ch. 4: compensatable\\* pivot retriable\\*; Schuldt,
Alonso, Beeri & Schek, *Atomicity and isolation for transactional processes*, TODS 27 (2002).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wfmodel.checks.context import Context
from wfmodel.checks.crossings import RunWatch
from wfmodel.checks.offending_run import OffendingRun, ReachesAfter, shortest_run
from wfmodel.checks.pivots import AfterPivot, after_pivot, pivots
from wfmodel.checks.rule import Rule
from wfmodel.checks.uncovered import MOST_RUNS
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Edge, Node, NodeKind
from wfmodel.model.workflow import DONE


def _check(context: Context) -> Iterator[Finding]:
    found: dict[int, Finding] = {}
    for pivot in pivots(context):
        facts = after_pivot(context, pivot)
        for node, edge in facts.culprits():
            if node.index not in found and len(found) < MOST_RUNS:
                found.update(_lost_by(context, facts, node, edge))
        for node, edge in facts.skipping():
            if node.index not in found and len(found) < MOST_RUNS:
                found.update(_skipped(context, pivot, node, edge))
    yield from (found[index] for index in sorted(found))
    yield from _second_pivots(context)


@dataclass(frozen=True)
class _Leaves(RunWatch):
    """Status 1 after the pivot, 2 once a node was then left by an event; offended by 2 at nodes."""

    pivot: int
    node: int
    event: str
    nodes: frozenset[int]
    forgiving: bool = False
    """Whether the node's success takes 2 back to 1."""

    def after(self, node: Node, event: str, status: int) -> int:
        if node.index == self.node and event == self.event:
            return 2 if status == 1 or self._begins(node, event) else status
        if node.index == self.node and event == DONE and self.forgiving and status == 2:
            return 1
        return 1 if status == 0 and self._begins(node, event) else status

    def _begins(self, node: Node, event: str) -> bool:
        return node.index == self.pivot and event == DONE

    def offends(self, node: Node, status: int) -> bool:
        return status == 2 and node.index in self.nodes


def _lost_by(
    context: Context, facts: AfterPivot, node: Node, edge: Edge
) -> Iterator[tuple[int, Finding]]:
    watch = _Leaves(facts.pivot.index, node.index, edge.event, facts.bad)
    run = shortest_run(context, watch)
    if run is None:
        return
    first = node.index == facts.pivot.index
    who = f"every way on from the pivot {node.name!r}" if first else _who(node, edge)
    finding = RULE.finding(
        f"{who} {'leads' if first else 'can lead'} to {_consequence(context, run)}"
        + ("" if first else f" after the pivot {facts.pivot.name!r}"),
        node.path,
        trace=run.words,
        help="after the pivot only steps that succeed if repeated: retry without a limit",
        related=((facts.pivot.path, "the pivot"),),
    )
    yield node.index, finding


def _who(node: Node, edge: Edge) -> str:
    return f"{node.name!r} ({edge.event})"


def _consequence(context: Context, run: OffendingRun) -> str:
    end = context.flow.nodes[run.node]
    if end.kind is NodeKind.ROLLBACK:
        return "a rollback of what came before it"
    if end.undoes is not None:
        return f"{end.name!r}, which compensates {context.flow.nodes[end.undoes].name!r},"
    return f"an end that says {end.outcome}"


def _skipped(
    context: Context, pivot: Node, node: Node, edge: Edge
) -> Iterator[tuple[int, Finding]]:
    ends = frozenset(end.index for end in context.main_ends)
    watch = _Leaves(pivot.index, node.index, edge.event, ends, forgiving=True)
    run = shortest_run(context, watch)
    if run is not None:
        finding = RULE.finding(
            f"the retriable step {node.name!r} can fail for good ({edge.event})"
            f" after the pivot {pivot.name!r}",
            node.path,
            trace=run.words,
            severity=Severity.WARNING,
            help="retry it without a limit, or declare what it is: not retriable",
            related=((pivot.path, "the pivot"),),
        )
        yield node.index, finding


def _second_pivots(context: Context) -> Iterator[Finding]:
    every = pivots(context)
    indices = frozenset(pivot.index for pivot in every)
    for pivot in every[:MOST_RUNS] if len(every) > 1 else ():
        itself = frozenset({pivot.index})
        run = shortest_run(context, ReachesAfter(indices - itself, itself))
        if run is not None:
            yield RULE.finding(
                f"{pivot.name!r} is a second pivot on this path",
                pivot.path,
                trace=run.words,
                help="a run has one point of no return; what comes after it is retriable",
            )


RULE = Rule(
    code="W8",
    name="failure-after-pivot",
    severity=Severity.ERROR,
    why="What is done for good must go through: after the pivot nothing may fail or go back.",
    check=_check,
)
