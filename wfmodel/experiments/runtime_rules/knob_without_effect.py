"""A knob is set that does nothing beside the others.

## What it does
Reports knobs that are written for variants in none of which they act: `redelivery_timeout`,
`redelivery_look` and `custody` with `delivery: at-most-once`; `flush_interval` without a log;
`replay` without an event stream; `commit` in memory; `relay_delay` without an outbox;
`event_content` where nobody publishes events; a `watchdog` that is longer than a run; `replicas`
of nobody.

## Why is this bad
Whoever wrote it believes in a protection, or a cost, that is not there.

## Example
```yaml
question: What becomes of a payment?
workflow: order.yaml
knobs:
  delivery: at-most-once
  redelivery_timeout: 10s  # here
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
  redelivery_timeout: 10s
setting: {arrivals: {every: 1m}, horizon: 1h}
```

## What it cannot see
Knobs whose effect is too small to be seen. What cannot be meant at all is refused on reading.

## Source
Law of this project: an option that does nothing is named.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.rule import Rule
from wfmodel.designs.knob_registry import KNOBS
from wfmodel.designs.knobs import ORCHESTRATION
from wfmodel.experiments.runtime_context import Candidate, ScenarioContext
from wfmodel.model.findings import Finding, Severity


def _check(context: ScenarioContext) -> Iterator[Finding]:
    for knob in KNOBS:
        for path, group in context.written_knobs(knob):
            reasons = [_why_idle(context, knob, each) for each in group]
            if all(reasons):
                yield RULE.finding(
                    f"{knob} does nothing: {reasons[0]}", path, help="take it out, or mean it"
                )


def _why_idle(context: ScenarioContext, knob: str, each: Candidate) -> str:
    knobs = each.knobs
    if why := KNOBS[knob].idle(knobs):
        return why
    if knob == "replicas":
        names, services = each.system.participants, each.system.services
        if any(knobs.replicas_of(name, services) > 1 for name in names):
            return ""
        return f"no participant has more than one; there are {', '.join(names)}"
    if knob == "event_content" and each.design == ORCHESTRATION:
        return "an orchestrator sends commands, and nobody publishes events"
    if knob == "early" and all(node.cause is None for node in context.flow.nodes):
        return "no receive is caused_by a task, so every event is waited for first"
    if knob == "watchdog" and knobs.watchdog is not None and knobs.watchdog >= context.end:
        return "no run lasts that long (horizon and convergence)"
    return ""


RULE = Rule(
    code="R110",
    name="knob-without-effect",
    severity=Severity.WARNING,
    why="The knob is turned and nothing follows.",
    check=_check,
)
