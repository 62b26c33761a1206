"""The workflow can succeed while a region with an effect still runs.

## What it does
Looks at joins that do not wait for all regions (`any`, n of m) and let the others `finish`. Where
a region does something that can be undone, or that cannot be taken back, a run can end
`succeeded` with that region still under way. (Ends `aborted` and `failed`: uncompensated-step,
half-done-end.)

## Why is this bad
The order went to the faster carrier, and the slower one ships it as well. The result of the late
region is lost, its effect stays: improper completion.

## Example
```yaml
name: order
initial: ship
states:
  ship:  # here
    kind: parallel
    join: any
    siblings: finish
    regions:
      - initial: a
        states:
          a: {kind: task, service: fast, effect: compensatable, compensation: {}, next: ok}
          ok: {kind: final}
      - initial: b
        states:
          b: {kind: task, service: slow, effect: compensatable, compensation: {}, next: ok}
          ok: {kind: final}
    next: done
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
    siblings: finish
    regions:
      - {initial: a, states: {a: {kind: task, service: fast, next: ok}, ok: {kind: final}}}
      - {initial: b, states: {b: {kind: task, service: slow, next: ok}, ok: {kind: final}}}
    next: ship
  ship: {kind: task, service: chosen, effect: compensatable, compensation: {}, next: done}
  done: {kind: final}
```

## What it cannot see
That a late effect is wanted (a copy that may land later): a suppression with that reason says so.
With `siblings: cancel` a step that runs may still take effect; engines differ.

## Source
*Proper completion*: van der Aalst et al., *Soundness of workflow nets*, Formal Aspects of
Computing 23 (2011); workflow pattern 9, *Structured discriminator*.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context, succeeded
from wfmodel.checks.offending_run import ReachesAfter, shortest_run
from wfmodel.checks.rule import Rule
from wfmodel.checks.soundness import leaves_running, liveness_of
from wfmodel.checks.uncovered import MOST_RUNS
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node
from wfmodel.model.workflow import Effect, Task
from wfmodel.wording.counting import listed


def _check(context: Context) -> Iterator[Finding]:
    ends = frozenset(end.index for end in context.main_ends if succeeded(end))
    forks = [fork for fork, _ in context.flow.forks() if leaves_running(fork)]
    for fork in forks[:MOST_RUNS]:
        steps = _effects_in(context, fork) if liveness_of(context).can_join(fork) else ()
        run = shortest_run(context, ReachesAfter(frozenset({fork.index}), ends)) if steps else None
        if run is not None:
            yield RULE.finding(
                f"the workflow can succeed while {listed(steps)} still runs: the join of"
                f" {fork.name!r} does not wait for it",
                fork.path,
                trace=run.words,
                help="wait for all, cancel the siblings, or take effect after the join",
            )


def _effects_in(context: Context, fork: Node) -> tuple[str, ...]:
    inside = {scope for region in fork.regions for scope in context.nested[region]}
    return tuple(
        step.name
        for step in context.flow.steps()
        if step.scope in inside
        and isinstance(step.state, Task)
        and step.state.effect is not Effect.NONE
        and step.index in liveness_of(context).entered
    )


RULE = Rule(
    code="S151",
    name="late-region",
    severity=Severity.WARNING,
    why="The result of the late region is lost, and its effect stays.",
    check=_check,
)
