"""A picture of a workflow: a layered layout, drawn with matplotlib.

The layout (ranks, order, routes of long arrows) is fast-sugiyama's; this file gives boxes their
size and draws. Failures are dashed and red; regions stand on a tinted ground. Short
workflows run from left to right; long ones downwards, so that they fit a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from wfmodel.diagrams.diagram import Arrow, Box, Diagram, Shape, diagram_of
from wfmodel.model.findings import Severity
from wfmodel.model.workflow import Outcome, Workflow
from wfmodel.native.safety import library

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Point = tuple[float, float]

_FONT: Final = 9.0
_CHARACTER: Final = 0.079
"""Width of a character at that size, in inches."""
_LINE: Final = 0.17
_GAP: Final = (0.75, 0.32)
_FILL: Final = {
    Shape.TASK: ("#e8f0fb", "#2f5d9b"),
    Shape.UNDO: ("#fdecea", "#b3261e"),
    Shape.CHOICE: ("#f1ecf9", "#6a4bb0"),
    Shape.WAIT: ("#fff6dc", "#8d6e00"),
    Shape.FORK: ("#30343b", "#30343b"),
    Shape.JOIN: ("#30343b", "#30343b"),
    Shape.START: ("#30343b", "#30343b"),
    Shape.END: ("#e9f5ec", "#2c7a43"),
}
_BAD_END: Final = ("#fdecea", "#b3261e")
_HIGHLIGHT: Final = {
    Severity.ERROR: "#d50000",
    Severity.WARNING: "#ef8f00",
    Severity.INFO: "#0277bd",
}
_FAILURE: Final = "#b3261e"
_FORWARD: Final = "#3b4252"


@dataclass(frozen=True, slots=True)
class _Layout:
    size: dict[str, Point]
    centre: dict[str, Point]
    routes: dict[tuple[str, str], list[Point]]
    downwards: bool = False

    def turned(self) -> _Layout:
        """The same layout with its axes exchanged: what ran to the right runs downwards."""

        def turn(point: Point) -> Point:
            return (-point[1], -point[0])

        centre = {name: turn(point) for name, point in self.centre.items()}
        routes = {key: [turn(p) for p in points] for key, points in self.routes.items()}
        return _Layout(self.size, centre, routes, True)


_WIDEST: Final = 13.0
"""Inches beyond which a picture runs downwards."""


def draw_workflow(workflow: Workflow, highlight: Mapping[str, Severity] | None = None) -> Figure:
    """A matplotlib figure of a workflow; ``highlight`` rings boxes by their flow node's name."""
    mpl: Any = library("matplotlib")  # slow to import; the rest does without

    with mpl.rc_context({"text.parse_math": False}):  # a dollar in a name is a dollar
        return _drawn(diagram_of(workflow).legible(), highlight or {})


def _drawn(diagram: Diagram, highlight: Mapping[str, Severity]) -> Figure:
    from matplotlib.figure import Figure

    layout = _lay_out(diagram, downwards=False)
    if max(x for x, _ in layout.centre.values()) > _WIDEST:
        layout = _lay_out(diagram, downwards=True)
    xs = [c[0] + side * s[0] / 2 for c, s in _extents(layout) for side in (-1, 1)]
    ys = [c[1] + side * s[1] / 2 for c, s in _extents(layout) for side in (-1, 1)]
    ys += [y for route in layout.routes.values() for _, y in route]
    left, right, low, high = min(xs) - 0.3, max(xs) + 0.3, min(ys) - 0.35, max(ys) + 0.35
    figure = Figure(figsize=(right - left, high - low))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)
    axes.set_axis_off()
    _draw_groups(axes, diagram, layout)
    for arrow in diagram.arrows:
        _draw_arrow(axes, arrow, layout)
    for box in diagram.boxes:
        _draw_box(axes, box, layout, highlight.get(box.name))
    return figure


