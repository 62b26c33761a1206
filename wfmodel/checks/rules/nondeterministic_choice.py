"""Two branches of a choice are taken in the same case, in the same words, and lead elsewhere.

## What it does
Compares the branches of a choice that say in words when they are taken (`when`, without a `guard`),
capitals and spaces apart. Where two say the same and lead to different states, it reports the
second. Guards are compared by their meaning: overlapping-guards, shadowed-guard.

## Why is this bad
Nothing that is declared tells the two cases apart: which state comes next hangs on the order of the
branches, or on chance.

## Example
```yaml
name: order
initial: triage
states:
  triage:
    kind: choice
    branches:
      - {when: total is large, next: review}
      - {when: Total is large, next: pay}  # here
    default: pay
  review: {kind: task, service: clerk, next: pay}
  pay: {kind: task, service: bank, next: done}
  done: {kind: final}
```

## Use instead
```yaml
name: order
initial: triage
states:
  triage:
    kind: choice
    branches:
      - {when: total is large, next: review}
    default: pay
  review: {kind: task, service: clerk, next: pay}
  pay: {kind: task, service: bank, next: done}
  done: {kind: final}
```

## What it cannot see
Two ways to say one thing. Write a `guard`, and it is decided.

## Source
Harel & Naamad, *The STATEMATE semantics of statecharts*, ACM TOSEM 5 (1996), on transitions that
are enabled together.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node
from wfmodel.model.workflow import Choice


def _check(context: Context) -> Iterator[Finding]:
    for node in context.flow.nodes:
        if isinstance(node.state, Choice) and node.index in context.reachable:
            yield from _said_twice(node, node.state)


def _said_twice(node: Node, choice: Choice) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for number, branch in enumerate(choice.branches):
        words = " ".join(branch.when.casefold().split())
        if branch.guard or not words:
            continue
        earlier = first.setdefault(words, number)
        if choice.branches[earlier].next != branch.next:
            yield RULE.finding(
                f"{node.name!r} goes to {choice.branches[earlier].next!r} and to {branch.next!r}"
                f" in the same case: {branch.when!r}",
                (*node.path, "branches", number),
                help="say what tells the two cases apart",
                related=(((*node.path, "branches", earlier), "the same words"),),
            )


RULE = Rule(
    code="S138",
    name="nondeterministic-choice",
    severity=Severity.WARNING,
    why="Nothing that is declared says which of the two states comes next.",
    check=_check,
)
