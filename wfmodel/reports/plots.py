"""The plots of a comparison. Each function draws what it is handed, and computes nothing.

Every plot names its variants where the eye already is, and says in its description what it shows,
for readers who cannot see it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator, PercentFormatter

from wfmodel.escaping import plot_text
from wfmodel.experiments.survival import Curve
from wfmodel.reports.style import (
    FAULT_FILL,
    HALF,
    INK,
    MUTED,
    Picture,
    look,
    new_figure,
    picture,
    styled,
)
from wfmodel.reports.value_axis import focus, set_range
from wfmodel.wording.figures import SPACE, number, significant, unit_for

LONGEST_LEGEND_ROW: Final = 44
"""Characters of what a legend names beside each other; longer ones stand below each other."""
SLIVERS: Final = 1_000
"""Of a plot's width: what is nearer cannot be seen, and fills a file."""
NARROWEST: Final = 0.08
"""A part of a bar that has room for its number."""
PER_CENT: Final = PercentFormatter(1.0, decimals=0, symbol=f"{SPACE}%")

Series: TypeAlias = tuple[Sequence[float], Sequence[float]]
"""Times in seconds, and values."""
Interval: TypeAlias = tuple[float, float, float, float]
"""Where it stands on the axis, a mean, and the ends of its interval (nan: none)."""


def survival(curves: Mapping[str, Curve], *, limit_s: float) -> Picture:
    """Recovery times: the share of struck instances that have not recovered yet, against time."""
    with styled():
        figure = new_figure(3.0, HALF)
        draw_survival(figure.subplots(), curves, limit_s=limit_s)
        description = "; ".join(
            f"{name}: {curve.count:,} recoveries watched,"
            f" {number(curve.never, 'fraction')} had not recovered at the end"
            if curve.count
            else name
            for name, curve in curves.items()
        )
        return picture(figure, "recovery", "Recovery time", description)


def draw_survival(axes: Axes, curves: Mapping[str, Curve], *, limit_s: float) -> None:
    """The same in axes of a figure."""
    for place, (name, curve) in enumerate(curves.items()):
        _survival_curve(axes, place, name, curve, limit_s)
    longest = max((c.times[-1] for c in curves.values() if c.count), default=0.0)
    censored = any(curve.censored for curve in curves.values())
    end = max(limit_s if censored else longest * 1.05, 1e-3)
    axes.set_xlim(0, end)
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(PER_CENT)
    axes.set_xlabel(f"time since the fault began, {_time_axis(axes, end)}")
    axes.set_ylabel("not yet recovered")
    _legend(axes)


def _survival_curve(axes: Axes, place: int, name: str, curve: Curve, limit_s: float) -> None:
    if not curve.count:
        return
    style = look(place)
    end = max(limit_s, curve.times[-1]) if curve.censored else curve.times[-1]
    seen = _seen(curve.times, limit_s)
    times = [*(curve.times[i] for i in seen), end]
    survival, low, high = (
        [*(each[i] for i in seen), each[-1]] for each in (curve.survival, curve.low, curve.high)
    )
    _steps(axes, place, name, (times, survival))
    if not math.isnan(curve.low[0]):
        axes.fill_between(
            times, low, high, step="post", color=style.colour, alpha=0.15, linewidth=0
        )
    ended = sorted(set(curve.censored))
    marks = [ended[i] for i in _seen(ended, limit_s)]
    heights = [_height(curve, at) for at in marks]
    axes.plot(marks, heights, "|", color=style.colour, markersize=9, markeredgewidth=1.6)


def _steps(axes: Axes, place: int, name: str, steps: Series) -> None:
    """A variant's values, each of which holds until the next."""
    style, label = look(place), plot_text(name)
    axes.step(*steps, where="post", color=style.colour, linestyle=style.dash, label=label)


def _seen(times: Sequence[float], limit_s: float) -> list[int]:
    """Places of the instants that can be told apart in a plot: the last of each sliver."""
    slivers = {int(SLIVERS * at / max(limit_s, times[-1])): i for i, at in enumerate(times)}
    return sorted(slivers.values())


