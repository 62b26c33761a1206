"""A counterexample as a sequence diagram: a lifeline per participant, time runs down.

Arrows are messages, from the line where they are published to the line where they are taken up (to
the edge where they never are); red marks are faults. Numbers are those of the story. A band marks
the point of no return.
"""

from __future__ import annotations

import textwrap
from collections import defaultdict
from typing import Final

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from wfmodel.designs.trace_script import FAULTS, Deed
from wfmodel.escaping import plot_text
from wfmodel.experiments.explored_variant import Told
from wfmodel.exploration.stories.story import ABOUT_MESSAGES, Line, decisive
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

ROW: Final = 0.2
"""Inches per step."""

QUIET: Final = frozenset({Deed.COMMIT, Deed.FLUSH, Deed.PUBLISH, Deed.ACKNOWLEDGE})
DECISIVE: Final = "#fff3cd"
LONGEST: Final = 56
"""Characters of a label."""
ENDING: Final = 125
"""Characters of a line of the ending, which is as wide as the figure."""


def sequence_picture(told: Told, *, name: str) -> Picture:
    """The picture of a counterexample; ``name`` makes its file name."""
    with styled():
        figure = new_figure(length_of(told))
        draw_sequence(figure.subplots(), told)
        return picture(figure, name, told.title, told.ending)


def length_of(told: Told) -> float:
    """Inches that its picture needs."""
    return 1.1 + ROW * (len(told.lines) + 1)


def draw_sequence(axes: Axes, told: Told) -> None:
    """The counterexample in axes of a figure; how it ends stands below them."""
    _frame(axes, told)
    columns = {each: x for x, each in enumerate(told.participants)}
    for sent, taken, line in _messages(told):
        _arrow(axes, columns, sent, taken, line)
    _mark_decisive(axes, told)
    for line in told.lines:
        _event(axes, columns[line.act.participant], line)
    # matplotlib's own wrapping would read mathtext, whatever the settings say
    ending = textwrap.fill(plot_text(told.ending), ENDING)
    axes.figure.text(0.01, 0.0, ending, fontsize=7.5, color=MUTED, va="bottom")


def _mark_decisive(axes: Axes, told: Told) -> None:
    turn = decisive(told.lines)
    axes.axhspan(turn - 0.5, turn + 0.5, color=DECISIVE, zorder=-1)
    right = len(told.participants) - 0.5 + 0.24
    axes.text(
        right,
        turn - 0.46,
        "point of no return",
        fontsize=6.8,
        color=MUTED,
        ha="right",
        va="top",
    )


def _frame(axes: Axes, told: Told) -> None:
    last = len(told.lines) + 0.6
    axes.set_xlim(-0.5, len(told.participants) - 0.5 + 0.25)
    axes.set_ylim(last + 0.8, -0.2)
    axes.set_xticks(range(len(told.participants)), list(map(plot_text, told.participants)))
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=9)
    axes.set_yticks([])
    axes.grid(visible=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    for column in range(len(told.participants)):
        axes.plot([column, column], [0.2, last], color=GRID, linewidth=1.4, zorder=0)
    if told.loop is not None:
        axes.axhspan(told.loop + 0.5, last - 0.1, color="#f6f8fa", zorder=-1)
        axes.text(-0.48, last - 0.2, "for ever", fontsize=7.5, color=MUTED, va="bottom")


def _messages(told: Told) -> list[tuple[tuple[str, int] | None, tuple[str, int] | None, Line]]:
    """(sender and line, recipient and line, the line that names it) for each message."""
    waiting: dict[tuple[int, str, str], list[tuple[str, int, Line]]] = defaultdict(list)
    found: list[tuple[tuple[str, int] | None, tuple[str, int] | None, Line]] = []
    for line in told.lines:
        act = line.act
        if act.deed is Deed.PUBLISH:
            for recipient in line.publishes:
                waiting[act.instance, recipient, act.what].append(
                    (act.participant, line.number, line)
                )
        elif act.deed in (Deed.RECEIVE, Deed.LOSE):
            queue = waiting[act.instance, act.participant, act.what]
            sender = queue.pop(0) if queue else None
            start = None if sender is None else (sender[0], sender[1])
            found.append((start, (act.participant, line.number), line))
        for recipient, what in line.sends:
            waiting[act.instance, recipient, what].append((act.participant, line.number, line))
    for queue in waiting.values():
        found += [((sender, number), None, line) for sender, number, line in queue]
    return found


def _arrow(
    axes: Axes,
    columns: dict[str, int],
    sent: tuple[str, int] | None,
    taken: tuple[str, int] | None,
    line: Line,
) -> None:
    lost = line.act.deed is Deed.LOSE or taken is None
    start = (-0.5, float(line.number) - 0.4) if sent is None else (columns[sent[0]], float(sent[1]))
    if taken is not None:
        end = (float(columns[taken[0]]), float(taken[1]))
    else:
        towards = [columns[each] for each in (*line.publishes, *(to for to, _ in line.sends))]
        end = (start[0] + 0.35 * (1 if max(towards) > start[0] else -1), start[1] + 0.45)
    axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=8,
            shrinkA=2,
            shrinkB=3,
            linewidth=0.9,
            linestyle="--" if lost else "-",
            color=FAULT if lost else INK,
            alpha=0.85,
            zorder=2,
        )
    )


def _event(axes: Axes, column: int, line: Line) -> None:
    if line.act.deed in QUIET and not line.consequences:
        axes.plot([column], [line.number], ".", color=MUTED, markersize=3.5, zorder=3)
        if line.act.deed is not Deed.PUBLISH:
            return
    fault = line.act.deed in FAULTS
    if line.act.deed not in QUIET:
        box = Rectangle(
            (column - 0.03, line.number - 0.3),
            0.06,
            0.6,
            facecolor=FAULT_FILL if fault else WORK,
            edgecolor=FAULT if fault else "#3182bd",
            linewidth=0.8,
            zorder=4,
        )
        axes.add_patch(box)
    axes.text(
        column + 0.06,
        line.number - (0.08 if line.act.deed is Deed.PUBLISH else 0.0),
        _label(line),
        fontsize=6.8,
        va="bottom" if line.act.deed is Deed.PUBLISH else "center",
        color=FAULT if fault else INK,
        zorder=5,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
    )


def _label(line: Line) -> str:
    """The act; what follows only where it is an effect, or what a crash took."""
    act = line.act
    what = f"‘{act.what}’" if act.deed in ABOUT_MESSAGES else act.what
    text = f"{act.deed.value} {what}".strip()
    told = [each for each in line.consequences if not each.startswith("believes ")]
    text = f"{text}: {'; '.join(told)}" if told else text
    text = plot_text(text)
    text = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return plot_text(f"{line.number}. {act.whose}{text}")
