"""One instance as a swim-lane picture: lanes are participants, time runs to the right.

Bars are work, arrows messages (from sending to being taken up), and a shaded lane is down or
otherwise struck by a fault. An arrow that waited is drawn long, dashed and labelled: that is where
recovery time goes.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch, Rectangle

from wfmodel.escaping import plot_text
from wfmodel.experiments.timeline import OUTSIDE, Bar, MarkKind, MessageArrow, Timeline
from wfmodel.reports.style import (
    FAULT,
    FAULT_FILL,
    GRID,
    INK,
    MUTED,
    WORK,
    Picture,
    new_figure,
    picture,
    styled,
)
from wfmodel.reports.timescale import SECOND, TimeScale
from wfmodel.wording.figures import number

WAITED_NS: Final = 1_000_000_000
"""An arrow that takes this long has waited."""
TICKS_APART: Final = 0.09
CHARACTER: Final = 0.0105
"""Width of a small character as a share of the axis."""

_MARKS: Final = {
    MarkKind.COMMIT: ("o", MUTED, 3.0, "state committed"),
    MarkKind.EFFECT: ("D", "#009e73", 6.5, "effect lands"),
    MarkKind.UNDO: ("D", "#ffffff", 6.5, "effect taken back"),
    MarkKind.DROP: ("X", FAULT, 8.0, "message dropped"),
    MarkKind.DUPLICATE: ("P", "#e69f00", 7.0, "delivered twice"),
    MarkKind.PHANTOM: ("*", "#cc79a7", 10.0, "phantom message"),
    MarkKind.SUCCEEDED: ("s", "#009e73", 9.0, "verdict: succeeded"),
    MarkKind.ABORTED: ("s", "#e69f00", 9.0, "verdict: aborted"),
    MarkKind.FAILED: ("s", FAULT, 9.0, "verdict: failed"),
}


def swimlane(story: Timeline, *, name: str, title: str) -> Picture:
    """The picture of one instance; ``name`` makes its file name."""
    with styled():
        figure = new_figure(height_of(story))
        draw_lanes(figure.subplots(), story)
        return picture(figure, name, title, _description(story))


def height_of(story: Timeline) -> float:
    """Inches that its picture needs."""
    return 1.25 + 0.42 * len(_lanes(story))


def draw_lanes(axes: Axes, story: Timeline) -> None:
    """The instance in axes of a figure; the legend stands below them."""
    lanes = _lanes(story)
    scale = TimeScale(_instants(story))
    _axes(axes, story, lanes, scale)
    _bands(axes, story, lanes, scale)
    for bar in story.bars:
        _bar(axes, bar, lanes[bar.lane], scale)
    for arrow in story.arrows:
        _arrow(axes, arrow, lanes, scale)
    kinds = _points(axes, story, lanes, scale)
    axes.figure.legend(
        handles=_handles(story, kinds), loc="outside lower center", ncols=5, fontsize=8
    )


def _lanes(story: Timeline) -> dict[int, int]:
    """Participants that take part, and the row of each; row 0 is on top."""
    busy = {bar.lane for bar in story.bars} | {mark.lane for mark in story.marks}
    busy |= {arrow.recipient for arrow in story.arrows}
    return {lane: row for row, lane in enumerate(sorted(busy - {OUTSIDE}))}


def _instants(story: Timeline) -> list[int]:
    instants = [story.start_ns, story.end_ns]
    instants += [at for bar in story.bars for at in (bar.start_ns, bar.end_ns)]
    instants += [at for arrow in story.arrows for at in (arrow.sent_ns, arrow.taken_ns)]
    instants += [mark.at_ns for mark in story.marks]
    instants += [at for band in story.bands for at in (band.start_ns, band.end_ns)]
    return [at for at in instants if story.start_ns <= at <= story.end_ns]


def _axes(axes: Axes, story: Timeline, lanes: dict[int, int], scale: TimeScale) -> None:
    axes.set_xlim(-0.015, 1.015)
    axes.set_ylim(len(lanes) - 0.45, -0.6)
    axes.set_yticks(list(lanes.values()), [plot_text(story.lanes[lane]) for lane in lanes])
    axes.tick_params(axis="y", length=0)
    for side in ("left",):
        axes.spines[side].set_visible(False)
    axes.grid(visible=False)
    for row in lanes.values():
        axes.axhline(row, color=GRID, linewidth=1.2, zorder=0)
    important = [at for band in story.bands for at in (band.start_ns, band.end_ns)]
    ticks = scale.ticks(important, apart=TICKS_APART)
    axes.set_xticks([position for position, _ in ticks], [label for _, label in ticks])
    axes.set_xlabel("time since the instance arrived (stretched where much happens)", fontsize=8.5)


def _bands(axes: Axes, story: Timeline, lanes: dict[int, int], scale: TimeScale) -> None:
    for band in story.bands:
        if band.lane == OUTSIDE:
            rows = list(lanes.values())
        elif band.lane in lanes:
            rows = [lanes[band.lane]]
        else:
            continue
        start, end = scale(band.start_ns), scale(band.end_ns)
        for row in rows:
            box = Rectangle(
                (start, row - 0.42),
                max(end - start, 0.004),
                0.84,
                facecolor=FAULT_FILL,
                edgecolor=FAULT,
                linewidth=0.8,
                zorder=1,
            )
            axes.add_patch(box)
        axes.text(
            start + 0.004, rows[0] - 0.37, band.fault.value, color=FAULT, fontsize=8, va="top"
        )


def _bar(axes: Axes, bar: Bar, row: int, scale: TimeScale) -> None:
    start, end = scale(bar.start_ns), scale(bar.end_ns)
    width = max(end - start, 0.004)
    box = Rectangle(
        (start, row - 0.15),
        width,
        0.3,
        facecolor="#ffffff" if bar.lost else WORK,
        edgecolor=FAULT if bar.lost else "#3182bd",
        hatch="////" if bar.lost else None,
        linewidth=0.9,
        zorder=3,
    )
    axes.add_patch(box)
    label = plot_text(f"{bar.label} (lost)" if bar.lost else bar.label)
    if len(label) * CHARACTER < width:
        axes.text(start + width / 2, row, label, ha="center", va="center", fontsize=8, zorder=6)
        return
    right = start + len(label) * CHARACTER > 1
    x, align = (end, "right") if right else (start, "left")
    axes.text(x, row - 0.19, label, ha=align, va="bottom", fontsize=7.5, zorder=6)


def _arrow(axes: Axes, arrow: MessageArrow, lanes: dict[int, int], scale: TimeScale) -> None:
    if arrow.recipient not in lanes:
        return
    waited = arrow.taken_ns - arrow.sent_ns >= WAITED_NS
    to = (scale(arrow.taken_ns), lanes[arrow.recipient])
    origin = lanes.get(arrow.sender, -0.55)
    colour = FAULT if waited else INK
    axes.add_patch(
        FancyArrowPatch(
            (scale(arrow.sent_ns), origin),
            to,
            arrowstyle="-|>",
            mutation_scale=8,
            shrinkA=1,
            shrinkB=1,
            color=colour,
            linestyle="--" if waited else "-",
            linewidth=1.1 if waited else 0.8,
            alpha=1.0 if waited else 0.65,
            zorder=4,
        )
    )
    if waited:
        middle = ((scale(arrow.sent_ns) + to[0]) / 2, (origin + to[1]) / 2)
        text = f"waits {number((arrow.taken_ns - arrow.sent_ns) / SECOND, 's')}"
        box = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.85}
        axes.text(*middle, text, color=FAULT, fontsize=7.5, ha="center", bbox=box, zorder=5)


def _points(axes: Axes, story: Timeline, lanes: dict[int, int], scale: TimeScale) -> list[MarkKind]:
    """Draws the marks; returns their kinds in a fixed order."""
    for kind, (marker, colour, size, _) in _MARKS.items():
        at = [mark for mark in story.marks if mark.kind is kind and mark.lane in lanes]
        verdict = kind in (MarkKind.SUCCEEDED, MarkKind.ABORTED, MarkKind.FAILED)
        axes.plot(
            [scale(mark.at_ns) for mark in at],
            [lanes[mark.lane] + (0.0 if verdict else _offset(kind)) for mark in at],
            linestyle="none",
            marker=marker,
            markersize=size,
            markerfacecolor=colour,
            markeredgecolor="white" if verdict else INK if kind is MarkKind.UNDO else colour,
            markeredgewidth=0.9,
            zorder=7,
        )
    return [kind for kind in _MARKS if any(mark.kind is kind for mark in story.marks)]


def _offset(kind: MarkKind) -> float:
    return 0.0 if kind in (MarkKind.COMMIT, MarkKind.DROP, MarkKind.PHANTOM) else 0.24


def _handles(story: Timeline, kinds: list[MarkKind]) -> list[Patch | Line2D]:
    handles: list[Patch | Line2D] = [Patch(facecolor=WORK, edgecolor="#3182bd", label="work")]
    if any(bar.lost for bar in story.bars):
        lost = Patch(facecolor="white", edgecolor=FAULT, hatch="////", label="work lost")
        handles.append(lost)
    if story.bands:
        handles.append(Patch(facecolor=FAULT_FILL, edgecolor=FAULT, label="fault"))
    for kind in kinds:
        marker, colour, size, label = _MARKS[kind]
        edge = INK if kind is MarkKind.UNDO else colour
        handles.append(
            Line2D(
                [],
                [],
                linestyle="none",
                marker=marker,
                markersize=min(size, 7),
                markerfacecolor=colour,
                markeredgecolor=edge,
                label=label,
            )
        )
    return handles


def _description(story: Timeline) -> str:
    took = number((story.end_ns - story.start_ns) / SECOND, "s")
    struck = Counter(
        f"{band.fault.value} of {story.lanes[band.lane] if band.lane >= 0 else 'the broker'}"
        for band in story.bands
    )
    faults = [name if count == 1 else f"{name} ({count} times)" for name, count in struck.items()]
    return f"It took {took}" + (f"; meanwhile: {', '.join(faults)}" if faults else "")
