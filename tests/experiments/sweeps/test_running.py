"""An experiment as a whole: the same draws in every cell, one cell for equal points."""

from __future__ import annotations

import pytest

from tests.experiments.samples import workflow
from tests.experiments.sweeps.declared import FACTORS, declared
from wfmodel.experiments.experiment import Factor, PlanSpec
from wfmodel.experiments.factorial.executors import InProcess
from wfmodel.experiments.factorial.experiment_runs import ExperimentError, prepare, run_experiment
from wfmodel.experiments.factorial.results_data import sensitivity_keys
from wfmodel.experiments.factorial.sensitivity import tornado
from wfmodel.metrics import Prices, Promise
from wfmodel.model.units import parse_duration as d
from wfmodel.reports.sweep_tables import response_tables

DESIGN = Factor(path="design", levels=("orchestration", "choreography"))


def run(**changes: object):
    return run_experiment(declared(**changes), workflow(), executor=InProcess())


def test_a_cell_gives_what_the_comparison_of_its_scenario_gives():
    from dataclasses import replace

    from wfmodel.experiments import run as compare
    from wfmodel.experiments.factorial.experiment_runs import setup_at

    result = run()
    each = result.points[3]
    setup = setup_at(declared(), workflow(), each.point)
    found = compare(replace(setup.scenario, replications=3), setup.workflow, jobs=1)
    line = found.metric("latency_p95")
    assert line.estimates == tuple(
        each.outcome.row("latency_p95", name).estimate for name in ("orchestration", "choreography")
    )
    assert line.difference is not None
    gap = each.outcome.row("latency_p95", "choreography - orchestration")
    assert gap.estimate == line.difference.estimate


def test_a_factor_that_changes_nothing_changes_no_draw():
    """Common random numbers: what a factor does not touch is the same in every cell."""
    factors = {"unused": Factor(path="knobs.flush_interval", levels=("1s", "2s"))}
    first, second = run(factors=factors).points
    assert first.outcome.key != second.outcome.key
    assert repr(first.outcome.rows) == repr(second.outcome.rows)


def test_points_that_come_to_the_same_scenario_share_a_cell():
    factors = {"delay": Factor(path="knobs.relay_delay", levels=("1s", "1000ms", "2s"))}
    prepared = prepare(declared(factors=factors), workflow())
    assert len(prepared.points) == 3
    assert len(prepared.works) == 2
    assert prepared.keys[0] == prepared.keys[1] != prepared.keys[2]


@pytest.mark.parametrize("plan", ["grid", "one-at-a-time"])
def test_a_design_as_a_factor_gives_the_variant_of_that_design(plan):
    together = run(plan=PlanSpec(kind=plan, levels=2))
    apart = run(factors={"design": DESIGN, **FACTORS}, plan=PlanSpec(kind=plan, levels=2))
    assert sensitivity_keys(apart) == (("lost", "system"), ("latency_p95", "system"))
    rows = {
        repr(each.outcome.row("latency_p95", name).values)
        for each in together.points
        for name in ("orchestration", "choreography")
    }
    found = {repr(each.outcome.row("latency_p95", "system").values) for each in apart.points}
    assert found <= rows
    if plan == "grid":
        assert found == rows
    else:
        effects = tornado(apart, "latency_p95", "system")
        assert {each.factor for each in effects} == {"design", *FACTORS}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"responses": ("lots",)}, "no metric 'lots'; did you mean 'lost'"),
        ({"factors": {"a": Factor(path="knobs.nope", levels=(1, 2))}}, "factor 'a': path"),
        (
            {"plan": PlanSpec(levels=1000), "factors": dict.fromkeys("ab", FACTORS["crashes"])},
            "points",
        ),
    ],
)
def test_what_cannot_be_run_is_said_before_anything_is(changes, message):
    with pytest.raises(ExperimentError, match=message):
        prepare(declared(**changes), workflow())


def test_a_difference_that_is_smaller_than_matters_is_marked():
    from dataclasses import replace

    base = declared(responses=("messages",))
    for least, marked in ((1e-9, False), (1e9, True)):
        scenario = replace(base, relevant={"messages": least})
        result = run_experiment(scenario, workflow(), executor=InProcess())
        small = [result.is_small(each, "messages") for each in result.points]
        assert small == [marked] * len(small)
        [table] = response_tables(result)
        assert any("≈" in cell for row in table.rows for cell in row) is marked


def test_money_and_promises_can_be_responses():
    from dataclasses import replace

    prices, promise = Prices(currency="EUR", message=1.0), Promise(within=d("10s"), share=0.9)
    base = replace(declared(), prices=prices, promises={"quick": promise})
    assert base.experiment is not None
    asked = replace(base.experiment, responses=("cost", "promise.quick"))
    result = run_experiment(replace(base, experiment=asked), workflow(), executor=InProcess())
    for each in result.points:
        assert each.outcome.row("cost", "orchestration").estimate.mean > 0
        assert 0 <= each.outcome.row("promise.quick", "choreography").estimate.mean <= 1
