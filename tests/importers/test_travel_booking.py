"""Our own travel booking is right, and stops being so when its point is taken away."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wfmodel.checks import check_workflow
from wfmodel.importers import load_any
from wfmodel.model.findings import Severity

FOLDER = Path(__file__).parents[2] / "models" / "travel-booking"
FILE = FOLDER / "workflow.asl.json"


def defects(definition: dict[str, Any]) -> set[tuple[str, str]]:
    """Code and state of what is wrong."""
    result = load_any(FILE, text=json.dumps(definition))
    assert result.workflow is not None
    findings = (*result.findings, *check_workflow(result.workflow))
    return {(f.code, str(f.path[1])) for f in findings if f.severity is not Severity.INFO}


@pytest.fixture
def definition() -> dict[str, Any]:
    """The definition, to be changed."""
    loaded: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return loaded


def test_it_is_clean(definition):
    assert defects(definition) == set()


def test_a_compensation_that_gives_up_is_found(definition):
    definition["States"]["GiveBackRoom"]["Retry"][0]["MaxAttempts"] = 3
    assert defects(definition) == {("W6", "GiveBackRoom")}


def test_a_step_after_the_pivot_that_gives_up_is_found(definition):
    branch = definition["States"]["ConfirmEverything"]["Branches"][0]
    branch["States"]["IssueTickets"]["Retry"][0]["MaxAttempts"] = 3
    assert defects(definition) == {("W8", "ConfirmEverything")}


def test_lost_context_is_found(definition):
    payload = definition["States"]["GiveBackRoom"]["Arguments"]["Payload"]
    payload["reference"] = "{% $room %}"
    assert defects(definition) == {("D101", "GiveBackRoom")}