def as_svg(workflow: Workflow, highlight: Mapping[str, Severity] | None = None) -> str:
    """The figure as one SVG element: the same workflow gives the same bytes."""
    mpl: Any = library("matplotlib")
    buffer = StringIO()
    with mpl.rc_context({"svg.hashsalt": "wfmodel", "svg.fonttype": "path"}):
        draw_workflow(workflow, highlight).savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def _extents(layout: _Layout) -> list[tuple[Point, Point]]:
    return [(layout.centre[name], layout.size[name]) for name in layout.size]


# --------------------------------------------------------------------------------------- layout


def _size(box: Box, downwards: bool) -> Point:
    if box.shape is Shape.START:
        return (0.16, 0.16)
    if box.shape in (Shape.FORK, Shape.JOIN):
        return (0.75, 0.09) if downwards else (0.09, 0.75)
    lines = (box.title, *box.notes)
    width = max(len(line) for line in lines) * _CHARACTER + 0.25
    height = len(lines) * _LINE + 0.2
    return (width + 0.35, height + 0.22) if box.shape is Shape.CHOICE else (width, height)


def _lay_out(diagram: Diagram, *, downwards: bool) -> _Layout:
    """Ranks as deep as their deepest box; within a rank, the layout's order."""
    from fast_sugiyama import from_edges

    size = {box.name: _size(box, downwards) for box in diagram.boxes}
    ids = {name: number for number, name in enumerate(size)}
    edges = [_forward(arrow, ids) for arrow in diagram.arrows if arrow.source != arrow.target]
    # Without an edge there is nothing to lay out. (A loop from a box to itself in its place would
    # abort the process: the layout is Rust, and its panics are no exceptions.)
    placed = (
        ()
        if not edges
        else from_edges(
            list(dict.fromkeys(edges)),
            vertex_spacing=100,
            dummy_vertices=True,
            ranking_type="minimize",
            crossing_minimization="barycenter",
        )
    )
    raw: dict[int, Point] = {}
    links: list[tuple[int, int]] = []
    offset = 0.0
    for points, width, _, parts in placed:  # one layout per connected part, stacked
        assert parts is not None
        raw |= {int(v): (-y, x + offset) for v, (x, y) in points}
        links += [(int(a), int(b)) for a, b in parts]
        offset += width + 200
    for number in ids.values():  # boxes without any arrow
        if number not in raw:
            raw[number] = (0.0, offset)
            offset += 200
    return _scaled(diagram, size, ids, raw, links, downwards)


def _forward(arrow: Arrow, ids: Mapping[str, int]) -> tuple[int, int]:
    """Loops are laid out against their direction, so that ranks follow the forward flow."""
    pair = (ids[arrow.source], ids[arrow.target])
    return (pair[1], pair[0]) if arrow.back else pair


def _scaled(
    diagram: Diagram,
    size: dict[str, Point],
    ids: Mapping[str, int],
    raw: dict[int, Point],
    links: list[tuple[int, int]],
    downwards: bool,
) -> _Layout:
    along, across = (1, 0) if downwards else (0, 1)
    names = {number: name for name, number in ids.items()}
    ranks = sorted({x for x, _ in raw.values()})
    wide = {
        rank: max((size[names[v]][along] for v, (x, _) in raw.items() if x == rank and v in names),
                  default=0.1)
        for rank in ranks
    }  # fmt: skip
    labels = {} if downwards else _label_room(diagram, ids, raw)
    at, x = {}, 0.0
    for rank in ranks:
        at[rank] = x + wide[rank] / 2
        x += wide[rank] + _GAP[0] + labels.get(rank, 0.0)
    broadest = max(extent[across] for extent in size.values())
    unit = (broadest + _GAP[1]) / 100
    points = {v: (at[px], -py * unit) for v, (px, py) in raw.items()}
    centre = {name: points[number] for name, number in ids.items()}
    routes = _routes(diagram, ids, points, links)
    layout = _Layout(size, centre, routes)
    return layout.turned() if downwards else layout


def _label_room(
    diagram: Diagram, ids: Mapping[str, int], raw: Mapping[int, Point]
) -> dict[float, float]:
    """Extra width behind a rank for the longest label of the arrows that leave it."""
    room: dict[float, float] = {}
    for arrow in diagram.arrows:
        rank = raw[ids[arrow.source]][0]
        longest = max((len(part) for part in _wrapped(arrow.label).split("\n")), default=0)
        room[rank] = max(room.get(rank, 0.0), longest * _CHARACTER * 0.95 - 0.25)
    return room


