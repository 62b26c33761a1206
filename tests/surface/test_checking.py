"""What is checked has places where there is a file."""

from __future__ import annotations

from pathlib import Path

import wfmodel
from wfmodel.checks import check_result, check_workflow, find_rule
from wfmodel.model.findings import Findings

BROKEN = Path(__file__).parents[2] / "models" / "broken-structure" / "workflow.yaml"


def test_what_was_loaded_has_lines():
    loaded = wfmodel.load(BROKEN)
    found = wfmodel.check(loaded)
    assert isinstance(found, Findings)
    assert found == check_result(loaded)
    assert all(each.where.startswith(f"{BROKEN}:") for each in found)


def test_a_workflow_has_paths():
    workflow = wfmodel.load(BROKEN).workflow
    assert wfmodel.check(workflow) == check_workflow(workflow)
    assert {each.span for each in wfmodel.check(workflow)} == {None}


def test_rules_can_be_chosen():
    loaded = wfmodel.load(BROKEN)
    every = wfmodel.check(loaded)
    one = find_rule(every[0].code)
    assert {each.code for each in wfmodel.check(loaded, rules=[one])} == {one.code}
    assert wfmodel.check(loaded, rules=[]) == ()
