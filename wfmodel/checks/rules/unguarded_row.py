"""Two steps that may run at once write one row, each over whatever the other has written.

## What it does
Reports a step that writes a row without a guard, if a step of another region of the same parallel
state, or the same step of another copy, writes that row too.

## Why is this bad
Both read, then both write: the first write is lost (a lost update), and both go on as if the row
were theirs. Exploring shows it: `never: overwritten.ROW`.

## Example
```yaml
name: seats
initial: both
rows: {seat: {values: [free, sold]}}
states:
  both:
    kind: parallel
    for_each: buyer
    copies: 2
    regions:
      - initial: sell
        states:
          sell:
            kind: task
            service: box-office
            row: {of: seat, expects: free, becomes: sold}  # here
            on: {conflict: ok}
            next: ok
          ok: {kind: final}
    next: done
  done: {kind: final}
```

## Use instead
```yaml
name: seats
initial: both
rows: {seat: {values: [free, sold]}}
states:
  both:
    kind: parallel
    for_each: buyer
    copies: 2
    regions:
      - initial: sell
        states:
          sell:
            kind: task
            service: box-office
            row: {of: seat, expects: free, becomes: sold, guard: unchanged}
            on: {conflict: ok}
            next: ok
          ok: {kind: final}
    next: done
  done: {kind: final}
```

## What it cannot see
Steps of two instances. Whether two choices exclude each other.

## Source
Berenson et al., *A critique of ANSI SQL isolation levels*, SIGMOD 1995 (P4, *lost update*);
apache/airflow#57618.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Node
from wfmodel.model.rows import RowUse
from wfmodel.model.source import Path
from wfmodel.model.workflow import Task


def _check(context: Context) -> Iterator[Finding]:
    for fork, state in context.flow.forks():
        writers = [(r, node, use) for r in fork.regions for node, use in _writes(context, r)]
        for region, node, use in writers:
            if not use.may_overwrite:
                continue
            others = (w for w in writers if w[2].of == use.of and w[0] != region)
            other = next(others, None)
            if other is not None:
                yield _finding(node, use, f"{other[1].name!r} may", ((other[1].path, "the other"),))
            elif state.copies > 1:
                yield _finding(node, use, "another copy of it may", ())


def _writes(context: Context, region: int) -> Iterator[tuple[Node, RowUse]]:
    for node in context.inside(region):
        use = node.state.row if isinstance(node.state, Task) else None
        if use is not None and use.becomes is not None and node.index in context.reachable:
            yield node, use


def _finding(node: Node, use: RowUse, who: str, related: tuple[tuple[Path, str], ...]) -> Finding:
    return RULE.finding(
        f"{node.name!r} writes row {use.of!r} without a guard, and {who} write it meanwhile",
        (*node.path, "row"),
        help="write it only where nobody has since (guard: unchanged), and say what else follows"
        " (on: {conflict: ...})",
        related=related,
    )


RULE = Rule(
    code="D107",
    name="unguarded-row",
    severity=Severity.WARNING,
    why="The first of two writes is lost, and both go on as if the row were theirs.",
    check=_check,
)