def _routes(
    diagram: Diagram,
    ids: Mapping[str, int],
    points: Mapping[int, Point],
    links: list[tuple[int, int]],
) -> dict[tuple[str, str], list[Point]]:
    """Points of each arrow between its boxes: the places of the layout's dummy vertices."""
    after: dict[int, list[int]] = {}
    real = set(ids.values())
    for a, b in links:
        after.setdefault(a, []).append(b)
    chains: dict[tuple[int, int], list[int]] = {}
    for start in real:
        for first in after.get(start, ()):
            chain = [first]
            while chain[-1] not in real:
                chain.append(after[chain[-1]][0])
            chains.setdefault((start, chain[-1]), chain[:-1])
    routes = {}
    for arrow in diagram.arrows:
        source, target = ids[arrow.source], ids[arrow.target]
        inner = chains.get((source, target))
        if inner is None:
            inner = list(reversed(chains.get((target, source), [])))
        routes[arrow.source, arrow.target] = [points[v] for v in inner]
    return routes


# -------------------------------------------------------------------------------------- drawing


def _draw_groups(axes: Axes, diagram: Diagram, layout: _Layout) -> None:
    """A ground behind each region, where it would hold no box of another."""
    from matplotlib.patches import FancyBboxPatch

    for group in diagram.groups:
        inside = _scopes_inside(diagram, group.scope)
        mine = [box.name for box in diagram.boxes if box.scope in inside]
        if not mine:
            continue
        low, high = _bounds(mine, layout)
        others = [b.name for b in diagram.boxes if b.scope not in inside]
        if any(_holds(low, high, layout.centre[name]) for name in others):
            continue
        axes.add_patch(
            FancyBboxPatch(
                low, high[0] - low[0], high[1] - low[1],
                boxstyle="round,pad=0.02,rounding_size=0.1", facecolor="#f3f5f8",
                edgecolor="#c5ccd6", linewidth=0.8, zorder=0,
            )
        )  # fmt: skip
        axes.text(low[0] + 0.05, high[1] - 0.03, group.title.rsplit("/", 1)[-1], fontsize=7,
                  color="#5b6472", va="top", zorder=1)  # fmt: skip


def _scopes_inside(diagram: Diagram, scope: int) -> set[int]:
    inside = {scope}
    for group in diagram.groups:
        if group.parent in inside:
            inside.add(group.scope)
    return inside


def _bounds(names: list[str], layout: _Layout) -> tuple[Point, Point]:
    boxes = [(layout.centre[name], layout.size[name]) for name in names]
    low = (
        min(c[0] - s[0] / 2 for c, s in boxes) - 0.12,
        min(c[1] - s[1] / 2 for c, s in boxes) - 0.1,
    )
    high = (
        max(c[0] + s[0] / 2 for c, s in boxes) + 0.12,
        max(c[1] + s[1] / 2 for c, s in boxes) + 0.2,
    )
    return low, high


def _holds(low: Point, high: Point, point: Point) -> bool:
    return low[0] < point[0] < high[0] and low[1] < point[1] < high[1]


