"""What is asked of a file, and what was found in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wfmodel.checks.resolved_finding import Reported


@dataclass(frozen=True, slots=True)
class FileQuestion:
    """What is asked of every file."""

    annotations: str | None = None
    choreography: str | None = None
    stdin_name: str | None = None
    """What standard input is called, and is read as."""
    root: str | None = None
    """The declared folder that files may lead into."""


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """What was found in one file, suppressed findings already left out."""

    file: str
    findings: tuple[Reported, ...]
    suppressed: int = 0
    final: bool = True
    """Depends on nothing but the file, those beside it, and the question: may be cached."""

    def as_text(self) -> str:
        """JSON for the cache."""
        data = [self.suppressed, [finding.as_data() for finding in self.findings]]
        return json.dumps(data, separators=(",", ":"))

    @classmethod
    def from_text(cls, file: str, text: str) -> FileAnswer:
        """What ``as_text`` gave."""
        from wfmodel.checks.resolved_finding import Reported

        suppressed, rows = json.loads(text)
        return cls(file, tuple(Reported.from_data(row) for row in rows), suppressed)
