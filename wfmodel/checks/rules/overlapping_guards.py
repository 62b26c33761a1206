"""Two guards of one choice hold for the same value.

## What it does
Reports pairs of branches to different targets whose guards hold together, with values for which
they do. The first is taken, so this is information: the order of branches carries meaning. Branches
that are never taken belong to shadowed-guard.

## Why is this bad
Whoever sorts the branches anew, or moves them to an engine that takes any branch that holds,
changes the process.

## Example
```yaml
name: order
initial: size
states:
  size:
    kind: choice
    branches:
      - {guard: total > 100, next: big}
      - {guard: total > 50, next: middling}  # here
    default: small
  big: {kind: final}
  middling: {kind: final}
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
      - {guard: total > 50 and total <= 100, next: middling}
    default: small
  big: {kind: final}
  middling: {kind: final}
  small: {kind: final}
```

## What it cannot see
Guards in words. In a choice of more than 60 branches pairs are not asked for.

## Source
Overlapping rules in decision tables: Calvanese et al., *Semantics and analysis of DMN decision
tables*, BPM 2016.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    for node, choice, verdicts in context.guards():
        for first, second, values in verdicts.overlaps:
            if choice.branches[first].next != choice.branches[second].next:
                yield RULE.finding(
                    f"branches {first + 1} and {second + 1} of {node.name!r} both hold for"
                    f" {values}: the first is taken",
                    (*node.path, "branches", second, "guard"),
                    help="let each guard exclude the earlier ones, if their order should not count",
                )


RULE = Rule(
    code="S135",
    name="overlapping-guards",
    severity=Severity.INFO,
    why="Which branch is taken hangs on their order.",
    check=_check,
)
