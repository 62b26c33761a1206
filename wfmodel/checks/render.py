"""Findings as text: one line each, with the source line and the run, or as JSON.

Everything that comes out is deterministic, and printable whatever the file held.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from wfmodel.model.findings import Finding
from wfmodel.model.source import Document, Path, Span, json_pointer

WIDTH: Final = 100
MOST_WORDS: Final = 40
"""A longer run is shown by its first and last words; JSON has all of it."""


def concise(findings: Iterable[Finding]) -> Iterator[str]:
    """``file:line:column code message``, one line each."""
    for finding in findings:
        yield _printable(str(finding))


def full(findings: Iterable[Finding], document: Document | None) -> Iterator[str]:
    """Each finding with its source line and caret, its run, and what to do about it."""
    for finding in findings:
        yield _printable(f"{finding.where} {finding.severity}: {finding.code} {finding.name}")
        yield from _indented(finding.message)
        if document is not None and finding.span is not None:
            yield from _source(document, finding.span)
        if finding.trace:
            yield from _indented("run: " + " ".join(_shortened(finding.trace)))
        for path, note in finding.related:
            where = json_pointer(path) if document is None else _line(document, path)
            yield from _indented(f"see: {where}, {note}")
        if finding.help:
            yield from _indented(f"help: {finding.help}")
        yield ""


def as_json(findings: Sequence[Finding], documents: dict[str, Document]) -> str:
    """All findings as one JSON object, runs in full, keys in a fixed order."""
    data = {"version": 1, "findings": [_as_data(finding, documents) for finding in findings]}
    return json.dumps(data, indent=2, ensure_ascii=False)


def _as_data(finding: Finding, documents: dict[str, Document]) -> dict[str, Any]:
    span = finding.span
    document = documents.get(span.file) if span is not None else None
    return {
        "file": span.file if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "message": finding.message,
        "pointer": json_pointer(finding.path),
        "run": list(finding.trace),
        "help": finding.help,
        "related": [
            {
                "pointer": json_pointer(path),
                "line": document.point_at(path).line if document else None,
                "message": note,
            }
            for path, note in finding.related
        ],
    }


def _line(document: Document, path: Path) -> str:
    span = document.point_at(path)
    return f"line {span.line}, column {span.column}"


def _shortened(words: Sequence[str]) -> list[str]:
    if len(words) <= MOST_WORDS:
        return list(words)
    half = MOST_WORDS // 2
    return [*words[:half], f"... {len(words) - 2 * half} more ...", *words[-half:]]


def _indented(text: str) -> Iterator[str]:
    yield from textwrap.wrap(
        _printable(text),
        WIDTH,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _source(document: Document, span: Span) -> Iterator[str]:
    """The line, cut to a window around the column where it is long (JSON on one line)."""
    lines = document.text.splitlines()
    if not 1 <= span.line <= len(lines):
        return
    line = _printable(lines[span.line - 1].replace("\t", " "))
    start = max(0, span.column - 1 - WIDTH // 2) if len(line) > WIDTH else 0
    end = span.end_column if span.end_line == span.line else len(line) + 1
    carets = max(1, min(end, start + WIDTH) - span.column)
    margin = " " * len(str(span.line))
    yield f"  {margin} |"
    yield f"  {span.line} | {line[start : start + WIDTH].rstrip()}"
    yield f"  {margin} | {' ' * (span.column - 1 - start)}{'^' * carets}"


def _printable(text: str) -> str:
    """Control and invisible characters as escapes: a file must not drive the terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
