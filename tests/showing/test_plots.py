"""Plots: axes of matplotlib, units on them, per cent where values are shares."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import wfmodel
from tests.showing.objects import chain, every, of_one, of_questions
from wfmodel.display import Plotted

PLOTS = [
    "history", "measurement", "counterexample", "comparison", "sweep", "story", "timeline",
    "experiment", "threshold",
]  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_is_left_open(monkeypatch):
    monkeypatch.setattr(mpl, "get_backend", lambda: "agg")
    plt.switch_backend("agg")
    yield
    plt.close("all")


def test_the_names_are_all():
    plots = [name for name, each in every().items() if isinstance(each, Plotted)]
    assert sorted(plots) == sorted(PLOTS)


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_is_axes_that_pyplot_shows(name):
    axes = every()[name].plot()
    assert isinstance(axes, Axes)
    assert axes.figure.number in plt.get_fignums()
    axes.figure.canvas.draw()


@pytest.mark.parametrize(
    "name", [name for name in PLOTS if name not in ("experiment", "threshold")]
)
def test_it_can_be_put_into_axes_of_ones_own(name):
    axes = Figure(layout="constrained").subplots()
    assert every()[name].plot(axes=axes) is axes
    assert plt.get_fignums() == []


@pytest.mark.parametrize("name", ["experiment", "threshold"])
def test_what_makes_axes_itself_says_so(name):
    with pytest.raises(ValueError, match="makes axes of its own"):
        every()[name].plot(axes=Figure().subplots())


def test_shares_are_in_per_cent_and_times_in_seconds():
    comparison = of_questions()["comparison"]
    shares = comparison.plot("committed")
    assert all(text.get_text().endswith("%") for text in ticks(shares.xaxis))
    assert shares.get_xlabel() == "Fulfilment (committed)"
    assert comparison.plot("latency_p95").get_xlabel() == "Latency, p95, s"
    latency = of_one()["measurement"].plot()
    assert latency.get_xlabel().endswith(", s")
    assert "100\N{NO-BREAK SPACE}%" in [text.get_text() for text in ticks(latency.yaxis)]
    swept = of_questions()["sweep"].plot()
    assert swept.get_xlabel() == of_questions()["sweep"].unit


def ticks(axis):
    axis.figure.canvas.draw()
    return [each for each in axis.get_ticklabels() if each.get_text()]


def test_the_variants_are_named_and_stand_at_their_values():
    comparison = of_questions()["comparison"]
    axes = comparison.plot("messages")
    assert [text.get_text() for text in axes.get_yticklabels()] == ["orchestration", "choreography"]
    drawn = [line.get_xdata()[0] for line in axes.lines if len(line.get_xdata()) == 1]
    means = [each.mean for each in comparison.metric("messages").estimates]
    assert set(means) <= {float(each) for each in drawn}


def test_what_is_undefined_says_so_where_it_would_be():
    comparison = of_questions()["comparison"]
    line = next(each for each in comparison.metrics if np.isnan(each.estimates[0].mean))
    said = [text.get_text() for text in comparison.plot(line.name).texts]
    assert said[0] == (line.reason or "undefined")


def test_recovery_is_a_curve_for_each_variant():
    axes = of_questions()["comparison"].plot("recovery")
    assert axes.get_ylabel() == "not yet recovered"
    assert "100\N{NO-BREAK SPACE}%" in [text.get_text() for text in ticks(axes.yaxis)]
    axes.set_xlim(0, 7)  # seconds, of minutes
    seen = [each for each in axes.get_xticks() if 0 <= each <= 7]
    assert len(seen) > 3, "whoever looks closer has ticks, too"


def test_latencies_end_at_the_share_that_has_a_verdict():
    measured = of_one()["measurement"]
    heights = measured.plot("latency").lines[0].get_ydata()
    assert heights[-1] == pytest.approx(len(measured.latencies_ns) / measured.instances)
    assert measured.plot("divergence").get_ylabel() == "facts in conflict"


def test_an_instance_is_chosen_by_its_number():
    history = of_one()["history"]
    assert history.plot(0).get_xlabel().startswith("time since the instance arrived")
    with pytest.raises(KeyError, match="no instance 999999; there are"):
        history.plot(999_999)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("comparison", "no metric 'nothing'; there are committed"),
        ("sweep", "no swept metric 'nothing'; there are committed"),
        ("story", "no variant 'nothing'; there are orchestration, choreography"),
        ("measurement", "no plot of a measurement 'nothing'; there are latency, divergence"),
        ("experiment", "no plot of the experiment 'nothing'; there are"),
        ("history", "no instance 'nothing'"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(name, said):
    with pytest.raises(KeyError, match=said):
        every()[name].plot("nothing")


def test_the_readers_own_settings_are_left_alone():
    before = dict(mpl.rcParams)
    of_questions()["comparison"].plot()
    assert dict(mpl.rcParams) == before


def test_a_drawing_shows_itself_without_magic():
    drawing = wfmodel.draw(chain(3))
    found = drawing._repr_mimebundle_()
    assert found["image/svg+xml"] == wfmodel.draw(chain(3))._repr_mimebundle_()["image/svg+xml"]
    assert "<svg" in found["image/svg+xml"]
    assert found["text/plain"].startswith("<Drawing size")
    assert isinstance(drawing, Figure)
