"""A guard of which something could not be decided.

## What it does
Names guards that could not be decided wholly, and why: a condition that has no translation (time
stamps, calls and computations of JSONata), the solver is not installed, or it gave up within its
bound. What could be decided about the choice stands in the other findings.

## Why is this bad
It is not: it says where the other rules about guards cannot be relied on.

## Example
```yaml
name: order
initial: size
states:
  size:
    kind: choice
    branches:
      - {guard: 'opaque("it is a holiday")', next: big}  # here
    default: small
  big: {kind: final}
  small: {kind: final}
```

## Use instead
```yaml
name: order
initial: size
states:
  size:
    kind: choice
    branches:
      - {guard: total > 100, next: big}
    default: small
  big: {kind: final}
  small: {kind: final}
```

## What it cannot see
Guards in words only: nothing was asked of them.

## Source
Rice's theorem, for guards that compute; nothing else is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.guards.verdicts import guard_text
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    for node, choice, verdicts in context.guards():
        for number, why in verdicts.undecided:
            if choice.branches[number].guard:
                yield RULE.finding(
                    f"{guard_text(choice, number)!r} of {node.name!r} is not decided: {why}",
                    (*node.path, "branches", number, "guard"),
                )


RULE = Rule(
    code="S137",
    name="undecided-guard",
    severity=Severity.INFO,
    why="The other rules about guards say nothing here.",
    check=_check,
)
