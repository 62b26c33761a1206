"""Rules that did not come to an answer within the budget of work of one file.

## What it does
Names the rules that were stopped, or says how many findings were left out. The check of a file may
take so many steps of work, and in the command line so much processor time; what fits is decided
first, so one hard question does not take away the others.

## Why is this bad
It is no error of the file. But what these rules look for may be there: nobody has looked. Raise the
budget: `wfmodel check --max-steps 20000000 --max-seconds 60`, or `max-steps` and
`max-seconds` in the configuration. `--max-seconds` bounds processor time: where that was what ended
the check, a slower machine may say this of a file that a faster one decides. Or divide the
workflow: a called workflow that is checked alone is small.

## What it cannot see
Which of the rules would have found something. This rule has no example: it would be a large one.

## Source
The limits of this tool, `wfmodel.checks.effort`.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity


def _check(context: Context) -> Iterator[Finding]:
    """Nothing: whoever applies the rules knows which did not come to an end."""
    yield from ()


RULE = Rule(
    code="S118",
    name="too-large-to-decide",
    severity=Severity.WARNING,
    why="What these rules look for may be there: nobody has looked.",
    check=_check,
)
