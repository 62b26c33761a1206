"""What the surface sweeps, solves and estimates is what the packages below do, under one way in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import wfmodel
from wfmodel.designs import Fault, Knobs
from wfmodel.experiments.experiment import Experiment, Factor, Threshold
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.model.workflow import Final, Task, Workflow
from wfmodel.simulation import Arrivals, Setting

MODELS = Path(__file__).parents[2] / "models"


def mean(text: str) -> Exponential:
    return Exponential(mean=text)


TWO_STEPS = Workflow(
    name="two-steps",
    initial="pick",
    states={
        "pick": Task(service="store", duration=mean("2s"), idempotent=True, next="send"),
        "send": Task(service="post", duration=mean("1s"), idempotent=True, next="done"),
        "done": Final(),
    },
)
CRASHES = Fault(kind="crash", target="store", every=mean("1m"), lasts=mean("2s"))
SCENARIO = wfmodel.Scenario(
    question="Which is faster?",
    setting=Setting(
        arrivals=Arrivals(at=("1s",)), horizon="2m", network=mean("50ms"), faults=(CRASHES,)
    ),
    knobs=Knobs(commit=mean("1ms"), delivery="at-most-once"),
    experiment=Experiment(
        factors={"network": Factor(path="setting.network", low="10ms", high="1s")},
        responses=("latency_mean",),
        replications=3,
        plan={"kind": "grid", "levels": 2},
        threshold=Threshold(
            factor="network", response="latency_mean", tolerance=0.4, points=2, first=4, most=8
        ),
    ),
)


def test_a_sweep_has_every_point_of_the_plan_and_is_the_same_again():
    found = wfmodel.sweep(SCENARIO, TWO_STEPS, jobs=1)
    means = [
        each.outcome.row("latency_mean", "orchestration").estimate.mean for each in found.points
    ]
    assert len(means) == 2
    assert means[0] < means[1]
    assert repr(wfmodel.sweep(SCENARIO, TWO_STEPS, jobs=1)) == repr(found)


def test_a_threshold_is_searched():
    found = wfmodel.threshold(SCENARIO, TWO_STEPS, jobs=1)
    assert found.pair == ("orchestration", "choreography")
    assert len(found.tried) >= 2


def test_an_exact_answer_by_variant():
    quiet = replace(SCENARIO, setting=replace(SCENARIO.setting, faults=()))
    central, spread = wfmodel.exact(quiet, TWO_STEPS, within="10s")
    assert (central.variant, spread.variant) == ("orchestration", "choreography")
    # Two steps; the arrival, two commands and two answers on the network; seven commits.
    expected = 2 + 1 + 5 * 0.05 + 7 * 0.001
    assert central.value("latency_mean") == pytest.approx(expected)
    assert 0.9 < spread.value("verdict_within") < 1


def test_what_is_rare_is_estimated_and_solved():
    found = wfmodel.rare(SCENARIO, TWO_STEPS, walks=100, repetitions=10)
    one = found[1]
    assert one.exactly is not None
    assert one.estimate is not None
    assert one.estimate.low <= one.exactly <= one.estimate.high
    assert str(one).startswith("choreography: lost 0.0")
    again = wfmodel.rare(SCENARIO, TWO_STEPS, walks=100, repetitions=10)
    assert [each.words() for each in again] == [each.words() for each in found]


def test_what_cannot_happen_is_said():
    careful = replace(SCENARIO, knobs=Knobs(commit=mean("1ms"), redelivery_timeout="1s"))
    found = wfmodel.rare(
        replace(careful, setting=replace(careful.setting, faults=())),
        TWO_STEPS,
        walks=10,
        repetitions=2,
    )
    assert [each.is_possible for each in found] == [False, False]
    assert str(found[0]) == "orchestration: lost cannot happen"
    assert found[0].estimate is None


def test_each_takes_a_scenarios_file():
    file = MODELS / "stories" / "lost-transactions" / "scenario.yaml"
    with pytest.raises(ValueError, match="declares no experiment"):
        wfmodel.sweep(file, jobs=1)
    with pytest.raises(ValueError, match="declares no threshold"):
        wfmodel.threshold(wfmodel.load_scenario(file), jobs=1)
    with pytest.raises(ValueError, match="exponential"):
        wfmodel.exact(file)
    with pytest.raises(ValueError, match="no end 'late'"):
        wfmodel.rare(file, event="late")
    with pytest.raises(ValueError, match="needs the workflow beside a Scenario"):
        wfmodel.exact(SCENARIO)


def test_constants_take_stages():
    send = replace(TWO_STEPS.states["send"], duration=Constant(10**9))
    fixed = replace(TWO_STEPS, states={**TWO_STEPS.states, "send": send})
    with pytest.raises(ValueError, match="send"):
        wfmodel.exact(SCENARIO, fixed)
    assert all(each.approximated for each in wfmodel.exact(SCENARIO, fixed, stages=2))
