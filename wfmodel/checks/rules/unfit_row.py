"""A step uses a row of a store in a way that means nothing, or that no store could do.

## What it does
Reports a row two of whose values are the same; and a step's `row` that is not declared, with which
nothing is done, whose `expects` or `becomes` is none of its values, that is used by steps of two
services, that is read from a copy though it has none, that is guarded and not written, whose
conflict is tried again without end, or whose step has an effect besides.

## Why is this bad
The workflow cannot run: what would be read or written is not said.

## Example
```yaml
name: order
initial: claim
rows: {slot: {values: [free, taken]}}
states:
  claim:
    kind: task
    service: calendar
    row: {of: slot, expects: fre, becomes: taken, guard: unchanged}  # here
    on: {conflict: given-up}
    next: done
  done: {kind: final}
  given-up: {kind: final, outcome: failed}
```

## Use instead
```yaml
name: order
initial: claim
rows: {slot: {values: [free, taken]}}
states:
  claim:
    kind: task
    service: calendar
    row: {of: slot, expects: free, becomes: taken, guard: unchanged}
    on: {conflict: given-up}
    next: done
  done: {kind: final}
  given-up: {kind: final, outcome: failed}
```

## What it cannot see
Whether the row's real values are these.

## Source
Law of this project: what is declared can run.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.problems import problems_of, suggestion
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    for problem in problems_of(context, "unfit-row"):
        message = problem.message or f"row {problem.name!r} is not declared"
        help = "" if problem.message else suggestion(context, problem)
        yield RULE.finding(message, problem.path, help=help)


RULE = Rule(
    code="D106",
    name="unfit-row",
    severity=Severity.ERROR,
    why="What would be read or written is not said, so the workflow cannot run.",
    check=_check,
)
