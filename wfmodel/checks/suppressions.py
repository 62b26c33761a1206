"""Findings that somebody has looked at and accepts, with the reason.

In YAML, as a comment on the line (or alone above it), or for the whole file:

    pay:  # wfmodel: ignore[W9] the bank takes no reservations
    # wfmodel: ignore-file[S123] time-outs are set by the platform

For a format without comments, in a side file ``x.suppressions.yaml`` beside ``x.json``:

    suppressions:
      - {rule: W9, at: /States/Pay, reason: the bank takes no reservations}

A suppression that suppresses nothing, has no reason, or names no rule is a finding itself, and
those findings cannot be suppressed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Annotated, Final

from pydantic import Field
from pydantic.dataclasses import dataclass as model

from wfmodel.checks.policy import CANNOT_BE_IGNORED
from wfmodel.checks.resolved_finding import Change, Reported
from wfmodel.model.failures import Name
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.reading import read_document
from wfmodel.model.source import lines_of
from wfmodel.model.strict import STRICT
from wfmodel.model.validate import parse_as

UNUSED: Final = ("U101", "unused-suppression", Severity.WARNING)
UNREASONED: Final = ("U102", "suppression-without-reason", Severity.WARNING)
UNKNOWN: Final = ("U103", "unknown-suppressed-rule", Severity.ERROR)
MALFORMED: Final = ("U104", "malformed-suppression", Severity.ERROR)

SIDE_FILE_ENDINGS: Final = (".suppressions.yaml", ".suppressions.yml")

MOST_SUPPRESSIONS: Final = 1_000
"""So many are read of a file, and so many rules of each."""

_MARK: Final = re.compile(r"(?:^|(?<=\s))#\s*wfmodel:\s*(?P<verb>[\w-]+)(?P<rest>[^#\n]*)")
_RULES: Final = re.compile(r"\[(?P<rules>[^\]]*)\]\s*(?:--|:)?\s*(?P<reason>.*)")


@model(frozen=True, slots=True, config=STRICT, kw_only=True)
class _Entry:
    """One entry of a side file. ``at`` is a JSON pointer; all below it is meant, too."""

    rule: Name
    reason: Annotated[str, Field(min_length=1)]
    at: str = ""


@model(frozen=True, slots=True, config=STRICT, kw_only=True)
class _SideFile:
    suppressions: tuple[_Entry, ...]


@dataclass(frozen=True, slots=True)
class Suppression:
    """One accepted finding, or several: of these rules, on this line or below this pointer."""

    rules: tuple[str, ...]
    reason: str
    file: str
    line: int
    column: int
    end_column: int
    target_line: int | None = None
    """Findings of this line; None: of the whole file, or below ``pointer``."""
    pointer: str = ""
    alone: bool = False
    """A comment that has its line for itself."""

    def covers(self, finding: Reported, rule: str) -> bool:
        """Whether a finding is accepted under one of the names given."""
        named = rule.casefold() in (finding.code.casefold(), finding.name)
        if not named or finding.code in CANNOT_BE_IGNORED:
            return False
        if self.target_line is not None:
            return finding.line == self.target_line
        inside = finding.pointer == self.pointer or finding.pointer.startswith(f"{self.pointer}/")
        return not self.pointer or inside


def suppressions_in(text: str, file: str) -> tuple[list[Suppression], list[Reported]]:
    """Comments of a YAML or Terraform text, and what is wrong with them."""
    found: list[Suppression] = []
    wrong: list[Reported] = []
    lines = lines_of(text)
    from wfmodel.model.yaml_reader import scalars  # most files suppress nothing

    within, targets = scalars(text, file), _targets(lines)
    for number, line in enumerate(lines, 1):
        mark = _MARK.search(line)
        if mark is None or within(number, mark.start() + 1):
            continue
        rules = _RULES.match(mark["rest"].strip())
        extent = (number, mark.start() + 1, number, len(line) + 1)
        if len(found) + len(wrong) >= MOST_SUPPRESSIONS:
            message = f"more than {MOST_SUPPRESSIONS} suppressions: what follows is not read"
            return found, [*wrong, _finding(MALFORMED, message, file, extent)]
        if mark["verb"] not in ("ignore", "ignore-file") or rules is None:
            message = "expected 'wfmodel: ignore[RULE, ...] reason' or 'ignore-file[...]'"
            wrong.append(_finding(MALFORMED, message, file, extent))
            continue
        whole = mark["verb"] == "ignore-file"
        target = None if whole else _target(lines, targets, number, mark.start())
        parts = rules["rules"].split(",")[:MOST_SUPPRESSIONS]
        names = tuple(dict.fromkeys(name for part in parts if (name := part.strip())))
        reason = rules["reason"].strip()
        alone = not line[: mark.start()].strip()
        place = (file, number, extent[1], extent[3])
        found.append(Suppression(names, reason, *place, target, alone=alone))
    return found, wrong


def _targets(lines: list[str]) -> list[int]:
    """Per line, the next line after it that says something, and is no comment; 0: there is none."""
    found, later = [0] * len(lines), 0
    for number in range(len(lines), 0, -1):
        found[number - 1] = later
        text = lines[number - 1].strip()
        if text and not text.startswith("#"):
            later = number
    return found


def _target(lines: list[str], targets: list[int], number: int, start: int) -> int:
    """The comment's own line; alone on it, the next line that says something."""
    return number if lines[number - 1][:start].strip() else targets[number - 1] or number


