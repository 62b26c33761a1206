"""Laid out with everything that it calls, the workflow is too large to check.

## What it does
Called workflows are laid out at every call. Calls that call again can multiply to any number of
states; layout stops at 200,000.

## Why is this bad
What lies beyond is not checked, and no design can run it.

## What it cannot see
Everything beyond the limit. This rule has no example of fewer than 200,000 states.

## Source
The limit of this tool, `wfmodel.model.flow.MOST_NODES`.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.checks.problems import problems_of
from wfmodel.checks.rule import Rule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import MOST_NODES


def _check(context: Context) -> Iterator[Finding]:
    for problem in problems_of(context, RULE.name):
        yield RULE.finding(
            f"laid out with all its calls, the workflow exceeds {MOST_NODES} states"
            f" at {problem.name!r}",
            problem.path,
            help="call less deeply, or check the called workflows apart",
        )
        return


RULE = Rule(
    code="S106",
    name="workflow-too-large",
    severity=Severity.ERROR,
    why="What lies beyond the limit is not checked.",
    check=_check,
)
