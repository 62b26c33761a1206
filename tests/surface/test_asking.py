"""Exploring and comparing take what is at hand, and refuse what would have no effect."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import wfmodel
from tests.exploration.worlds import two_phase_commit
from wfmodel.designs import Hybrid, Knobs
from wfmodel.experiments import run
from wfmodel.experiments.explored_variant import explore_variant
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.properties import STANDARD, Never, Predicate

MODELS = Path(__file__).parents[2] / "models"
STORY = MODELS / "stories" / "lost-transactions"
ORDER = wfmodel.load(MODELS / "order-fulfilment" / "workflow.yaml").workflow
CRASH = FaultBudget(crashes=1)


def test_a_workflow_is_explored_in_the_design_that_is_named():
    found = wfmodel.explore(
        ORDER, CRASH, design="choreography", knobs=Knobs(delivery="at-most-once")
    )
    system = wfmodel.choreograph(ORDER, Knobs(delivery="at-most-once"))
    same = explore_variant("choreography", system, CRASH, STANDARD, limit=1_000_000)
    assert str(found) == str(same)
    assert [each.word for each in found.asked] == [each.word for each in same.asked]
    assert found.violated
    told = "never lost: violated, in 8 steps; in 3 where its start is lost"
    assert str(found).splitlines()[1] == told


def test_a_workflow_is_explored_orchestrated_if_nothing_is_said():
    found = wfmodel.explore(ORDER)
    assert found.name == found.system.design == "orchestration"
    assert found.holds


def test_a_system_is_explored_as_it_is():
    found = wfmodel.explore(two_phase_commit(3), properties="no: deadlock")
    assert (found.name, found.asked[0].word) == ("two-phase-commit", "holds")


def test_a_limit_is_told():
    assert not wfmodel.explore(ORDER, limit=5, properties=["no: deadlock"]).bounds.complete


def test_of_several_instances_the_claims_are_about_several():
    small = wfmodel.load("small.yaml", text=SMALL).workflow
    found = wfmodel.explore(small, FaultBudget(losses=1), instances=2)
    assert found.asked[0].claim.startswith("at_most: 0 ")


SMALL = """
name: small
initial: a
states:
  a: {kind: task, service: s, duration: 1ms, idempotent: true, next: b}
  b: {kind: final, outcome: succeeded}
"""


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"design": "choreography"}, "design 'choreography' given, and the system is built"),
        ({"knobs": Knobs()}, "knobs given, and the system is built already: orchestration"),
        ({"properties": ["nevr: x"]}, "nevr"),
    ],
)
def test_what_would_have_no_effect_is_refused(given, words):
    with pytest.raises(ValueError, match=words):
        wfmodel.explore(wfmodel.orchestrate(ORDER), **given)


def test_what_cannot_be_explored_is_named():
    with pytest.raises(TypeError, match="takes a System or a Workflow; got dict"):
        wfmodel.explore({"name": "small"})
    with pytest.raises(ValueError, match="'hybrid'"):
        wfmodel.explore(ORDER, design="hybrid")
    with pytest.raises(ValueError, match="no group"):
        wfmodel.explore(ORDER, design=Hybrid(groups={"all": ("reserve-stock",)}))


def test_a_comparison_takes_a_file_what_was_loaded_and_a_scenario():
    loaded = wfmodel.load_scenario(STORY / "scenario.yaml")
    small = replace(loaded.scenario, replications=2)
    shorter = replace(loaded, scenario=small)
    beside = wfmodel.compare(small, loaded.workflow, jobs=1)
    assert repr(beside) == repr(wfmodel.compare(shorter, jobs=1))
    assert repr(beside) == repr(run(small, loaded.workflow, jobs=1))


def test_a_comparison_reads_a_scenarios_file(tmp_path):
    text = (STORY / "scenario.yaml").read_text(encoding="utf-8")
    assert "replications:" in text
    few = "\n".join(
        "replications: 2" if line.startswith("replications:") else line
        for line in text.splitlines()
    )
    (tmp_path / "scenario.yaml").write_text(few, encoding="utf-8")
    workflow = (STORY / "workflow.yaml").read_bytes()
    (tmp_path / "workflow.yaml").write_bytes(workflow)
    result = wfmodel.compare(str(tmp_path / "scenario.yaml"), jobs=1)
    assert result.scenario.replications == 2
    assert result.metric("lost").difference is not None


def test_a_workflow_that_is_missing_or_given_twice_is_refused():
    loaded = wfmodel.load_scenario(STORY / "scenario.yaml")
    with pytest.raises(ValueError, match="needs the workflow beside a Scenario"):
        wfmodel.compare(loaded.scenario)
    with pytest.raises(ValueError, match="which names its own"):
        wfmodel.compare(STORY / "scenario.yaml", loaded.workflow)


def test_a_property_is_asked_as_well_as_its_text():
    money = Predicate("charged", lambda seen: seen.standing("charge-card") == 1)
    found = wfmodel.explore(ORDER, design="choreography", properties=[Never(money), "no: deadlock"])
    assert [(each.title, each.word) for each in found.asked] == [
        ("never charged", "violated"),
        ("no deadlock", "holds"),
    ]
