"""A step is called compensatable, and nothing compensates it.

## What it does
Reports reachable steps with `effect: compensatable` that have neither a handler nor a state that
`compensates` them. Where a run leaves such a step behind, `uncompensated-step` or `half-done-end`
shows that run, and this rule is silent.

## Why is this bad
The participant has joined without saying how it leaves. The first failure path that is added leaves
the effect behind.

## Example
```yaml
name: order
initial: reserve
states:
  reserve:  # here
    kind: task
    service: inventory
    effect: compensatable
    next: done
  done: {kind: final}
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
    compensation: {action: release}
    next: done
  done: {kind: final}
```

## What it cannot see
Compensations that another workflow has.

## Source
Eclipse MicroProfile Long Running Actions: a participant that joins has a `@Compensate` method. W15
of the project's catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.checks.uncovered import uncovered_of
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.workflow import Effect, Outcome, Task


def _check(context: Context) -> Iterator[Finding]:
    undone = {node.undoes for node in context.flow.nodes}
    bare = [
        step
        for step in context.flow.steps()
        if isinstance(step.state, Task)
        and step.state.effect is Effect.COMPENSATABLE
        and step.index not in undone
        and step.index in context.reachable
    ]
    shown = {f.step.index for o in _UNGOOD for f in uncovered_of(context)[o]} if bare else set()
    for step in bare:
        if step.index not in shown:
            yield RULE.finding(
                f"{step.name!r} is compensatable, and nothing compensates it",
                step.path,
                help="give it a compensation, or another effect",
            )


_UNGOOD = (Outcome.ABORTED, Outcome.FAILED)

RULE = Rule(
    code="W15",
    name="missing-compensation",
    severity=Severity.WARNING,
    why="The first failure path that is added leaves its effect behind.",
    check=_check,
)
