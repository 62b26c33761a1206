"""Which part of the values a plot shows."""

from __future__ import annotations

import math
import re

from hypothesis import given
from hypothesis import strategies as st

from wfmodel.reports import plots
from wfmodel.reports.dark_colours import dark, dark_style, follow
from wfmodel.reports.value_axis import focus

SHARES = st.floats(0, 1)
POINTS = st.lists(
    st.tuples(SHARES, SHARES, SHARES).map(sorted).map(lambda p: (p[1], p[0], p[2])), min_size=1
)


@given(POINTS)
def test_every_mean_is_shown_and_no_share_beyond_0_and_1(points):
    bottom, top = focus(points, share=True)
    assert bottom < top
    for mean, _, _ in points:
        assert bottom - 1e-9 <= mean <= top + 1e-9


def test_one_long_interval_leaves_the_means_a_third_of_the_height():
    points = [(0.90, 0.89, 0.91), (0.80, 0.79, 0.81), (0.85, 0.0, 1.0)]
    bottom, top = focus(points, share=True)
    assert (0.90 - 0.80) / (top - bottom) >= 1 / 3 - 1e-9


def swept(*points: tuple[float, float, float, float]) -> plots.Picture:
    return plots.sweep(
        {"one": points}, name="s", x_label="rate", y_label="share", unit="fraction",
        logarithmic=False,
    )  # fmt: skip


def ticks(svg: str) -> list[str]:
    return re.findall(r">\s*([\d.]+ %)\s*<", svg.replace("\u00a0", " "))


def test_where_all_is_100_per_cent_there_is_a_tick_and_none_beyond():
    drawn = swept((1, 1.0, math.nan, math.nan), (2, 1.0, math.nan, math.nan))
    assert ticks(drawn.svg)[-1] == "100 %"
    assert not any(float(each.removesuffix(" %")) > 100 for each in ticks(drawn.svg))


def test_an_interval_that_goes_on_beyond_the_axis_is_told():
    drawn = swept((1, 0.9, 0.89, 0.91), (2, 0.8, 0.79, 0.81), (3, 0.85, 0.0, 1.0))
    assert "goes on beyond the axis" in drawn.description
    assert "beyond" not in swept((1, 0.9, 0.89, 0.91), (2, 0.8, 0.79, 0.81)).description


def test_pictures_follow_the_dark_and_text_that_looks_like_a_colour_stays():
    svg = '<svg aria-label="it: #0072b2x"><path style="fill: #0072b2"/><text>: #0072b2</text></svg>'
    themed = follow(svg)
    assert 'style="fill: var(--c-0072b2, #0072b2)"' in themed
    assert "<text>: #0072b2</text>" in themed
    assert f"--c-0072b2: {dark('#0072b2')};" in dark_style([svg])
