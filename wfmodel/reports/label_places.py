"""Words in a drawing, none over another: each goes to the best of its places that is free.

The best is that where the fewest marks and lines lie under the word, and of those the first. A word
that has to lie on a line gets a ground of its own. Words that come first have the first choice. One
that finds no place is left out, and its text handed back, so that the drawing's description can say
what is not named in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

Floats: TypeAlias = npt.NDArray[np.float64]
Place: TypeAlias = tuple[float, float]

A_MARK: Final = 3
"""So many lines are rather crossed than one mark hidden."""
GROUND: Final = {"boxstyle": "square,pad=0.05", "fc": "#ffffff", "ec": "none", "alpha": 0.8}


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of the axes, and which side of the word stands there; ``grounded``: on a ground."""

    x: float
    y: float
    across: str = "left"
    along: str = "bottom"
    grounded: bool = False


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What is better not written over, in the axes' own numbers: lines between two points, edges
    (which a ground hides), and marks with their sizes in points.
    """

    lines: list[tuple[Place, Place]] = field(default_factory=list)
    edges: list[tuple[Place, Place]] = field(default_factory=list)
    marks: list[tuple[Place, float]] = field(default_factory=list)

    def box(self, low: Place, high: Place) -> None:
        """The four edges of a box."""
        (left, bottom), (right, top) = low, high
        corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
        self.edges.extend(zip(corners, [*corners[1:], corners[0]], strict=True))


@dataclass(frozen=True, slots=True)
class Label:
    """A word, the places where it may stand, the best first, and matplotlib's settings of it."""

    text: str
    places: tuple[Spot, ...]
    look: dict[str, Any]


def put_labels(
    figure: Figure, axes: Axes, labels: Sequence[Label], obstacles: Obstacles
) -> tuple[str, ...]:
    """Draw the labels; returns the texts of those that found no place.

    Cost: every label is held against every earlier one and every obstacle at each of its places.
    """
    figure.draw_without_rendering()  # lays out the axes, so that sizes are known
    frame = axes.get_window_extent()
    left, right = frame.x0, frame.x1 + 0.01 * frame.width  # names of lanes stand on the left
    lines, edges = _on_paper(axes, obstacles.lines), _on_paper(axes, obstacles.edges)
    marks = _marks_on_paper(figure, axes, obstacles)
    taken: list[Bbox] = []
    left_out = []
    for label in labels:
        drawn = axes.text(0, 0, label.text, zorder=8, **label.look)
        drawn.set_in_layout(False)
        found: list[tuple[int, int, Bbox]] = []
        for rank, place in enumerate(label.places):
            drawn.set(x=place.x, y=place.y, ha=place.across, va=place.along)
            box = drawn.get_window_extent()
            inside = left <= box.x0 and box.x1 <= right
            if inside and not any(box.overlaps(other) for other in taken):
                hidden = _met(box, lines) + A_MARK * _met(box, marks)
                hidden += 0 if place.grounded else _met(box, edges)
                found.append((hidden, rank, box))
        if not found:
            drawn.remove()
            left_out.append(label.text)
            continue
        hidden, rank, box = min(found, key=lambda each: each[:2])
        place = label.places[rank]
        drawn.set(x=place.x, y=place.y, ha=place.across, va=place.along)
        if hidden and not place.grounded and "bbox" not in label.look:
            drawn.set_bbox(GROUND)
        taken.append(box)
    return tuple(left_out)


def _on_paper(axes: Axes, lines: Sequence[tuple[Place, Place]]) -> Floats:
    """Both ends of each line in pixels."""
    there = axes.transData.transform
    return np.array([(*there(one), *there(other)) for one, other in lines]).reshape(-1, 4)


def _marks_on_paper(figure: Figure, axes: Axes, obstacles: Obstacles) -> Floats:
    """Of each mark, a line as wide as it is."""
    placed = [(*axes.transData.transform(at), size) for at, size in obstacles.marks]
    x, y, size = np.array(placed).reshape(-1, 3).T
    half = size * figure.dpi / 72 / 2
    return np.stack([x - half, y, x + half, y], axis=1)


def _met(box: Bbox, segments: Floats) -> int:
    """How many segments go through a box (Liang & Barsky, 1984)."""
    start, way = segments[:, :2], segments[:, 2:] - segments[:, :2]
    way = np.where(way == 0, 1e-9, way)
    first, second = (np.array(box.p0) - start) / way, (np.array(box.p1) - start) / way
    enters = np.maximum(np.minimum(first, second).max(axis=1, initial=-np.inf), 0.0)
    leaves = np.minimum(np.maximum(first, second).min(axis=1, initial=np.inf), 1.0)
    return int((enters <= leaves).sum())