def _height(curve: Curve, at: float) -> float:
    held = [s for t, s in zip(curve.times, curve.survival, strict=True) if t <= at]
    return held[-1] if held else 1.0


def classes(counts: Mapping[str, Mapping[str, int]], colours: Mapping[str, str]) -> Picture:
    """How instances ended, as shares, one bar per variant."""
    with styled():
        names = list(counts)
        shown = [c for c in colours if any(counts[name].get(c, 0) for name in names)]
        figure = new_figure(0.75 + 0.5 * len(counts) + 0.22 * math.ceil(len(shown) / 2), HALF)
        axes = figure.subplots()
        left = [0.0] * len(names)
        for each in shown:
            shares = [_share(counts[name], each) for name in names]
            axes.barh(
                range(len(names)),
                shares,
                left=left,
                color=colours[each],
                label=each.replace("-", " "),
                edgecolor="white",
                height=0.62,
            )
            for row, (share, start) in enumerate(zip(shares, left, strict=True)):
                if share >= NARROWEST:
                    _bar_text(axes, start + share / 2, row, share, colours[each])
            left = [a + b for a, b in zip(left, shares, strict=True)]
        axes.set_yticks(range(len(names)), list(map(plot_text, names)))
        axes.invert_yaxis()
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(PER_CENT)
        axes.grid(visible=False)
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside lower center", ncols=2, fontsize=8.5)
        return picture(figure, "endings", "How instances ended", _endings(counts))


def _share(counts: Mapping[str, int], name: str) -> float:
    total = sum(counts.values())
    return counts.get(name, 0) / total if total else 0.0


def _bar_text(axes: Axes, x: float, row: int, share: float, colour: str) -> None:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    light = 0.299 * red + 0.587 * green + 0.114 * blue > 0.55
    text = number(round(share, 2 if share >= 0.1 else 3), "fraction")
    axes.text(x, row, text, ha="center", va="center", fontsize=8.5, color=INK if light else "white")


def _endings(counts: Mapping[str, Mapping[str, int]]) -> str:
    parts = []
    for name, each in counts.items():
        inside = ", ".join(f"{key} {count:,}" for key, count in each.items() if count)
        parts.append(f"{name}: {inside}")
    return "; ".join(parts)


def divergence(
    series: Mapping[str, Series], faults: Sequence[tuple[float, float]], *, horizon_s: float
) -> Picture:
    """Total D(t) over simulated seconds of one replication, whose faults are shaded."""
    with styled():
        figure = new_figure(3.0, HALF)
        axes = figure.subplots()
        for start, end in faults:
            axes.axvspan(start, end, color=FAULT_FILL, linewidth=0)
        for place, (name, steps) in enumerate(series.items()):
            _steps(axes, place, name, steps)
        axes.axvline(horizon_s, color=MUTED, linewidth=0.8, linestyle=":")
        axes.set_ylim(bottom=0)
        end = max(horizon_s * 1.1, _quiet_after(list(series.values())))
        axes.set_xlim(0, end)
        axes.text(horizon_s, axes.get_ylim()[1], " faults end", fontsize=8, va="top", color=MUTED)
        axes.yaxis.set_major_formatter(FuncFormatter(_plain))
        unit = _time_axis(axes, end)
        axes.set_xlabel(f"simulated time, {unit} (shaded: a fault is on somewhere)")
        axes.set_ylabel("facts in conflict")
        _legend(axes)
        peaks = ", ".join(
            f"{name} peaks at {max(values, default=0):.3g}" for name, (_, values) in series.items()
        )
        return picture(figure, "divergence", "Divergence over time", peaks)


def _plain(value: float, _: int) -> str:
    """Ticks of one axis alike: none of them with a power of ten."""
    return significant(value, least=0.0)


def _time_axis(axes: Axes, end_s: float) -> str:
    """Ticks in the unit that fits, which is returned; the axis itself is in seconds."""
    scale, unit = unit_for(end_s, "s")
    axes.xaxis.set_major_locator(_InUnit(scale))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: significant(value * scale)))
    return unit


