"""A fault that can strike nobody, or that lasts no time.

## What it does
Reports faults with a probability of 0; with instants or a rate, but no `lasts` (a crash is
R109's); of which no variant has what they strike: a participant, a step, work, a store that is
written; that come after the horizon; and delays of no time.

## Why is this bad
A comparison under such a fault looks robust, because nothing happened to it.

## Example
```yaml
question: What becomes of a payment?
workflow: order.yaml
setting:
  arrivals: {every: 1m}
  horizon: 1h
  faults:
    - {kind: pause, target: bank, every: 5m}  # here
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
setting:
  arrivals: {every: 1m}
  horizon: 1h
  faults:
    - {kind: pause, target: bank, every: 5m, lasts: 10s}
```

## What it cannot see
Faults that strike only when nothing is under way.

## Source
Law of this project: an option that does nothing is named.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.rule import Rule
from wfmodel.designs.commit_policy import CommitPolicy
from wfmodel.designs.fault_facts import PER_ATTEMPT, PER_MESSAGE
from wfmodel.designs.faults import AT_INSTANTS, FACTS, OF_KINDS, Fault, FaultScope
from wfmodel.experiments.runtime_context import Candidate, ScenarioContext, struck, takes_no_time
from wfmodel.model.distributions import Constant
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.units import format_duration


def _check(context: ScenarioContext) -> Iterator[Finding]:
    for path, fault in context.faults():
        why = _why_never(context, fault) or _why_nobody(context, fault)
        if why:
            yield RULE.finding(
                f"{fault.kind.value} does nothing: {why}", path, help="mean it, or take it out"
            )


def _why_never(context: ScenarioContext, fault: Fault) -> str:
    setting = context.scenario.setting
    horizon = context.end if setting.faults_until == "end" else setting.horizon
    chancy = fault.kind in PER_MESSAGE | PER_ATTEMPT
    timed = bool(fault.at) or fault.every is not None
    delays = fault.kind in OF_KINDS["delay"]
    if chancy and fault.probability == 0:
        return "its probability is 0"
    if timed and fault.kind not in AT_INSTANTS and takes_no_time(fault.lasts):
        return "it lasts no time (lasts)"
    if delays and takes_no_time(fault.delay):
        return "it delays by no time (delay)"
    late = isinstance(fault.every, Constant) and fault.every.quantile(0.5) >= horizon
    if late or (fault.at and min(fault.at) >= horizon):
        return f"it begins after the horizon of {format_duration(horizon)}"
    return ""


def _why_nobody(context: ScenarioContext, fault: Fault) -> str:
    """Why it strikes nothing in any variant; the reason of the first."""
    reasons = [_why_idle(context, fault, each) for each in context.candidates]
    return reasons[0] if all(reasons) else ""


def _why_idle(context: ScenarioContext, fault: Fault, each: Candidate) -> str:
    targets = struck(fault, each)
    if not targets:
        return f"no variant has a participant {', '.join(fault.whom)!r}"
    facts = FACTS[fault.kind]
    works = fault.kind in PER_ATTEMPT or (facts.slows and facts.scope is FaultScope.PROCESS)
    if works and not any(
        work.service in targets and fault.step in (None, work.name) for work in context.work
    ):
        return f"no step is done at {', '.join(fault.whom)!r}" + (
            "" if fault.step is None else f" under the name {fault.step!r}"
        )
    policy = CommitPolicy.of(each.knobs)
    if facts.scope is FaultScope.STORE and policy.memory:
        return "nothing is stored (persistence: memory)"
    if facts.scope is FaultScope.STORE and facts.slows and policy.log:
        return "no reaction waits for a commit (persistence: log)"
    return ""


RULE = Rule(
    code="R108",
    name="fault-without-effect",
    severity=Severity.WARNING,
    why="The setting promises a trouble that never comes.",
    check=_check,
)
