"""A run is held against the same run without faults, simulated only where that is another one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from wfmodel.designs.faults import Fault, FaultKind
from wfmodel.experiments import Variant, run_spec
from wfmodel.experiments.run_observation import observe
from wfmodel.experiments.run_spec import Runner, RunSpec
from wfmodel.model import load_workflow
from wfmodel.simulation import Arrivals, Setting

ORDER = Path(__file__).parents[2] / "models/order-fulfilment/workflow.yaml"
CALM = Setting(arrivals=Arrivals(every="2s"), horizon="10s", convergence="1m")
CRASH = Fault(kind=FaultKind.CRASH, target="payment", at=("3s",), lasts="2s")


@pytest.mark.parametrize(("faults", "simulated"), [((), 1), ((CRASH,), 2)])
def test_a_run_without_faults_is_its_own_twin(
    faults: tuple[Fault, ...], simulated: int, monkeypatch: pytest.MonkeyPatch
):
    workflow = load_workflow(str(ORDER)).workflow
    assert workflow is not None
    runner = Runner(workflow)
    run, ran = runner.history, list[RunSpec]()

    def history(cell: RunSpec):
        ran.append(cell)
        return run(cell)

    monkeypatch.setattr(runner, "history", history)
    cell = RunSpec(Variant(design="orchestration"), replace(CALM, faults=faults), 1, 0)
    seen = runner.observation(cell)
    assert len(ran) == simulated
    assert seen.values["hurt"] == 0 or faults
    assert seen.values["fault_delay"] >= 0


def test_what_was_tabulated_for_one_run_is_given_up_before_it_is_measured(
    monkeypatch: pytest.MonkeyPatch,
):
    workflow = load_workflow(str(ORDER)).workflow
    assert workflow is not None
    cell = RunSpec(Variant(design="orchestration"), CALM, 1, 0)
    sparing, keeping = Runner(workflow), Runner(workflow)
    kept = keeping.observation(cell)
    monkeypatch.setattr(run_spec, "MOST_STATES", 10)
    monkeypatch.setattr(run_spec, "SHARED", 1_000)
    assert repr(sparing.observation(cell)) == repr(kept)
    assert keeping.table(cell.variant).size > 10
    assert sparing.table(cell.variant).size == len(sparing.table(cell.variant).names)


def test_a_run_is_as_it_was_when_it_has_been_measured():
    workflow = load_workflow(str(ORDER)).workflow
    assert workflow is not None
    history = Runner(workflow).history(RunSpec(Variant(design="orchestration"), CALM, 1, 0))
    before, seen = history.rows.tobytes(), observe(history)
    assert history.rows.tobytes() == before
    history.rows.flags.writeable = False
    assert repr(observe(history)) == repr(seen)
