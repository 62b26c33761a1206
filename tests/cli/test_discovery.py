"""Layouts as public repositories have them: every definition is found, and nothing else is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

from tests.cli.test_command_line import call
from wfmodel.checks.file_selection import Selection, select_files
from wfmodel.cli.check_file import check_one
from wfmodel.cli.file_answer import FileQuestion
from wfmodel.importers.recognition import KINDS
from wfmodel.model.boundary import rooted
from wfmodel.model.workflow import State

BROKEN = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nope"}}}
"""A machine with one error, S101: a definition that is found says so."""

ASL = json.dumps(BROKEN)
OWN = """name: w
initial: a
states:
  a: {kind: task, service: s, failures: {f: {kind: business}}, next: z, on: {f: nope}}
  z: {kind: final}
"""
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Action": ["states:StartExecution"], "Effect": "Allow"}],
    }
)
CDK_TREE = json.dumps(
    {"version": "tree-0.1", "tree": {"attributes": {"Action": "states:StartExecution"}}}
)
I18N = json.dumps(
    {"labels": {"states": "States"}, "states": {"AL": "Alabama"}, "StartAt": "Start at"}
)
SCHEMA = json.dumps({"type": "object", "properties": {"StartAt": {}, "States": {"type": "object"}}})
XSTATE = json.dumps(
    {"id": "light", "initial": "on", "states": {"on": {"on": {"FLIP": "off"}}, "off": {}}}
)


def template(body: str, kind: str = "AWS::Serverless::StateMachine") -> str:
    return f"Resources:\n  M:\n    Type: {kind}\n    Properties:\n      {body}\n"


INLINE = template(f"Definition: {ASL}")
GRANTS = """Resources:
  P:
    Type: AWS::IAM::Policy
    Properties: {PolicyDocument: {Statement: [{Action: [states:StartExecution], Resource: !Ref M}]}}
