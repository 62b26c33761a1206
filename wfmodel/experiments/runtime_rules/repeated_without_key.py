"""A message comes again after a crash, and nobody recognises that its effect is there already.

## What it does
With `acknowledge: after-work` and `deduplicate: false`, reports that there are steps with an
effect which are not `idempotent`. Whatever is deduplicated, reports such steps whose effect `lands`
outside (`in-call`, `at-start`) and is done again after a crash.

## Why is this bad
Between the commit of the work and its acknowledgement a crash brings the message again. The
effect lands twice: a customer is charged twice.

## Example
```yaml
question: What becomes of a payment?
workflow: order.yaml
knobs:
  acknowledge: after-work
  deduplicate: false  # here
setting: {arrivals: {every: 1m}, horizon: 1h}
```

where `order.yaml` is

```yaml
name: order
initial: pay
states:
  pay: {kind: task, service: bank, duration: 2s, effect: compensatable, next: paid}
  paid: {kind: final}
```

## Use instead
```yaml
question: What becomes of a payment?
workflow: order.yaml
knobs:
  acknowledge: after-work
setting: {arrivals: {every: 1m}, horizon: 1h}
```

## What it cannot see
Steps whose effect is not declared (`effect: none`, the default).

## Source
Helland, *Life beyond distributed transactions* (2007), on idempotence; Amazon SQS Developer
Guide, *At-least-once delivery*.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.rule import Rule
from wfmodel.designs.commit_policy import CommitPolicy
from wfmodel.designs.knobs import Acknowledge
from wfmodel.experiments.runtime_context import ScenarioContext, first_few
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.state_events import lands_outside
from wfmodel.model.workflow import Effect, Task


def _check(context: ScenarioContext) -> Iterator[Finding]:
    bare = [
        (work.name, lands_outside(work.state))
        for work in context.work
        if isinstance(work.state, Task)
        and work.state.effect is not Effect.NONE
        and not work.state.idempotent
    ]
    inside = [name for name, is_outside in bare if not is_outside]
    outside = [name for name, is_outside in bare if is_outside]
    for each in context.candidates:
        knobs = each.knobs
        late = knobs.acknowledge is Acknowledge.AFTER_WORK
        if inside and late and not knobs.deduplicate:
            yield RULE.finding(
                "a crash between commit and acknowledgement brings the message again, no key is"
                f" recognised, and the effect of {first_few(inside)} lands twice",
                context.place(each, "deduplicate", "acknowledge"),
                help="deduplicate: true, or idempotent: true for steps that are",
            )
        lost = knobs.acknowledge is Acknowledge.ON_RECEIPT
        if outside and not lost and not CommitPolicy.of(knobs).memory:
            yield RULE.finding(
                f"{first_few(outside)} takes effect outside, where no key of ours is known: work"
                " that a crash interrupted is done again, and its effect lands twice",
                ("workflow",),
                help="idempotent: true, where the outside recognises a key of the step",
            )


RULE = Rule(
    code="R103",
    name="repeated-without-key",
    severity=Severity.WARNING,
    why="A crash before the acknowledgement repeats the effect.",
    check=_check,
)
