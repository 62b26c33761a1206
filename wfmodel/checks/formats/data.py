"""Findings as one JSON object: runs in full, keys in a fixed order.

``version`` changes when a key changes its meaning or goes; keys may be added without.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from wfmodel.checks.reported import Reported

VERSION: Final = 2

_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def as_json(findings: Iterable[Reported]) -> str:
    """All findings, in the order given."""
    data = {"version": VERSION, "findings": [as_data(finding) for finding in findings]}
    text = json.dumps(data, indent=2, ensure_ascii=False)
    # What no encoding has (a file's name that is not UTF-8) can only be written as an escape.
    return json.dumps(data, indent=2) if _LONE_SURROGATE.search(text) else text


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
        "fix": fix,
    }
