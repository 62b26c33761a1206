"""A time-out or capacity of the workflow that can never matter in this scenario.

## What it does
Reports the workflow's own `timeout`, and steps with one, that are longer than the horizon and the
convergence together; and a `capacity` that is not less than what can
ever be at work at once, or at a service whose steps all take no time.

## Why is this bad
What is protected by the limit on paper is not protected in what was measured.

## Example
```yaml
question: What becomes of a payment?
workflow: order.yaml
setting:  # here
  arrivals: {at: [0s, 1m]}
  horizon: 1h
```

where `order.yaml` is

```yaml
name: order
initial: pay
states:
  pay: {kind: task, service: bank, duration: 2s, next: paid}
  paid: {kind: final}
services:
  bank: {capacity: 10}
```

## Use instead
```yaml
question: What becomes of a payment?
workflow: order.yaml
setting:
  arrivals: {every: 1m}
  horizon: 1d
```

## What it cannot see
Limits that are out of reach because of the load, and not by arithmetic: sweep the load.

## Source
Law of this project: an option that does nothing is named.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.rule import Rule
from wfmodel.experiments.runtime_context import ScenarioContext, takes_no_time
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.source import Path
from wfmodel.model.units import format_duration


def _check(context: ScenarioContext) -> Iterator[Finding]:
    timeout = context.workflow.timeout
    if timeout is not None and timeout >= context.end:
        yield _too_long("the workflow's own time-out", timeout, context.end)
    for work in context.work:
        if work.state.timeout is not None and work.state.timeout >= context.end:
            yield _too_long(f"the time-out of {work.name!r}", work.state.timeout, context.end)
    for name, service in context.workflow.services.items():
        why = None if service.capacity is None else _why_idle(context, name, service.capacity)
        if why:
            said = f"the capacity of {name!r} ({service.capacity}) is never reached: {why}"
            yield RULE.finding(said, _SETTING, help="more arrivals, or no capacity")


_SETTING: Path = ("setting",)


def _too_long(what: str, limit: int, run: int) -> Finding:
    lengths = f"({format_duration(limit)}) is longer than a run ({format_duration(run)})"
    return RULE.finding(f"{what} {lengths}", _SETTING, help="a longer convergence")


def _why_idle(context: ScenarioContext, service: str, capacity: int) -> str:
    """Why a service never has as many attempts at once as it could."""
    durations = [work.state.duration for work in context.work if work.service == service]
    if all(takes_no_time(each) for each in durations):
        return "its steps take no time"
    arrivals = context.scenario.setting.arrivals
    most = len(arrivals.at) or arrivals.most
    careful = all(each.knobs.deduplicate for each in context.candidates)
    if most is None or not careful:
        return ""
    nodes = [node for node in context.flow.nodes if node.service == service]
    if most * len(nodes) > capacity:
        return ""
    return f"there are {most} instances, with at most {len(nodes)} steps each at it"


RULE = Rule(
    code="R111",
    name="limit-without-effect",
    severity=Severity.INFO,
    why="The limit is never reached in a run of this scenario.",
    check=_check,
)
