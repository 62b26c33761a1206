"""Files: content decides the format, positions survive the import, templates are read."""

from __future__ import annotations

import json

import pytest

from tests.importers.machines import catcher, machine, one, scope, task
from wfmodel.importers import Annotations, load_any, load_asl
from wfmodel.importers.any_format import beside
from wfmodel.model.loading import dump_workflow
from wfmodel.model.workflow import Task

ASL = """{
  "StartAt": "Pay",
  "States": {
    "Pay": {
      "Type": "Task",
      "Resource": "${Pay}",
      "Catch": [
        {"ErrorEquals": ["No"], "Next": "Gone"}
      ],
      "End": true
    }
  }
}
"""


@pytest.fixture
def file(tmp_path):
    """A definition in a folder of its own."""
    path = tmp_path / "order.asl.json"
    path.write_text(ASL)
    return path


def test_paths_of_the_workflow_lead_back_to_the_definition(file):
    result = load_asl(file)
    assert result.workflow is not None
    assert result.document is not None
    assert result.workflow.name == "order"
    for path, line in {
        ("initial",): 2,
        ("states", "Pay"): 4,
        ("states", "Pay", "service"): 6,
        ("states", "Pay", "on", "No"): 8,
        ("states", "Pay", "next"): 10,
        ("states", "End"): 10,
    }.items():
        assert result.document.locate(path).line == line, path


def test_paths_inside_a_branch_lead_back_too(tmp_path):
    inner = scope("B", B=task(Catch=[catcher("C", "No")]), C={"Type": "Fail"})
    parallel = {"Type": "Parallel", "Branches": [inner], "End": True}
    result = load_asl(tmp_path / "x.json", text=json.dumps(machine({"A": parallel}), indent=0))
    assert result.document is not None
    path = ("states", "A", "regions", 0, "states", "B", "on", "No")
    assert result.document.original(path) == (
        ("States", "A", "Branches", 0, "States", "B", "Catch", 0, "Next")
    )
    line = result.document.locate(path).line
    assert result.document.text.splitlines()[line - 1] == '"Next": "C"'


def test_the_annotation_file_is_found_by_name(file):
    assert beside(file) is None
    side = file.with_name("order.annotations.yaml")
    side.write_text("states:\n  Pay: {service: bank}\n")
    assert beside(file) == side
    assert load_any(file).workflow.states["Pay"].service == "bank"
    assert load_asl(file).workflow.states["Pay"].service == "Pay"


@pytest.mark.parametrize("name", ["x.asl.json", "x.json", "x.asl.yaml", "x.yml", "x.asl", "x"])
def test_the_stem_is_the_name_without_its_format(tmp_path, name):
    side = tmp_path / "x.annotations.yml"
    side.write_text("name: y\n")
    assert beside(tmp_path / name) == side


def test_an_annotation_that_fits_nothing_stands_in_its_file(file):
    side = file.with_name("order.annotations.yaml")
    side.write_text("name: x\nstates:\n  Pay: {service: bank}\n  Pya: {service: bank}\n")
    result = load_any(file)
    (found,) = result.findings
    assert result.workflow is None
    assert (found.span.file, found.span.line, found.code) == (str(side), 4, "A140")
    assert found.help == "did you mean 'Pay'?"


def test_a_broken_annotation_file_is_found_in_its_place(file):
    side = file.with_name("order.annotations.yaml")
    side.write_text("states:\n  Pay:\n    effekt: pivot\n")
    result = load_any(file)
    assert result.workflow is None
    assert [(f.code, f.span.file, f.span.line) for f in result.findings] == [("L110", str(side), 3)]
    assert load_asl(file, file.with_name("none.yaml")).findings[0].code == "L101"


def test_our_own_format_needs_no_annotations(file):
    workflow = load_any(file).workflow
    own = file.with_name("own.yaml")
    own.write_text(dump_workflow(workflow))
    assert load_any(own).workflow == workflow
    result = load_any(own, Annotations())
    assert result.workflow == workflow
    assert [f.code for f in result.findings] == ["A146"]


def test_yaml_is_a_notation_of_the_language_too(tmp_path):
    text = "StartAt: A\nStates:\n  A: {Type: Task, Resource: '${Pay}', End: true}\n"
    result = load_any(tmp_path / "x.asl.yaml", text=text)
    assert isinstance(result.workflow.states["A"], Task)


def test_bare_substitutions_are_read_in_their_place(tmp_path):
    path = tmp_path / "x.asl.json"
    path.write_text(
        '{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${Pause}, "Next": "B"},\n'
        '"B": {"Type": "Task", "Resource": ${Pay}, "Parameters": {"a": "\\"${x}"}, "Ent": true}}}'
    )
    result = load_any(path)
    codes = {f.code: (f.span.line, f.span.column) for f in result.findings}
    assert codes["A103"] == (2, path.read_text().splitlines()[1].index('"Ent"') + 1)
    path.write_text(path.read_text().replace("Ent", "End"))
    result = load_any(path)
    assert result.workflow is not None
    assert result.workflow.states["B"].service == "Pay"
    assert [f.code for f in result.findings] == ["A120"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "L104"),
        ("{", "L105"),
        ('{"StartAt": ${, "States": 1}', "L105"),
        ('{"StartAt": "A", "StartAt": "A"}', "L106"),
        ("[" * 500 + "]" * 500, "L107"),
        ('{"StartAt": 1, "States": 2}', "A105"),
        ('{"States": null}', "A104"),
        ('{"StartAt": "A"}', "A101"),
    ],
)
def test_junk_is_a_finding_with_a_place(text, code):
    result = load_any("x.json", text=text)
    assert result.workflow is None
    assert code in [f.code for f in result.findings]
    assert all(f.span is not None for f in result.findings)


def test_annotations_may_be_built_in_python(file):
    result = load_asl(file, Annotations(name="mine", timeout="1h"))
    assert (result.workflow.name, result.workflow.timeout) == ("mine", 3600 * 10**9)


def test_the_machine_time_out_is_the_workflow_time_out():
    text = json.dumps({**one(), "TimeoutSeconds": 90, "Comment": "what it is"})
    workflow = load_any("x.json", text=text).workflow
    assert (workflow.timeout, workflow.description) == (90 * 10**9, "what it is")
