"""What a notebook shows of a comparison and of a workflow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from wfmodel.experiments import Comparison, load_scenario, run
from wfmodel.reports import comparison_table

STORY = Path(__file__).parents[2] / "models" / "stories" / "lost-transactions" / "scenario.yaml"


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
    assert "<svg" in result.workflow._repr_svg_()
