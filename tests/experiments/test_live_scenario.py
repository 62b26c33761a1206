"""A scenario that is turned by hand: the same run, but for what was turned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from wfmodel.experiments import load_scenario
from wfmodel.experiments.live_scenario import LiveScenario
from wfmodel.experiments.run_spec import Runner, RunSpec
from wfmodel.experiments.scenario import Variant
from wfmodel.experiments.walkthrough import OnNow

MODEL = Path(__file__).parents[2] / "models" / "order-fulfilment" / "scenario.yaml"


@pytest.fixture
def live() -> LiveScenario:
    loaded = load_scenario(MODEL)
    assert loaded.scenario is not None
    assert loaded.workflow is not None
    setting = replace(loaded.scenario.setting, horizon=120 * 10**9)
    return LiveScenario(replace(loaded.scenario, setting=setting), loaded.workflow)


def dial(live: LiveScenario, title: str) -> int:
    [place] = [place for place, each in enumerate(live.dials) if each.title == title]
    return place


def test_the_answer_is_that_of_the_scenario(live):
    found = live.answer()
    for name, variant in live.scenario.variants_by_name().items():
        scenario = live.scenario
        cell = RunSpec(variant, scenario.setting, scenario.seed, 0, terms=scenario.terms)
        assert found.of(name).values == Runner(live.workflow).observation(cell).values


def test_a_dial_multiplies_and_goes_back(live):
    before = live.answer()
    live.turn(dial(live, "time between two crashes of *"), 0.25)
    assert live.scenario.setting.faults[0].every.mean_ns() == pytest.approx(75e9)
    assert live.answer() != before
    live.turn(dial(live, "time between two crashes of *"), 1.0)
    assert live.answer() == before


def test_dials_of_the_workflow_and_of_knobs_reach_every_variant(live):
    live.turn(dial(live, "time-out of ship"), 2.0)
    assert live.workflow.states["ship"].timeout == 10 * 10**9
    live.turn(dial(live, "redelivery time-out"), 0.5)
    knobs = [each.knobs for each in live.scenario.variants_by_name().values()]
    assert [each.redelivery_timeout for each in knobs] == [15 * 10**9] * 2


def test_a_knob_has_a_dial_where_some_variant_is_moved_by_it(live):
    knobs = replace(live.scenario.knobs, persistence="memory", replicas={}, lease=None)
    both = {
        "forgets": Variant(design="orchestration", knobs=knobs),
        "stores": Variant(design="orchestration", knobs=replace(knobs, persistence="log")),
    }
    for names, dials in (("forgets",), set()), (("forgets", "stores"), {"time between flushes"}):
        variants = {name: both[name] for name in names}
        scenario = replace(live.scenario, knobs=knobs, variants=variants)
        shown = {each.title for each in LiveScenario(scenario, live.workflow).dials}
        assert shown & {"commit", "time between flushes"} == dials


def test_replicas_are_counted_for_those_who_can_have_them(live):
    knobs = replace(live.scenario.knobs, replicas={"*": 2, "payment": 3})
    forgets = replace(knobs, persistence="memory", lease=None, replicas={})
    variants = {
        "kept": Variant(design="orchestration", knobs=knobs),
        "forgets": Variant(design="choreography", knobs=forgets),
    }
    scenario = replace(live.scenario, variants=variants, compare=None, primary=("committed",))
    counted = LiveScenario(scenario, live.workflow)
    dials = {each.title.removeprefix("replicas of "): each for each in counted.dials if each.count}
    assert {name: each.count for name, each in dials.items()} == {
        "orchestrator": 2,
        "each service": 2,
        "payment": 3,
    }
    before = counted.answer()
    counted.turn(dial(counted, "replicas of each service"), 0.5)
    counted.turn(dial(counted, "replicas of orchestrator"), 2.0)
    now = counted.scenario.variants_by_name()
    assert now["kept"].knobs.replicas == {"*": 2, "payment": 3, "services": 1, "orchestrator": 4}
    assert now["forgets"] == variants["forgets"]
    answer = counted.answer()
    assert answer.of("kept") != before.of("kept")
    assert answer.of("forgets") == before.of("forgets")


def test_every_dial_can_be_turned(live):
    for place, each in enumerate(live.dials):
        live.turn(place, min(2.0, each.most))
        live.turn(place, 0.5)


def test_an_injected_fault_strikes_and_is_taken_back(live):
    before = live.answer()
    live.strike("crash", "orchestrator", at="5s", lasts="30s")
    struck = live.answer()
    assert struck.of("choreography") == before.of("choreography"), "it has no orchestrator"
    assert (
        struck.of("orchestration").values["fault_delay"]
        > before.of("orchestration").values["fault_delay"]
    )
    walk = live.walks(3)["orchestration"]  # arrives at 6 s, when it is down already
    down = OnNow(walk.participants.index("orchestrator"), "crash")
    [back] = [n for n, step in enumerate(walk.steps) if step.what == "fault ends: crash"]
    assert [down in step.moment.faults for step in walk.steps] == [
        n < back for n in range(len(walk.steps))
    ]
    live.reset()
    assert live.answer() == before


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (("crash", "paymnt", "1m", "1s"), "did you mean 'payment'?"),
        (("crsh", "payment", "1m", "1s"), "kind"),
        (("crash", "payment", "soon", "1s"), "soon"),
    ],
)
def test_a_fault_that_cannot_be_is_refused_and_changes_nothing(live, fault, said):
    before = live.scenario
    with pytest.raises(ValueError, match=said):
        live.strike(*fault)
    assert live.scenario == before


def test_a_multiple_beyond_the_range_is_refused(live):
    with pytest.raises(ValueError, match=r"time between arrivals: a multiple from 0.0625 to 16"):
        live.turn(0, 17.0)
