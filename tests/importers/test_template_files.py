"""Definitions that others fill in: followed as far as files say what they are, else counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_command_line import call
from wfmodel.checks import check_result
from wfmodel.importers import load_all
from wfmodel.model.findings import Severity

FLOW = """\
{"StartAt": "A", "States": {
  "A": {"Type": "Task", "Resource": "${arn}", "TimeoutSeconds": ${seconds}, "Next": "${next}"},
  "B": {"Type": "Succeed"}}}
"""
SAM = """\
Resources:
  Order:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: flow.asl.json
      DefinitionSubstitutions: {arn: !GetAtt Pay.Arn, seconds: 5, next: NEXT}
"""
TERRAFORM = """\
resource "aws_sfn_state_machine" "order" {
  definition = templatefile("${path.module}/flow.asl.json", {
    arn = aws_lambda_function.pay.arn
    seconds = 5
    next = "NEXT"
  })
}
"""
LONELY = '{ StartAt = "A", States = { A = { Type = "Succeed" }, B = { Type = "Succeed" } } }'


def found(folder: Path, **files: str) -> list[str]:
    """Line, code and message of all that is said of the first of some files."""
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    first = folder / next(iter(files)).replace("__", ".")
    said = (f for result in load_all(first) for f in check_result(result))
    loud = [f for f in said if f.severity is not Severity.INFO or f.code in ("A150", "A151")]
    return [f"{f.span.line} {f.code}" for f in loud if f.span is not None]


@pytest.mark.parametrize(("name", "outer"), [("t__yaml", SAM), ("t__tf", TERRAFORM)])
def test_what_the_larger_file_fills_in_is_filled_in(tmp_path, name, outer):
    given = {name: outer.replace("NEXT", "B"), "flow__asl__json": FLOW}
    assert found(tmp_path, **given) == []
    given[name] = outer.replace("NEXT", "C")
    assert found(tmp_path, **given) == ["2 S101", "3 S110"]


def test_a_structure_that_somebody_else_fills_in_is_not_read_and_no_error(tmp_path):
    assert found(tmp_path, flow__asl__json=FLOW) == ["2 A151"]


def test_a_file_that_another_fills_in_counts_as_read(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flow.asl.json").write_text(FLOW, encoding="utf-8")
    code, _, err = call(capsys, "check", ".", "--no-cache", "--fail-on-unread")
    assert (code, "1 not read" in err) == (2, True)
    (tmp_path / "t.yaml").write_text(SAM.replace("NEXT", "B"), encoding="utf-8")
    code, _, err = call(capsys, "check", ".", "--no-cache", "--fail-on-unread")
    assert (code, "not read" in err) == (0, False)


def test_directives_are_for_a_deployment(tmp_path):
    text = FLOW.replace('"B"', '%{ if x ~}\n  "B"').replace("}}}", "}\n%{ endif }\n}}")
    assert found(tmp_path, flow__asl__json__tftpl=text) == ["3 A151"]


def test_expressions_of_templates_are_read_around(tmp_path):
    text = FLOW.replace("${next}", "B").replace("${seconds}", '${lookup(var.s, "pay", 5)}')
    assert found(tmp_path, flow__asl__json__tftpl=text) == []


def test_what_is_broken_stays_broken(tmp_path):
    assert found(tmp_path, flow__asl__json__tftpl=FLOW.replace("}}}", "}}")) == ["4 L105"]


@pytest.mark.parametrize(
    "text",
    [
        "definition = jsonencode(local.flow)\n}\nlocals {\n  flow = FLOW\n}",
        'definition = jsonencode(merge({ StartAt = "X" }, FLOW))\n}',
        "definition = local.text\n}\nlocals {\n  flow = FLOW\n  text = jsonencode(local.flow)\n}",
        'definition = jsonencode(merge(local.a, local.b))\n}\nlocals {\n  a = { StartAt = "A" }\n'
        "  b = FLOW\n}",
    ],
)
def test_local_values_and_merged_objects_are_read(tmp_path, text):
    block = 'resource "aws_sfn_state_machine" "order" {\n' + text.replace("FLOW", LONELY) + "\n"
    [said] = found(tmp_path, main__tf=block)
    assert said.endswith(" S110")


def test_a_part_that_is_a_local_value_stands_where_it_is_written(tmp_path):
    text = """\
locals {
  pass = { Type = "Pass", Next = "Nowhere" }
}
resource "aws_sfn_state_machine" "order" {
  definition = jsonencode({ StartAt = "A", States = { A = local.pass } })
}
"""
    assert found(tmp_path, main__tf=text) == ["2 S101"]


@pytest.mark.parametrize(
    "text",
    [
        "flow = local.flow",
        "flow = local.other\n  other = merge(local.flow, {})",
        "flow = { for k in var.x : k => 1 }",
        "flow = merge(var.x, {})",
    ],
)
def test_what_is_not_written_out_or_goes_round_is_counted(tmp_path, text):
    block = f"""\
resource "aws_sfn_state_machine" "order" {{
  definition = jsonencode(local.flow)
}}
locals {{
  {text}
}}
"""
    [said] = found(tmp_path, main__tf=block)
    assert said in ("5 A151", "6 A151")


def test_local_values_cannot_be_blown_up(tmp_path):
    doubled = "\n".join(f"  v{n} = [local.v{n + 1}, local.v{n + 1}]" for n in range(60))
    text = f"""\
resource "aws_sfn_state_machine" "order" {{
  definition = jsonencode({{ StartAt = "A", States = {{ A = local.pass }} }})
}}
locals {{
  pass = {{ Type = "Pass", End = true, Result = local.v0 }}
{doubled}
  v60 = 1
}}
"""
    assert found(tmp_path, main__tf=text) == []


@pytest.mark.parametrize("around", ["jsonencode(yamldecode(X))", "jsonencode(jsondecode(X))", "X"])
def test_a_file_in_another_notation_is_followed(tmp_path, around):
    text = 'resource "aws_sfn_state_machine" "order" {\n  definition = AROUND\n}\n'
    text = text.replace("AROUND", around.replace("X", 'file("${path.module}/flow.asl.yaml")'))
    flow = "StartAt: A\nStates:\n  A: {Type: Pass, Next: Nowhere}\n"
    assert found(tmp_path, main__tf=text, flow__asl__yaml=flow) == ["3 S101"]


def test_a_module_of_step_functions_has_a_machine(capsys, tmp_path, monkeypatch):
    text = f"""\
module "order" {{
  source     = "terraform-aws-modules/step-functions/aws"
  definition = jsonencode({LONELY})
}}
module "network" {{
  source     = "./network"
  definition = "none"
}}
"""
    assert found(tmp_path, main__tf=text) == ["3 S110"]
    monkeypatch.chdir(tmp_path)
    assert "main.tf:3:81 S110" in call(capsys, "check", ".", "--no-cache")[1]
