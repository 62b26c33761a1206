"""A step of which nobody knows whether it took effect is compensated by something that needs to
know.

## What it does
Follows every run on which a step timed out, or failed in a way that nobody declared, to a
compensation of that step. There, one of two must be declared: the compensation tolerates that there
is nothing to undo (`tolerates_absence: true`), or the step is `idempotent` and has a
`status_query`, so that one can find out first.

## Why is this bad
The compensation of what never happened fails, or undoes something else: a refund without a charge.
And the late step may still take effect afterwards.

## Example
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    effect: compensatable
    timeout: 5s
    compensation: {action: refund}  # here
    next: paid
    on: {timeout: rollback}
  paid: {kind: final}
```

## Use instead
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    effect: compensatable
    timeout: 5s
    compensation: {action: refund, tolerates_absence: true}
    next: paid
    on: {timeout: rollback}
  paid: {kind: final}
```

## What it cannot see
Whether the service keeps what it promises; that a late step is refused after its compensation (an
*anti-hanging* check) is part of the promise.

## Source
Eclipse MicroProfile Long Running Actions, `@Status` and `@Compensate`; *null compensation* in TCC
(Apache Seata). W4 of the project's catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.effect_status import statuses_of
from wfmodel.checks.offending_run import shortest_run
from wfmodel.checks.rule import Rule
from wfmodel.checks.saga import EffectStatus, Saga, StepWatch
from wfmodel.checks.uncovered import MOST_RUNS
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node, NodeKind
from wfmodel.model.state_events import tolerates_absence
from wfmodel.model.workflow import TIMEOUT, Compensation, Task


def _check(context: Context) -> Iterator[Finding]:
    saga = Saga(context, excusing=False)
    unclear = frozenset({EffectStatus.MAYBE})
    unprepared = [pair for pair in _pairs(context) if not _is_prepared(*pair[:2])]
    statuses = statuses_of(saga) if unprepared else None
    suspects: dict[frozenset[int], set[int]] = {}
    runs = 0
    for compensation, step, entries in unprepared:
        if statuses is not None and entries not in suspects:
            suspects[entries] = {each.index for each in statuses.suspects(entries, unclear)}
        if _is_cut_short(context, compensation):
            yield RULE.finding(
                f"{compensation.name!r} may have nothing to undo: whether {step.name!r} took effect"
                " is not known when the time of the whole is over",
                compensation.path,
                help="let it tolerate that (tolerates_absence), or make the step idempotent with a"
                " status_query",
                related=((("on", TIMEOUT), "the whole is rolled back"),),
            )
            continue
        if step.index not in suspects[entries] or runs >= MOST_RUNS:
            continue
        runs += 1
        run = shortest_run(context, StepWatch(saga, step, entries, unclear))
        if run is not None:
            yield RULE.finding(
                f"{compensation.name!r} may have nothing to undo: whether {step.name!r} took effect"
                " is not known on this path",
                compensation.path,
                trace=run.words,
                help="let it tolerate that (tolerates_absence), or make the step idempotent with a"
                " status_query",
            )


def _is_cut_short(context: Context, compensation: Node) -> bool:
    """Whether the workflow's own time-out may roll back a step that is under way."""
    workflow = context.workflow
    handler = compensation.kind is NodeKind.COMPENSATION
    return handler and workflow.timeout is not None and TIMEOUT in workflow.on


def _pairs(context: Context) -> Iterator[tuple[Node, Node, frozenset[int]]]:
    """Each compensation, its step, and the nodes at which a run enters it."""
    nodes = context.flow.nodes
    around: dict[int, frozenset[int]] = {}
    for node in nodes:
        if node.undoes is None:
            continue
        step = nodes[node.undoes]
        if node.kind is NodeKind.COMPENSATION:
            if step.scope not in around:
                over = context.rollbacks_over(step)
                around[step.scope] = frozenset(rollback.index for rollback in over)
            yield node, step, around[step.scope]
        else:
            yield node, step, frozenset({node.index})


def _is_prepared(compensation: Node, step: Node) -> bool:
    state, forward = compensation.state, step.state
    assert isinstance(state, Task | Compensation)
    assert isinstance(forward, Task)
    return tolerates_absence(state, forward)


RULE = Rule(
    code="W4",
    name="ambiguous-outcome",
    severity=Severity.WARNING,
    why="The compensation of what never happened fails, or undoes something else.",
    check=_check,
)