class _InUnit(MaxNLocator):
    """Round numbers of a unit, wherever a reader has zoomed to; the axis itself has another."""

    def __init__(self, scale: float) -> None:
        super().__init__(6)
        self._scale = scale

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        """Those of the unit, in the axis' own numbers."""
        found = super().tick_values(vmin * self._scale, vmax * self._scale)
        return [float(each) / self._scale for each in found]


def _quiet_after(series: Sequence[Series]) -> float:
    """The first time from which nothing diverges; the last time if something always does."""
    last = 0.0
    for times, values in series:
        busy = [i for i, value in enumerate(values) if value > 1e-9]
        if busy:
            last = max(last, times[min(busy[-1] + 1, len(times) - 1)])
    return last


def sweep(
    points: Mapping[str, Sequence[Interval]],
    *,
    name: str,
    x_label: str,
    y_label: str,
    unit: str,
    logarithmic: bool,
) -> Picture:
    """A metric against a fault's parameter: (value, mean, low, high) per variant."""
    with styled():
        figure = new_figure(3.0, HALF)
        beyond = draw_sweep(
            figure.subplots(),
            points,
            x_label=x_label,
            y_label=y_label,
            unit=unit,
            logarithmic=logarithmic,
        )
        words = "with 95 % intervals"
        words += "; an arrow head: the interval goes on beyond the axis" if beyond else ""
        return picture(figure, name, f"{y_label} against {x_label}", words)


def draw_sweep(
    axes: Axes,
    points: Mapping[str, Sequence[Interval]],
    *,
    x_label: str,
    y_label: str,
    unit: str,
    logarithmic: bool,
) -> bool:
    """The same in axes of a figure. Whether some interval goes on beyond them."""
    share = unit == "fraction"
    bottom, top = focus([point[1:] for each in points.values() for point in each], share=share)
    set_range(axes, bottom, top, share=share)
    beyond = False
    for place, (variant, each) in enumerate(points.items()):
        beyond |= _swept(axes, place, variant, each)
    values = sorted({point[0] for each in points.values() for point in each})
    if logarithmic:
        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(values, [significant(value) for value in values])
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label if share else f"{y_label}, {unit}")
    _legend(axes)
    return beyond


def _swept(axes: Axes, place: int, name: str, points: Sequence[Interval]) -> bool:
    """Draw a variant's means and intervals; returns whether an interval goes on beyond the axis."""
    bottom, top = axes.get_ylim()
    inside = [(x, mean, max(low, bottom), min(high, top)) for x, mean, low, high in points]
    draw_intervals(axes, place, name, inside)
    ends = [("v", p[0], bottom) for p in points if p[2] < bottom]
    ends += [("^", p[0], top) for p in points if p[3] > top]
    for marker, x, y in ends:
        axes.plot([x], [y], marker, color=look(place).colour, markersize=6, clip_on=False)
    return bool(ends)


def draw_intervals(
    axes: Axes, place: int, name: str, points: Sequence[Interval], *, joined: bool = True
) -> None:
    """Means with their intervals, in the look of a variant; ``joined`` by a line."""
    style = look(place)
    below = [mean - low if math.isfinite(low) else 0.0 for _, mean, low, _ in points]
    above = [high - mean if math.isfinite(high) else 0.0 for _, mean, _, high in points]
    axes.errorbar(
        [point[0] for point in points],
        [point[1] for point in points],
        yerr=[below, above],
        color=style.colour,
        linestyle=style.dash if joined else "none",
        marker=style.marker,
        markersize=5,
        capsize=3,
        elinewidth=1.2,
        label=plot_text(name),
    )


def _legend(axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        axes.legend(
            handles,
            labels,
            loc="lower left",
            bbox_to_anchor=(0, 1.0),
            ncols=1 if sum(map(len, labels)) > LONGEST_LEGEND_ROW else len(handles),
            borderaxespad=0.2,
            handlelength=2.4,
        )
    axes.tick_params(color=MUTED)
