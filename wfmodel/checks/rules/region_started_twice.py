"""A parallel state is entered again while a region of the last time still runs.

## What it does
Looks at joins that do not wait for all regions and let the others `finish`, and follows the runs
that come to the same parallel state again.

## Why is this bad
Two copies of one region run side by side: both write the same data, and a join counts the late
end of the first as one of the second.

## Example
```yaml
name: order
initial: ask
states:
  ask:  # here
    kind: parallel
    join: any
    siblings: finish
    regions:
      - {initial: a, states: {a: {kind: task, service: s, next: ok}, ok: {kind: final}}}
      - {initial: b, states: {b: {kind: task, service: t, next: ok}, ok: {kind: final}}}
    next: good
  good:
    kind: choice
    branches: [{when: the offer is good, next: done}]
    default: ask
  done: {kind: final}
```

## Use instead
```yaml
name: order
initial: ask
states:
  ask:
    kind: parallel
    join: any
    siblings: cancel
    regions:
      - {initial: a, states: {a: {kind: task, service: s, next: ok}, ok: {kind: final}}}
      - {initial: b, states: {b: {kind: task, service: t, next: ok}, ok: {kind: final}}}
    next: good
  good:
    kind: choice
    branches: [{when: the offer is good, next: done}]
    default: ask
  done: {kind: final}
```

## What it cannot see
How long regions take: that the first is surely over by then is not known.

## Source
*Safeness*: van der Aalst et al., *Soundness of workflow nets*, Formal Aspects of Computing 23
(2011); *lack of synchronisation*: Sadiq & Orlowska, Information Systems 25 (2000).
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.offending_run import ReachesAfter, shortest_run
from wfmodel.checks.rule import Rule
from wfmodel.checks.soundness import leaves_running, liveness_of
from wfmodel.checks.uncovered import MOST_RUNS
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    forks = [fork for fork, _ in context.flow.forks() if leaves_running(fork)]
    for fork in forks[:MOST_RUNS]:
        if not liveness_of(context).can_join(fork):
            continue
        itself = frozenset({fork.index})
        run = shortest_run(context, ReachesAfter(itself, itself))
        if run is not None:
            yield RULE.finding(
                f"{fork.name!r} can be entered again while a region of the last time still runs",
                fork.path,
                trace=run.words,
                help="cancel the siblings, or wait for all before going round",
            )


RULE = Rule(
    code="S152",
    name="region-started-twice",
    severity=Severity.ERROR,
    why="Two copies of one region run side by side, and a join counts the wrong one.",
    check=_check,
)
