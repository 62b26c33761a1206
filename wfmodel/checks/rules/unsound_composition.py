"""A workflow that is sound alone leaves effects behind where it is called.

## What it does
Follows every run through the whole, called workflows included. Where a step of a called workflow is
left in effect at an end of the caller (`uncompensated-step`, `half-done-end`), and the called
workflow alone shows no such run, the fault is in the composition.

## Why is this bad
Each part was reviewed and found right. That its end `succeeded` is not the last word, because the
caller may still abort, belongs to nobody.

## Example
```yaml
name: order
initial: supply
states:
  supply: {kind: workflow, workflow: supplying, next: pay, on: {failure: gave-up}}
  pay:
    kind: task
    service: bank
    effect: pivot
    failures: {declined: {kind: business}}
    next: paid
    on: {declined: gave-up}
  paid: {kind: final}
  gave-up: {kind: final, outcome: aborted}
workflows:
  supplying:
    initial: reserve
    states:
      reserve:  # here
        kind: task
        service: inventory
        effect: compensatable
        compensation: {action: release}
        next: done
      done: {kind: final}
```

## Use instead
```yaml
name: order
initial: supply
states:
  supply: {kind: workflow, workflow: supplying, next: pay}
  pay:
    kind: task
    service: bank
    effect: pivot
    failures: {declined: {kind: business}}
    next: paid
    on: {declined: rollback}
  paid: {kind: final}
workflows:
  supplying:
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
Workflows that are started by messages instead of calls.

## Source
Vaz & Ferreira, *On the analysis of compensation correctness*, JLAP 2012: correct parts do not make
a correct whole. W16 of the project's catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.called_workflows import only_composed
from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.checks.uncovered import uncovered_finding, uncovered_of
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.workflow import Outcome


def _check(context: Context) -> Iterator[Finding]:
    for outcome in (Outcome.ABORTED, Outcome.FAILED):
        for found in uncovered_of(context)[outcome]:
            if only_composed(context, found):
                alone = f"although {found.step.path[1]!r} alone is sound"
                when = f"when the caller ends {outcome}, {alone}"
                yield uncovered_finding(RULE, found, when, "roll back in the caller, too")


RULE = Rule(
    code="W16",
    name="unsound-composition",
    severity=Severity.ERROR,
    why="The called workflow's success is not the last word: its caller may abort.",
    check=_check,
)
