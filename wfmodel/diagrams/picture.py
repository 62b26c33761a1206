"""A picture of a workflow: laid out by ``layout``, drawn with matplotlib.

Failures are dashed and red; regions stand on a tinted ground. Short workflows run from left to
right; long ones downwards, so that they fit a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import dist
from typing import TYPE_CHECKING, Any, Final

from wfmodel.diagrams.colours import BAD_END, FAILURE, FILL, FORWARD
from wfmodel.diagrams.diagram import Arrow, Box, Diagram, Shape, diagram_of
from wfmodel.diagrams.layout import LINE, Layout, Point, laid_out
from wfmodel.model.findings import Severity
from wfmodel.model.workflow import Outcome, Workflow
from wfmodel.native.safety import library

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from wfmodel.diagrams.drawing import Drawing

_FONT: Final = 9.0
_MARGIN: Final = 0.3
_HIGHLIGHT: Final = {
    Severity.ERROR: "#d50000",
    Severity.WARNING: "#ef8f00",
    Severity.INFO: "#0277bd",
}


def draw_workflow(workflow: Workflow, highlight: Mapping[str, Severity] | None = None) -> Drawing:
    """A matplotlib figure of a workflow, which a notebook shows as it is; ``highlight`` rings
    boxes by their flow node's name.

    Raises:
        LayoutError: Graphviz gives up; ``mermaid`` and ``dot`` write any workflow.
    """
    mpl: Any = library("matplotlib")  # slow to import; the rest does without

    with mpl.rc_context({"text.parse_math": False}):  # a dollar in a name is a dollar
        return _drawn(diagram_of(workflow).legible(), highlight or {})


def _drawn(diagram: Diagram, highlight: Mapping[str, Severity]) -> Drawing:
    from wfmodel.diagrams.drawing import Drawing

    layout = laid_out(diagram)
    width, height = layout.extent
    figure = Drawing(figsize=(width + 2 * _MARGIN, height + 2 * _MARGIN))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(-_MARGIN, width + _MARGIN)
    axes.set_ylim(-_MARGIN, height + _MARGIN)
    axes.set_axis_off()
    _draw_groups(axes, diagram, layout)
    for arrow, route in zip(diagram.arrows, layout.routes, strict=True):
        _draw_arrow(axes, arrow, route)
    for box in diagram.boxes:
        _draw_box(axes, box, layout, highlight.get(box.name))
    return figure


def as_svg(workflow: Workflow, highlight: Mapping[str, Severity] | None = None) -> str:
    """The figure as one SVG element: the same workflow gives the same bytes."""
    return draw_workflow(workflow, highlight).as_svg()


def _draw_groups(axes: Axes, diagram: Diagram, layout: Layout) -> None:
    """A ground behind each region."""
    from matplotlib.patches import FancyBboxPatch

    for group in diagram.groups:
        if group.scope not in layout.grounds:  # a region without a box
            continue
        low, high = layout.grounds[group.scope]
        axes.add_patch(
            FancyBboxPatch(
                low, high[0] - low[0], high[1] - low[1],
                boxstyle="round,pad=0,rounding_size=0.1", facecolor="#f3f5f8",
                edgecolor="#c5ccd6", linewidth=0.8, zorder=0,
            )
        )  # fmt: skip
        axes.text(low[0] + 0.06, high[1] - 0.04, group.title.rsplit("/", 1)[-1], fontsize=7,
                  color="#5b6472", va="top", zorder=1)  # fmt: skip


def _draw_box(axes: Axes, box: Box, layout: Layout, severity: Severity | None) -> None:
    from matplotlib.patches import Circle, FancyBboxPatch, Polygon

    (x, y), (width, height) = layout.centre[box.name], layout.size[box.name]
    bad = box.outcome in (Outcome.ABORTED, Outcome.FAILED)
    fill, line = BAD_END if box.shape is Shape.END and bad else FILL[box.shape]
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
        axes.text(*at, words, fontsize=7, ha=align[0], va=align[1], color=FORWARD, zorder=4)
        return
    lines = (box.title, *box.notes)
    for number, words in enumerate(lines):
        offset = (len(lines) - 1) / 2 - number
        axes.text(
            x, y + offset * LINE, words, ha="center", va="center", zorder=4,
            fontsize=_FONT if number == 0 else _FONT - 1.8,
            fontweight="bold" if number == 0 else "normal",
            color="#1d2330" if number == 0 else "#4a5363",
        )  # fmt: skip


def _draw_arrow(axes: Axes, arrow: Arrow, route: tuple[Point, ...]) -> None:
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    colour = FAILURE if arrow.fails else FORWARD
    codes = [Path.MOVETO, *[Path.CURVE4] * (len(route) - 1)]
    axes.add_patch(
        FancyArrowPatch(
            path=Path(route, codes), arrowstyle="-|>", mutation_scale=9, color=colour,
            linewidth=1.1, linestyle=(0, (4, 2)) if arrow.fails else "solid", zorder=2,
            shrinkA=0, shrinkB=0,
        )
    )  # fmt: skip
    if arrow.label:
        x, y = _beside(route)
        axes.text(
            x, y, _wrapped(arrow.label), fontsize=7.2, color=colour, ha="center", va="center",
            zorder=5, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.9},
        )  # fmt: skip


_LABEL_AT: Final = 0.6
"""Inches from an arrow's start to its label, where arrows have parted; at most its middle."""


def _beside(route: tuple[Point, ...]) -> Point:
    """Where an arrow's label stands: at a length of its way, however long that is."""
    way = [
        _on_curve(route[first : first + 4], step / 8)
        for first in range(0, len(route) - 1, 3)
        for step in range(8)
    ] + [route[-1]]
    steps = [dist(one, other) for one, other in pairwise(way)]
    left = min(_LABEL_AT, sum(steps) / 2)
    for place, step in zip(way, steps, strict=False):
        if left <= step:
            return place
        left -= step
    return way[-1]


def _on_curve(points: tuple[Point, ...], t: float) -> Point:
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
