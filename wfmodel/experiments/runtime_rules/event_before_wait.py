"""An event from outside can come before anybody waits for it, and is dropped.

## What it does
Looks at every receive that is `caused_by` a task, in variants with `early: dropped`: the event can
be there before the receive is reached, because other steps with a duration come in between, or
because the answer of the step itself is still on its way when the event takes no longer.

## Why is this bad
The event is gone. The instance waits until its time-out, or for good.

## Example
```yaml
question: What becomes of a payment?
workflow: order.yaml
knobs:
  early: dropped  # here
setting: {arrivals: {every: 1m}, horizon: 1h}
```

where `order.yaml` is

```yaml
name: order
initial: charge
states:
  charge: {kind: task, service: bank, next: notify}
  notify: {kind: task, service: mail, duration: 5s, next: confirmed}
  confirmed:
    kind: receive
    service: mail
    caused_by: charge
    events: {paid: {next: done}}
    delay: 2s
    timeout: 1h
    on: {timeout: cancelled}
  done: {kind: final}
  cancelled: {kind: final, outcome: aborted}
```

## Use instead
```yaml
question: What becomes of a payment?
workflow: order.yaml
knobs:
  early: kept
setting: {arrivals: {every: 1m}, horizon: 1h}
```

## What it cannot see
Senders that try again when nobody waits; how likely it is (a run tells).

## Source
Hohpe and Woolf, *Enterprise Integration Patterns* (2003), *Correlation Identifier*; public reports
of events that came before their wait was registered (inngest#1433).
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.rule import Rule
from wfmodel.designs.knobs import Early
from wfmodel.experiments.runtime_context import RARE, ScenarioContext
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node
from wfmodel.model.units import format_duration
from wfmodel.model.workflow import Receive


def _check(context: ScenarioContext) -> Iterator[Finding]:
    for node in context.flow.nodes:
        if node.cause is None:
            continue
        cause = context.flow.nodes[node.cause]
        for each in context.candidates:
            if each.knobs.early is Early.DROPPED and _may_be_early(context, node, cause):
                yield RULE.finding(
                    f"{node.name!r} may not be waited for yet when its event comes,"
                    f" {_soonest(node)} after the work of {cause.name!r}: then it is dropped",
                    context.place(each, "early"),
                    help="early: kept, or wait in a region beside the work",
                )


def _delay_ns(node: Node) -> int:
    state = node.state
    assert isinstance(state, Receive)
    return int(state.delay.quantile(RARE))


def _soonest(node: Node) -> str:
    delay = _delay_ns(node)
    return f"perhaps {format_duration(delay)}" if delay else "perhaps at once"


def _may_be_early(context: ScenarioContext, receive: Node, cause: Node) -> bool:
    """Whether anything that takes time can lie between the end of the work and the wait."""
    if _delay_ns(receive) == 0:
        return True
    between = {edge.target for edge in cause.edges}
    return between != {receive.index}


RULE = Rule(
    code="R112",
    name="event-before-wait",
    severity=Severity.WARNING,
    why="The event is gone, and the instance waits for nothing.",
    check=_check,
)
