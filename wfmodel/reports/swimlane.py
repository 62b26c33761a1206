"""One instance as a swim-lane picture: lanes are participants, time runs to the right.

Bars are work, or waiting for a timer or somebody outside; arrows are messages (from sending to
being taken up), and a shaded lane is down or otherwise struck by a fault. An arrow that waited is
drawn long, dashed and labelled: that is where recovery time goes.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch, Rectangle

from wfmodel.designs.faults import FaultKind
from wfmodel.escaping import plot_text
from wfmodel.experiments.timeline import OUTSIDE, VERDICTS, Bar, MarkKind, MessageArrow, Timeline
from wfmodel.reports.label_places import Label, Obstacles, Spot, put_labels
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
from wfmodel.reports.swimlane_excerpt import excerpt, excerpt_words
from wfmodel.reports.timescale import SECOND, TimeScale
from wfmodel.wording.figures import number

WAITED_NS: Final = 1_000_000_000
"""An arrow that takes this long has waited."""
TICK_CHARACTER: Final = 0.0135
"""Width of a character below the axis as a share of it, where lanes have long names."""
CHARACTER: Final = 0.0105
"""Width of a small character as a share of the axis."""
THICK: Final = 0.3
"""Of a bar, as a share of a lane."""
MOST_NAMED: Final = 3
"""Faults of a kind and a lane that are named each; of more, the first is."""
ALONG: Final = (0.5, 0.35, 0.65, 0.2, 0.8)
"""Where on an arrow its label may stand."""
IN_A_BAR: Final = (0.5, 0.35, 0.65, 0.2, 0.8)
"""Where in a bar its name may stand: the middle of what is left beside the name."""
ABOVE: Final = -0.55
"""The row from which messages of outside come."""
WORK_EDGE: Final = "#3182bd"
WAIT: Final = "#fff6dc"
WAIT_EDGE: Final = "#8d6e00"

_MARKS: Final = {
    MarkKind.COMMIT: ("o", MUTED, 3.0, "state committed"),
    MarkKind.EFFECT: ("D", "#009e73", 6.5, "effect lands"),
    MarkKind.UNDO: ("D", "#ffffff", 6.5, "effect taken back"),
    MarkKind.DROP: ("X", FAULT, 8.0, "message dropped"),
    MarkKind.DUPLICATE: ("P", "#e69f00", 7.0, "delivered twice"),
    MarkKind.PHANTOM: ("*", "#cc79a7", 10.0, "phantom message"),
    MarkKind.TIMER: ("v", "#8d6e00", 6.0, "timer fires"),
    MarkKind.SUCCEEDED: ("s", "#009e73", 9.0, "verdict: succeeded"),
    MarkKind.ABORTED: ("s", "#e69f00", 9.0, "verdict: aborted"),
    MarkKind.FAILED: ("s", FAULT, 9.0, "verdict: failed"),
}


def swimlane(story: Timeline, *, name: str, title: str) -> Picture:
    """The picture of one instance; ``name`` makes its file name."""
    with styled():
        figure = new_figure(height_of(story))
        unnamed = draw_lanes(figure.subplots(), story)
        words = filter(None, (_description(story, unnamed), excerpt_words(story)))
        return picture(figure, name, title, ". ".join(words))


def height_of(story: Timeline) -> float:
    """Inches that its picture needs."""
    return 1.25 + 0.42 * len(_lanes(excerpt(story)))


def draw_lanes(axes: Axes, story: Timeline) -> tuple[str, ...]:
    """The instance in axes of a figure; the legend stands below them. What found no room."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    story = excerpt(story)
    lanes = _lanes(story)
    scale = TimeScale(_instants(story))
    _axes(axes, story, lanes, scale)
    faults = _bands(axes, story, lanes, scale)
    for bar in story.bars:
        _bar(axes, bar, lanes[bar.lane], scale)
    late = [_arrow(axes, arrow, lanes, scale) for arrow in story.arrows]
    kinds = _points(axes, story, lanes, scale)
    figure.legend(handles=_handles(story, kinds), loc="outside lower center", ncols=5, fontsize=8)
    names = [_name_of(bar, lanes[bar.lane], scale) for bar in story.bars]
    labels = [*names, *filter(None, late), *faults]
    return put_labels(figure, axes, labels, _obstacles(story, lanes, scale))


def _obstacles(story: Timeline, lanes: dict[int, int], scale: TimeScale) -> Obstacles:
    """Arrows, edges of boxes, marks: what a word had better not lie on."""
    found = Obstacles()
    for arrow in story.arrows:
        if arrow.recipient in lanes:
            ends = (scale(arrow.sent_ns), lanes.get(arrow.sender, ABOVE))
            found.lines.append((ends, (scale(arrow.taken_ns), lanes[arrow.recipient])))
    for band in story.bands:
        if band.lane in lanes:
            row = lanes[band.lane]
            found.box((scale(band.start_ns), row - 0.42), (scale(band.end_ns), row + 0.42))
    for mark in story.marks:
        if mark.lane in lanes:
            place = (scale(mark.at_ns), lanes[mark.lane] + _offset(mark.kind))
            found.marks.append((place, _MARKS[mark.kind][2]))
    return found


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
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)
    for row in lanes.values():
        axes.axhline(row, color=GRID, linewidth=1.2, zorder=0)
    important = [at for band in story.bands for at in (band.start_ns, band.end_ns)]
    ticks = scale.ticks(important, character=TICK_CHARACTER)
    axes.set_xticks([position for position, _ in ticks], [label for _, label in ticks])
    axes.set_xlabel("time since the instance arrived (stretched where much happens)", fontsize=8.5)


