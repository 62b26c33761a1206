"""A message that comes again is skipped as known, and what it was to publish was never published.

## What it does
With `acknowledge: after-work` and `publishing: dual-write`, reports a known key that is skipped:
`known_key: skip`, or `usual` where services hear of each other by events. A `watchdog` heals it.

## Why is this bad
A crash between commit and publication leaves a state of which nobody hears. The message comes
again, and that would be the chance to publish; but its key is known, and it is dropped.

## Example
```yaml
question: What becomes of a payment?
workflow: order.yaml
knobs:
  acknowledge: after-work
  publishing: dual-write
  known_key: skip  # here
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
  publishing: dual-write
  known_key: answer
setting: {arrivals: {every: 1m}, horizon: 1h}
```

## What it cannot see
Consumers that look for what they have not published yet; that is an outbox.

## Source
Richardson, *Microservices patterns* (2018), ch. 3, *Transactional outbox*; measured with Redis
Streams: 14 of 40 kills lost the message.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.rule import Rule
from wfmodel.designs.knobs import ORCHESTRATION, Acknowledge, KnownKey, Publishing
from wfmodel.experiments.runtime_context import ScenarioContext
from wfmodel.model.findings import Finding, Severity


def _check(context: ScenarioContext) -> Iterator[Finding]:
    for each in context.candidates:
        knobs = each.knobs
        skips = knobs.known_key is KnownKey.SKIP or (
            knobs.known_key is KnownKey.USUAL and each.design != ORCHESTRATION
        )
        late = knobs.acknowledge is Acknowledge.AFTER_WORK and knobs.deduplicate
        unsafe = knobs.publishing is Publishing.DUAL_WRITE and knobs.watchdog is None
        if skips and late and unsafe:
            yield RULE.finding(
                "after a crash between commit and publication the message comes again, and is"
                " skipped because its key is known: what follows is never published",
                context.place(each, "known_key", "publishing", "acknowledge"),
                help="known_key: answer, or publishing: outbox",
            )


RULE = Rule(
    code="R104",
    name="skipped-though-unpublished",
    severity=Severity.WARNING,
    why="What was committed and not published is lost for good.",
    check=_check,
)
