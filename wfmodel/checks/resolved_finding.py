"""A finding as it leaves the checker: every place resolved, nothing left that needs the document.

So it can cross a process, lie in a cache, and be written in any format. ``as_data`` and
``from_data`` are inverse to each other.

The fingerprint names a finding by rule, file and place in the *structure* (the JSON pointer), not
by line: it outlives edits elsewhere in the file. Two findings with one fingerprint are counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any, Final

from wfmodel.model.findings import Edit, Finding, Fix, Severity
from wfmodel.model.source import Document, Extent, Span, json_pointer, lines_of
from wfmodel.model.source import Path as KeyPath

LONGEST_LINE: Final = 2000
"""A source line is kept up to here, around the column; JSON on one line may be megabytes."""


@dataclass(frozen=True, slots=True)
class Change:
    """One edit of the text: what stands between two places becomes ``text``."""

    extent: Extent
    text: str


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that a finding is about."""

    line: int
    column: int
    pointer: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """One finding, places resolved. ``source`` is the line it stands on, from column ``start``."""

    code: str
    name: str
    severity: Severity
    message: str
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    pointer: str = ""
    run: tuple[str, ...] = ()
    help: str = ""
    related: tuple[Related, ...] = ()
    source: str = ""
    start: int = 1
    fix_title: str = ""
    changes: tuple[Change, ...] = ()

    @property
    def extent(self) -> Extent:
        """Where in its file."""
        return self.line, self.column, self.end_line, self.end_column

    @property
    def where(self) -> str:
        """``file:line:column``."""
        return f"{self.file}:{self.line}:{self.column}"

    def __str__(self) -> str:
        """One line, as ``wfmodel check`` writes it."""
        return f"{self.where} {self.code} {self.message}"

    @property
    def fingerprint(self) -> str:
        """32 hexadecimal digits over rule, file and JSON pointer.

        The file has forward slashes, and is relative to the working directory where it lies in it.
        """
        file = PurePath(self.file)
        if file.is_absolute() and file.is_relative_to(Path.cwd()):
            file = file.relative_to(Path.cwd())
        words = "\0".join((self.code, file.as_posix(), self.pointer))
        return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def as_data(self) -> dict[str, Any]:
        """JSON of every field, defaults left out."""
        data: dict[str, Any] = {
            name: value for name in self.__slots__ if (value := getattr(self, name)) not in ("", ())
        }
        if self.related:
            data["related"] = [[r.line, r.column, r.pointer, r.note] for r in self.related]
        if self.changes:
            data["changes"] = [[*change.extent, change.text] for change in self.changes]
        return data

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Reported:
        """What ``as_data`` gave."""
        rest = dict(data)
        rest["severity"] = Severity(data["severity"])
        rest["run"] = tuple(data.get("run", ()))
        rest["related"] = tuple(Related(*each) for each in data.get("related", ()))
        rest["changes"] = tuple(
            Change((a, b, c, d), text) for a, b, c, d, text in data.get("changes", ())
        )
        return cls(**rest)

    def at_severity(self, severity: Severity) -> Reported:
        """The same finding, as bad as a configuration says."""
        return replace(self, severity=severity)


def report(
    findings: Iterable[Finding], document: Document | None, file: str
) -> tuple[Reported, ...]:
    """Findings of one file with all their places; ``file`` names it where no span does."""
    lines = [] if document is None else lines_of(document.text)
    known = list(findings)
    twice = _meant_twice(known)
    kept = [replace(f, fix=None) if _new_keys(f).keys() & twice else f for f in known]
    return tuple(_reported(finding, document, lines, file) for finding in kept)


def _meant_twice(findings: Iterable[Finding]) -> set[tuple[KeyPath, str | None]]:
    """Keys that fixes would write over two others: both are misspelt, one of them otherwise."""
    found: dict[tuple[KeyPath, str | None], KeyPath] = {}
    twice = set()
    for finding in findings:
        for name, path in _new_keys(finding).items():
            if found.setdefault(name, path) != path:
                twice.add(name)
    return twice