def _draw_box(axes: Axes, box: Box, layout: _Layout, severity: Severity | None) -> None:
    from matplotlib.patches import Circle, FancyBboxPatch, Polygon

    (x, y), (width, height) = layout.centre[box.name], layout.size[box.name]
    bad = box.outcome in (Outcome.ABORTED, Outcome.FAILED)
    fill, line = _BAD_END if box.shape is Shape.END and bad else _FILL[box.shape]
    ring, thick = (line, 1.1) if severity is None else (_HIGHLIGHT[severity], 2.6)
    style: dict[str, Any] = {
        "facecolor": fill,
        "edgecolor": ring,
        "linewidth": thick,
        "zorder": 3,
    }
    if box.shape is Shape.START:
        axes.add_patch(Circle((x, y), width / 2, **style))
        return
    if box.shape is Shape.CHOICE:
        half, tall = width / 2, height / 2
        corners = [(x - half, y), (x, y + tall), (x + half, y), (x, y - tall)]
        axes.add_patch(Polygon(corners, closed=True, **style))
    else:
        rounding = 0.14 if box.shape is Shape.END else 0.05
        shape = f"round,pad=0,rounding_size={min(rounding, width / 2, height / 2)}"
        corner = (x - width / 2, y - height / 2)
        axes.add_patch(FancyBboxPatch(corner, width, height, boxstyle=shape, **style))
    if box.shape in (Shape.FORK, Shape.JOIN):
        words = ", ".join(part for part in (box.title, *box.notes) if part)
        at, align = (x, y - height / 2 - 0.05), ("center", "top")
        if layout.downwards:
            at, align = (x + width / 2 + 0.08, y), ("left", "center")
        axes.text(*at, words, fontsize=7, ha=align[0], va=align[1], color=_FORWARD, zorder=4)
        return
    lines = (box.title, *box.notes)
    for number, words in enumerate(lines):
        offset = (len(lines) - 1) / 2 - number
        axes.text(
            x, y + offset * _LINE, words, ha="center", va="center", zorder=4,
            fontsize=_FONT if number == 0 else _FONT - 1.8,
            fontweight="bold" if number == 0 else "normal",
            color="#1d2330" if number == 0 else "#4a5363",
        )  # fmt: skip


def _draw_arrow(axes: Axes, arrow: Arrow, layout: _Layout) -> None:
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    colour = _FAILURE if arrow.fails else _FORWARD
    points = _anchored(arrow, layout)
    codes = [Path.MOVETO, *[Path.CURVE4] * (len(points) - 1)]
    axes.add_patch(
        FancyArrowPatch(
            path=Path(points, codes), arrowstyle="-|>", mutation_scale=9, color=colour,
            linewidth=1.1, linestyle=(0, (4, 2)) if arrow.fails else "solid", zorder=2,
        )
    )  # fmt: skip
    if arrow.label:
        x, y = _on_curve(points[:4], 0.66)  # late on the way, where arrows have parted
        axes.text(
            x, y, _wrapped(arrow.label), fontsize=7.2, color=colour, ha="center", va="center",
            zorder=5, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.9},
        )  # fmt: skip


def _anchored(arrow: Arrow, layout: _Layout) -> list[Point]:
    """A cubic spline: out of the far side of the source, by its route, into the target."""
    (sx, sy), (sw, sh) = layout.centre[arrow.source], layout.size[arrow.source]
    (tx, ty), (tw, th) = layout.centre[arrow.target], layout.size[arrow.target]
    if arrow.source == arrow.target:
        top = sy - th / 2
        return [(sx + sw / 4, top), (sx + sw / 2, top - 0.5), (sx - sw / 2, top - 0.5),
                (sx - sw / 4, top)]  # fmt: skip
    inner = layout.routes[arrow.source, arrow.target]
    if layout.downwards:
        side = -1 if ty <= sy else 1
        stops = [(sx, sy + side * sh / 2), *inner, (tx, ty - side * th / 2)]
    else:
        side = 1 if tx >= sx else -1
        stops = [(sx + side * sw / 2, sy), *inner, (tx - side * tw / 2, ty)]
    points = [stops[0]]
    for (ax, ay), (bx, by) in pairwise(stops):
        across, down = (bx - ax) / 2, (by - ay) / 2
        if layout.downwards:
            points += [(ax, ay + down), (bx, by - down), (bx, by)]
        else:
            points += [(ax + across, ay), (bx - across, by), (bx, by)]
    return points


def _on_curve(points: list[Point], t: float) -> Point:
    """The point of a cubic Bézier curve at parameter ``t``."""
    weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
    return (
        sum(w * x for w, (x, _) in zip(weights, points, strict=True)),
        sum(w * y for w, (_, y) in zip(weights, points, strict=True)),
    )


def _wrapped(label: str) -> str:
    """At most some twenty characters a line, broken between words."""
    lines = [""]
    for word in label.split():
        if lines[-1] and len(lines[-1]) + len(word) > 20:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines[:3]) + (" …" if len(lines) > 3 else "")
