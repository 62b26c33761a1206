"""The runs of the choreography are too many to be explored.

## What it does
Says that the search has hit one of its bounds: 20,000 configurations, 2,000,000 services and
messages looked at, summed over all steps, or 3 copies of one event in flight to one service. What
C105 to C110 and C113 found is certain; what they did not find may lie beyond.

## Why is this bad
Silence would look like a proof.

## What it cannot see
How much is left.

## Source
Whether two machines with unbounded channels can deadlock is undecidable: Brand & Zafiropulo, On
Communicating Finite-State Machines, JACM 1983.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.choreography.choreography_context import ChoreographyContext
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: ChoreographyContext) -> Iterator[Finding]:
    found = context.exploration
    if found is not None and not found.is_complete:
        yield RULE.finding(
            f"explored up to a bound: {len(found.reached)} configurations; the rest is undecided",
            ("choreography",),
            trace=found.run_to(min(found.cut)),
            help="fewer independent events at once, or no circle whose events pile up",
        )


RULE: Rule[ChoreographyContext] = Rule(
    code="C115",
    name="undecided-choreography",
    severity=Severity.INFO,
    why="What lies beyond the bound is not checked.",
    check=_check,
)
