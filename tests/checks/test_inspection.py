"""Findings on the diagram."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import wfmodel
from wfmodel.diagrams.marked_boxes import marks_of
from wfmodel.model.findings import Severity
from wfmodel.model.workflow import Final, Task, Workflow

MODELS = Path(__file__).parents[2] / "models"


def test_states_with_findings_are_ringed_and_listed():
    workflow = wfmodel.load(MODELS / "broken-compensation" / "workflow.yaml").workflow
    assert workflow is not None
    found = wfmodel.inspect(workflow)
    assert found.findings == wfmodel.check(workflow)
    assert marks_of(workflow, found.findings)["book-flight"].severity is Severity.ERROR
    html = found._repr_html_()
    assert html == wfmodel.inspect(workflow)._repr_html_()
    assert "uncompensated-step" in html
    assert html.count("<tr>") == len(found.findings)
    svg = html[html.index("<svg") : html.index("</svg>") + 6]
    ElementTree.fromstring(svg)


def test_names_do_not_become_markup():
    evil = "<script>x</script>"
    workflow = Workflow(
        name="w",
        initial="a",
        states={"a": Task(service="s", next="b"), "b": Final(), evil: Final()},
    )
    html = wfmodel.inspect(workflow)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_nothing_found_is_said():
    workflow = Workflow(name="w", initial="a", states={"a": Final()})
    assert "no findings" in wfmodel.inspect(workflow)._repr_html_()
