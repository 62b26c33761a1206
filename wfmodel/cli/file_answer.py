"""What is asked of a file, and what was found in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wfmodel.checks.effort import MOST_SECONDS, MOST_STEPS

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
    design: str | None = None
    """Of which participants it is asked what they could not know; none: a choreography's."""
    found: bool = False
    """The file was not named but found in a directory: it may hold no definition."""
    most_steps: int = MOST_STEPS
    """Work for one file, as ``checks.effort`` counts it."""
    most_seconds: float = MOST_SECONDS
    """Processor time for one file."""


class UnfitQuestionError(ValueError):
    """What is asked does not fit the file: no fault of the program."""


@dataclass(frozen=True, slots=True)
class FileCoverage:
    """What of a file was checked."""

    taken: bool = True
    """It holds a definition, or was named."""
    machines: int = 0
    """Definitions that were read and checked."""
    unread: tuple[tuple[str, str], ...] = ()
    """What was not: the file, and where in it and why."""
    elsewhere: int = 0
    """Definitions that stand in another file or place, which was not followed."""
    followed: tuple[str, ...] = ()
    """Files that others were read from, filled in: they need not be whole by themselves."""


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """What was found in one file, suppressed findings already left out."""

    file: str
    findings: tuple[Reported, ...]
    suppressed: int = 0
    coverage: FileCoverage = FileCoverage()
    final: bool = True
    """Depends on nothing but the file, those beside it, and the question: may be cached."""

    def as_text(self) -> str:
        """JSON for the cache."""
        held = self.coverage
        covered = [held.taken, held.machines, held.unread, held.elsewhere, held.followed]
        data = [self.suppressed, [finding.as_data() for finding in self.findings], covered]
        return json.dumps(data, separators=(",", ":"))

    @classmethod
    def from_text(cls, file: str, text: str) -> FileAnswer:
        """What ``as_text`` gave."""
        from wfmodel.checks.resolved_finding import Reported

        suppressed, rows, (taken, machines, unread, elsewhere, followed) = json.loads(text)
        covered = FileCoverage(
            taken, machines, tuple(map(tuple, unread)), elsewhere, tuple(followed)
        )
        return cls(file, tuple(Reported.from_data(row) for row in rows), suppressed, covered)
