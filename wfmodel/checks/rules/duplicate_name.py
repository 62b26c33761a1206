"""Two regions of one parallel state have the same name.

## What it does
Reports the second region of a name. (Two keys of one name, such as two states, are refused when the
file is read: `duplicate-key`.)

## Why is this bad
States of a region are named by it, as `ship.left/pack`: in findings, histories and reports nobody
can tell the two apart, and what is said of one is taken for the other.

## Example
```yaml
name: order
initial: both
states:
  both:
    kind: parallel
    regions:
      - {name: left, initial: a, states: {a: {kind: final}}}
      - {name: left, initial: b, states: {b: {kind: final}}}  # here
    next: done
  done: {kind: final}
```

## Use instead
```yaml
name: order
initial: both
states:
  both:
    kind: parallel
    regions:
      - {name: left, initial: a, states: {a: {kind: final}}}
      - {name: right, initial: b, states: {b: {kind: final}}}
    next: done
  done: {kind: final}
```

## What it cannot see
Names that differ and mean the same.

## Source
Unique names within a scope: WS-BPEL 2.0, SA00092; BPMN 2.0.2, 8.2.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    for node, state in context.flow.forks():
        seen: set[str] = set()
        for number, region in enumerate(state.regions):
            label = region.name or str(number)
            if label in seen:
                yield RULE.finding(
                    f"{node.name!r} has two regions named {label!r}",
                    (*node.path, "regions", number, "name"),
                    help="give each region a name of its own",
                )
            seen.add(label)


RULE = Rule(
    code="S115",
    name="duplicate-name",
    severity=Severity.ERROR,
    why="Nobody can tell the two apart.",
    check=_check,
)
