"""Three ways to name a place of a text, and the way from each to the others.

Ours are lines and columns from 1, in characters, lines ended by a line feed. The editor's are lines
and columns from 0, in units of the encoding that it has chosen (UTF-16 unless it can do better),
lines ended by CRLF, LF or CR. Between them stand offsets, in characters. A byte order mark at the
start counts for the editor and not for us.

>>> places = TextPlaces("a: 😀 b\\r\\nc: d", "utf-16")
>>> places.position(places.offset(1, 6))
(0, 6)
>>> places.offset_at(1, 3) == places.offset(2, 4)
True
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Final

_LINE_FEED: Final = re.compile("\n")
_ANY_BREAK: Final = re.compile("\r\n|\n|\r")
_UNIT_BYTES: Final = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
MARK: Final = "\ufeff"


@dataclass(frozen=True)
class TextPlaces:
    """The places of one text."""

    text: str
    encoding: str = "utf-16"

    @cached_property
    def _ours(self) -> list[int]:
        start = len(MARK) if self.text.startswith(MARK) else 0
        return [start, *(match.end() for match in _LINE_FEED.finditer(self.text))]

    @cached_property
    def _editors(self) -> list[int]:
        return [0, *(match.end() for match in _ANY_BREAK.finditer(self.text))]

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column of ours; the nearest there is."""
        starts = self._ours
        if line > len(starts):
            return len(self.text)
        end = starts[line] if line < len(starts) else len(self.text)
        return min(starts[max(line, 1) - 1] + max(column, 1) - 1, end)

    def position(self, offset: int) -> tuple[int, int]:
        """The editor's line and column of an offset."""
        line = bisect_right(self._editors, offset) - 1
        return line, self._units(self.text[self._editors[line] : offset])

    def offset_at(self, line: int, column: int) -> int:
        """The offset of an editor's line and column; the line's end where it is shorter."""
        starts = self._editors
        if line >= len(starts):
            return len(self.text)
        start = starts[max(line, 0)]
        stop = starts[line + 1] if line + 1 < len(starts) else len(self.text)
        content = self.text[start:stop].rstrip("\r\n")
        if content.isascii():
            return start + min(column, len(content))
        units = 0
        for index, character in enumerate(content):
            if units >= column:
                return start + index
            units += self._units(character)
        return start + len(content)

    def extent(self, line: int, column: int, end_line: int, end_column: int) -> tuple[int, int]:
        """Offsets of an extent of ours that is to be seen: where it is empty, to the line's end."""
        begin, end = self.offset(line, column), self.offset(end_line, end_column)
        if end > begin:
            return begin, end
        rest = _ANY_BREAK.search(self.text, begin)
        end = rest.start() if rest else len(self.text)
        return (begin, end) if end > begin else (max(begin - 1, 0), end)

    def _units(self, part: str) -> int:
        if part.isascii():
            return len(part)
        name, size = _UNIT_BYTES[self.encoding]
        return len(part.encode(name, "surrogatepass")) // size