"""
CDK_OUT = json.dumps(
    {
        "Resources": {
            "M": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {"DefinitionString": {"Fn::Join": ["", [ASL]]}},
            }
        }
    }
)
SFN = 'resource "aws_sfn_state_machine" "m" {{\n  definition = {}\n}}\n'
FROM_FILE = 'templatefile("${path.module}/m.asl.json.tftpl", {})'
SERVERLESS = yaml.safe_dump(
    {"service": "s", "stepFunctions": {"stateMachines": {"m": {"definition": BROKEN}}}}
)
IN_RESOURCES = yaml.safe_dump({"service": "s", "resources": yaml.safe_load(INLINE)})
CHART = "{{- if .Values.on }}\nstates: {{ .Values.states }}\n{{- end }}\n"

LAYOUTS: dict[str, tuple[dict[str, str], set[str]]] = {
    "monorepo of SAM templates": (
        {
            "orders/template.yaml": INLINE,
            "orders/policy.json": POLICY,
            "billing/template.yaml": template("DefinitionUri: statemachine/bill.asl.json"),
            "billing/statemachine/bill.asl.json": ASL,
            "grants/template.yaml": GRANTS,
            "node_modules/lib/template.yaml": INLINE,
        },
        {"orders/template.yaml", "billing/statemachine/bill.asl.json"},
    ),
    "CDK output": (
        {
            "cdk.json": '{"app": "states: x"}',
            "cdk.out/App.template.json": CDK_OUT,
            "cdk.out/tree.json": CDK_TREE,
            "cdk.out/manifest.json": json.dumps({"artifacts": {"states": {"type": "x"}}}),
        },
        {"cdk.out/App.template.json"},
    ),
    "Terraform modules": (
        {
            "main.tf": 'module "flow" {\n  source = "./modules/flow"\n}\n',
            "modules/flow/main.tf": SFN.format(FROM_FILE),
            "modules/flow/m.asl.json.tftpl": ASL,
            "modules/flow/iam.tf": 'resource "aws_iam_role" "r" {\n  name = "states:Start"\n}\n',
            "modules/local/main.tf": "locals {\n  one = local.body\n  body = jsonencode("
            + '{ StartAt = "A", States = { A = { Type = "Pass", Next = "Nope" } } })\n}\n'
            + SFN.format("local.one"),
        },
        {"modules/flow/m.asl.json.tftpl", "modules/local/main.tf"},
    ),
    "serverless": (
        {"serverless.yml": SERVERLESS, "api/serverless.yml": IN_RESOURCES, "i18n/en.json": I18N},
        {"serverless.yml", "api/serverless.yml"},
    ),
    "serverless with files": (
        {
            "serverless.yml": "service: s\nstepFunctions:\n  stateMachines:\n"
            "    m: {definition: '${file(machines/pay.json)}'}\n",
            "machines/pay.json": ASL,
        },
        {"machines/pay.json"},
    ),
    "serverless put together": (
        {
            "a/serverless.yml": "service: s\nstepFunctions:\n"
            "  stateMachines: ${file(machines.yml)}\n",
            "a/machines.yml": yaml.safe_dump({"m": {"name": "m", "definition": BROKEN}}),
            "b/serverless.yml": "service: s\nstepFunctions: ${file(steps.yml)}\n",
            "b/steps.yml": yaml.safe_dump({"stateMachines": {"m": {"definition": BROKEN}}}),
            "b/words.json": json.dumps({"m": {"definition": {"StartAt": "the day"}}}),
        },
        {"a/machines.yml", "b/steps.yml"},
    ),
    "serverless by name and as text": (
        {
            "a/serverless.yml": yaml.safe_dump(
                {
                    "service": "s",
                    "custom": {"flows": {"pay": BROKEN}},
                    "stepFunctions": {
                        "stateMachines": {"m": {"definition": "${self:custom.flows.pay}"}}
                    },
                }
            ),
            "c/serverless.yml": yaml.safe_dump(
                {"service": "s", "stepFunctions": {"stateMachines": {"m": {"definition": ASL}}}}
            ),
        },
        {"a/serverless.yml", "c/serverless.yml"},
    ),
    "templates that are repeated or rendered": (
        {
            "loop.yaml": "Resources:\n  Fn::ForEach::Each:\n    - Name\n    - [a, b]\n"
            "    - M${Name}:\n        Type: AWS::StepFunctions::StateMachine\n"
            f"        Properties: {{Definition: {ASL}}}\n",
            "tf/main.tf": 'data "template_file" "d" {\n  template = file("m.json.tpl")\n}\n'
            + SFN.format("data.template_file.d.rendered"),
            "tf/m.json.tpl": ASL,
            "aws/history.json": json.dumps({"events": [{"stateEnteredEventDetails": {}}]}),
            "aws/mock.json": json.dumps({"StateMachines": {"M": {"TestCases": {"A": "R"}}}}),
        },
        {"loop.yaml", "tf/m.json.tpl"},
    ),
    "translations and schemas": (
        {
            "us/states.json": json.dumps(
                {"StartAt": "2026", "States": {"CA": {"Type": "State", "Name": "California"}}}
            ),
            "i18n/en.json": I18N,
            "schemas/asl.json": SCHEMA,
            "ui/light.machine.json": XSTATE,
            "ui/sprites.json": json.dumps({"initial": "a", "states": {"a": {"kind": "sprite"}}}),
            "data/us.json": json.dumps({"States": {"AL": {"name": "Alabama"}}}),
            "flows/order.json": ASL,
        },
        {"flows/order.json"},
    ),
    "plain definitions of every ending": (
        {f"m/a.{ending}": ASL for ending in ("asl", "asl.json", "json", "json.asl", "asl.yaml")},
        {f"m/a.{ending}" for ending in ("asl", "asl.json", "json", "json.asl", "asl.yaml")},
    ),
    "our own format beside other YAML": (
        {
            "flows/order.yaml": OWN,
            "chart/templates/states.yaml": CHART,
            ".github/workflows/deploy-workflow.yml": "on: push\njobs: {states: {steps: []}}\n",
            "k8s/all.yaml": "kind: A\n---\nstates: {a: b}\n",
        },
        {"flows/order.yaml"},
    ),
    "builds and ignored folders": (
        {
            ".gitignore": "generated/\n*.tmp.json\n!keep.tmp.json\n",
            "generated/a.asl.json": ASL,
            "x.tmp.json": ASL,
            "keep.tmp.json": ASL,
            "dist/a.asl.json": ASL,
            ".venv/lib/a.asl.json": ASL,
            "src/a.asl.json": ASL,
            "src/.gitignore": "/b.asl.json\n",
            "src/b.asl.json": ASL,
            "src/deep/b.asl.json": ASL,
        },
        {"keep.tmp.json", "src/a.asl.json", "src/deep/b.asl.json"},
    ),
    "templates and their substitutions": (
        {
            "a.yaml": template("DefinitionSubstitutions: {kind: Pass}\n      Definition: "
                               + ASL.replace('"Pass"', '"${kind}"')),
            "b.template": INLINE,
            "stack.json": CDK_OUT,
            "parameters.json": json.dumps({"Parameters": {"StartAt": "noon", "states": 3}}),
        },
        {"a.yaml", "b.template", "stack.json"},
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def lay_out(files: dict[str, str]) -> None:
    for name, text in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_definition_of_a_layout_is_found_and_nothing_else(capsys, layout):
    files, wanted = LAYOUTS[layout]
    lay_out(files)
    code, out, err = call(capsys, "check", ".", "--format", "json")
    findings = json.loads(out)["findings"]
    assert {each["code"] for each in findings} == {"S101"}, err
    assert {each["file"] for each in findings} == wanted
    assert (code, "not read" in err) == (1, layout == "serverless put together")


def test_kinds_of_states_are_those_of_the_model():
    assert {get_args(each)[1].tag for each in get_args(get_args(State)[0])} == KINDS


def test_what_is_found_again_comes_from_the_cache(capsys):
    lay_out(LAYOUTS["translations and schemas"][0])
    first = call(capsys, "check", ".")
    assert call(capsys, "check", ".") == first


def test_nothing_to_check_is_no_failure_unless_asked(capsys):
    lay_out({"i18n.json": I18N, "flows/a.asl.json": ASL, "empty/.keep": ""})
    code, _, err = call(capsys, "check", "empty")
    assert (code, "nothing to check: no workflow definition is here" in err) == (0, True)
    assert call(capsys, "check", "empty", "--fail-on-empty")[0] == 2
    code, out, err = call(capsys, "check", "empty", "flows")
    assert (code, out.split()[1]) == (1, "S101")
    assert "nothing to check in 'empty'" in err
    assert call(capsys, "check", "empty", "flows", "--fail-on-empty")[0] == 2
    Path("wfmodel.toml").write_text("fail-on-empty = true\n", encoding="utf-8")
    assert call(capsys, "check", "empty")[0] == 2


def test_a_line_says_what_was_covered_and_what_was_not_read(capsys):
    parameter = template("DefinitionString: !Ref Text")
    far = template("DefinitionUri: s3://bucket/key")
    lay_out({"a.yaml": INLINE, "b.yaml": parameter, "c.yaml": far, "i18n.json": I18N})
    lay_out({"node_modules/a.json": ASL})
    code, out, err = call(capsys, "check", ".", "--ignore", "S101")
    assert (code, out) == (0, "")
    assert (
        "covered: 1 definition checked; 1 defined elsewhere; 1 not read;"
        " 1 file without a definition; 1 in folders of dependencies or builds\n"
    ) in err
    assert "not read: b.yaml:5:25 A151 'M' is not read" in err
    assert call(capsys, "check", ".", "--ignore", "S101", "--fail-on-unread")[0] == 2


def test_files_can_be_listed_and_more_be_included(capsys):
    lay_out({"a.asl.json": ASL, "b.sfn": ASL, "old/c.asl.json": ASL})
    assert call(capsys, "check", ".", "--list-files", "--exclude", "old/")[1] == "a.asl.json\n"
    found = call(capsys, "check", ".", "--list-files", "--include", "*.sfn")[1].split()
    assert found == ["a.asl.json", "b.sfn", "old/c.asl.json"]


def test_what_is_ignored_can_be_looked_into(capsys):
    lay_out(LAYOUTS["builds and ignored folders"][0])
    found = call(capsys, "check", ".", "--list-files", "--no-gitignore")[1].split()
    assert {"generated/a.asl.json", "dist/a.asl.json", "src/b.asl.json"} <= set(found)
    assert call(capsys, "check", "generated/a.asl.json")[0] == 1  # named: checked


def test_a_pattern_of_an_ignore_file_cannot_be_made_long():
    lay_out({".gitignore": "**/" * 30 + "*a" * 30 + "*b\n", "a" * 80 + ".json": ASL})
    assert len(select_files(["."], Selection()).files) == 1


def test_a_link_that_leads_outside_is_not_read_and_not_passed_by(capsys, tmp_path):
    lay_out({"in/a.asl.json": ASL, "out/b.asl.json": ASL})
    Path("in/b.asl.json").symlink_to(tmp_path / "out/b.asl.json")
    Path("in/c.asl.json").symlink_to(tmp_path / "in/a.asl.json")
    chosen = select_files(["in"], Selection())
    assert list(chosen.files) == ["in/a.asl.json", "in/b.asl.json", "in/c.asl.json"]
    code, out, _ = call(capsys, "check", "in")
    assert (code, [line.split()[1] for line in out.splitlines()]) == (2, ["S101", "L101", "S101"])


def test_a_reference_does_not_leave_the_checkout():
    lay_out({"repo/.git/config": "", "repo/a/t.yaml": template("DefinitionUri: ../../secret.json")})
    lay_out({"secret.json": ASL, "repo/a/u.yaml": template("DefinitionUri: ../b/m.json")})
    lay_out({"repo/b/m.json": ASL})
    assert [each.code for each in check_one("repo/a/t.yaml", FileQuestion()).findings] == ["A150"]
    [found] = check_one("repo/a/u.yaml", FileQuestion()).findings
    assert (found.code, Path(found.file).name) == ("S101", "m.json")
    with rooted("."):
        [found] = check_one("repo/a/t.yaml", FileQuestion()).findings
    assert (found.code, Path(found.file).name) == ("S101", "secret.json")


def test_what_another_file_holds_is_not_kept_in_the_cache(capsys):
    lay_out({"t.yaml": template("DefinitionUri: m.json"), "m.json": "{}"})
    assert call(capsys, "check", "t.yaml")[0] == 1
    lay_out({"m.json": ASL.replace("Nope", "A")})
    first = call(capsys, "check", "t.yaml")
    lay_out({"m.json": ASL})
    assert "S101" not in first[1]
    assert "S101" in call(capsys, "check", "t.yaml")[1]
    Path("m.json").unlink()
    assert "A155" in call(capsys, "check", "t.yaml")[1]


def test_a_machine_in_another_file_is_express_where_the_template_says_so():
    waits = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken"}
    waits |= {"Parameters": {"QueueUrl": "q", "MessageBody": {"t.$": "$$.Task.Token"}}}
    lay_out({"m.json": json.dumps({"StartAt": "A", "States": {"A": {**waits, "End": True}}})})
    for kind, said in (("EXPRESS", True), ("STANDARD", False)):
        lay_out({"t.yaml": template(f"DefinitionUri: m.json\n      Type: {kind}")})
        codes = {each.code for each in check_one("t.yaml", FileQuestion()).findings}
        assert ("A165" in codes) is said


def test_a_file_that_a_template_calls_a_definition_is_not_passed_by(capsys):
    lay_out({"t.yaml": template("DefinitionUri: m.json"), "m.json": "{}"})
    code, out, _ = call(capsys, "check", ".")
    assert (code, out.split(":")[0]) == (1, "m.json")


def test_a_definition_that_is_not_there_is_named():
    lay_out({"t.yaml": template("DefinitionUri: nope/missing.asl.json")})
    answer = check_one("t.yaml", FileQuestion())
    assert [str(each).split()[1] for each in answer.findings] == ["A155"]
    assert len(answer.coverage.unread) == 1


def test_a_broken_definition_is_not_passed_by(capsys):
    lay_out({"a.asl.json": "{", "b.json": '{"StartAt": "A", "States": {', "c.json": '{"states": '})
    code, out, _ = call(capsys, "check", ".")
    assert (code, [line.split(":")[0] for line in out.splitlines()]) == (
        2,
        ["a.asl.json", "b.json"],
    )


HOOKS = yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text("utf-8"))
TAKEN = [
    "order.asl.json", "pay.asl.yaml", "a/b/pay.asl.yml", "order.asl", "order.json.asl",
    "m/order.asl.json.tftpl", "state_machine.json", "stateMachine.json", "state-machine.yaml",
    "workflows/order.json", "src/workflows/deep/order.yaml", "order-workflow.yaml", "Workflow.yml",
]  # fmt: skip
LEFT = [
    ".github/workflows/deploy-workflow.yml", "a/.github/workflows/ci.yml", "README.md",
    "order.asl.annotations.yaml", "workflow.suppressions.yml", "workflow.schema.json",
    "package.json", "template.yaml", "main.tf", "src/workflow.py", "reasl.json", "asl/readme.md",
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"), [(n, True) for n in TAKEN] + [(n, False) for n in LEFT]
)
def test_the_hook_takes_files_by_their_names(name: str, expected: bool):
    hook = HOOKS[0]
    taken = re.search(hook["files"], name) and not re.search(hook["exclude"], name)
    assert bool(taken) is expected


@pytest.mark.parametrize("name", ["a.asl", "x/t.template", "main.tf", "m.asl.json.tftpl", "a.yml"])
def test_the_hook_of_the_whole_repository_runs_for_every_file_that_is_looked_into(name: str):
    assert re.search(HOOKS[1]["files"], name)


def test_the_hook_passes_by_what_holds_no_definition(capsys):
    assert HOOKS[0]["entry"] == "wfmodel check --by-content"
    lay_out({"workflows/deploy.yml": "on: push\njobs: {}\n", "workflows/order.json": ASL})
    code, out, err = call(
        capsys, "check", "--by-content", "workflows/deploy.yml", "workflows/order.json"
    )
    assert (code, out.split(":")[0]) == (1, "workflows/order.json")
    assert "1 file without a definition" in err