def _new_keys(finding: Finding) -> dict[tuple[KeyPath, str | None], KeyPath]:
    """Keys that a fix would write, by where, and over which."""
    edits = () if finding.fix is None else finding.fix.edits
    return {(edit.path[:-1], edit.text): edit.path for edit in edits if edit.key}


def _reported(finding: Finding, document: Document | None, lines: list[str], file: str) -> Reported:
    span = finding.span or Span(file)
    here = document is not None and span.file == document.file
    pointer = json_pointer(document.original(finding.path) if document else finding.path)
    source, start = _source_line(lines, span) if here else ("", 1)
    changes = tuple(_changes(finding.fix, document, lines)) if finding.fix and document else ()
    return Reported(
        code=finding.code,
        name=finding.name,
        severity=finding.severity,
        message=finding.message,
        file=span.file,
        line=span.line,
        column=span.column,
        end_line=span.end_line,
        end_column=span.end_column,
        pointer=pointer,
        run=finding.trace,
        help=finding.help,
        related=tuple(_related(finding, document)),
        source=source,
        start=start,
        fix_title=finding.fix.title if finding.fix and changes else "",
        changes=changes,
    )


def _related(finding: Finding, document: Document | None) -> Iterator[Related]:
    for path, note in finding.related:
        if document is None:
            yield Related(1, 1, json_pointer(path), note)
        else:
            span = document.point_at(path)
            yield Related(span.line, span.column, json_pointer(document.original(path)), note)


def _source_line(lines: list[str], span: Span) -> tuple[str, int]:
    if not 1 <= span.line <= len(lines):
        return "", 1
    line = lines[span.line - 1]
    start = max(0, span.column - 1 - LONGEST_LINE // 2) if len(line) > LONGEST_LINE else 0
    return line[start : start + LONGEST_LINE], start + 1


def _changes(fix: Fix, document: Document, lines: list[str]) -> Iterator[Change]:
    """Text edits of a fix; none at all where one of its edits cannot be made safely."""
    changes = [_change(edit, document, lines) for edit in fix.edits]
    if None in changes:
        return
    yield from (change for change in changes if change is not None)


def _change(edit: Edit, document: Document, lines: list[str]) -> Change | None:
    extent = document.locate(edit.path, key=edit.key).extent
    if document.origins and not _stands_there(edit.old, extent, lines):
        return None
    if edit.text is not None:
        return _replaced(extent, edit.text, lines)
    key = document.locate(edit.path, key=True)
    return _removed((key.line, key.column, *extent[2:]), lines)


def _stands_there(old: str | None, extent: Extent, lines: list[str]) -> bool:
    """Whether a text, plain or quoted, is all that stands at a place."""
    line, column, end_line, end_column = extent
    if old is None or line != end_line or line > len(lines):
        return False
    return lines[line - 1][column - 1 : end_column - 1] in (old, f'"{old}"', f"'{old}'")


def _replaced(extent: Extent, text: str, lines: list[str]) -> Change | None:
    """One scalar on one line; it keeps its quotes."""
    line, column, end_line, end_column = extent
    if line != end_line or line > len(lines):
        return None
    old = lines[line - 1][column - 1 : end_column - 1]
    quoted = len(old) > 1 and old[0] == old[-1] and old[0] in "\"'"
    plain = text.replace("-", "").replace("_", "").isalnum() and not text[0].isdigit()
    if (not quoted and not plain) or '"' in text or "'" in text or "\\" in text:
        return None
    return Change(extent, f"{old[0]}{text}{old[0]}" if quoted else text)


def _removed(extent: Extent, lines: list[str]) -> Change | None:
    """An entry of block style that has its lines for itself goes with them."""
    line, column, end_line, end_column = extent
    if line > len(lines) or lines[line - 1][: column - 1].strip():
        return None
    if end_line <= len(lines) and end_column > 1:
        rest = lines[end_line - 1][end_column - 1 :].strip()
        if rest and not rest.startswith("#"):
            return None
        end_line, end_column = end_line + 1, 1
    return Change((line, 1, end_line, end_column if end_column == 1 else 1), "")
