"""What a check found, file by file; what of it was covered; and the exit code that says it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from wfmodel.checks.addresses import page_address
from wfmodel.checks.policy import FAULT, NOTHING_READ
from wfmodel.checks.resolved_finding import Reported
from wfmodel.cli.file_answer import FileCoverage
from wfmodel.cli.own_defects import EXIT_CODE
from wfmodel.model.findings import Severity


@dataclass
class Report:
    """What was found so far."""

    findings: list[Reported] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    troubled: list[str] = field(default_factory=list)
    """Files that were asked about and of which something is shown, as they were named."""
    hidden: int = 0
    suppressed: int = 0
    known: int = 0
    older: int = 0
    """Findings that were there at the commit of ``--since``."""
    fixed: int = 0
    machines: int = 0
    elsewhere: int = 0
    unread: dict[tuple[str, str], None] = field(default_factory=dict)
    """What was not read, once: the file, and where in it and why."""
    followed: set[str] = field(default_factory=set)
    """Files that were read as another file fills them in."""
    others: int = 0
    """Files that were found and hold no definition."""
    passed_by: Counter[str] = field(default_factory=Counter)
    empty: list[str] = field(default_factory=list)
    fails_on_unread: bool = False
    fails_on_empty: bool = False
    _told: set[tuple[str, str, str]] = field(default_factory=set)

    def add(self, file: str, found: list[Reported], hidden: int, covered: FileCoverage) -> None:
        """What was found in a file, each place once: machines may share what they are made of."""
        if covered.taken:
            self.files.append(file)
            for each in found:
                place = (each.where, each.code, each.message)
                if place not in self._told:
                    self._told.add(place)
                    self.findings.append(each)
        else:
            self.others += 1
        self.hidden += hidden
        self.machines += covered.machines
        self.elsewhere += covered.elsewhere
        self.unread |= dict.fromkeys(covered.unread)
        self.followed |= set(covered.followed)

    def not_read(self) -> list[str]:
        """What was read neither by itself nor as another file fills it in."""
        filled = {os.path.normpath(file) for file in self.followed}
        rest = ((f, why) for f, why in self.unread if os.path.normpath(f) not in filled)
        return [f"{file}:{why}" for file, why in rest]

    def exit_code(self) -> int:
        """0 to 3."""
        if any(finding.code == FAULT for finding in self.findings):
            return EXIT_CODE
        if any(finding.code in NOTHING_READ for finding in self.findings):
            return 2
        if self.fails_on_unread and self.not_read():
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
        notes += [f"{self.older} there before"] if self.older else []
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
        unread = self.not_read()
        parts += [f"{len(unread)} not read"] if unread else []
        parts += [f"{_count(self.others, 'file')} without a definition"] if self.others else []
        parts += [f"{count} {why}" for why, count in sorted(self.passed_by.items())]
        if len(parts) > 1 or self.machines != len(self.files) or not self.files:
            yield f"covered: {'; '.join(parts)}"
        yield from (f"not read: {each}" for each in unread)
        if self.files:
            yield from (f"nothing to check in {folder!r}" for folder in self.empty)

    def statistics(self) -> Iterator[str]:
        """How often each rule was broken, most often first, and where its page is."""
        counts = Counter((each.code, each.name) for each in self.findings)
        for (code, name), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            yield f"{count:>6} {code} {name} {page_address(code, name)}".rstrip()


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
