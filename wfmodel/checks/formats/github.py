"""GitHub workflow commands: an annotation on the changed line of a pull request.

Source: GitHub, *Workflow commands for GitHub Actions* (message and property escapes included:
without them a file's content could issue commands of its own).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Final

from wfmodel.checks.addresses import page_address
from wfmodel.checks.resolved_finding import Reported
from wfmodel.escaping import log_line
from wfmodel.model.findings import Severity

_COMMANDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def as_github(findings: Iterable[Reported]) -> Iterator[str]:
    """One command a finding."""
    for finding in findings:
        properties = {
            "title": f"{finding.code} {finding.name}",
            "file": PurePath(finding.file).as_posix(),
            "line": finding.line,
            "col": finding.column,
            "endLine": finding.end_line,
            "endColumn": finding.end_column,
        }
        if finding.end_line != finding.line:  # columns mean something within one line only
            del properties["endColumn"]
        said = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
        lines = [finding.message]
        lines += [f"run: {' '.join(finding.run)}"] if finding.run else []
        lines += [f"help: {finding.help}"] if finding.help else []
        address = page_address(finding.code, finding.name)
        lines += [f"page: {address}"] if address else []
        message = "%0A".join(_message(log_line(line)) for line in lines)
        yield f"::{_COMMANDS[finding.severity]} {said}::{message}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(log_line(text)).replace(":", "%3A").replace(",", "%2C")
