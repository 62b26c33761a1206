"""A workflow calls itself, directly or through others.

## What it does
Follows calls from the main workflow; a call of a workflow that is already being called is reported.

## Why is this bad
Called workflows are laid out inside their callers. A workflow inside itself has no end, and a
process that calls itself without a bound has none either.

## Example
```yaml
name: order
initial: charge
states:
  charge: {kind: workflow, workflow: payment, next: shipped}
  shipped: {kind: final}
workflows:
  payment:
    initial: pay
    states:
      pay: {kind: task, service: bank, next: again}
      again:
        kind: workflow
        workflow: payment  # here
        next: paid
      paid: {kind: final}
```

## Use instead
```yaml
name: order
initial: charge
states:
  charge: {kind: workflow, workflow: payment, next: shipped}
  shipped: {kind: final}
workflows:
  payment:
    initial: pay
    states:
      pay: {kind: task, service: bank, next: more}
      more:
        kind: choice
        branches: [{when: another instalment is due, next: pay}]
        default: paid
      paid: {kind: final}
```

## What it cannot see
Recursion through another system: a task whose service starts this workflow again.

## Source
A finite state machine has finitely many states; repetition is a transition back.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.problems import problems_of
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    for problem in problems_of(context, RULE.name):
        yield RULE.finding(
            f"workflow {problem.name!r} calls itself: {problem.message}",
            problem.path,
            help="repeat with a transition back instead",
        )


RULE = Rule(
    code="S104",
    name="recursive-workflow",
    severity=Severity.ERROR,
    why="A machine inside itself has no end.",
    check=_check,
)
