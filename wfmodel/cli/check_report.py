"""What a check found, file by file; what of it was covered; and the exit code that says it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from wfmodel.checks.policy import FAULT, NOTHING_READ
from wfmodel.checks.resolved_finding import Reported
from wfmodel.cli.faults import EXIT_CODE
from wfmodel.cli.file_answer import Coverage
from wfmodel.model.findings import Severity


@dataclass
class Report:
    """What was found so far."""

    findings: list[Reported] = field(default_factory=list)
    seen: set[tuple[str, str, str]] = field(default_factory=set)
    """Of each finding, what makes it the same as another."""
    files: list[str] = field(default_factory=list)
    hidden: int = 0
    suppressed: int = 0
    known: int = 0
    fixed: int = 0
    machines: int = 0
    elsewhere: int = 0
    unread: list[str] = field(default_factory=list)
    """What was not read, each with its place and why."""
    others: int = 0
    """Files that were found and hold no definition."""
    passed_by: Counter[str] = field(default_factory=Counter)
    empty: list[str] = field(default_factory=list)
    fails_on_unread: bool = False
    fails_on_empty: bool = False

    def add(self, file: str, found: list[Reported], hidden: int, covered: Coverage) -> None:
        """What was found in a file, each place once: two templates may name one definition."""
        if covered.taken:
            self.files.append(file)
            new = [e for e in found if (e.where, e.code, e.message) not in self.seen]
            self.findings += new
            self.seen.update((e.where, e.code, e.message) for e in new)
        else:
            self.others += 1
        self.hidden += hidden
        self.machines += covered.machines
        self.elsewhere += covered.elsewhere
        self.unread += covered.unread

    def exit_code(self) -> int:
        """0 to 3."""
        if any(finding.code == FAULT for finding in self.findings):
            return EXIT_CODE
        if any(finding.code in NOTHING_READ for finding in self.findings):
            return 2
        if self.fails_on_unread and self.unread:
            return 2
        if self.fails_on_empty and (self.empty or not self.files):
            return 2
        return int(any(finding.severity is not Severity.INFO for finding in self.findings))

    def summary(self) -> str:
        """One line: how much of what."""
        counts = [
            f"{count} {severity}{'' if count == 1 or severity is Severity.INFO else 's'}"
            for severity in reversed(Severity)
            if (count := sum(finding.severity is severity for finding in self.findings))
        ][::-1]
        notes = [f"{self.fixed} fixed"] if self.fixed else []
        notes += [f"{self.suppressed} suppressed"] if self.suppressed else []
        notes += [f"{self.known} in the baseline"] if self.known else []
        notes += [f"{self.hidden} not shown (--level info)"] if self.hidden else []
        rest = "".join(f"; {note}" for note in notes)
        return f"{', '.join(counts) or 'no findings'} in {_count(len(self.files), 'file')}{rest}"

    def coverage(self) -> Iterator[str]:
        """What was checked and what was not: one line, and one for each definition not read.

        Nothing where every file is one definition: the summary says how many files there are.
        """
        if not self.files:
            yield "nothing to check: no workflow definition is here"
        parts = [f"{_count(self.machines, 'definition')} checked"]
        parts += [f"{self.elsewhere} defined elsewhere"] if self.elsewhere else []
        parts += [f"{len(self.unread)} not read"] if self.unread else []
        parts += [f"{_count(self.others, 'file')} without a definition"] if self.others else []
        parts += [f"{count} {why}" for why, count in sorted(self.passed_by.items())]
        if len(parts) > 1 or self.machines != len(self.files) or not self.files:
            yield f"covered: {'; '.join(parts)}"
        yield from (f"not read: {each}" for each in self.unread)
        if self.files:
            yield from (f"nothing to check in {folder!r}" for folder in self.empty)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
