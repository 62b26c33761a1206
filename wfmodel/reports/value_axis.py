"""The range of a plot's values: wide enough for what was measured, and no wider.

One interval that is ten times as long as what differs would press every curve into a line. So the
axis holds all means, and of their intervals as much as leaves the means a third of its height; an
interval that goes on beyond it ends in an arrow head.

>>> focus([(0.9, 0.89, 0.91), (0.8, 0.1, 0.99)], share=True)
(0.7, 0.99)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from wfmodel.wording.figures import SPACE, significant

Point = tuple[float, float, float]
"""Mean, and the ends of its interval (nan: none)."""

MARGIN: Final = 0.05
"""Of the range, above and below."""
SMALLEST: Final = 0.01
"""A range of shares is not narrower than a percentage point; others, than this of their size."""


def focus(points: Sequence[Point], *, share: bool) -> tuple[float, float]:
    """The lowest and the highest value to show; ``share``: there is nothing beyond 0 and 1."""
    means = [mean for mean, _, _ in points if math.isfinite(mean)]
    if not means:
        return 0.0, 1.0
    low, high = min(means), max(means)
    ends = [end for point in points for end in point if math.isfinite(end)]
    room = max(high - low, _usual(points), SMALLEST * (1.0 if share else max(map(abs, means))))
    bottom, top = max(min(ends), low - room), min(max(ends), high + room)
    if share:
        bottom, top = max(bottom, 0.0), min(top, 1.0)
    if top - bottom < 1e-12:
        bottom, top = bottom - room / 2, top + room / 2
    return _tidy(bottom), _tidy(top)


def _usual(points: Sequence[Point]) -> float:
    """The length of an interval that is not among the longer half."""
    lengths = sorted(high - low for _, low, high in points if math.isfinite(high - low))
    return lengths[(len(lengths) - 1) // 2] if lengths else 0.0


def _tidy(value: float) -> float:
    return float(f"{value:.12g}")


def set_range(axes: Axes, bottom: float, top: float, *, share: bool) -> None:
    """Show this range with ticks in it; of shares none beyond 100 % and none below 0."""
    space = MARGIN * (top - bottom)
    axes.set_ylim(bottom - space, top + space)
    places = map(float, MaxNLocator(6).tick_values(bottom, top))
    slack = 1e-9 * (top - bottom)
    least, most = (0.0, 1.0) if share else (-math.inf, math.inf)
    within = [
        each
        for each in places
        if max(bottom - space, least) - slack <= each <= min(top + space, most) + slack
    ]
    axes.set_yticks(within)
    if share:
        axes.yaxis.set_major_formatter(FuncFormatter(_per_cent))


def _per_cent(value: float, _: int) -> str:
    return f"{significant(round(100 * value, 9))}{SPACE}%"


SHARES: Final = FuncFormatter(_per_cent)
"""Ticks of an axis of shares: ``12.5 %``."""
