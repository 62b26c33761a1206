"""Of an instance with more steps than a picture shows, those about its first fault.

Arrival and end stay, so times on the axis are those of the whole.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from typing import Final

from wfmodel.experiments.timeline import Timeline

MOST_SHAPES: Final = 400
"""Bars, messages and marks of one picture; beyond these, none is told from the next."""


def excerpt(story: Timeline) -> Timeline:
    """The instance itself, or its shapes about the first fault; without one, the last ones."""
    starts = _starts(story)
    if len(starts) <= MOST_SHAPES:
        return story
    about = min((band.start_ns for band in story.bands), default=story.end_ns)
    first = min(max(0, bisect_left(starts, about) - MOST_SHAPES // 2), len(starts) - MOST_SHAPES)
    low, high = starts[first], starts[first + MOST_SHAPES - 1]
    return replace(
        story,
        bars=tuple(each for each in story.bars if low <= each.start_ns <= high),
        arrows=tuple(each for each in story.arrows if low <= each.sent_ns <= high),
        marks=tuple(each for each in story.marks if low <= each.at_ns <= high),
        bands=tuple(each for each in story.bands if each.start_ns <= high and each.end_ns >= low),
    )


def excerpt_words(story: Timeline) -> str:
    """That something is left out of the picture; empty if nothing is."""
    count = len(_starts(story))
    if count <= MOST_SHAPES:
        return ""
    where = "around its first fault" if story.bands else "at its end"
    return f"It has {count:,} bars, messages and marks; about {MOST_SHAPES} {where} are drawn"


def _starts(story: Timeline) -> list[int]:
    bars = [each.start_ns for each in story.bars]
    return sorted(
        (*bars, *(each.sent_ns for each in story.arrows), *(each.at_ns for each in story.marks))
    )
