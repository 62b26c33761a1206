"""A compensation can fail for good, and the run ends as if nothing were left to do.

## What it does
Takes every compensation, a state with `compensates` or a step's handler, that can give up: a
declared failure that no retry outlasts, a time-out, or an unnamed failure with a way on. If a run
can then end ``succeeded``, ``aborted``, or ``failed`` because nothing handles the failure, without
the same step having been compensated after all, that run is shown.

Fine are: retries until it succeeds (`attempts: null`, which outlasts every transient failure and
time-out), a loop back to the compensation, another compensation of the same step, or a handled
failure that leads to a declared end with `outcome: failed`: a *recorded* failed-to-compensate end,
which someone can be told about.

A handler under `rollback` has no way to handle its own failure: the rollback stops there, and what
it had still to undo stays. So a handler must not be able to give up.

A compensation that declares no failure, no time-out and no retry is taken at its word: it does not
fail. Declare a failure (probability 0 will do) to have it checked. With a bounded retry and nothing
declared, it is a *warning*: the declaration itself expects failures, and does not say what comes
after the last attempt.

## Why is this bad
The chain of compensations stops, the effects that it had still to undo stay, and the run looks like
any other aborted run.

## Example
```yaml
name: order
initial: reserve
states:
  reserve:
    kind: task
    service: inventory
    effect: compensatable
    next: pay
  pay:
    kind: task
    service: bank
    effect: pivot
    failures: {declined: {kind: business}}
    next: shipped
    on: {declined: release}
  release:  # here
    kind: task
    service: inventory
    compensates: reserve
    idempotent: true
    failures: {unavailable: {kind: transient}}
    retry: {attempts: 3}
    next: cancelled
  shipped: {kind: final}
  cancelled: {kind: final, outcome: aborted}
```

## Use instead
```yaml
name: order
initial: reserve
states:
  reserve:
    kind: task
    service: inventory
    effect: compensatable
    next: pay
  pay:
    kind: task
    service: bank
    effect: pivot
    failures: {declined: {kind: business}}
    next: shipped
    on: {declined: release}
  release:
    kind: task
    service: inventory
    compensates: reserve
    idempotent: true
    failures: {unavailable: {kind: transient}}
    retry: {attempts: 3}
    next: cancelled
    on: {unavailable: needs_a_human}
  shipped: {kind: final}
  cancelled: {kind: final, outcome: aborted}
  needs_a_human: {kind: final, outcome: failed}
```

## What it cannot see
Whether anybody looks at the recorded end, and a dead-letter queue or an alarm outside the workflow.

## Source
Eclipse MicroProfile Long Running Actions, *FailedToCompensate*: a participant that cannot
compensate must say so, and the outcome must be kept until somebody has dealt with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wfmodel.checks.context import Context
from wfmodel.checks.crossings import RunWatch
from wfmodel.checks.graph_search import search_from
from wfmodel.checks.offending_run import OffendingRun, Reaches, shortest_run
from wfmodel.checks.raised_events import gives_up_silently
from wfmodel.checks.rerun_words import standing_after
from wfmodel.checks.rule import Rule
from wfmodel.checks.saga import CERTAIN, STANDING, EffectStatus, Saga, StepWatch
from wfmodel.checks.uncovered import MOST_RUNS
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Edge, Node, NodeKind, raised_events
from wfmodel.model.workflow import DONE, Compensation, Outcome, Task
from wfmodel.wording.counting import listed


def _check(context: Context) -> Iterator[Finding]:
    silent = frozenset(n.index for n in context.main_ends if n.outcome is not Outcome.FAILED) | {
        n.index for n in context.main_ends if n.implicit
    }
    searches = 0
    for node in context.flow.nodes:
        if searches >= MOST_RUNS:
            return
        finding = None
        if node.kind is NodeKind.COMPENSATION and _gives_up(node):
            searches += 1
            finding = _handler(context, node)
        elif node.kind is NodeKind.TASK and node.undoes is not None:
            failures = _silent_failures(context, node, silent)
            searches += bool(failures)
            finding = _explicit(context, node, failures, silent)
        if finding is not None:
            yield finding


def _gives_up(node: Node) -> bool:
    state = node.state
    assert isinstance(state, Compensation)
    return bool(raised_events(state)) or gives_up_silently(state)


def _handler(context: Context, node: Node) -> Finding | None:
    """A handler that can give up, where a rollback comes to run it."""
    assert node.undoes is not None
    assert isinstance(node.state, Compensation)
    step = context.flow.nodes[node.undoes]
    rollbacks = frozenset(rollback.index for rollback in context.rollbacks_over(step))
    saga = Saga(context, excusing=False)
    run = shortest_run(context, StepWatch(saga, step, rollbacks, STANDING))
    if run is None:
        return None
    events = raised_events(node.state)
    if not events:
        return _undeclared(node, (*run.words, node.name))
    rest = [name for name in standing_after(context, run.words) if name != step.name]
    left = f", leaving {listed(rest)} in effect" if rest else ""
    return RULE.finding(
        f"the compensation of {step.name!r} can fail for good ({events[0]}),"
        f" and the rollback stops there{left}",
        node.path,
        trace=(*run.words, f"{node.name} -{events[0]}->"),
        help="retry it until it succeeds: attempts: null, and no business failure",
    )


def _silent_failures(context: Context, node: Node, silent: frozenset[int]) -> tuple[Edge, ...]:
    """Failures of a compensation from which some run may come to a silent end."""

    def next_but_itself(index: int) -> tuple[int, ...]:
        return () if index == node.index else context.follows(index)

    failures = [edge for edge in context.edges[node.index] if edge.event != DONE]
    return tuple(
        edge
        for edge in failures
        if not silent.isdisjoint(search_from((edge.target,), next_but_itself))
    )


_STUCK = 1 << 4
"""Added to the step's status once the compensation has failed for good."""


