"""What the picture of one instance shows: who waits for what, and words that can be read."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path

import pytest

from wfmodel.cli.scenarios import runnable
from wfmodel.experiments.example_instance import Story, tell
from wfmodel.experiments.timeline import MarkKind
from wfmodel.reports.label_places import Label, Spot, put_labels
from wfmodel.reports.style import new_figure, styled
from wfmodel.reports.swimlane import swimlane
from wfmodel.reports.timescale import TimeScale
from wfmodel.wording.figures import between

MODELS = Path(__file__).parents[2] / "models"


def story_of(model: str) -> Story:
    _, scenario, workflow = runnable(str(MODELS / model / "scenario.yaml"))
    return tell(scenario, workflow)


@pytest.fixture(scope="module")
def approval() -> Story:
    return story_of("loan-approval")


def test_an_approval_is_waited_for_until_it_comes_or_a_crash_forgets_it(approval: Story):
    waits = {
        name: [(bar.label, bar.lost) for bar in told.bars if bar.waiting]
        for name, told in approval.timelines.items()
    }
    assert waits["memory"] == [("ask-a-person: forgotten", True)]
    assert waits["database"] == [("ask-a-person: time-out", False)]  # of three days


def test_a_wait_goes_on_through_crashes_that_do_not_forget_it(approval: Story):
    told = approval.timelines["database"]
    [wait] = [bar for bar in told.bars if bar.waiting]
    inside = [band for band in told.bands if wait.start_ns < band.start_ns < wait.end_ns]
    assert len(inside) == 3
    assert MarkKind.TIMER in {mark.kind for mark in told.marks if mark.at_ns == wait.end_ns}


def test_the_picture_names_what_is_waited_for(approval: Story):
    drawn = swimlane(approval.timelines["memory"], name="story", title="memory")
    assert "ask-a-person: forgotten" in drawn.svg
    assert "waits (event or timer)" in drawn.svg


def test_timers_are_bars_with_the_step_they_belong_to():
    told = story_of("subscription-renewal").timelines["orchestration"]
    waits = [bar for bar in told.bars if bar.waiting]
    assert {bar.label for bar in waits} == {"one-day: time is over"}
    assert all(bar.end_ns - bar.start_ns >= 86_400 * 10**9 for bar in waits)


def test_no_label_stands_over_another_and_what_has_no_room_is_told():
    with styled():
        figure = new_figure(1.5)
        axes = figure.subplots()
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        places = (Spot(0.5, 0.5), Spot(0.5, 0.8))
        crowd = [Label(f"label number {each}", places, {"fontsize": 8}) for each in range(3)]
        assert put_labels(figure, axes, crowd) == ("label number 2",)
        boxes = [text.get_window_extent() for text in axes.texts]
    assert len(boxes) == 2
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))


def test_times_below_the_axis_keep_apart_and_each_is_told_once():
    minutes = [0, 1829, 1926, 2058, 2190, 2196, 2197, 2202, 2220]
    instants = [second * 10**9 for second in minutes]
    ticks = TimeScale(instants).ticks((), character=0.0135)
    assert len({text for _, text in ticks}) == len(ticks) > 3
    for (left, one), (right, other) in pairwise(ticks):
        assert right - left > 0.0135 * (len(one) + len(other)) / 2


def test_a_bound_that_is_dust_beside_the_other_is_none():
    assert between(2.2e-308, 0.00634, "fraction") == "0 to 0.634\xa0%"
