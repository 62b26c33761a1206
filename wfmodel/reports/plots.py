"""The plots of a comparison. Each function draws what it is handed, and computes nothing.

Every plot names its variants where the eye already is, and says in its description what it shows,
for readers who cannot see it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullLocator, PercentFormatter

from wfmodel.escaping import plot_text
from wfmodel.experiments.survival import Curve
from wfmodel.reports.style import FAULT_FILL, INK, MUTED, Picture, look, new_figure, picture, styled
from wfmodel.wording.figures import significant

LONGEST_LEGEND_ROW: Final = 3

Series: TypeAlias = tuple[Sequence[float], Sequence[float]]
"""Times in seconds, and values."""


def survival(curves: Mapping[str, Curve], *, limit_s: float) -> Picture:
    """Recovery times: the share of struck instances that have not recovered yet, against time."""
    with styled():
        figure = new_figure(3.3)
        draw_survival(figure.subplots(), curves, limit_s=limit_s)
        description = "; ".join(
            f"{name}: {curve.never:.1%} had not recovered at the end" if curve.count else name
            for name, curve in curves.items()
        )
        return picture(figure, "recovery", "Recovery time", description)


def draw_survival(axes: Axes, curves: Mapping[str, Curve], *, limit_s: float) -> None:
    """The same in axes of a figure."""
    for number, (name, curve) in enumerate(curves.items()):
        _survival_curve(axes, number, name, curve, limit_s)
    longest = max((c.times[-1] for c in curves.values() if c.count), default=0.0)
    axes.set_xlim(0, max(limit_s if _any_censored(curves) else longest * 1.05, 1e-3))
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlabel("seconds since the fault began")
    axes.set_ylabel("not yet recovered")
    _legend(axes)


def _any_censored(curves: Mapping[str, Curve]) -> bool:
    return any(curve.censored for curve in curves.values())


def _survival_curve(axes: Axes, number: int, name: str, curve: Curve, limit_s: float) -> None:
    if not curve.count:
        return
    style = look(number)
    end = max(limit_s, curve.times[-1]) if curve.censored else curve.times[-1]
    times = [*curve.times, end]
    label = f"{plot_text(name)} ({curve.count:,} recoveries watched)"
    axes.step(
        times,
        [*curve.survival, curve.survival[-1]],
        where="post",
        color=style.colour,
        linestyle=style.dash,
        label=label,
    )
    if not math.isnan(curve.low[0]):
        low, high = [*curve.low, curve.low[-1]], [*curve.high, curve.high[-1]]
        axes.fill_between(
            times, low, high, step="post", color=style.colour, alpha=0.15, linewidth=0
        )
    marks = sorted(set(curve.censored))
    heights = [_height(curve, at) for at in marks]
    axes.plot(marks, heights, "|", color=style.colour, markersize=9, markeredgewidth=1.6)


def _height(curve: Curve, at: float) -> float:
    held = [s for t, s in zip(curve.times, curve.survival, strict=True) if t <= at]
    return held[-1] if held else 1.0


def classes(counts: Mapping[str, Mapping[str, int]], colours: Mapping[str, str]) -> Picture:
    """How instances ended, as shares, one bar per variant."""
    with styled():
        figure = new_figure(0.75 + 0.5 * len(counts) + 0.3 * math.ceil(len(colours) / 4))
        axes = figure.subplots()
        names = list(counts)
        shown = [c for c in colours if any(counts[name].get(c, 0) for name in names)]
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
                if share >= 0.05:
                    _bar_text(axes, start + share / 2, row, share, colours[each])
            left = [a + b for a, b in zip(left, shares, strict=True)]
        axes.set_yticks(range(len(names)), list(map(plot_text, names)))
        axes.invert_yaxis()
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.grid(visible=False)
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside lower center", ncols=4, fontsize=8.5)
        return picture(figure, "endings", "How instances ended", _endings(counts))


def _share(counts: Mapping[str, int], name: str) -> float:
    total = sum(counts.values())
    return counts.get(name, 0) / total if total else 0.0


def _bar_text(axes: Axes, x: float, row: int, share: float, colour: str) -> None:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    light = 0.299 * red + 0.587 * green + 0.114 * blue > 0.55
    text = f"{share:.0%}" if share >= 0.1 else f"{share:.1%}"
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
        figure = new_figure(3.0)
        axes = figure.subplots()
        for start, end in faults:
            axes.axvspan(start, end, color=FAULT_FILL, linewidth=0)
        for number, (name, (times, values)) in enumerate(series.items()):
            style = look(number)
            axes.step(
                times,
                values,
                where="post",
                color=style.colour,
                linestyle=style.dash,
                label=plot_text(name),
            )
        axes.axvline(horizon_s, color=MUTED, linewidth=0.8, linestyle=":")
        axes.set_ylim(bottom=0)
        axes.set_xlim(0, max(horizon_s * 1.1, _quiet_after(list(series.values()))))
        axes.text(horizon_s, axes.get_ylim()[1], " faults end", fontsize=8, va="top", color=MUTED)
        axes.set_xlabel("simulated seconds (shaded: a fault is on somewhere)")
        axes.set_ylabel("facts in conflict")
        _legend(axes)
        peaks = ", ".join(
            f"{name} peaks at {max(values, default=0):.3g}" for name, (_, values) in series.items()
        )
        return picture(figure, "divergence", "Divergence over time", peaks)


def _quiet_after(series: Sequence[Series]) -> float:
    """The first time from which nothing diverges; the last time if something always does."""
    last = 0.0
    for times, values in series:
        busy = [i for i, value in enumerate(values) if value > 1e-9]
        if busy:
            last = max(last, times[min(busy[-1] + 1, len(times) - 1)])
    return last


def sweep(
    points: Mapping[str, Sequence[tuple[float, float, float, float]]],
    *,
    name: str,
    x_label: str,
    y_label: str,
    unit: str,
    logarithmic: bool,
) -> Picture:
    """A metric against a fault's parameter: (value, mean, low, high) per variant."""
    with styled():
        figure = new_figure(3.1)
        draw_sweep(
            figure.subplots(),
            points,
            x_label=x_label,
            y_label=y_label,
            unit=unit,
            logarithmic=logarithmic,
        )
        return picture(figure, name, f"{y_label} against {x_label}", "with 95 % intervals")


def draw_sweep(
    axes: Axes,
    points: Mapping[str, Sequence[tuple[float, float, float, float]]],
    *,
    x_label: str,
    y_label: str,
    unit: str,
    logarithmic: bool,
) -> None:
    """The same in axes of a figure."""
    for place, (variant, each) in enumerate(points.items()):
        _swept(axes, place, variant, each)
    values = sorted({point[0] for each in points.values() for point in each})
    if logarithmic:
        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(values, [significant(value) for value in values])
    if unit == "fraction":
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label if unit == "fraction" else f"{y_label}, {unit}")
    _legend(axes)


def _swept(
    axes: Axes, number: int, name: str, points: Sequence[tuple[float, float, float, float]]
) -> None:
    style = look(number)
    low = [0.0 if math.isnan(p[2]) else p[1] - p[2] for p in points]
    high = [0.0 if math.isnan(p[3]) else p[3] - p[1] for p in points]
    axes.errorbar(
        [p[0] for p in points],
        [p[1] for p in points],
        yerr=[low, high],
        color=style.colour,
        linestyle=style.dash,
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
            ncols=min(len(handles), LONGEST_LEGEND_ROW),
            borderaxespad=0.2,
            handlelength=2.4,
        )
    axes.tick_params(color=MUTED)
