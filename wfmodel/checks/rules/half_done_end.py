"""A run ends neither with everything done nor with what was done compensated.

## What it does
Looks at every run that ends ``failed``, by a declared end or because nothing handles a failure: the
steps that took effect must have been compensated. And at every run that ends ``succeeded``: a
compensation must not be the last effect that it had.

An *error* where a step has certainly completed, a *warning* where it only may have (it timed out,
or failed in a way that the declaration does not name).

## Why is this bad
All or nothing is what a saga is for. A run that stops in the middle leaves a debited account
without an order, and no participant whose task it is to notice.

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
    on: {declined: gave_up}
  shipped: {kind: final}
  gave_up: {kind: final, outcome: failed}
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
    next: pay
  pay:
    kind: task
    service: bank
    effect: pivot
    failures: {declined: {kind: business}}
    next: shipped
    on: {declined: rollback}
  shipped: {kind: final}
```

## What it cannot see
A run that compensates some steps and then does others instead (an alternative) is accepted:
whether what remains is what was wanted is not declared. Runs past the pivot belong to W8, runs on
which a compensation failed to W6, and ends that say ``aborted`` to W2.

## Source
Garcia-Molina & Salem, *Sagas* (1987): all transactions, or all of them compensated; Eclipse
MicroProfile Long Running Actions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wfmodel.checks.called_workflows import only_composed
from wfmodel.checks.context import Context, succeeded
from wfmodel.checks.crossings import RunWatch
from wfmodel.checks.offending_run import shortest_run
from wfmodel.checks.rule import Rule
from wfmodel.checks.saga import effectful_steps
from wfmodel.checks.uncovered import uncovered_finding, uncovered_of
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node
from wfmodel.model.workflow import DONE, Outcome


def _check(context: Context) -> Iterator[Finding]:
    for found in uncovered_of(context)[Outcome.FAILED]:
        if only_composed(context, found):
            continue
        unhandled = found.end is not None and found.end.implicit
        how = "because nothing handles this failure" if unhandled else "here"
        help = f"compensate {found.step.name!r} before the workflow ends"
        when = "when the workflow ends failed"
        yield uncovered_finding(RULE, found, when, help, f"the run ends {how}")
    yield from _undone_successes(context)


@dataclass(frozen=True)
class _LastEffect(RunWatch):
    """Status 1 while the last effect of the run was a compensation."""

    forward: frozenset[int]
    end: int

    def after(self, node: Node, event: str, status: int) -> int:
        if event == DONE and node.undoes is not None:
            return 1
        return 0 if event == DONE and node.index in self.forward else status

    def offends(self, node: Node, status: int) -> bool:
        return status == 1 and node.index == self.end


def _undone_successes(context: Context) -> Iterator[Finding]:
    forward = frozenset(step.index for step in effectful_steps(context))
    if not forward or not any(n.undoes is not None and n.edges for n in context.flow.nodes):
        return
    for end in context.main_ends:
        run = shortest_run(context, _LastEffect(forward, end.index)) if succeeded(end) else None
        if run is not None:
            yield RULE.finding(
                f"the last effect before {end.name!r} is a compensation, and it says succeeded",
                end.path,
                trace=run.words,
                severity=Severity.WARNING,
                help="end aborted after compensating",
            )


RULE = Rule(
    code="W1",
    name="half-done-end",
    severity=Severity.ERROR,
    why="A run must do everything, or compensate what it has done.",
    check=_check,
)
