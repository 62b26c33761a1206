"""A run ends ``aborted`` and leaves a step's effect behind.

## What it does
Follows every step that declares an effect, or for which a compensation is declared, along every
run. Where a run ends ``aborted`` and the step may have completed on that run, it must have been
compensated on that run: by a state with `compensates`, or by the step's handler through `rollback`.

An *error* where the step has certainly completed. A *warning* where it only may have: it timed out,
it failed in a way that the declaration does not name, or a join went on without its region. A
declared failure, business or transient, is an answer: the service says that it did nothing.

A step in a loop may be in effect several times. A rollback undoes each visit, a state with
`compensates` the latest that stands: the loop done twice and undone once leaves one behind.

## Why is this bad
`aborted` says that nothing happened. The reserved seat, the blocked money, the created account say
otherwise, and nothing in the system knows that somebody should take them back.

## Example
```yaml
name: order
initial: reserve
states:
  reserve:  # here
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
    on: {declined: cancelled}
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
    next: cancelled
  shipped: {kind: final}
  cancelled: {kind: final, outcome: aborted}
```

## What it cannot see
Guards: it takes every branch of a choice as possible. Runs past the pivot belong to W8, and runs on
which a compensation failed to W6. A step that is stopped inside a parallel state that is itself
stopped is followed only up to the inner state's start. How often a loop runs: a step that is in
effect more than twice counts as twice, and a compensation in a loop of its own is taken to run as
often as the step has. Copies of a `for_each` count as one.

## Source
Richardson, *Microservices Patterns* (2018), ch. 4; Garcia-Molina & Salem, *Sagas* (1987).
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.called_workflows import only_composed
from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.checks.saga import effectful_steps
from wfmodel.checks.uncovered import uncovered_finding, uncovered_of
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.workflow import CANCEL, TIMEOUT, Outcome


def _check(context: Context) -> Iterator[Finding]:
    for found in uncovered_of(context)[Outcome.ABORTED]:
        if not only_composed(context, found):
            help = f"compensate {found.step.name!r} on this path"
            yield uncovered_finding(RULE, found, "when the workflow ends aborted", help)
    yield from _when_interrupted(context)


def _when_interrupted(context: Context) -> Iterator[Finding]:
    """What comes at any moment leads to a rollback, and that runs handlers only."""
    workflow = context.workflow
    interrupted = {
        TIMEOUT: ("when the time of the whole is over", workflow.timeout),
        CANCEL: ("when the instance is cancelled", workflow.cancel),
    }
    declared = [event for event in workflow.on if interrupted[event][1] is not None]
    if not declared:
        return
    whens = " or ".join(interrupted[event][0] for event in declared)
    for step in effectful_steps(context):
        if step.handler is None and step.index in context.reachable:
            yield RULE.finding(
                f"{step.name!r} may be done and no handler undoes it {whens}, and the workflow ends"
                " aborted",
                step.path,
                severity=Severity.WARNING,
                help="a compensation at the step, or a limit for the part before it only"
                " (join: first)",
                related=((("on", declared[0]), "the whole is rolled back"),),
            )


RULE = Rule(
    code="W2",
    name="uncompensated-step",
    severity=Severity.ERROR,
    why="`aborted` says that nothing happened, and the effect is still there.",
    check=_check,
)
