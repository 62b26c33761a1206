"""A guard that holds only where an earlier one of the same choice holds.

## What it does
Reports guards that some value fulfils, but none for which this branch would be the first: `total >
50` before `total > 100`. A branch after one that is always taken is left to always-true-guard.

## Why is this bad
The branch is never taken. Two branches that stand in the wrong order look right each for itself.

## Example
```yaml
name: order
initial: size
states:
  size:
    kind: choice
    branches:
      - {guard: total > 50, next: big}
      - {guard: total > 100, next: huge}  # here
    default: small
  huge: {kind: final}
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
      - {guard: total > 100, next: huge}
      - {guard: total > 50 and total <= 100, next: big}
    default: small
  huge: {kind: final}
  big: {kind: final}
  small: {kind: final}
```

## What it cannot see
Guards in words.

## Source
Masked rules in decision tables: DMN 1.5, ch. 8; Calvanese et al., *Semantics and analysis of DMN
decision tables*, BPM 2016.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.guards.verdicts import guard_text
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    for node, choice, verdicts in context.guards():
        dead = min(verdicts.always, default=len(choice.branches))
        for number in verdicts.shadowed:
            if number < dead:
                yield RULE.finding(
                    f"where {guard_text(choice, number)!r} holds, an earlier guard of"
                    f" {node.name!r} does",
                    (*node.path, "branches", number, "guard"),
                    help="move it before the earlier one, or narrow that",
                )


RULE = Rule(
    code="S134",
    name="shadowed-guard",
    severity=Severity.WARNING,
    why="An earlier branch takes every value: this one is never taken.",
    check=_check,
)
