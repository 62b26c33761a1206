"""A transition leads to a state that does not exist.

## What it does
Looks up every target: `next`, `default`, the entries of `on`, branches and events. A target is a
state of the same machine, or the built-in `rollback`. Inside a region, only states of the region.

## Why is this bad
The run that comes here has nowhere to go; engines refuse such a definition, or stop at run time.

## Example
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    next: shiped  # here
  shipped: {kind: final}
```

## Use instead
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    next: shipped
  shipped: {kind: final}
```

## What it cannot see
Whether a target that exists is the one that was meant. A misspelt target is taken as the nearest
name when other rules look for unreachable states, so that one mistake is one finding.

## Source
Amazon States Language, *Transitions*: the value of "Next" must be the name of a state.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.problems import misspelt_names
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    return misspelt_names(context, RULE, "there is no state {!r} here")


RULE = Rule(
    code="S101",
    name="unknown-target",
    severity=Severity.ERROR,
    why="A run that comes here has nowhere to go.",
    check=_check,
)
