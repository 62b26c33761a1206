"""A state that the arrows lead to, and no run enters.

## What it does
Follows what runs can do, joins taken exactly: `next` of a parallel state only where enough
regions can succeed, `failure` only where too many can fail. Reports the first states behind a way
that is never taken. (No arrow at all: unreachable-state. A join that can never go on:
join-never-completes.)

## Why is this bad
What was written for the failure of a region is never run; or the region was to fail and does not.

## Example
```yaml
name: order
initial: both
states:
  both:
    kind: parallel
    regions:
      - {initial: a, states: {a: {kind: task, service: s, next: ok}, ok: {kind: final}}}
      - {initial: b, states: {b: {kind: task, service: t, next: ok}, ok: {kind: final}}}
    next: done
    on: {failure: apologise}
  apologise:  # here
    kind: task
    service: mail
    next: sorry
  sorry: {kind: final, outcome: failed}
  done: {kind: final}
```

## Use instead
```yaml
name: order
initial: both
states:
  both:
    kind: parallel
    regions:
      - {initial: a, states: {a: {kind: task, service: s, next: ok}, ok: {kind: final}}}
      - initial: b
        states:
          b:
            kind: task
            service: t
            failures: {refused: {kind: business}}
            next: ok
            on: {refused: bad}
          ok: {kind: final}
          bad: {kind: final, outcome: failed}
    next: done
    on: {failure: apologise}
  apologise: {kind: task, service: mail, next: sorry}
  sorry: {kind: final, outcome: failed}
  done: {kind: final}
```

## What it cannot see
Failures that are not declared: a region whose tasks name no failure is taken not to fail. In
imported definitions, where nothing names them, it is information only.

## Source
*No dead task*: van der Aalst et al., *Soundness of workflow nets*, Formal Aspects of Computing 23
(2011).
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.checks.soundness import liveness_of, taken
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.workflow import DONE


def _check(context: Context) -> Iterator[Finding]:
    live = liveness_of(context)
    told: set[int] = set()
    for fork, _ in context.flow.forks():
        if fork.index not in live.entered:
            continue
        ways = taken(context, fork, live)
        for edge in context.edges[fork.index]:
            dead = edge not in ways and edge.event != DONE and not edge.implicit
            target = context.flow.nodes[edge.target]
            if dead and target.index not in live.entered | told and target.state is not None:
                told.add(target.index)
                yield RULE.finding(
                    f"no run comes to {target.name!r}: {fork.name!r} never raises {edge.event!r}",
                    target.path,
                    help="declare how a region can fail, or delete the state",
                    related=((edge.path, "the way that is never taken"),),
                )


RULE = Rule(
    code="S153",
    name="dead-state",
    severity=Severity.WARNING,
    why="What was written for it is never run.",
    check=_check,
)
