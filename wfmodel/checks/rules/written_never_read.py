"""A data item is written and never read.

## What it does
Reports items that some state writes and nothing reads: no task, guard, `for_each` or compensation.

## Why is this bad
Either the step that needs it forgot to say so, and is not checked (`read-before-write`), or the
item is left over from an earlier design. It is information only: results may be for whoever called.

## Example
```yaml
name: order
initial: pay
states:
  pay:
    kind: task
    service: bank
    writes: [receipt]  # here
    next: paid
  paid: {kind: final}
```

## Use instead
```yaml
name: order
initial: pay
states:
  pay: {kind: task, service: bank, writes: [receipt], next: send}
  send: {kind: task, service: mail, reads: [receipt], next: paid}
  paid: {kind: final}
```

## What it cannot see
Who outside reads it.

## Source
Trčka, van der Aalst & Sidorova, *Data-flow anti-patterns*, CAiSE 2009 (*strongly redundant data*).
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.data_items import reads_of, writes_upon
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.source import Path
from wfmodel.model.workflow import DONE, Compensation


def _check(context: Context) -> Iterator[Finding]:
    read: set[str] = set()
    written: dict[str, Path] = {}
    for node in context.flow.nodes:
        read |= {each.item for each in reads_of(node)}
        if isinstance(node.state, Compensation):
            read |= {*node.state.reads}
        for event in (DONE, ""):
            for number, item in enumerate(writes_upon(node, event)):
                written.setdefault(item, (*node.path, "writes", number))
    for item, path in written.items():
        if item not in read:
            yield RULE.finding(
                f"{item!r} is written and never read",
                path,
                help="say who reads it, or leave it out",
            )


RULE = Rule(
    code="D103",
    name="written-never-read",
    severity=Severity.INFO,
    why="Who needs it did not say so, or nobody does.",
    check=_check,
)
