"""What is said of rules that were stopped, and of findings that were left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from wfmodel.checks.effort import MOST_FINDINGS, Effort
from wfmodel.checks.rule import Rule
from wfmodel.checks.rule_registry import find_rule
from wfmodel.model.findings import Finding, Severity

NAME: Final = "too-large-to-decide"
_FEW: Final = 5
_ORDER: Final = (Severity.ERROR, Severity.WARNING, Severity.INFO)


def stopped(rules: Sequence[Rule], effort: Effort) -> tuple[Finding, ...]:
    """One finding for all rules that did not come to an end; none where there are none."""
    if not rules:
        return ()
    count = len(rules)
    names = ", ".join(f"{rule.code} {rule.name}" if count <= _FEW else rule.code for rule in rules)
    message = f"too large to decide: {count} rule{'' if count == 1 else 's'} stopped ({names})"
    return (_finding(message, _option(effort)),)


def not_finished(what: str, effort: Effort) -> Finding:
    """The finding of a piece of work other than a rule."""
    return _finding(f"too large to decide: {what}", _option(effort))


def bounded(findings: Sequence[Finding]) -> list[Finding]:
    """The worst findings, and one that counts the rest; it is no worse than they are."""
    if len(findings) <= MOST_FINDINGS:
        return list(findings)
    ordered = sorted(findings, key=lambda each: _ORDER.index(each.severity))
    kept, rest = ordered[:MOST_FINDINGS], ordered[MOST_FINDINGS:]
    message = f"too large to tell all: {len(rest)} findings more than {MOST_FINDINGS}"
    said = _finding(message, "mend some of those that are told, and check again")
    only_notes = rest[0].severity is Severity.INFO
    return [*kept, replace(said, severity=Severity.INFO) if only_notes else said]


def _option(effort: Effort) -> str:
    option = "--max-seconds" if effort.timed_out else "--max-steps"
    return f"raise {option}, or divide the workflow"


def _finding(message: str, help: str) -> Finding:
    return find_rule(NAME).finding(message, (), help=help)
