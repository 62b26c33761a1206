"""The plots of an experiment: responses over a factor, what matters most, and a threshold.

Each function draws what it is handed, in the report's style; pictures are SVG text or PNG bytes.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from wfmodel.escaping import plot_text
from wfmodel.experiments.experiment import Factor, PlanKind, RangeScale
from wfmodel.experiments.factorial.conclusions import SIGN_WORDS, threshold_words, value_words
from wfmodel.experiments.factorial.experiment_runs import ExperimentResult
from wfmodel.experiments.factorial.parquet_rows import shown_value
from wfmodel.experiments.factorial.results_data import sensitivity_keys
from wfmodel.experiments.factorial.sensitivity import (
    FactorEffect,
    Influence,
    Ranking,
    ranking,
    tornado,
)
from wfmodel.experiments.factorial.threshold import ThresholdResult
from wfmodel.experiments.statistics import Estimate
from wfmodel.model.file_names import Words, file_stems
from wfmodel.model.files import write_file
from wfmodel.reports.plots import Interval, draw_intervals
from wfmodel.reports.style import FAULT_FILL, INK, MUTED, look, new_figure, picture, styled
from wfmodel.reports.value_axis import SHARES
from wfmodel.wording.figures import significant

MOST_SERIES: Final = 6
"""More lines in one plot cannot be told apart."""
DOTS_PER_INCH: Final = 160
PlotFormat: TypeAlias = Literal["svg", "png"]
BAR: Final = 0.42
"""Inches for each bar."""


@dataclass(frozen=True)
class Plot:
    """One plot, to be drawn: ``draw`` puts it into an empty figure of ``height`` inches."""

    about: Words
    title: str
    description: str
    height: float
    draw: Callable[[Figure], None]

    def content(self, form: PlotFormat) -> bytes:
        """The file's bytes: SVG or PNG, the same for the same results."""
        with styled():
            figure = new_figure(self.height)
            self.draw(figure)
            if form == "svg":
                return picture(
                    figure, "-".join(self.about), self.title, self.description
                ).svg.encode()
            buffer = io.BytesIO()
            figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
            return buffer.getvalue()


def experiment_plots(result: ExperimentResult) -> Iterator[Plot]:
    """Responses over the first ordered factor, if few enough lines show all; what matters most."""
    for response in result.experiment.responses:
        lines = _lines(result, response)
        if lines is not None:
            yield lines
    for response, variant in sensitivity_keys(result):
        title = f"{result.metric(response).title}, {variant}"
        name = (response, variant)
        if result.experiment.plan.kind is PlanKind.ONE_AT_A_TIME:
            yield _tornado(result, tornado(result, response, variant), name, title, response)
            continue
        ranked = ranking(result, response, variant)
        if ranked is not None and len(ranked.influences) > 1:
            yield _shares(ranked, name, title)


def threshold_plot(result: ThresholdResult) -> Plot:
    """The paired difference at every value tried; shaded, where its sign is not decided."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        if result.between is not None:
            low, high = (_x(result.factor, each.value) for each in result.between)
            axes.axvspan(low, high, color=FAULT_FILL, linewidth=0)
        axes.axhline(0, color=MUTED, linewidth=0.8)
        for sign, place in ((-1, 0), (0, 5), (1, 1)):
            some = [each for each in result.tried if each.sign == sign]
            if some:
                points = [_point(_x(result.factor, t.value), t.difference) for t in some]
                draw_intervals(axes, place, SIGN_WORDS[sign], points, joined=False)
        unit = result.metric.unit
        _scale_x(axes, result.threshold.factor, result.factor)
        first, second = result.pair
        axes.set_ylabel(
            plot_text(f"{second} − {first}") + ("" if unit == "fraction" else f", {unit}")
        )
        _finish(axes, unit)

    title = f"Difference in {result.metric.title}"
    name = ("threshold", result.threshold.factor, result.threshold.response)
    return Plot(name, title, threshold_words(result), 3.3, draw)


def save_plots(plots: Iterable[Plot], folder: Path, form: PlotFormat) -> list[Path]:
    """Write each plot to a file of its name; the folder is made if need be.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    every = list(plots)
    stems = file_stems(plot.about for plot in every)
    for plot in every:
        path = folder / f"{stems[plot.about]}.{form}"
        write_file(path, plot.content(form))
        written.append(path)
    return written


