"""A time axis that gives every moment room: stretched where much happens, compressed where little.

An instance spends milliseconds in messages and minutes in waiting for a redelivery. On a linear
axis one of the two cannot be seen. Positions are the sum of ln(1 + gap) over the gaps between
successive instants, so order is kept, equal gaps have equal widths, and tick labels are true times.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise
from statistics import median
from typing import Final

from wfmodel.wording.figures import number

SECOND: Final = 1e9
MOST_GAP: Final = 6.0
"""No gap is drawn wider than this many typical ones."""
BETWEEN: Final = 1.5
"""Characters that are left free between two labels."""


class TimeScale:
    """Maps nanoseconds to positions from 0 to 1."""

    def __init__(self, instants_ns: Iterable[int]) -> None:
        self.instants = sorted(set(instants_ns)) or [0]
        gaps = [b - a for a, b in pairwise(self.instants)]
        typical = median(gaps) if gaps else 1.0
        widths = [min(MOST_GAP, math.log1p(gap / typical)) for gap in gaps]
        total = sum(widths) or 1.0
        self.positions = [0.0]
        for width in widths:
            self.positions.append(self.positions[-1] + width / total)

    def __call__(self, at_ns: int) -> float:
        """Position of an instant; between two known ones by proportion."""
        last = len(self.instants) - 1
        i = bisect_right(self.instants, at_ns) - 1
        if i < 0:
            return 0.0
        if i >= last:
            return self.positions[-1]
        inside = (at_ns - self.instants[i]) / (self.instants[i + 1] - self.instants[i])
        return self.positions[i] + inside * (self.positions[i + 1] - self.positions[i])

    def ticks(
        self, important_ns: Iterable[int], *, character: float
    ) -> tuple[tuple[float, str], ...]:
        """Positions with labels (time since the first instant), none touching or like another.

        Important instants get theirs first. ``character``: the width of one.
        """
        first = self.instants[0]
        chosen: list[tuple[float, str]] = []
        for at in (first, self.instants[-1], *important_ns, *self.instants):
            position, label = self(at), number((at - first) / SECOND, "s")
            if all(
                label != text
                and abs(position - other) >= character * (BETWEEN + (len(label) + len(text)) / 2)
                for other, text in chosen
            ):
                chosen.append((position, label))
        return tuple(sorted(chosen))
