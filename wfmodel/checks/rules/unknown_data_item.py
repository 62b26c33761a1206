"""A state reads or writes a data item that is not declared.

## What it does
If the workflow declares `data`, looks up every item that tasks, handlers, guards, receives and
`for_each` name. Without the section, names are not checked.

## Why is this bad
A misspelt item is a second item: it is written, and the right one stays empty.

## Example
```yaml
name: order
initial: pay
data:
  amount: {input: true}
states:
  pay:
    kind: task
    service: bank
    reads: [amuont]  # here
    next: paid
  paid: {kind: final}
```

## Use instead
```yaml
name: order
initial: pay
data:
  amount: {input: true}
states:
  pay:
    kind: task
    service: bank
    reads: [amount]
    next: paid
  paid: {kind: final}
```

## What it cannot see
Items that the words of a guard mention without naming them under `reads`.

## Source
Declared names are checked, undeclared sections are not: the declaration's own rule.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.data_items import reads_of
from wfmodel.checks.problems import undeclared_names
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node
from wfmodel.model.source import Path
from wfmodel.model.workflow import Compensation, Receive, Task


def _check(context: Context) -> Iterator[Finding]:
    named = (each for node in context.flow.nodes for each in _named(node))
    return undeclared_names(RULE, named, context.workflow.data, "data item {!r} is not declared")


def _named(node: Node) -> Iterator[tuple[str, Path]]:
    for read in reads_of(node):
        yield read.item, read.path
    state = node.state
    if isinstance(state, Compensation):
        for number, item in enumerate(state.reads):
            yield item, (*node.path, "reads", number)
    if isinstance(state, Task | Receive):
        for number, item in enumerate(state.writes):
            yield item, (*node.path, "writes", number)


RULE = Rule(
    code="D102",
    name="unknown-data-item",
    severity=Severity.ERROR,
    why="A misspelt item is a second item, and the right one stays empty.",
    check=_check,
)
