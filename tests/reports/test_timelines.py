"""What the picture of one instance shows: who waits for what, and words that can be read."""

from __future__ import annotations

import json
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from wfmodel.cli.scenarios import runnable
from wfmodel.designs import Fault, orchestrate
from wfmodel.experiments.example_instance import Story, tell
from wfmodel.experiments.timeline import MarkKind, Timeline, timeline
from wfmodel.model import load_workflow
from wfmodel.model.workflow import Workflow
from wfmodel.reports.label_places import Label, Obstacles, Spot, put_labels
from wfmodel.reports.style import new_figure, styled
from wfmodel.reports.swimlane import swimlane
from wfmodel.reports.swimlane_excerpt import MOST_SHAPES, excerpt, excerpt_words
from wfmodel.reports.timescale import TimeScale
from wfmodel.simulation import Arrivals, Setting, simulate
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
        assert put_labels(figure, axes, crowd, Obstacles()) == ("label number 2",)
        boxes = [text.get_window_extent() for text in axes.texts]
    assert len(boxes) == 2
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))


def test_a_label_lies_where_least_is_below_it_and_else_on_a_ground():
    with styled():
        figure = new_figure(1.5)
        axes = figure.subplots()
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        met = Obstacles(lines=[((0, 0.55), (1, 0.55))], marks=[((0.505, 0.85), 5.0)])
        met.box((0.1, 0.0), (0.9, 0.25))
        free, crossed, marked = Spot(0.5, 0.3), Spot(0.5, 0.5), Spot(0.5, 0.8)
        put_labels(figure, axes, [Label("a", (marked, crossed, free), {"fontsize": 8})], met)
        put_labels(figure, axes, [Label("b", (marked, crossed), {"fontsize": 8})], met)
        clear, ground = axes.texts
    assert (clear.get_position(), clear.get_bbox_patch()) == ((0.5, 0.3), None)
    assert ground.get_position() == (0.5, 0.5)  # a line is rather crossed than a mark hidden
    assert ground.get_bbox_patch() is not None


LONG = 300
TASK = {"kind": "task", "duration": "2ms"}


def long_flow() -> Workflow:
    """Two services in turns, longer than any picture."""
    states = {
        f"s{i}": {"kind": "task", "service": "ab"[i % 2], "duration": "2ms", "next": f"s{i + 1}"}
        for i in range(LONG)
    }
    flow = {"name": "c", "initial": "s0", "states": {**states, f"s{LONG}": {"kind": "final"}}}
    workflow = load_workflow("c.json", json.dumps(flow)).workflow
    assert workflow is not None
    return workflow


@pytest.fixture(scope="module")
def crashed() -> Timeline:
    """A long instance, into whose middle a crash falls."""
    crash = Fault(kind="crash", target="b", at=("1500ms",), lasts="1s")
    setting = Setting(arrivals=Arrivals(at=(0,)), horizon=10**10, faults=(crash,))
    return timeline(simulate(orchestrate(long_flow()), setting, engine="simpy"), 0)


def test_of_a_long_instance_what_is_about_its_first_fault_is_drawn(crashed: Timeline):
    drawn = excerpt(crashed)
    shapes = len(drawn.bars) + len(drawn.arrows) + len(drawn.marks)
    assert MOST_SHAPES <= shapes < MOST_SHAPES + 10  # of one instant, all
    assert drawn.bands == crashed.bands
    [band] = drawn.bands
    starts = sorted(each.start_ns for each in drawn.bars)
    assert starts[0] < band.start_ns < starts[-1]
    assert (drawn.start_ns, drawn.end_ns) == (crashed.start_ns, crashed.end_ns)
    assert "around its first fault are drawn" in swimlane(crashed, name="s", title="t").description


def test_a_short_instance_is_drawn_whole(approval: Story):
    told = approval.timelines["memory"]
    assert excerpt(told) is told
    assert excerpt_words(told) == ""


def test_times_below_the_axis_keep_apart_and_each_is_told_once():
    minutes = [0, 1829, 1926, 2058, 2190, 2196, 2197, 2202, 2220]
    instants = [second * 10**9 for second in minutes]
    ticks = TimeScale(instants).ticks((), character=0.0135)
    assert len({text for _, text in ticks}) == len(ticks) > 3
    for (left, one), (right, other) in pairwise(ticks):
        assert right - left > 0.0135 * (len(one) + len(other)) / 2


def test_a_bound_that_is_dust_beside_the_other_is_none():
    assert between(2.2e-308, 0.00634, "fraction") == "0 to 0.634\xa0%"
