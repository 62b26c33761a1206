"""A choice without default whose guards leave a value out.

## What it does
Reports choices without `default` with a value for which no guard holds.

## Why is this bad
A run with that value stops with an error of the engine (`States.NoChoiceMatched` in Step
Functions), half done.

## Example
```yaml
name: order
initial: size
states:
  size:  # here
    kind: choice
    branches:
      - {guard: total > 100, next: big}
      - {guard: total < 100, next: small}
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
      - {guard: total <= 100, next: small}
  big: {kind: final}
  small: {kind: final}
```

## What it cannot see
Guards in words: those are left to choice-without-default. Values of kinds that no guard asks about:
a path that is compared with numbers only is taken to be a number, and to be there.

## Source
Incomplete decision tables: Calvanese et al., *Semantics and analysis of DMN decision tables*, BPM
2016; Amazon States Language, *Choice state*.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    for node, choice, verdicts in context.guards():
        if choice.default is None and verdicts.gap is not None:
            yield RULE.finding(
                f"no guard of {node.name!r} holds for {verdicts.gap}, and there is no default",
                node.path,
                help="add default, or a branch for the values that are left",
            )


RULE = Rule(
    code="S136",
    name="gap-in-guards",
    severity=Severity.WARNING,
    why="A run with such a value stops with an error of the engine.",
    check=_check,
)
