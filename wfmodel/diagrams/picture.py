"""A picture of a workflow: laid out by ``layout``, drawn with matplotlib.

Failures are dashed and red; regions stand on a tinted ground. Short workflows run from left to
right; long ones downwards, so that they fit a page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wfmodel.diagrams.choices import DEFAULT, DrawingChoices
from wfmodel.diagrams.colours import FAILURE, FORWARD, HIGHLIGHT, fill_of
from wfmodel.diagrams.columns import on_a_page
from wfmodel.diagrams.diagram import BARS, Arrow, Box, Diagram, Shape
from wfmodel.diagrams.layout import LINE, NOTE_SIZE, TITLE_SIZE, DiagramLayout, Point, wrapped
from wfmodel.diagrams.selection import diagram_of
from wfmodel.model.loading import LoadResult
from wfmodel.model.workflow import Workflow
from wfmodel.native.safety import library

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch

    from wfmodel.diagrams.drawing import Drawing

_MARGIN: Final = 0.3


def draw_workflow(workflow: Workflow | LoadResult, choices: DrawingChoices = DEFAULT) -> Drawing:
    """A matplotlib figure of a workflow, which a notebook shows as it is; what is found in it rings
    the boxes.

    Raises:
        LayoutError: Graphviz gives up; ``mermaid`` and ``dot`` write any workflow.
        UnknownStateError: ``choices`` name no state of it.
    """
    mpl: Any = library("matplotlib")  # slow to import; the rest does without

    with mpl.rc_context({"text.parse_math": False}):  # a dollar in a name is a dollar
        return _drawn(diagram_of(workflow, choices).legible())


def _drawn(diagram: Diagram) -> Drawing:
    from wfmodel.diagrams.drawing import Drawing

    diagram, layout = on_a_page(diagram)
    width, height = layout.extent
    figure = Drawing(figsize=(width + 2 * _MARGIN, height + 2 * _MARGIN))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(-_MARGIN, width + _MARGIN)
    axes.set_ylim(-_MARGIN, height + _MARGIN)
    axes.set_axis_off()
    _draw_groups(axes, diagram, layout)
    for number, arrow in enumerate(diagram.arrows):
        _draw_arrow(axes, arrow, layout.routes[number], layout.labels.get(number))
    for number, box in enumerate(diagram.boxes):
        _draw_box(axes, box, layout).set_gid(f"box-{number}")  # a page finds it again, to mark it
    return figure


def drawn_boxes(workflow: Workflow, choices: DrawingChoices = DEFAULT) -> tuple[Box, ...]:
    """The boxes of the figure; the outline of the nth has the id ``box-n``."""
    return on_a_page(diagram_of(workflow, choices).legible())[0].boxes


def as_svg(workflow: Workflow, choices: DrawingChoices = DEFAULT) -> str:
    """The figure as one SVG element: the same workflow gives the same bytes."""
    return draw_workflow(workflow, choices).as_svg()


def _draw_groups(axes: Axes, diagram: Diagram, layout: DiagramLayout) -> None:
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
        axes.text(
            low[0] + 0.08, high[1] - 0.06, group.title, fontsize=NOTE_SIZE, color="#5b6472",
            va="top", zorder=3, bbox={"facecolor": "#f3f5f8", "edgecolor": "none", "pad": 0.8},
        )  # fmt: skip


def _draw_box(axes: Axes, box: Box, layout: DiagramLayout) -> Patch:
    from matplotlib.patches import Circle, FancyBboxPatch, Polygon

    (x, y), (width, height) = layout.centre[box.name], layout.size[box.name]
    fill, line = fill_of(box)
    ring, thick = (line, 1.1) if box.severity is None else (HIGHLIGHT[box.severity], 2.6)
    style: dict[str, Any] = {
        "facecolor": fill,
        "edgecolor": ring,
        "linewidth": thick,
        "zorder": 3,
    }
    if box.shape is Shape.START:
        return axes.add_patch(Circle((x, y), width / 2, **style))
    outline: Patch
    if box.shape is Shape.CHOICE:
        half, tall = width / 2, height / 2
        corners = [(x - half, y), (x, y + tall), (x + half, y), (x, y - tall)]
        outline = axes.add_patch(Polygon(corners, closed=True, **style))
    else:
        rounding = 0.14 if box.shape is Shape.END else 0.05
        shape = f"round,pad=0,rounding_size={min(rounding, width / 2, height / 2)}"
        corner = (x - width / 2, y - height / 2)
        outline = axes.add_patch(FancyBboxPatch(corner, width, height, boxstyle=shape, **style))
    _write_in(axes, box, (x, y))
    return outline


def _write_in(axes: Axes, box: Box, centre: Point) -> None:
    dark = box.shape in BARS
    plain, bold = ("#dfe3e8", "#ffffff") if dark else ("#4a5363", "#1d2330")
    red = "#ff9d94" if dark else FAILURE
    found = HIGHLIGHT[box.severity] if box.severity is not None else plain
    words = [(each, red) for each in box.failures]
    words += [(", ".join(box.codes), found)] if box.codes else []
    words = [*((each, plain) for each in box.notes), *words]
    titled = [(box.title, bold), *words] if box.title else words
    for number, (line, colour) in enumerate(titled):
        first = number == 0 and bool(box.title)
        offset = (len(titled) - 1) / 2 - number
        axes.text(
            centre[0], centre[1] + offset * LINE, line, ha="center", va="center", zorder=4,
            fontsize=TITLE_SIZE if first else NOTE_SIZE, color=colour,
            fontweight="bold" if first or line == ", ".join(box.codes) else "normal",
        )  # fmt: skip


def _draw_arrow(axes: Axes, arrow: Arrow, route: tuple[Point, ...], label: Point | None) -> None:
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
    if label is not None:
        axes.text(
            *label, "\n".join(wrapped(arrow.label)), fontsize=NOTE_SIZE, color=colour, ha="center",
            va="center", zorder=5, linespacing=1.15,
        )  # fmt: skip