def _bands(axes: Axes, story: Timeline, lanes: dict[int, int], scale: TimeScale) -> list[Label]:
    """Draws the faults; returns their names."""
    labels = []
    often = Counter((band.lane, band.fault) for band in story.bands)
    named: set[tuple[int, FaultKind]] = set()
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
        key = (band.lane, band.fault)
        if key in named and often[key] > MOST_NAMED:
            continue
        named.add(key)
        places = (
            Spot(start + 0.004, rows[0] - 0.37, along="top"),
            Spot(start, rows[0] - 0.44),
            Spot(end, rows[0] - 0.44, "right"),
            Spot(start + 0.004, rows[0] + 0.4),
        )
        labels.append(Label(band.fault.value, places, {"color": FAULT, "fontsize": 8}))
    return labels


def _bar(axes: Axes, bar: Bar, row: int, scale: TimeScale) -> None:
    fill, edge = (WAIT, WAIT_EDGE) if bar.waiting else (WORK, WORK_EDGE)
    box = Rectangle(
        (scale(bar.start_ns), row - THICK / 2),
        max(scale(bar.end_ns) - scale(bar.start_ns), 0.004),
        THICK,
        facecolor="#ffffff" if bar.lost else fill,
        edgecolor=FAULT if bar.lost else edge,
        hatch="////" if bar.lost else None,
        linewidth=0.9,
        zorder=3,
    )
    axes.add_patch(box)


def _name_of(bar: Bar, row: int, scale: TimeScale) -> Label:
    """What a bar is called: in it if there is room, else above or below."""
    start, end = scale(bar.start_ns), scale(bar.end_ns)
    lost = bar.lost and not bar.waiting
    text = plot_text(f"{bar.label} (lost)" if lost else bar.label)
    spare = end - start - len(text) * CHARACTER
    middle = (start + end) / 2
    shifts = [spare * (part - 0.5) for part in IN_A_BAR] if spare > 0 else []
    places = [Spot(middle + shift, row, "center", "center", True) for shift in shifts]
    for x, across in ((start, "left"), (end, "right")):
        places += [Spot(x, row - high, across) for high in (0.19, 0.36, 0.47)]
    places += [Spot(start, row + 0.34, "left", "top"), Spot(end, row + 0.34, "right", "top")]
    return Label(text, tuple(places), {"fontsize": 7.5})


def _arrow(
    axes: Axes, arrow: MessageArrow, lanes: dict[int, int], scale: TimeScale
) -> Label | None:
    """Draws a message; returns how long it waited, if it did."""
    if arrow.recipient not in lanes:
        return None
    waited = arrow.taken_ns - arrow.sent_ns >= WAITED_NS
    to = (scale(arrow.taken_ns), lanes[arrow.recipient])
    origin = lanes.get(arrow.sender, ABOVE)
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
    if not waited:
        return None
    start = scale(arrow.sent_ns)
    along = [(start + part * (to[0] - start), origin + part * (to[1] - origin)) for part in ALONG]
    text = f"waits {number((arrow.taken_ns - arrow.sent_ns) / SECOND, 's')}"
    box = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.85}
    places = tuple(Spot(x, y, "center", "center") for x, y in along)
    return Label(text, places, {"color": FAULT, "fontsize": 7.5, "bbox": box})


def _points(axes: Axes, story: Timeline, lanes: dict[int, int], scale: TimeScale) -> list[MarkKind]:
    """Draws the marks; returns their kinds in a fixed order."""
    for kind, (marker, colour, size, _) in _MARKS.items():
        at = [mark for mark in story.marks if mark.kind is kind and mark.lane in lanes]
        verdict = kind in VERDICTS
        axes.plot(
            [scale(mark.at_ns) for mark in at],
            [lanes[mark.lane] + _offset(kind) for mark in at],
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
    if kind is MarkKind.TIMER:
        return -0.24
    flat = (MarkKind.COMMIT, MarkKind.DROP, MarkKind.PHANTOM, *VERDICTS)
    return 0.0 if kind in flat else 0.24


def _handles(story: Timeline, kinds: list[MarkKind]) -> list[Patch | Line2D]:
    handles: list[Patch | Line2D] = [Patch(facecolor=WORK, edgecolor=WORK_EDGE, label="work")]
    if any(bar.waiting for bar in story.bars):
        handles.append(Patch(facecolor=WAIT, edgecolor=WAIT_EDGE, label="waits (event or timer)"))
    if any(bar.lost for bar in story.bars):
        lost = Patch(facecolor="white", edgecolor=FAULT, hatch="////", label="lost by a crash")
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


def _description(story: Timeline, unnamed: tuple[str, ...]) -> str:
    took = number((story.end_ns - story.start_ns) / SECOND, "s")
    struck = Counter(
        f"{band.fault.value} of {story.lanes[band.lane] if band.lane >= 0 else 'the broker'}"
        for band in story.bands
    )
    faults = [name if count == 1 else f"{name} ({count} times)" for name, count in struck.items()]
    text = f"It took {took}" + (f"; meanwhile: {', '.join(faults)}" if faults else "")
    named = {band.fault.value for band in story.bands}
    missing = dict.fromkeys(each for each in unnamed if each not in named)
    return f"{text}; not named there for want of room: {', '.join(missing)}" if missing else text
