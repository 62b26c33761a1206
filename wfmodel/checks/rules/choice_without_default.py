"""No branch of a choice may hold, and there is no default.

## What it does
Reports every reachable choice without `default` in which every branch has a guard, unless the
guards are decided to cover everything, or to leave a gap (gap-in-guards names the value). Where the
branches' probabilities add up to 1, the declaration itself says that one is always taken: then it
is information only.

## Why is this bad
Guards rarely cover everything: a missing value, a new status. A run for which none holds stops
there with an error of the engine (`States.NoChoiceMatched` in Step Functions).

## Example
```yaml
name: order
initial: size
states:
  size:  # here
    kind: choice
    branches:
      - {when: total over 100, next: big}
      - {when: total under 100, next: small}
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
      - {when: total over 100, next: big}
    default: small
  big: {kind: final}
  small: {kind: final}
```

## What it cannot see
What guards in words mean: where they cover everything they are reported all the same; a branch
without a guard, last, says the same as a default.

## Source
Amazon States Language, *Choice state*: without a Default, the interpreter raises
States.NoChoiceMatched.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.workflow import Choice


def _check(context: Context) -> Iterator[Finding]:
    decided = {node.index: verdicts for node, _, verdicts in context.guards()}
    for node in context.reachable_nodes:
        if not isinstance(node.state, Choice) or node.state.default is not None:
            continue
        verdicts = decided.get(node.index)
        if verdicts is not None and (verdicts.complete or verdicts.gap is not None):
            continue
        if all(branch.label for branch in node.state.branches):
            yield RULE.finding(
                f"{node.name!r} has no default for the case that no guard holds",
                node.path,
                severity=Severity.INFO if _is_complete(node.state) else None,
                help="add default, or leave out the last guard",
            )


def _is_complete(state: Choice) -> bool:
    given = [branch.probability for branch in state.branches]
    return None not in given and abs(sum(p or 0.0 for p in given) - 1) < 1e-9


RULE = Rule(
    code="S130",
    name="choice-without-default",
    severity=Severity.WARNING,
    why="A run for which no guard holds stops with an error of the engine.",
    check=_check,
)
