"""Fixes made: the text of a file with the changes of its findings, and nothing else, in it.

Changes are made from the end to the start, so that places stay true; of two that overlap the first
is made, and the next run of the checker says whether the other is still due.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterable

from wfmodel.checks.resolved_finding import Change, Reported


def fixed(text: str, findings: Iterable[Reported]) -> tuple[str, int]:
    """The mended text, and how many findings' fixes are in it."""
    wanted, count = replacements(text, findings)
    for start, end, new in wanted:
        text = text[:start] + new + text[end:]
    return text, count


def replacements(text: str, findings: Iterable[Reported]) -> tuple[list[tuple[int, int, str]], int]:
    """What fixes put in the place of which offsets, the last first; and how many are made."""
    starts = _line_starts(text)
    spans: list[tuple[int, int, str]] = []
    count = 0
    for finding in sorted(findings, key=lambda each: (each.line, each.column)):
        wanted = [_offsets(change, starts, len(text)) for change in finding.changes]
        if wanted and not any(_overlap(one, other) for one in wanted for other in spans):
            spans += wanted
            count += 1
    ordered = sorted(spans, reverse=True)
    return [(_trimmed(text, start, end, new), end, new) for start, end, new in ordered], count


def fixed_bytes(raw: bytes, findings: Iterable[Reported]) -> tuple[bytes, int]:
    """The same of a file's bytes: a byte order mark, which no place counts, stays before them."""
    mark = BOM_UTF8 if raw.startswith(BOM_UTF8) else b""
    text, count = fixed(raw[len(mark) :].decode("utf-8"), findings)
    return mark + text.encode("utf-8"), count


def _line_starts(text: str) -> list[int]:
    """Offsets of line starts."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _offsets(change: Change, starts: list[int], length: int) -> tuple[int, int, str]:
    line, column, end_line, end_column = change.extent

    def offset(at_line: int, at_column: int) -> int:
        if at_line > len(starts):
            return length
        return min(length, starts[at_line - 1] + at_column - 1)

    return offset(line, column), offset(end_line, end_column), change.text


def _trimmed(text: str, start: int, end: int, new: str) -> int:
    """Where a deletion ends a line, blanks before it go too."""
    at_end = end >= len(text) or text[end] in "\r\n"
    while not new and at_end and start > 0 and text[start - 1] in " \t":
        start -= 1
    return start


def _overlap(one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
