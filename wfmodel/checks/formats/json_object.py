"""Findings as one JSON object: runs in full, keys in a fixed order.

``version`` changes when a key changes its meaning or goes; keys may be added without.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from wfmodel.checks.addresses import page_address
from wfmodel.checks.resolved_finding import Reported
from wfmodel.escaping import json_text

VERSION: Final = 2


def as_json(findings: Iterable[Reported]) -> str:
    """All findings, in the order given."""
    return json_text({"version": VERSION, "findings": [as_data(finding) for finding in findings]})


def as_data(finding: Reported) -> dict[str, Any]:
    """One finding; ``fix`` is null where none is certain."""
    fix = None
    if finding.changes:
        edits = [{"extent": list(each.extent), "text": each.text} for each in finding.changes]
        fix = {"title": finding.fix_title, "edits": edits}
    return {
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "message": finding.message,
        "pointer": finding.pointer,
        "run": list(finding.run),
        "help": finding.help,
        "related": [
            {"pointer": each.pointer, "line": each.line, "message": each.note}
            for each in finding.related
        ],
        "fingerprint": finding.fingerprint,
        "page": page_address(finding.code, finding.name),
        "fix": fix,
    }
