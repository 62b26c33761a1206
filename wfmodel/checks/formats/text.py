"""Findings as text: one line each, or with the source line, the run and what to do.

Everything that comes out is printable whatever the file held.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from wfmodel.checks.addresses import page_address
from wfmodel.checks.resolved_finding import Reported
from wfmodel.escaping import log_line, printable
from wfmodel.model.findings import Finding

WIDTH: Final = 100
MOST_WORDS: Final = 40
"""A longer run is shown by its first and last words; JSON has all of it."""


def concise(findings: Iterable[Finding | Reported]) -> Iterator[str]:
    """``file:line:column code message``, one line each."""
    for finding in findings:
        yield log_line(str(finding))


def full(findings: Iterable[Reported]) -> Iterator[str]:
    """Each finding with its source line and caret, its run, and what to do about it."""
    yield from map(log_line, _full(findings))


def _full(findings: Iterable[Reported]) -> Iterator[str]:
    for finding in findings:
        yield printable(f"{finding.where} {finding.severity}: {finding.code} {finding.name}")
        yield from _indented(finding.message)
        yield from _source(finding)
        if finding.run:
            yield from _indented("run: " + " ".join(_shortened(finding.run)))
        for other in finding.related:
            yield from _indented(f"see: line {other.line}, column {other.column}, {other.note}")
        if finding.help:
            yield from _indented(f"help: {finding.help}")
        if finding.changes:
            yield from _indented(f"fix: {finding.fix_title} (--fix)")
        address = page_address(finding.code, finding.name)
        if address:
            yield f"  page: {address}"
        yield ""


def _shortened(words: Sequence[str]) -> list[str]:
    if len(words) <= MOST_WORDS:
        return list(words)
    half = MOST_WORDS // 2
    return [*words[:half], f"... {len(words) - 2 * half} more ...", *words[-half:]]


def _indented(text: str) -> Iterator[str]:
    yield from textwrap.wrap(
        printable(text),
        WIDTH,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _source(finding: Reported) -> Iterator[str]:
    """The line, cut to a window around the column where it is long (JSON on one line)."""
    if not finding.source:
        return
    line = printable(finding.source.replace("\t", " "))
    column = finding.column - finding.start  # from 0
    start = max(0, column - WIDTH // 2) if len(line) > WIDTH else 0
    one_line = finding.end_line == finding.line
    end = finding.end_column - finding.start if one_line else len(line)
    carets = max(1, min(end, start + WIDTH) - column)
    margin = " " * len(str(finding.line))
    yield f"  {margin} |"
    yield f"  {finding.line} | {line[start : start + WIDTH].rstrip()}"
    yield f"  {margin} | {' ' * (column - start)}{'^' * carets}"
