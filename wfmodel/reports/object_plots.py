"""What ``plot()`` draws of an object: into axes of one's own, or into a new figure of pyplot.

Units stand on the axes, shares are in per cent, and the look is the report's. Whoever is not
content has the axes, and all of matplotlib.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import Any, Final

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wfmodel.designs.history import History
from wfmodel.escaping import plot_text
from wfmodel.experiments import Comparison, Story, SweepResult, Timeline, timeline
from wfmodel.experiments.explored_variant import Told
from wfmodel.experiments.factorial.experiment_runs import ExperimentResult
from wfmodel.experiments.factorial.threshold import ThresholdResult
from wfmodel.metrics import Measurement, Metric
from wfmodel.reports.plots import draw_survival, draw_sweep
from wfmodel.reports.sequence import draw_sequence, length_of
from wfmodel.reports.style import WIDTH, look, styled
from wfmodel.reports.sweep_plots import Plot, experiment_plots, threshold_plot
from wfmodel.reports.swimlane import draw_lanes, height_of
from wfmodel.reports.value_axis import SHARES
from wfmodel.wording.counting import capital

SECOND: Final = 1e9
RECOVERY: Final = "recovery"
PLAIN: Final = 3.2
"""Inches that a plot is high whose height is not told by what is in it."""


def plotted(subject: object, what: Any, axes: Axes | None) -> Axes:  # noqa: ANN401 - by class
    """The plot of an object.

    Raises:
        KeyError: there is no plot of ``what``; the message names those that there are.
    """
    with styled():
        return drawn(subject, what, axes)


@singledispatch
def drawn(subject: object, what: object, axes: Axes | None) -> Axes:
    """What ``plotted`` draws, class by class."""
    raise TypeError(f"there is no plot of a {type(subject).__name__}")


def _axes(axes: Axes | None, height: float = PLAIN) -> Axes:
    return axes if axes is not None else _figure(height).subplots()


def _figure(height: float) -> Figure:
    """One that pyplot knows, so that a notebook shows it."""
    return plt.figure(figsize=(WIDTH, height), layout="constrained")


def _chosen(what: object, known: Iterable[str], kind: str) -> str:
    """The name asked for; the first, if none is."""
    names = [*known]
    if what is None and names:
        return names[0]
    if isinstance(what, str) and what in names:
        return what
    raise KeyError(f"no {kind} {what!r}; there are {', '.join(names) or 'none'}")


# ------------------------------------------------------------------------------ one instance


@drawn.register
def _(subject: Timeline, what: object, axes: Axes | None) -> Axes:
    axes = _axes(axes, height_of(subject))
    draw_lanes(axes, subject)
    return axes


@drawn.register
def _(subject: History, what: object, axes: Axes | None) -> Axes:
    """One instance by its number; if none is named, the one to which most happened."""
    if what is None:
        instances = subject.rows[:, 2]
        what = int(np.bincount(instances[instances >= 0]).argmax())
    if not isinstance(what, int):
        raise KeyError(f"no instance {what!r}; there are {subject.instances()}, from 0")
    return drawn(timeline(subject, what), None, axes)


@drawn.register
def _(subject: Story, what: object, axes: Axes | None) -> Axes:
    return drawn(subject.timelines[_chosen(what, subject.timelines, "variant")], None, axes)


@drawn.register
def _(subject: Told, what: object, axes: Axes | None) -> Axes:
    axes = _axes(axes, length_of(subject))
    draw_sequence(axes, subject)
    return axes


# ----------------------------------------------------------------------------------- one run


@drawn.register
def _(subject: Measurement, what: object, axes: Axes | None) -> Axes:
    """``latency``: how many had a verdict by then; ``divergence``: facts in conflict over time."""
    name = _chosen(what, ("latency", "divergence"), "plot of a measurement")
    axes, style = _axes(axes), look(0)
    if name == "divergence":
        times, values = subject.divergence.times_ns / SECOND, subject.divergence.values
        axes.step(times, values, where="post", color=style.colour)
        axes.set_xlabel("simulated time, s")
        axes.set_ylabel("facts in conflict")
    else:
        times = np.sort(np.asarray(subject.latencies_ns)) / SECOND
        shares = np.arange(1, len(times) + 1) / max(subject.instances, 1)
        axes.step(np.append(0.0, times), np.append(0.0, shares), where="post", color=style.colour)
        axes.set_xlabel("time since the instance arrived, s")
        axes.set_ylabel("instances with a verdict")
        axes.yaxis.set_major_formatter(SHARES)
        axes.set_ylim(0, 1.02)
    axes.set_xlim(left=0)
    return axes


# --------------------------------------------------------------------------------- many runs


@drawn.register
def _(subject: Comparison, what: object, axes: Axes | None) -> Axes:
    """A metric of each variant with its interval; the first that decides, if none is named.
    ``recovery`` is how many instances were still held up how long after a fault.
    """
    if what == RECOVERY:
        curves = {each.name: each.recovery for each in subject.variants}
        axes = _axes(axes)
        draw_survival(axes, curves, limit_s=subject.scenario.setting.convergence / SECOND)
        return axes
    primary = subject.scenario.primary
    others = (line.name for line in subject.metrics if line.name not in primary)
    line = subject.metric(_chosen(what, (*primary, *others, RECOVERY), "metric"))
    names = [each.name for each in subject.variants]
    axes = _axes(axes, 1.1 + 0.45 * len(names))
    for place, found in enumerate(line.estimates):
        style = look(place)
        if np.isnan(found.mean):
            across = axes.get_yaxis_transform()
            words = plot_text(line.reason or "undefined")
            axes.text(0.5, place, words, transform=across, ha="center")
            continue
        spread = [[found.mean - found.low], [found.high - found.mean]]
        axes.errorbar(
            [found.mean],
            [place],
            xerr=spread if np.isfinite(spread).all() else None,
            color=style.colour,
            marker=style.marker,
            capsize=4,
        )
    axes.set_yticks(range(len(names)), [plot_text(name) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlabel(_label(line.metric))
    if line.metric.unit == "fraction":
        axes.xaxis.set_major_formatter(SHARES)
    return axes


def _label(metric: Metric) -> str:
    title = capital(metric.title)
    return title if metric.unit in ("fraction", "1") else f"{title}, {metric.unit}"


@drawn.register
def _(subject: SweepResult, what: object, axes: Axes | None) -> Axes:
    name = _chosen(what, subject.estimates, "swept metric")
    points = {
        variant: [
            (value, found.mean, found.low, found.high)
            for value, found in zip(subject.values, estimates, strict=True)
            if found.replications
        ]
        for variant, estimates in zip(subject.variants, subject.estimates[name], strict=True)
    }
    axes = _axes(axes)
    draw_sweep(
        axes,
        points,
        x_label=subject.unit,
        y_label=capital(subject.metric(name).title),
        unit=subject.metric(name).unit,
        logarithmic=subject.sweep.parameter in ("every", "lasts"),
    )
    return axes


@drawn.register
def _(subject: ExperimentResult, what: object, axes: Axes | None) -> Axes:
    """One of the plots of ``wfmodel sweep``, by its title."""
    plots = {plot.title: plot for plot in experiment_plots(subject)}
    return _whole(plots[_chosen(what, plots, "plot of the experiment")], axes)


@drawn.register
def _(subject: ThresholdResult, what: object, axes: Axes | None) -> Axes:
    return _whole(threshold_plot(subject), axes)


def _whole(plot: Plot, axes: Axes | None) -> Axes:
    """A plot that makes axes itself."""
    if axes is not None:
        raise ValueError("this plot makes axes of its own; leave axes out")
    figure = _figure(plot.height)
    plot.draw(figure)
    return figure.axes[0]
