"""GitLab Code Quality report: JSON that merge requests show.

Source: GitLab, *Code Quality report format* (fingerprints must be unique within a report).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath
from typing import Final

from wfmodel.checks.resolved_finding import Reported
from wfmodel.escaping import json_text
from wfmodel.model.findings import Severity

_SEVERITIES: Final = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def as_gitlab(findings: Iterable[Reported]) -> str:
    """A list of issues."""
    seen: Counter[str] = Counter()
    issues = [
        {
            "type": "issue",
            "description": f"{finding.message} ({finding.name})",
            "check_name": finding.code,
            "fingerprint": _unique(finding.fingerprint, seen),
            "severity": _SEVERITIES[finding.severity],
            "location": {
                "path": PurePath(finding.file).as_posix(),
                "lines": {"begin": finding.line, "end": finding.end_line},
            },
        }
        for finding in findings
    ]
    return json_text(issues, ascii_only=True)


def _unique(fingerprint: str, seen: Counter[str]) -> str:
    """The second finding of one fingerprint gets one of its own."""
    seen[fingerprint] += 1
    count = seen[fingerprint]
    if count == 1:
        return fingerprint
    return hashlib.sha256(f"{fingerprint}{count}".encode()).hexdigest()[:32]
