"""Larger files to hide a machine in: one of each kind, and how a place in it reads."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Writer = Callable[[str], str]
Reader = Callable[[str], str]


def as_json(properties: dict[str, Any], indent: int | None = 2) -> str:
    resource = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    return json.dumps({"Resources": {"Order": resource}}, indent=indent)


def as_yaml(definition: str) -> str:
    return (
        "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Order:\n"
        "    Type: AWS::StepFunctions::StateMachine\n    Properties:\n"
        f"      RoleArn: !GetAtt Role.Arn\n      {definition}\n  Role: {{Type: AWS::IAM::Role}}\n"
    )


def indented(text: str, by: int) -> str:
    return "\n".join(" " * by + line for line in text.split("\n"))


def joined(inner: str) -> str:
    parts = re.split(r'(?<="Type": "Pass")', inner)
    parts.insert(1, "")
    return as_json({"DefinitionString": {"Fn::Join": ["", parts]}})


def hcl(definition: str) -> str:
    return (
        '# a } comment\nvariable "v" {\n  default = "}"\n}\n\n'
        'resource "aws_sfn_state_machine" "Order" {\n  name = "a-${var.v["b"]}"\n'
        f"  definition = {definition}\n}}\n"
    )


def plan(inner: str) -> str:
    resource = {
        "address": "Order",
        "mode": "managed",
        "type": "aws_sfn_state_machine",
        "values": {"definition": inner},
    }
    module = {"child_modules": [{"address": "module.m", "resources": [resource]}]}
    return json.dumps({"format_version": "1.2", "planned_values": {"root_module": module}})


def tf_json(inner: str) -> str:
    block = {"Order": {"definition": inner}}
    return json.dumps({"resource": {"aws_iam_role": {}, "aws_sfn_state_machine": block}}, indent=1)


def plain(text: str) -> str:
    return str(json.loads(text))


def escaped(text: str) -> str:
    return str(json.loads(json.loads(f'"{text}"')))


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of file: its name, how it is written round a machine, how a place in it reads."""

    file: str
    write: Writer
    read: Reader = plain


CONTAINERS = {
    "template, object": Container(
        "t.template.json", lambda inner: as_json({"Definition": json.loads(inner)})
    ),
    "template, text": Container(
        "t.json", lambda inner: as_json({"DefinitionString": inner}), escaped
    ),
    "template, Fn::Sub": Container(
        "t.json", lambda i: as_json({"DefinitionString": {"Fn::Sub": [i, {}]}}, None), escaped
    ),
    "template, ToJsonString": Container(
        "t.json",
        lambda i: as_json({"DefinitionString": {"Fn::ToJsonString": json.loads(i)}}),
    ),
    "cdk, Fn::Join": Container("cdk.out/s.template.json", joined, escaped),
    "yaml, object": Container("t.yaml", lambda i: as_yaml(f"Definition:\n{indented(i, 8)}")),
    "yaml, literal": Container(
        "t.yaml", lambda i: as_yaml(f"DefinitionString: !Sub |\n{indented(i, 8)}")
    ),
    "yaml, literal in a list": Container(
        "t.yml",
        lambda i: as_yaml(f"DefinitionString: !Sub\n      - |-\n{indented(i, 8)}\n      - {{}}"),
    ),
    "yaml, literal, CRLF": Container(
        "t.yaml",
        lambda i: as_yaml(f"DefinitionString: |\n{indented(i, 8)}").replace("\n", "\r\n"),
    ),
    "yaml, folded": Container(
        "t.yaml", lambda i: as_yaml(f"DefinitionString: &d >-\n\n{indented(i, 8)}\n\n")
    ),
    "yaml, single quotes": Container(
        "t.yaml",
        lambda i: as_yaml(
            "DefinitionString: !Sub '" + indented(i.replace("'", "''"), 8).lstrip() + "'"
        ),
        lambda text: plain(text.replace("''", "'")),
    ),
    "yaml, double quotes": Container(
        "t.yaml",
        lambda i: as_yaml(f"DefinitionString: {json.dumps(i, ensure_ascii=False)}"),
        escaped,
    ),
    "terraform, heredoc": Container("m.tf", lambda i: hcl(f"<<EOF\n{i}\nEOF")),
    "terraform, indented heredoc": Container(
        "m.tf", lambda i: hcl(f"<<-EOF\n{indented(i, 4)}\n  EOF")
    ),
    "terraform, text": Container("m.tf", lambda i: hcl(json.dumps(i, ensure_ascii=False)), escaped),
    "terraform, jsonencode": Container("m.tf", lambda i: hcl(f"jsonencode({i})")),
    "terraform, json": Container("m.tf.json", tf_json, escaped),
    "terraform, plan": Container("plan.json", plan, escaped),
}
"""Every kind, by what it is."""
