"""What notebooks hand over by mistake, and what they mean well: the workflow in what was loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

import wfmodel

MODEL = Path(__file__).parents[2] / "models" / "order-fulfilment"
WORKFLOW, SCENARIO = str(MODEL / "workflow.yaml"), str(MODEL / "scenario.yaml")


@pytest.fixture(scope="module")
def loaded():
    return wfmodel.load(WORKFLOW)


def test_what_was_loaded_stands_for_its_workflow(loaded):
    flow = loaded.workflow
    assert repr(wfmodel.orchestrate(loaded)) == repr(wfmodel.orchestrate(flow))
    assert repr(wfmodel.choreograph(loaded)) == repr(wfmodel.choreograph(flow))
    assert wfmodel.build(loaded, "choreography").design == "choreography"
    assert wfmodel.mermaid(loaded) == wfmodel.mermaid(flow)
    assert wfmodel.draw(loaded).as_svg() == wfmodel.draw(flow).as_svg()
    assert wfmodel.inspect(loaded).workflow is flow
    assert wfmodel.explore(loaded, design="choreography").holds


OTHERWISE = [
    (wfmodel.load, (None,), "load takes the path of a file; got nothing"),
    (wfmodel.load, ({"name": "x"},), "load takes the path of a file; got dict"),
    (wfmodel.check, ("x.yaml",), "check takes a Workflow, .*; got str .wfmodel.load reads a file"),
    (wfmodel.orchestrate, ("x.yaml",), "takes a Workflow, or what wfmodel.load gave; got str"),
    (wfmodel.draw, (Path("x.yaml"),), "draw takes a Workflow, .*wfmodel.load reads a file"),
    (wfmodel.explore, ("x.yaml",), "explore takes a System or a Workflow; got str"),
    (wfmodel.simulate, (1, 2), "simulate takes a System .wfmodel.orchestrate and choreograph"),
    (wfmodel.measure, (5,), "measure takes a History .wfmodel.simulate gives one.; got int"),
    (wfmodel.compare, (5,), "this takes a scenario: its file, what load_scenario gave"),
    (wfmodel.explorer, (5,), "this takes a scenario: its file, what load_scenario gave"),
]


@pytest.mark.parametrize(("asked", "given", "said"), OTHERWISE)
def test_what_is_of_another_kind_is_named(asked, given, said):
    with pytest.raises(TypeError, match=said):
        asked(*given)


def test_a_setting_is_asked_for_by_name(loaded):
    with pytest.raises(TypeError, match=r"simulate takes a Setting .*; got int"):
        wfmodel.simulate(wfmodel.orchestrate(loaded), 5)


def test_a_scenario_for_a_workflow_and_a_workflow_for_a_scenario_are_recognised():
    with pytest.raises(wfmodel.LoadError, match=r"scenario.yaml:1:1 .*load_scenario reads"):
        wfmodel.load(SCENARIO)
    with pytest.raises(wfmodel.LoadError, match=r"workflow.yaml:1:1 .*init --for writes"):
        wfmodel.compare(WORKFLOW)


def test_nothing_loaded_is_no_workflow():
    with pytest.raises(ValueError, match="draw: no workflow was loaded"):
        wfmodel.draw(wfmodel.load("x.yaml", text="name: x", strict=False))
