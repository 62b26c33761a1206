"""From a place in an inner text to the place in the outer one that it was written at.

An inner text is made of segments, each written somewhere in the outer text. A segment that is as
long inside as outside leads back character by character; any other (an escape, a reference that
stands for a text) leads back as a whole.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from wfmodel.model.source import Extent, Lines, Place


class Segment(NamedTuple):
    """So many characters of the inner text, written from ``begin`` to ``end`` of the outer one."""

    length: int
    begin: int
    end: int


@dataclass(frozen=True)
class Excerpt:
    """A text that the outer text holds in some notation. ``trace`` gives its segments, in order.

    Both functions are called when a place is asked for, and once.
    """

    text: str
    trace: Callable[[], Iterable[Segment]]
    outer: Callable[[], Lines]

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text)

    @cached_property
    def _segments(self) -> tuple[list[int], list[Segment]]:
        starts, segments, position = list[int](), list[Segment](), 0
        for segment in self.trace():
            if segment.length:
                starts.append(position)
                segments.append(segment)
                position += segment.length
        assert position == len(self.text), "segments make up the text"
        return starts, segments

    def extent(self, inner: Extent) -> Extent:
        """Where a part of the inner text stands in the outer one."""
        begin = self._lines.offset(*inner[:2])
        end = max(self._lines.offset(*inner[2:]), begin + 1)
        return self.outer().extent(self._begin(begin), self._end(end))

    def places(self, inner: Place) -> Place:
        """A tree of places of the inner text as one of the outer text; without recursion."""
        root = Place(self.extent(inner.extent))
        waiting = [(inner, root)]
        while waiting:
            source, made = waiting.pop()
            for part, place in source.parts.items():
                key = None if place.key is None else self.extent(place.key)
                made.parts[part] = Place(self.extent(place.extent), key)
                waiting.append((place, made.parts[part]))
        return root

    def _begin(self, offset: int) -> int:
        at, start, segment = self._at(min(offset, len(self.text) - 1))
        return segment.begin + (at - start if _is_exact(segment) else 0)

    def _end(self, offset: int) -> int:
        """Of the character before: what follows may stand elsewhere."""
        at, start, segment = self._at(min(offset, len(self.text)) - 1)
        return segment.begin + at - start + 1 if _is_exact(segment) else segment.end

    def _at(self, offset: int) -> tuple[int, int, Segment]:
        starts, segments = self._segments
        index = bisect_right(starts, max(offset, 0)) - 1
        return max(offset, 0), starts[index], segments[index]


def _is_exact(segment: Segment) -> bool:
    return segment.length == segment.end - segment.begin