def _lines(result: ExperimentResult, response: str) -> Plot | None:
    factors = result.experiment.factors
    x_name = next((name for name, f in factors.items() if f.is_number), None)
    if result.experiment.plan.kind is not PlanKind.GRID or x_name is None:
        return None
    series: dict[str, list[Interval]] = {}
    for each in result.points:
        rest = [value_words(f, each.point.values[n]) for n, f in factors.items() if n != x_name]
        x = _x(factors[x_name], each.point.values[x_name])
        for row in each.outcome.rows:
            if row.response == response and row.variant in result.prepared.variants:
                label = ", ".join(dict.fromkeys([row.variant, *rest]))
                series.setdefault(label, []).append(_point(x, row.estimate))
    if len(series) > MOST_SERIES:
        return None

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for place, (label, points) in enumerate(series.items()):
            draw_intervals(axes, place, label, sorted(points))
        metric = result.metric(response)
        _scale_x(axes, x_name, factors[x_name])
        values = sorted({point[0] for points in series.values() for point in points})
        axes.set_xticks(values, [significant(value) for value in values])
        axes.set_ylabel(metric.title + ("" if metric.unit == "fraction" else f", {metric.unit}"))
        _finish(axes, metric.unit)

    title = f"{result.metric(response).title} against {x_name}"
    return Plot((response, "against", x_name), title, "with intervals", 3.6, draw)


def _tornado(
    result: ExperimentResult,
    effects: Sequence[FactorEffect],
    name: Words,
    title: str,
    response: str,
) -> Plot:
    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        labels = []
        for row, each in enumerate(effects):
            found = each.difference.estimate
            words = value_words(result.experiment.factors[each.factor], each.value)
            labels.append(f"{each.factor}: {words}")
            colour = look(0 if found.mean < 0 else 1).colour
            axes.barh(row, found.mean, color=colour, height=0.6)
            _interval(axes, row, found.mean, found.low, found.high)
        axes.axvline(0, color=MUTED, linewidth=0.8)
        axes.set_yticks(range(len(labels)), list(map(plot_text, labels)))
        axes.invert_yaxis()
        unit = result.metric(response).unit
        axes.set_xlabel(f"change from the scenario as it is{_in(unit)}")
        if unit == "fraction":
            axes.xaxis.set_major_formatter(SHARES)
        axes.set_title(plot_text(title))

    height = 0.9 + BAR * len(effects)
    return Plot(("tornado", *name), title, "paired differences with 95 % intervals", height, draw)


def _shares(ranked: Ranking, name: Words, title: str) -> Plot:
    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for row, each in enumerate(ranked.influences):
            axes.barh(row, each.share, color=look(0).colour, height=0.6)
            _interval(axes, row, each.share, each.share_low, each.share_high)
        names = [_with_sign(each) for each in ranked.influences]
        axes.set_yticks(range(len(names)), list(map(plot_text, names)))
        axes.invert_yaxis()
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(SHARES)
        axes.set_xlabel("share of variance that goes with the factor alone (+, −: which way)")
        axes.set_title(plot_text(title))

    height = 0.9 + BAR * len(ranked.influences)
    told = "; ".join(f"{each.factor} {each.share:.0%}" for each in ranked.influences)
    return Plot(("sensitivity", *name), title, told, height, draw)


def _with_sign(each: Influence) -> str:
    """Which way a factor pulls, where its coefficient's interval tells."""
    if each.coefficient_low > 0:
        return f"{each.factor} (+)"
    return f"{each.factor} (−)" if each.coefficient_high < 0 else each.factor


def _interval(axes: Axes, row: int, mean: float, low: float, high: float) -> None:
    if math.isfinite(high - low):
        axes.errorbar(
            mean,
            row,
            xerr=[[max(0.0, mean - low)], [max(0.0, high - mean)]],
            color=INK,
            capsize=3,
            elinewidth=1.2,
        )


def _point(x: float, found: Estimate) -> Interval:
    return x, found.mean, found.low, found.high


def _x(factor: Factor, value: object) -> float:
    shown = shown_value(factor, value)
    return float(shown) if shown is not None else math.nan


def _scale_x(axes: Axes, name: str, factor: Factor) -> None:
    if factor.scale is RangeScale.LOG:
        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
        low, high = (_x(factor, each) for each in (factor.low, factor.high))
        ticks = [low * (high / low) ** (i / 4) for i in range(5)]
        axes.set_xticks(ticks, [significant(tick, figures=2) for tick in ticks])
    axes.set_xlabel(plot_text(name) + (", s" if factor.is_duration else ""))


def _finish(axes: Axes, unit: str) -> None:
    if unit == "fraction":
        axes.yaxis.set_major_formatter(SHARES)
    handles, _ = axes.get_legend_handles_labels()
    columns = min(len(handles), 3)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=columns, borderaxespad=0.2)


def _in(unit: str) -> str:
    return f", {unit}" if unit not in ("fraction", "1") else ""
