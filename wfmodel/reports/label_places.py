"""Words in a drawing, none over another: each goes to the first of its places that is free.

Those that come first have the first choice. One that finds no place is left out, and its text
handed back, so that the drawing's description can say what is not named in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of the axes, and which side of the word stands there."""

    x: float
    y: float
    across: str = "left"
    along: str = "bottom"


@dataclass(frozen=True, slots=True)
class Label:
    """A word, the places where it may stand, the best first, and matplotlib's settings of it."""

    text: str
    places: tuple[Spot, ...]
    look: dict[str, Any]


def put_labels(figure: Figure, axes: Axes, labels: Sequence[Label]) -> tuple[str, ...]:
    """Draw the labels; returns the texts of those that found no place.

    Cost: every label is held against every earlier one at each of its places.
    """
    figure.draw_without_rendering()  # lays out the axes, so that sizes are known
    frame = axes.get_window_extent()
    left, right = frame.x0, frame.x1 + 0.01 * frame.width  # names of lanes stand on the left
    taken: list[Bbox] = []
    left_out = []
    for label in labels:
        drawn = axes.text(0, 0, label.text, zorder=8, **label.look)
        drawn.set_in_layout(False)
        for place in label.places:
            drawn.set(x=place.x, y=place.y, ha=place.across, va=place.along)
            box = drawn.get_window_extent()
            inside = left <= box.x0 and box.x1 <= right
            if inside and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
        else:
            drawn.remove()
            left_out.append(label.text)
    return tuple(left_out)
