"""What a notebook shows of a comparison, of an exploration and of a workflow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import wfmodel
from wfmodel.designs import Knobs
from wfmodel.experiments import Comparison, load_scenario, run
from wfmodel.experiments.explored_variant import VariantAnswers, explore_variant
from wfmodel.exploration import FaultBudget
from wfmodel.reports import answer_table, comparison_table

STORY = Path(__file__).parents[2] / "models" / "stories" / "lost-transactions" / "scenario.yaml"
LOST = "never_ends: lost"


@pytest.fixture(scope="module")
def result() -> Comparison:
    loaded = load_scenario(STORY)
    assert loaded.scenario is not None
    assert loaded.workflow is not None
    variants = {"<memory>": loaded.scenario.variants["memory"], **loaded.scenario.variants}
    scenario = replace(loaded.scenario, variants=variants, replications=3)
    return run(scenario, loaded.workflow, jobs=1)


def test_the_table_has_the_primary_metrics_and_those_asked_for(result: Comparison):
    table = comparison_table(result, "messages")
    assert len(table.rows) == len(result.primary()) + 1
    assert str(table).endswith(table.headline)
    assert table._repr_html_().count("<tr>") == len(table.rows) + 1


def test_names_stay_text(result: Comparison):
    html = comparison_table(result)._repr_html_()
    assert "<memory>" not in html
    assert "&lt;memory&gt;" in html


def test_an_unknown_metric_is_refused(result: Comparison):
    with pytest.raises(KeyError, match="no metric 'mesages'"):
        comparison_table(result, "mesages")


def test_a_workflow_shows_its_diagram(result: Comparison):
    assert "<svg" in result.workflow._repr_mimebundle_()["image/svg+xml"]


def explored(name: str, persistence: str, *claims: str, limit: int | None = None) -> VariantAnswers:
    workflow = wfmodel.load(STORY.with_name("workflow.yaml")).workflow
    assert workflow is not None
    system = wfmodel.choreograph(workflow, Knobs(persistence=persistence))
    return explore_variant(name, system, FaultBudget(crashes=1), claims, limit=limit)


def test_answers_stand_beside_each_other_with_their_bounds():
    table = answer_table(
        explored("<memory>", "memory", LOST),
        explored("database", "database", LOST, "no: deadlock"),
        explored("stopped", "database", LOST, limit=5),
    )
    head, lost, deadlock, *bounds = str(table).splitlines()
    assert head == "property | <memory> | database | stopped"
    # an effect that nobody remembers; or a start taken up, committed to memory alone, and a crash
    told = "violated: in 4 steps; in 3 where its start is lost"
    assert lost.startswith(f"never lost | {told} | holds: witness of ")
    assert lost.endswith(" | undecided: not broken by what was seen")
    assert deadlock.startswith("no deadlock |  | holds: ")
    assert [each.split(":")[0] for each in bounds] == ["<memory>", "database", "stopped"]
    assert all("1 crash" in each for each in bounds)
    assert "limit of 5" in bounds[2]
    html = table._repr_html_()
    assert "<memory>" not in html
    assert "&lt;memory&gt;" in html
    assert html.count("<tr>") == 3
    assert ">violated</b> in 4 steps; in 3 where its start is lost</td>" in html
    assert "<td></td>" in html


def test_two_variants_of_one_name_are_refused():
    one = explored("twin", "memory", LOST)
    with pytest.raises(ValueError, match="two variants are called 'twin'"):
        answer_table(one, one)
