"""A picture too tall for a page goes on in another column, as a text does.

The first layout says what stands on one height. Cuts go between heights, never through a region;
each part is laid out by itself, and an arrow from one column to another becomes two, to and from a
small box that names the other end.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt
from typing import Final

from wfmodel.diagrams.choices import Direction
from wfmodel.diagrams.diagram import Arrow, Box, Diagram, Shape, join_of
from wfmodel.diagrams.excerpts import regions_around
from wfmodel.diagrams.layout import DiagramLayout, laid_out

TALLEST: Final = 16.0
"""Inches of a picture that stays whole: a page of A4 shows it at two thirds."""
_PAGE: Final = 1.2
"""Height of a page for each inch of its width, between upright and across."""
_GAP: Final = 0.5


def on_a_page(diagram: Diagram) -> tuple[Diagram, DiagramLayout]:
    """The diagram as it is drawn, in columns where it is tall, and its layout.

    Raises:
        LayoutError: Graphviz gives up.
    """
    layout = laid_out(diagram)
    width, height = layout.extent
    if diagram.direction is not Direction.DOWN or height <= max(TALLEST, _PAGE * width):
        return diagram, layout
    count = ceil(sqrt(height / (_PAGE * width)))
    parts = _parts(_bands(diagram, layout, height / count / 2), count)
    if len(parts) == 1:
        return diagram, layout
    column = {name: number for number, names in enumerate(parts) for name in names}
    pieces = [_piece(diagram, column, number) for number in range(len(parts))]
    return _beside([(piece, laid_out(piece)) for piece in pieces])


def _parts(bands: Sequence[_Band], count: int) -> list[list[str]]:
    """Names of boxes, column by column: at most so many columns, as low as may be."""
    heights = sorted(top.high - end.low for top in bands for end in bands if top.high > end.low)
    enough = bisect_left(heights, True, key=lambda most: len(_cut(bands, most)) <= count)
    return _cut(bands, heights[enough])


def _cut(bands: Sequence[_Band], most: float) -> list[list[str]]:
    """Columns that are at most so high, but for a band that is higher by itself."""
    parts, high = [list[str]()], bands[0].high
    for band in bands:
        if parts[-1] and high - band.low > most:
            parts.append([])
            high = band.high
        parts[-1] += band.names
    return parts


@dataclass(frozen=True, slots=True)
class _Band:
    """Boxes that no level line parts."""

    high: float
    low: float
    names: tuple[str, ...]


def _bands(diagram: Diagram, layout: DiagramLayout, longest: float) -> list[_Band]:
    """The bands of a layout, from the top. A loop shorter than ``longest`` stays in one."""
    bands: list[_Band] = []
    for high, low, names in sorted(_spans(diagram, layout, longest), reverse=True):
        if bands and high > bands[-1].low:
            above = bands.pop()
            bands.append(_Band(above.high, min(low, above.low), above.names + names))
        else:
            bands.append(_Band(high, low, names))
    return bands


def _spans(
    diagram: Diagram, layout: DiagramLayout, longest: float
) -> Iterator[tuple[float, float, tuple[str, ...]]]:
    """From where to where something must stay together, and the box that it is, if it is one."""
    edges = {
        name: (y + layout.size[name][1] / 2, y - layout.size[name][1] / 2)
        for name, (_, y) in layout.centre.items()
    }
    for name, (high, low) in edges.items():
        yield high, low, (name,)
    for group in diagram.groups:  # a region with its fork and its join
        ends = [*edges.get(group.fork, ()), *edges.get(join_of(group.fork), ())]
        ends += [corner[1] for corner in layout.grounds.get(group.scope, ())]
        if ends:
            yield max(ends), min(ends), ()
    for arrow in diagram.arrows:
        ends = [*edges[arrow.source], *edges[arrow.target]]
        if arrow.back and max(ends) - min(ends) < longest:
            yield max(ends), min(ends), ()


def _piece(diagram: Diagram, column: dict[str, int], number: int) -> Diagram:
    """One column, with small boxes where arrows come from others and lead to others."""
    boxes = tuple(box for box in diagram.boxes if column[box.name] == number)
    title = {box.name: box.title or box.name for box in diagram.boxes}
    arrows, links = list[Arrow](), dict[str, Box]()
    sources: dict[str, list[str]] = {}
    for arrow in diagram.arrows:
        here, there = column[arrow.source] == number, column[arrow.target] == number
        if here and there:
            arrows.append(arrow)
        elif here:
            name = f"to {arrow.target} from column {number}"
            links[name] = _link(name, f"to {title[arrow.target]}")
            arrows.append(replace(arrow, target=name))
        elif there:
            sources.setdefault(arrow.target, []).append(title[arrow.source])
    for target, froms in sources.items():
        name = f"to {target} in column {number}"
        links[name] = _link(name, f"from {_listed(froms)}")
        arrows.append(Arrow(name, target))
    below = tuple(pair for pair in diagram.below if {column[each] for each in pair} == {number})
    return replace(
        diagram,
        boxes=(*boxes, *links.values()),
        arrows=tuple(arrows),
        groups=regions_around(diagram, boxes),
        below=below,
    )


def _link(name: str, words: str) -> Box:
    return Box(name, Shape.LINK, "", (words,))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) < 3 else f"{names[0]} and {len(names) - 1} others"


def _beside(parts: Sequence[tuple[Diagram, DiagramLayout]]) -> tuple[Diagram, DiagramLayout]:
    """Columns from left to right, level at the top."""
    tallest = max(layout.extent[1] for _, layout in parts)
    (diagram, joined), *others = parts
    joined = joined.moved(0.0, tallest - joined.extent[1])
    right = joined.extent[0]
    for piece, layout in others:
        placed = layout.moved(right + _GAP, tallest - layout.extent[1])
        right += _GAP + layout.extent[0]
        joined = DiagramLayout(
            joined.size | placed.size,
            joined.centre | placed.centre,
            (*joined.routes, *placed.routes),
            joined.labels | {len(joined.routes) + n: at for n, at in placed.labels.items()},
            joined.grounds | placed.grounds,
            (right, tallest),
        )
        diagram = replace(
            diagram,
            boxes=(*diagram.boxes, *piece.boxes),
            arrows=(*diagram.arrows, *piece.arrows),
            groups=(*diagram.groups, *piece.groups),
        )
    return diagram, replace(joined, extent=(right, tallest))
