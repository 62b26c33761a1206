"""The probabilities of a choice do not say what they seem to.

## What it does
Reports a choice whose branches all have a probability, that has no default, and whose sum is less
than 1 (the simulator scales them up); and a choice whose branches take the whole probability, so
that its default, or a branch without a probability, is never drawn.

## Why is this bad
The simulation answers a question that nobody asked: shares other than the written ones, or a path
that is never tried.

## Example
```yaml
name: order
initial: size
states:
  size:  # here
    kind: choice
    branches:
      - {when: total over 100, next: big, probability: 0.4}
      - {when: total over 10, next: small, probability: 0.6}
    default: tiny
  big: {kind: final}
  small: {kind: final}
  tiny: {kind: final}
```

## Use instead
```yaml
name: order
initial: size
states:
  size:
    kind: choice
    branches:
      - {when: total over 100, next: big, probability: 0.4}
      - {when: total over 10, next: small, probability: 0.5}
    default: tiny
  big: {kind: final}
  small: {kind: final}
  tiny: {kind: final}
```

## What it cannot see
Whether the numbers are right. A branch with the written probability 0 is taken as meant.

## Source
The simulator's own rule: branches without a probability share what the others leave.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.workflow import Choice

_ROUNDING = 1e-9


def _check(context: Context) -> Iterator[Finding]:
    for node in context.reachable_nodes:
        problem = _problem(node.state) if isinstance(node.state, Choice) else ""
        if problem:
            yield RULE.finding(f"the probabilities of {node.name!r} {problem}", node.path)


def _problem(state: Choice) -> str:
    given = [branch.probability for branch in state.branches]
    total = sum(p for p in given if p is not None)
    if None in given or state.default is not None:
        if total < 1 - _ROUNDING:
            return ""
        rest = "the default" if None not in given else "the branches without one"
        return f"add up to 1, so {rest} will never be drawn"
    if total < 1 - _ROUNDING:
        return f"add up to {total:g} and there is no default: they will be scaled up to 1"
    return ""


RULE = Rule(
    code="S131",
    name="choice-probabilities",
    severity=Severity.WARNING,
    why="The simulation draws other shares than the written ones.",
    check=_check,
)
