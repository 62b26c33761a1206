"""A step that always fails is retried without a bound.

## What it does
Reports a `transient-failure` that is on throughout, with probability 1 (the default), where it
strikes a step whose `retry` has `attempts: null`.

## Why is this bad
No attempt can succeed until the phase of faults is over; the instance holds its place and its
load is that of all its attempts: a poison message.

## Example
```yaml
question: What becomes of a payment?
workflow: order.yaml
setting:
  arrivals: {every: 1m}
  horizon: 1h
  faults:
    - {kind: transient-failure, target: bank}  # here
```

where `order.yaml` is

```yaml
name: order
initial: pay
states:
  pay: {kind: task, service: bank, retry: {attempts: null}, next: paid}
  paid: {kind: final}
```

## Use instead
```yaml
question: What becomes of a payment?
workflow: order.yaml
setting:
  arrivals: {every: 1m}
  horizon: 1h
  faults:
    - {kind: transient-failure, target: bank, probability: 0.1}
```

## What it cannot see
Failures that are declared in the workflow: S141 endless-retry sees those.

## Source
RabbitMQ, *Quorum queues: poison message handling*; Amazon SQS Developer Guide, *Dead-letter
queues*.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.rule import Rule
from wfmodel.designs.faults import FaultKind
from wfmodel.experiments.runtime_context import ScenarioContext, first_few, struck
from wfmodel.model.findings import Finding, Severity


def _check(context: ScenarioContext) -> Iterator[Finding]:
    for path, fault in context.faults():
        throughout = not fault.at and fault.every is None and fault.probability == 1
        if fault.kind is not FaultKind.TRANSIENT_FAILURE or not throughout:
            continue
        services = {name for each in context.candidates for name in struck(fault, each)}
        hopeless = [
            work.name
            for work in context.work
            if work.service in services
            and fault.step in (None, work.name)
            and work.state.retry is not None
            and work.state.retry.attempts is None
        ]
        if hopeless:
            yield RULE.finding(
                f"every attempt at {first_few(hopeless)} fails, and there is no last attempt",
                path,
                help="bound the attempts, or give the fault a probability below 1",
            )


RULE = Rule(
    code="R107",
    name="retried-without-end",
    severity=Severity.WARNING,
    why="The step fails always and is retried for ever.",
    check=_check,
)
