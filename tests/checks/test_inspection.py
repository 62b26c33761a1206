"""Findings on the diagram."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import wfmodel
from wfmodel.model.findings import Severity
from wfmodel.model.workflow import Final, Task, Workflow

MODELS = Path(__file__).parents[2] / "models"


def shown(inspection):
    return inspection._repr_mimebundle_()["text/html"]


def test_states_with_findings_are_ringed_and_listed():
    workflow = wfmodel.load(MODELS / "broken-compensation" / "workflow.yaml").workflow
    assert workflow is not None
    found = wfmodel.inspect(workflow)
    assert found.findings == wfmodel.check(workflow)
    assert found.marks()["book-flight"] is Severity.ERROR
    html = shown(found)
    assert html == shown(wfmodel.inspect(workflow))
    assert "uncompensated-step" in html
    assert html.count("<tr>") == len(found.findings) + 1
    svg = html[html.index("<svg") : html.index("</svg>") + 6]
    ElementTree.fromstring(svg)


def test_names_do_not_become_markup():
    evil = "<script>x</script>"
    workflow = Workflow(
        name="w",
        initial="a",
        states={"a": Task(service="s", next="b"), "b": Final(), evil: Final()},
    )
    html = shown(wfmodel.inspect(workflow))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_nothing_found_is_said():
    workflow = Workflow(name="w", initial="a", states={"a": Final()})
    assert "no findings" in shown(wfmodel.inspect(workflow))
