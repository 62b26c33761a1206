"""Prices and promises of a scenario: metrics as all others, verdicts by their intervals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.experiments.samples import workflow
from wfmodel.designs import Fault
from wfmodel.experiments import Scenario, answer, load_scenario, run, run_sweep, run_what_ifs
from wfmodel.experiments.comparison_data import comparison_as_data
from wfmodel.experiments.promise_verdicts import PromiseVerdict, promise_verdict, promises_of
from wfmodel.experiments.statistics import Estimate, Method
from wfmodel.metrics import Prices, Promise
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.model.units import parse_duration as d
from wfmodel.simulation import Arrivals, Setting

ORDER = Path(__file__).parents[2] / "models" / "order-fulfilment" / "workflow.yaml"
HEAD = """question: Which?
workflow: workflow.yaml
setting: {arrivals: {every: 1s}, horizon: 10s}
"""
CRASHES = Fault(kind="crash", every=Exponential(mean=d("10s")), lasts=Constant(d("3s")))
SWEEP = {"fault": "crash", "every": ["5s", "1m"], "replications": 2}
SCENARIO = Scenario(
    question="Which is cheaper?",
    setting=Setting(
        arrivals=Arrivals(every=Exponential(mean=d("1s"))), horizon=d("30s"), faults=(CRASHES,)
    ),
    prices=Prices(currency="EUR", message=0.01, half_done=20.0),
    promises={
        "easy": Promise(within=d("10m"), share=0.5),
        "hard": Promise(within=d("1ms"), share=0.5),
    },
    primary=("cost", "promise.easy"),
    replications=6,
    what_ifs=2,
    sweep=SWEEP,
)


def test_they_are_metrics_with_intervals_in_comparisons_sweeps_and_what_ifs() -> None:
    found = run(SCENARIO, workflow(), jobs=1)
    cost = found.metric("cost")
    assert cost.metric.unit == "EUR"
    assert cost.estimates[0].low < cost.estimates[0].mean < cost.estimates[0].high
    assert cost.baseline[0].mean + cost.added[0].mean == pytest.approx(cost.estimates[0].mean)
    assert cost.winner == 1  # fewer messages
    assert found.metric("promise.hard").estimates[0].mean == 0
    swept = run_sweep(SCENARIO, workflow(), jobs=1)
    assert swept is not None
    assert set(swept.estimates) == {"cost", "promise.easy"}
    assert all(each.mean > 0 for row in swept.estimates["cost"] for each in row)
    assert all(len(each.lines) == 2 for each in run_what_ifs(found, jobs=1))


def test_a_what_if_may_take_the_fault_away_that_a_sweep_is_about() -> None:
    mine = replace(CRASHES, target="orchestrator")
    swept = {**SWEEP, "target": "orchestrator"}
    setting = replace(SCENARIO.setting, faults=(CRASHES, mine), horizon=d("5s"))
    scenario = replace(SCENARIO, setting=setting, sweep=swept, replications=2)
    changed = {
        each.what_if.words for each in run_what_ifs(run(scenario, workflow(), jobs=1), jobs=1)
    }
    assert "the orchestrator never fails" in changed


def test_a_sweep_of_them_is_a_table_with_the_unit_of_each() -> None:
    swept = run_sweep(SCENARIO, workflow(), jobs=1)
    assert swept is not None
    frame = swept.to_frame("polars")
    assert frame.to_dict(as_series=False) == swept.to_arrow().to_pydict()
    units = {"cost": "EUR", "promise.easy": "fraction"}
    expected = [
        (metric, name, value, units[metric], found.mean, found.low, found.high)
        for metric, rows in swept.estimates.items()
        for name, row in zip(swept.variants, rows, strict=True)
        for value, found in zip(swept.values, row, strict=True)
    ]
    columns = ("metric", "variant", "value", "unit", "mean", "low", "high")
    assert frame.select(columns).rows() == expected
    assert len(expected) == 2 * 2 * 2


def test_verdicts_are_told_and_are_data() -> None:
    found = run(SCENARIO, workflow(), jobs=1)
    verdicts = {(each.name, each.variant): str(each.verdict) for each in promises_of(found)}
    assert verdicts == {
        ("easy", "orchestration"): "met",
        ("easy", "choreography"): "met",
        ("hard", "orchestration"): "not met",
        ("hard", "choreography"): "not met",
    }
    points = " ".join(answer(found).points)
    assert "Promise hard, 50\xa0% done within 1\xa0ms: orchestration not met (0\xa0%" in points
    data = comparison_as_data(found)
    assert [each["verdict"] for each in data["promises"]] == ["met", "met", "not met", "not met"]
    assert {each["group"] for each in data["assumptions"]} >= {"Money and promises"}


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.99, 1.0, PromiseVerdict.MET),
        (0.98, 1.0, PromiseVerdict.UNDECIDED),
        (0.9, 0.9899, PromiseVerdict.NOT_MET),
        (0.9, 0.99, PromiseVerdict.UNDECIDED),
    ],
)
def test_a_verdict_is_that_of_the_interval(
    low: float, high: float, verdict: PromiseVerdict
) -> None:
    share = Estimate((low + high) / 2, low, high, 20, 0, Method.BINOMIAL)
    assert promise_verdict(Promise(within=1, share=0.99), share) is verdict


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prices: {message: 1}\n", "key 'currency' of 'prices' is missing"),
        ("prices: {currency: EUR, message: -1}\n", "4:34 "),
        ("prices: {currency: EUR, mesage: 1}\n", "did you mean 'message'?"),
        ("promises: {fast: {within: 0s, share: 0.9}}\n", "4:27 "),
        ("promises: {fast: {within: 1s, share: 99}}\n", "4:38 "),
        ("promises: {'a b': {within: 1s, share: 0.9}}\n", "4:19 "),
        ("primary: [promise.fast]\n", "4:11 E105 unknown metric 'promise.fast'"),
        (
            "promises: {fast: {within: 1s, share: 0.9}}\nprimary: [promise.fats]\n",
            "did you mean 'promise.fast'?",
        ),
        ("primary: [cost]\n", "4:11 E105 unknown metric 'cost'"),
    ],
)
def test_what_cannot_be_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "workflow.yaml").write_text(ORDER.read_text(encoding="utf-8"), encoding="utf-8")
    loaded = load_scenario(tmp_path / "scenario.yaml", HEAD + text)
    lines = [f"{each.span} {each.code} {each.message} {each.help}" for each in loaded.findings]
    assert not loaded.is_runnable
    assert any(said in line for line in lines), lines
