"""When one region fails, what happens to the others is not declared.

## What it does
Reports parallel states with steps that have effects in their regions, where one region can fail or
the join does not wait for all, and `siblings` is not given.

## Why is this bad
Whether the running steps of the others still take effect decides what there is to compensate.
Engines differ (Step Functions stops the others, BPMN lets them run on unless told), so a guess is
wrong on one of them. Undeclared, the others finish here.

## Example
```yaml
name: order
initial: both
states:
  both:  # here
    kind: parallel
    regions:
      - initial: reserve
        states:
          reserve:
            kind: task
            service: inventory
            effect: compensatable
            compensation: {action: release}
            next: reserved
          reserved: {kind: final}
      - initial: rate
        states:
          rate:
            kind: task
            service: scoring
            failures: {bad: {kind: business}}
            next: rated
            on: {bad: refused}
          rated: {kind: final}
          refused: {kind: final, outcome: failed}
    next: done
    on: {failure: rollback}
  done: {kind: final}
```

## Use instead
```yaml
name: order
initial: both
states:
  both:
    kind: parallel
    siblings: finish
    regions:
      - initial: reserve
        states:
          reserve:
            kind: task
            service: inventory
            effect: compensatable
            compensation: {action: release}
            next: reserved
          reserved: {kind: final}
      - initial: rate
        states:
          rate:
            kind: task
            service: scoring
            failures: {bad: {kind: business}}
            next: rated
            on: {bad: refused}
          rated: {kind: final}
          refused: {kind: final, outcome: failed}
    next: done
    on: {failure: rollback}
  done: {kind: final}
```

## What it cannot see
Whether the engine does what is declared.

## Source
Bruni, Melgratti & Montanari, *Theoretical foundations for compensations in flow composition
languages*, POPL 2005; Lanese, *Static vs dynamic SAGAs* (2010). W14 of the project's catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context, succeeded
from wfmodel.checks.rule import Rule
from wfmodel.checks.saga import effectful_steps
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node


def _check(context: Context) -> Iterator[Finding]:
    acting = {step.scope for step in effectful_steps(context)}
    for node, state in context.flow.forks():
        inside = {scope for region in node.regions for scope in context.nested[region]}
        open_question = state.siblings is None and state.width > 1
        decides = state.needed < state.width or _can_fail(context, node)
        if open_question and decides and inside & acting:
            yield RULE.finding(
                f"when a region of {node.name!r} fails, or its join goes on, what happens to the"
                " others is not declared",
                node.path,
                help="say siblings: finish or cancel",
            )


def _can_fail(context: Context, fork: Node) -> bool:
    ends = (end for region in fork.regions for end in context.ends(region))
    return any(not succeeded(end) and end.index in context.reachable for end in ends)


RULE = Rule(
    code="W14",
    name="undeclared-siblings",
    severity=Severity.WARNING,
    why="Whether running steps still take effect decides what there is to compensate.",
    check=_check,
)
