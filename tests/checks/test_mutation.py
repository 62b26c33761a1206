"""Of 30 correct models, one thing changed at a time: what does harm is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.checks.mutation.harm import harms
from tests.checks.mutation.models import correct_models
from tests.checks.mutation.operators import OPERATORS
from tests.checks.mutation.trial import Trial, trial
from wfmodel.checks import check_result
from wfmodel.model.findings import Severity
from wfmodel.model.loading import load_workflow

PAGE = Path(__file__).parents[2] / "docs" / "checker-evaluation.md"


@pytest.fixture(scope="module")
def result() -> Trial:
    return trial()


@pytest.mark.parametrize("name", correct_models())
def test_a_model_is_correct_by_the_checker_and_by_the_oracles(name: str):
    loaded = load_workflow("model.json", json.dumps(correct_models()[name]))
    assert loaded.workflow is not None
    serious = [f for f in check_result(loaded) if f.severity is not Severity.INFO]
    assert serious == []
    assert not {h for h in harms(loaded.workflow) if not h.startswith("default never")}


def test_there_are_thirty_models_and_every_operator_does_harm(result: Trial):
    assert len(correct_models()) == 30
    assert set(result.harmful) == set(OPERATORS)


def test_nearly_all_that_does_harm_is_found(result: Trial):
    assert result.share >= 0.98
    # A default that no value needs is a safety net, not a defect: no rule speaks of it.
    assert {tuple(harm) for _, harm in result.escaped} == {("default never taken: decide",)}


def test_the_page_shows_what_came_out(result: Trial):
    assert result.table() in PAGE.read_text(encoding="utf-8")
