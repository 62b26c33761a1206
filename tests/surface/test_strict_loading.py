"""A file that holds no workflow is refused where it is loaded, with every finding's place."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest

import wfmodel
from wfmodel.importers import load_any

MODELS = Path(__file__).parents[2] / "models"
ORDER = MODELS / "order-fulfilment" / "workflow.yaml"

UNUSABLE = {
    "nothing": "",
    "no workflow": "name: order",
    "no unit": "name: o\ninitial: a\nstates:\n  a: {kind: wait, duration: 300, next: b}\n"
    "  b: {kind: final}\n",
    "no YAML": "name: [",
    "no step function": '{"StartAt": "A"}',
}


@pytest.mark.parametrize("text", UNUSABLE.values(), ids=UNUSABLE)
def test_what_holds_no_workflow_is_refused_with_its_findings(text):
    found = load_any("order.yaml", text=text)
    assert found.workflow is None
    with pytest.raises(wfmodel.LoadError) as refused:
        wfmodel.load("order.yaml", text=text)
    assert refused.value.findings == found.findings
    lines = str(refused.value).splitlines()
    assert len(lines) == sum(each.severity == "error" for each in found.findings) >= 1
    assert all(re.match(r"order\.yaml:\d+:\d+ [A-Z]\d+ \S", line) for line in lines)
    loosely = wfmodel.load("order.yaml", text=text, strict=False)
    assert (loosely.workflow, loosely.findings) == (None, found.findings)


def test_a_refusal_is_an_error_of_a_value_and_travels_between_processes():
    with pytest.raises(ValueError, match="L101") as refused:
        wfmodel.load("not-there.yaml")
    again = pickle.loads(pickle.dumps(refused.value))
    assert (str(again), again.findings) == (str(refused.value), refused.value.findings)


def test_a_strangers_words_are_shown_in_a_refusal_and_not_obeyed():
    with pytest.raises(wfmodel.LoadError) as refused:
        wfmodel.load("o.yaml", text='"\\e[2J::error::\\nx": 1\n')
    assert "\x1b" not in str(refused.value)
    assert str(refused.value).count("\n") == len(refused.value.findings) - 1


def test_what_holds_one_is_what_the_importers_read():
    strictly, loosely = wfmodel.load(ORDER), wfmodel.load(ORDER, strict=False)
    read = load_any(ORDER)
    assert strictly.workflow == loosely.workflow == read.workflow
    assert strictly.findings == read.findings
    assert strictly.document is not None


def test_findings_beside_a_workflow_do_not_stand_in_the_way():
    loaded = wfmodel.load(ORDER, annotations="notes.yaml")
    assert loaded.workflow.initial == "reserve-stock"
    assert [each.name for each in loaded.findings] == ["unused-annotations"]


def test_a_scenario_that_cannot_run_is_refused_too(tmp_path):
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text("question: x\nsetting: {horizon: 1m}\n", encoding="utf-8")
    for refusing in (wfmodel.load_scenario, wfmodel.compare):
        with pytest.raises(wfmodel.LoadError, match=r"scenario\.yaml:\d+:\d+ "):
            refusing(scenario)
    loosely = wfmodel.load_scenario(scenario, strict=False)
    assert loosely.workflow is None
    assert loosely.findings
    with pytest.raises(wfmodel.LoadError):
        wfmodel.compare(loosely)
