"""Where a value stands in its file. Lines and columns start at 1.

Whoever finds something wrong names it by its path from the document's root. ``Document.locate``
alone turns paths into lines and columns, and only when somebody asks: reading a file that is well
costs nothing for positions.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indices from the document's root, such as ``("states", "charge", "retry")``."""

Extent: TypeAlias = tuple[int, int, int, int]
"""First line and column, last line and column (the column after the last character)."""

_LINE_FEED: Final = re.compile("\n")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file."""

    file: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    @property
    def extent(self) -> Extent:
        """The same within the file."""
        return self.line, self.column, self.end_line, self.end_column


def span_at(text: str, file: str, offset: int, length: int = 1) -> Span:
    """The span of some characters of a text, in one line."""
    line, column = text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
    return Span(file, line, column, line, column + length)


class Lines:
    """Line and column (from 1) of offsets, and back, in any order."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _LINE_FEED.finditer(text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column."""
        return self._starts[min(line, len(self._starts)) - 1] + column - 1

    def extent(self, begin: int, end: int) -> Extent:
        """Lines and columns of a range of offsets."""
        return (*self.place(begin), *self.place(end))


@dataclass(slots=True)
class Place:
    """Where one value stands, its key if it has one, and its parts."""

    extent: Extent
    key: Extent | None = None
    parts: dict[str | int, Place] = field(default_factory=dict)

    def nearest(self, path: Path) -> Place:
        """Where the part at a path stands; its nearest surroundings where it is absent."""
        place = self
        for part in path:
            inner = place.parts.get(part)
            if inner is None:
                break
            place = inner
        return place


@dataclass(frozen=True)
class Document:
    """A parsed file: its value (mappings, lists and scalars) and, on demand, its places.

    ``origins`` is for imported formats: it maps paths of the resulting model to paths of this
    document, the longest prefix winning.
    """

    file: str
    text: str
    value: object
    find_places: Callable[[], Place]
    origins: Mapping[Path, Path] = field(default_factory=dict)
    _root: list[Place] = field(default_factory=list, repr=False, compare=False)

    def __reduce__(self) -> tuple[type[Document], tuple[object, ...]]:
        """With its places found: what would find them is mostly a closure, and does not travel."""
        self._nearest(())
        found = partial(_at_hand, self._root[0])
        return Document, (self.file, self.text, self.value, found, dict(self.origins))

    def locate(self, path: Path, *, key: bool = False) -> Span:
        """The span of a value (or of its key); of its nearest surroundings where it is absent."""
        place = self._nearest(self.original(path))
        return Span(self.file, *(place.key if key and place.key else place.extent))

    def point_at(self, path: Path) -> Span:
        """Where a reader looks for what a finding names: a collection's key, a scalar itself."""
        place = self._nearest(self.original(path))
        return Span(self.file, *(place.key if place.key and place.parts else place.extent))

    def original(self, path: Path) -> Path:
        """The path in this document that a model's path stems from."""
        for length in range(len(path), -1, -1):
            origin = self.origins.get(path[:length])
            if origin is not None:
                return (*origin, *path[length:])
        return path

    def _nearest(self, path: Path) -> Place:
        if not self._root:
            self._root.append(self.find_places())
        return self._root[0].nearest(path)


def _at_hand(places: Place) -> Place:
    return places


def lines_of(text: str) -> list[str]:
    """The lines that places count, without their ends: a line ends at a line feed, as in git.

    ``str.splitlines`` would also end one at characters that stand within a JSON text.
    """
    return [line.removesuffix("\r") for line in text.split("\n")]


def json_pointer(path: Path) -> str:
    """RFC 6901 text of a path."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
