"""A guard that every value fulfils, with ways on after it.

## What it does
Reports guards that hold whatever the data, where other branches or a default follow: the first
branch whose guard holds is taken, so what follows never is. A branch that has neither a guard nor
words is such a guard, too.

## Why is this bad
The choice is none. The ways after it are dead, although they look alive.

## Example
```yaml
name: order
initial: size
states:
  size:
    kind: choice
    branches:
      - {guard: total > 100 or total <= 100, next: big}  # here
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
Guards in words. A path is taken to hold a value of the kinds that the guards of its choice compare
it with; where it may be absent, ask `present(...)`.

## Source
As for always-false-guard.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    for node, choice, verdicts in context.guards():
        last = len(choice.branches) - 1
        for number in verdicts.always[:1]:
            if number < last or choice.default is not None:
                key = "guard" if choice.branches[number].guard else "next"
                yield RULE.finding(
                    f"branch {number + 1} of {node.name!r} is always taken: what follows never is",
                    (*node.path, "branches", number, key),
                    help="mend the guard, or delete the ways after it",
                )


RULE = Rule(
    code="S133",
    name="always-true-guard",
    severity=Severity.WARNING,
    why="The ways after it are never taken.",
    check=_check,
)