@dataclass(frozen=True)
class _FailedFor(RunWatch):
    """The step's status, and whether its compensation failed while it was as in ``wanted``."""

    saga: Saga
    node: Node
    step: Node
    event: str
    silent: frozenset[int]
    wanted: frozenset[EffectStatus]

    def after(self, node: Node, event: str, status: int) -> int:
        stuck, before = status & _STUCK, EffectStatus(status & ~_STUCK)
        now = self.saga.after(node, event, self.step, before)
        if node.index == self.node.index and event == self.event and before in self.wanted:
            return now | _STUCK
        return now if event == DONE and node.undoes == self.step.index else now | stuck

    def offends(self, node: Node, status: int) -> bool:
        return bool(status & _STUCK) and node.index in self.silent


def _explicit(
    context: Context, node: Node, failures: tuple[Edge, ...], silent: frozenset[int]
) -> Finding | None:
    """A run on which the step was in effect tells most; any other will do."""
    assert node.undoes is not None
    assert isinstance(node.state, Task)
    saga, step = Saga(context, excusing=False), context.flow.nodes[node.undoes]
    for wanted in (CERTAIN, frozenset(EffectStatus)) if failures else ():
        for edge in failures:
            watch = _FailedFor(saga, node, step, edge.event, silent, wanted)
            run = shortest_run(context, watch)
            if run is not None:
                return _explicit_finding(context, node, edge, run)
    if gives_up_silently(node.state) and not node.state.on:
        run = shortest_run(context, Reaches(frozenset({node.index})))
        return None if run is None else _undeclared(node, run.words)
    return None


def _explicit_finding(context: Context, node: Node, edge: Edge, run: OffendingRun) -> Finding:
    end = context.flow.nodes[run.node]
    left = standing_after(context, run.words)
    how = "and nothing handles it" if end.implicit else f"and the run ends {end.outcome}"
    return RULE.finding(
        f"the compensation {node.name!r} can fail for good ({edge.event}), {how}"
        + (f", leaving {listed(left)} in effect" if left else ""),
        node.path,
        trace=run.words,
        help="retry it until it succeeds, or lead its failure to a declared end that says failed",
    )


def _undeclared(node: Node, words: tuple[str, ...]) -> Finding:
    return RULE.finding(
        f"the compensation {node.name!r} gives up after its last attempt,"
        " and nothing says what happens then",
        node.path,
        trace=words,
        severity=Severity.WARNING,
        help="declare how it fails and where that leads, or retry until it succeeds",
    )


RULE = Rule(
    code="W6",
    name="silent-compensation-failure",
    severity=Severity.ERROR,
    why="The chain stops, effects stay, and the run looks like any other aborted run.",
    check=_check,
)