def side_file_of(file: str) -> FilePath | None:
    """The suppressions beside a file, by name; None if there are none."""
    path = FilePath(file)
    stem = re.sub(r"(\.asl)?\.(json|yaml|yml|tf)$", "", path.name)
    names = (path.with_name(stem + ending) for ending in SIDE_FILE_ENDINGS)
    return next((each for each in names if each.is_file()), None)


def read_side_file(path: FilePath) -> tuple[list[Suppression], tuple[Finding, ...]]:
    """Suppressions of a side file, and what is wrong with it."""
    document, findings = read_document(path)
    if document is None:
        return [], findings
    content, findings = parse_as(document, _SideFile)
    if content is None:
        return [], findings
    found = []
    for index, entry in enumerate(content.suppressions):
        span = document.locate(("suppressions", index))
        found.append(
            Suppression(
                (entry.rule,),
                entry.reason,
                span.file,
                span.line,
                span.column,
                span.end_column,
                None,
                entry.at.rstrip("/"),
            )
        )
    return found, findings


def suppress(
    findings: Iterable[Reported],
    suppressions: Iterable[Suppression],
    known: Callable[[str], str | None],
) -> tuple[list[Reported], list[Reported], int]:
    """Findings that stay, findings about the suppressions, and how many were suppressed.

    ``known`` says of a rule's name that nobody knows what to say about it; None of one that is.
    """
    index, about = _Index(list(findings)), list[Reported]()
    for each in suppressions:
        if not each.rules:
            about.append(_about(each, MALFORMED, "name the rules: ignore[RULE, ...]"))
        elif not each.reason:
            about.append(_about(each, UNREASONED, "say why this is accepted, after the bracket"))
        for rule in each.rules:
            if not index.drop(each, rule):
                about.append(_idle(each, rule, known(rule)))
    return index.kept(), about, len(index.dropped)


class _Index:
    """Findings by line and by every pointer above them: a suppression looks at its own only."""

    def __init__(self, findings: list[Reported]) -> None:
        self.findings = findings
        self.dropped: set[int] = set()
        self.at_line: dict[int, list[int]] = {}
        self.below: dict[str, list[int]] = {"": list(range(len(findings)))}
        for number, finding in enumerate(findings):
            self.at_line.setdefault(finding.line, []).append(number)
            parts = finding.pointer.split("/")
            for length in range(2, len(parts) + 1):
                self.below.setdefault("/".join(parts[:length]), []).append(number)

    def drop(self, suppression: Suppression, rule: str) -> bool:
        """Whether findings go that were still there."""
        line = suppression.target_line
        if line is None:
            among = self.below.get(suppression.pointer, ())
        else:
            among = self.at_line.get(line, ())
        gone = {
            number
            for number in among
            if number not in self.dropped and suppression.covers(self.findings[number], rule)
        }
        self.dropped |= gone
        return bool(gone)

    def kept(self) -> list[Reported]:
        """What nothing was suppressed of."""
        return [each for n, each in enumerate(self.findings) if n not in self.dropped]


def _idle(suppression: Suppression, rule: str, unknown: str | None) -> Reported:
    if unknown is not None:
        return _about(suppression, UNKNOWN, unknown)
    finding = _about(suppression, UNUSED, f"{rule} is found no more: the suppression can go")
    if suppression.target_line is None or len(suppression.rules) > 1:
        return finding
    return _with_removal(finding, suppression.alone)


def _with_removal(finding: Reported, alone: bool) -> Reported:
    extent = (finding.line, 1, finding.line + 1, 1) if alone else finding.extent
    return replace(finding, fix_title="delete the suppression", changes=(Change(extent, ""),))


def _about(suppression: Suppression, kind: tuple[str, str, Severity], message: str) -> Reported:
    extent = (suppression.line, suppression.column, suppression.line, suppression.end_column)
    return _finding(kind, message, suppression.file, extent)


def _finding(
    kind: tuple[str, str, Severity], message: str, file: str, extent: tuple[int, int, int, int]
) -> Reported:
    code, name, severity = kind
    line, column, end_line, end_column = extent
    return Reported(
        code=code,
        name=name,
        severity=severity,
        message=message,
        file=file,
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        pointer=f"#{line}",
    )


def every_kind() -> Iterator[tuple[str, str, Severity]]:
    """The findings about suppressions: code, name, severity."""
    yield from (UNUSED, UNREASONED, UNKNOWN, MALFORMED)
