"""A guard that no value can fulfil.

## What it does
Reports guards that are false whatever the data: contradictions (`total > 3 and total < 2`), values
that a declared type or list of values does not have.

## Why is this bad
The branch is never taken. What stands behind it does not happen, and nobody notices.

## Example
```yaml
name: order
initial: size
states:
  size:
    kind: choice
    branches:
      - {guard: total > 100 and total < 50, next: big}  # here
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
Guards in words. Values that a path never has although nothing declares it: declare `type` or
`values` of the data item.

## Source
Decided by trying every value that the guards can tell apart, or by an SMT solver (de Moura &
Bjørner, *Z3*, TACAS 2008); the question is that of decision tables (CODASYL 1982; DMN 1.5, ch. 8).
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.guards.verdicts import guard_text
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    for node, choice, verdicts in context.guards():
        for number in verdicts.never:
            yield RULE.finding(
                f"no value fulfils the guard {guard_text(choice, number)!r} of {node.name!r}",
                (*node.path, "branches", number, "guard"),
                help=f"mend it, or delete the way to {choice.branches[number].next!r}",
            )


RULE = Rule(
    code="S132",
    name="always-false-guard",
    severity=Severity.WARNING,
    why="The branch is never taken.",
    check=_check,
)
