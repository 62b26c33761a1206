"""A transition waits for an event that its state never raises.

## What it does
Compares the entries of `on`, and of a retry's `on`, with what the state can raise: its declared
failures, `timeout` if it has a time-out, `failure`; for a parallel state `failure`; for a call
`aborted`, `failed` and `failure`. A transient failure that is retried without end is never raised.

## Why is this bad
The handler looks like protection and is none. Most often the name is misspelt, or the time-out that
it belongs to was never set.

## Example
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    next: paid
    on:
      timeout: unpaid  # here
  paid: {kind: final}
  unpaid: {kind: final, outcome: aborted}
```

## Use instead
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    timeout: 30s
    next: paid
    on:
      timeout: unpaid
  paid: {kind: final}
  unpaid: {kind: final, outcome: aborted}
```

## What it cannot see
Failures of a service that nobody declared. `failure` stands for those and is always accepted on
tasks. Events of a `receive` state come from outside, so any name is accepted there.

## Source
The counterpart of an unhandled failure; the choreography literature calls it a reception that is
never enabled.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.raised_events import raisable
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node, NodeKind
from wfmodel.model.rows import CONFLICT
from wfmodel.model.source import Path
from wfmodel.model.spelling import nearest
from wfmodel.model.state_events import may_conflict
from wfmodel.model.workflow import CANCEL, TIMEOUT, Compensation, Parallel, Receive, Task
from wfmodel.wording.counting import listed


def _check(context: Context) -> Iterator[Finding]:
    yield from _of_the_whole(context)
    for node in context.flow.nodes:
        if node.index not in context.reachable and node.kind is not NodeKind.COMPENSATION:
            continue
        yield from _handlers(node)
        yield from _retries(node)


def _of_the_whole(context: Context) -> Iterator[Finding]:
    workflow = context.workflow
    if TIMEOUT in workflow.on and workflow.timeout is None:
        said = f"{workflow.name!r} has no time-out of its own"
        yield RULE.finding(said, ("on", TIMEOUT), help="set a timeout, or delete the entry")
    if CANCEL in workflow.on and workflow.cancel is None:
        said = f"nobody cancels {workflow.name!r}"
        hint = "say how often and when (cancel: {probability, delay}), or delete the entry"
        yield RULE.finding(said, ("on", CANCEL), help=hint)


def _handlers(node: Node) -> Iterator[Finding]:
    raised = raisable(node.state)
    if raised is None or not isinstance(node.state, Task | Parallel | Receive):
        return
    for event in node.state.on:
        if event not in raised:
            yield _finding(node, event, raised, (*node.path, "on", event))


def _retries(node: Node) -> Iterator[Finding]:
    state = node.state
    if not isinstance(state, Task | Compensation) or state.retry is None:
        return
    raised = (*state.failures, *((TIMEOUT,) if state.timeout is not None else ()))
    if may_conflict(state):
        raised = (*raised, CONFLICT)
    for number, event in enumerate(state.retry.on):
        if event not in raised:
            yield _finding(node, event, raised, (*node.path, "retry", "on", number))


def _finding(node: Node, event: str, raised: tuple[str, ...], path: Path) -> Finding:
    state = node.state
    endless = isinstance(state, Task) and event in state.failures
    meant = nearest(event, raised)
    if endless:
        hint = "it is retried without end: delete the handler, or bound the retry"
    elif event == TIMEOUT:
        hint = "set a timeout, or delete the entry"
    elif meant is not None:
        hint = f"did you mean {meant!r}?"
    else:
        hint = f"it can raise {listed(raised)}" if raised else "it raises nothing of the kind"
    return RULE.finding(f"{node.name!r} never raises {event!r}", path, help=hint)


RULE = Rule(
    code="S120",
    name="event-never-raised",
    severity=Severity.WARNING,
    why="The handler looks like protection and is none.",
    check=_check,
)
