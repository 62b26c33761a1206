"""Machines inside templates, Terraform files and plans: found, placed; junk is a finding."""

from __future__ import annotations

import json
import time

import pytest

from tests.importers.containers import CONTAINERS, as_json, as_yaml, hcl
from tests.importers.test_embedded_places import text_at
from wfmodel.checks import check_result
from wfmodel.checks.file_selection import Selection, select_files
from wfmodel.importers import Annotations, load_all, load_any
from wfmodel.importers.embedded import contents_of
from wfmodel.importers.embedded.outer_findings import PROBLEMS
from wfmodel.model.distributions import Constant
from wfmodel.model.findings import Severity
from wfmodel.model.limits import MOST_BYTES

pytestmark = pytest.mark.long


SAM = """\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Conditions:
  Live: !Equals [!Ref Stage, live]
Resources:
  Charge:
    Type: AWS::Serverless::Function
    Properties:
      Role: !GetAtt Role.Arn
      Environment: {Variables: {TABLE: !If [Live, !Ref Orders, none]}}
  Checkout:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Charge
        States:
          Charge:
            Type: Task
            Resource: !GetAtt Charge.Arn
            Retry: [{ErrorEquals: [States.ALL], MaxAttempts: 2}]
            Next: Shipp
          Ship:
            Type: Task
            Resource: !Sub arn:${AWS::Partition}:states:::sqs:sendMessage.waitForTaskToken
            Parameters: {QueueUrl: !Ref Queue, MessageBody: {Token.$: $$.Task.Token}}
            TimeoutSeconds: 600
            End: true
  Refund:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionSubstitutions: {Refund: !GetAtt Charge.Arn}
      DefinitionString: |
        {
          "StartAt": "Refund",
          "States": {
            "Refund": {"Type": "Task", "Resource": "${Refund}", "Next": "Nowhere"}
          }
        }
  Nightly:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: machines/nightly.asl.json
"""

CDK = {
    "Resources": {
        "OrderE5F1": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "DefinitionString": {
                    "Fn::Join": [
                        "",
                        [
                            '{"StartAt":"Pay","States":{"Pay":{"Next":"Wait","Type":"Task",'
                            '"Resource":"arn:',
                            {"Ref": "AWS::Partition"},
                            ':states:::lambda:invoke","Parameters":{"FunctionName":"',
                            {"Fn::GetAtt": ["PayFn", "Arn"]},
                            '","Payload.$":"$"}},"Wait":{"Type":"Wait","Seconds":',
                            {"Ref": "Pause"},
                            ',"Next":"Sent"},"Done":{"Type":"Succeed"}}}',
                        ],
                    ]
                },
                "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
            },
        }
    }
}

TERRAFORM = """\
locals { note = "a brace } and a quote \\" in ${upper("text }")}" }

/* resource "aws_sfn_state_machine" "commented" { definition = "{}" } */
resource "aws_sfn_state_machine" "pay" {
  name     = "pay-${var.stage}"
  role_arn = aws_iam_role.pay.arn
  logging_configuration {
    level = "ALL"
  }

  definition = <<-EOF
    {
      "StartAt": "Pay",
      "States": {
        "Pay": {
          "Type": "Task",
          "Resource": "${module.fns["pay"].arn}",
          "TimeoutSeconds": ${var.limit},
          "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Undo"}],
          "End": true
        }
      }
    }
  EOF
}

resource "aws_sfn_state_machine" "ship" {
  definition = jsonencode({
    StartAt = "Ship" // where it begins
    States = {
      "Ship" : {
        Type     = "Task", Resource = aws_lambda_function.ship.arn
        Retry    = [{ ErrorEquals = ["Busy"], BackoffRate = 1.5, MaxAttempts = 2 }]
        Next     = "Sent"
      },
      Done = { Type = "Succeed" }
    }
  })
}
"""


def places(file: str, text: str, name: str = "unknown-target") -> dict[str, tuple[int, int, str]]:
    """By machine: line, column and text of the finding of one name."""
    found = {}
    for result in load_all(file, text=text):
        for finding in check_result(result):
            if finding.name == name:
                key = result.workflow.name if result.workflow else ""
                span = finding.span
                found[key] = (span.line, span.column, text_at(text, span))
    return found


def codes(file: str, text: str) -> list[str]:
    return [f.code for result in load_all(file, text=text) for f in result.findings]


def test_a_template_by_hand_has_its_defects_where_they_stand():
    assert places("template.yaml", SAM) == {
        "Checkout": (21, 19, "Shipp"),
        "Refund": (36, 73, '"Nowhere"'),
    }
    checkout, refund, nightly = load_all("template.yaml", text=SAM)
    assert checkout.workflow.states["Charge"].service == "Charge"
    assert "Ship (callback)" in checkout.workflow.states
    assert refund.workflow.states["Refund"].service == "Refund"
    [note] = nightly.findings
    assert (str(note.span), note.code) == ("template.yaml:42:22", "A150")
    assert "'machines/nightly.asl.json'" in note.message
    assert note.severity is Severity.INFO


def test_what_cdk_writes_has_its_defects_between_the_escapes():
    text = json.dumps(CDK, indent=1)
    assert places("cdk.out/Stack.template.json", text) == {"OrderE5F1": (25, 19, '\\"Sent\\"')}
    [result] = load_all("cdk.out/Stack.template.json", text=text)
    pay = result.workflow.states["Pay"]
    assert (pay.service, pay.action) == ("PayFn", "invoke")
    assert [f.code for f in result.findings] == ["A120"]
    assert str(result.findings[0].span).endswith(":22:8")  # the Ref between the pieces
    minified = json.dumps(CDK)
    column = minified.index('\\"Sent\\"') + 1
    assert places("x.json", minified) == {"OrderE5F1": (1, column, '\\"Sent\\"')}


def test_a_terraform_file_has_its_defects_where_they_stand():
    assert places("main.tf", TERRAFORM) == {"pay": (19, 61, '"Undo"'), "ship": (34, 20, '"Sent"')}
    pay, ship = load_all("main.tf", text=TERRAFORM)
    assert pay.workflow.states["Pay"].service == "module.fns__pay__.arn"
    assert ship.workflow.states["Ship"].retry.attempts == 3
    assert ship.document.original(("states", "Ship", "next")) == (
        ("resource", "aws_sfn_state_machine", "ship", "definition", "States", "Ship", "Next")
    )


def test_a_plan_has_each_machine_once():
    inner = '{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}'
    kind = {"type": "aws_sfn_state_machine", "mode": "managed"}
    known = {"address": "module.m.aws_sfn_state_machine.a[0]", **kind}
    later = {"address": "aws_sfn_state_machine.b", **kind}
    gone = {"address": "aws_sfn_state_machine.c", **kind, "change": {"after": None}}
    data = {**kind, "mode": "data", "address": "data.x", "values": {"definition": "x"}}
    modules = [{"resources": [{**known, "values": {"definition": inner}}, data]}]
    text = json.dumps(
        {
            "planned_values": {"root_module": {"child_modules": [{"child_modules": modules}]}},
            "resource_changes": [
                {**known, "change": {"after": {"definition": inner}}},
                {**later, "change": {"after": {"name": "b"}}},
                gone,
            ],
        },
        indent=1,
    )
    first, second = load_all("plan.json", text=text)
    assert first.workflow.name == "module.m.aws_sfn_state_machine.a[0]"
    assert [(f.code, f.span.line) for f in second.findings] == [("A151", 48)]
    assert text.split("\n")[47].strip() == '"after": {'
    assert text.split("\n")[48].strip() == '"name": "b"'
    assert places("plan.json", text) == {first.workflow.name: (14, 91, '\\"B\\"')}
    first_line = next(n for n, line in enumerate(text.split("\n"), 1) if '\\"B\\"' in line)
    assert first_line == 14  # the first of the two places
    assert text.split("\n")[13].index('\\"B\\"') == 90


@pytest.mark.parametrize("kind", CONTAINERS)
def test_broken_json_inside_is_said_where_it_breaks(kind):
    container = CONTAINERS[kind]
    good = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "MARK": {"Type": "Fail"}}}'
    text = container.write(good)
    if "object" in kind or "ToJson" in kind or "jsonencode" in kind:
        return  # broken, it is the outer file that is broken
    at = text.index("MARK")
    quoted = 2 if text[at - 2] == "\\" else 1
    broken = text[: at - quoted] + "!" * quoted + text[at:]
    [result] = load_all(container.file, text=broken)
    [found] = result.findings
    assert found.code == "L105"
    assert "in the definition of 'Order'" in found.message
    line = broken.count("\n", 0, at - quoted) + 1
    column = at - quoted - broken.rfind("\n", 0, at - quoted)
    assert (found.span.line, found.span.column) == (line, column)


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        ("DefinitionString: ''", "L104"),
        ('DefinitionString: \'{"a": 1, "a": 2}\'', "L106"),
        ("DefinitionString: '" + "[" * 200 + "]" * 200 + "'", "L107"),
        ("DefinitionString: '[NaN]'", "L105"),
        ("DefinitionString: '{}'", "A101"),
        ("DefinitionString: 3", "A151"),
        ("DefinitionString: !Ref Text", "A151"),
        ("DefinitionString: !If [Live, '{}', '{}']", "A151"),
        ("DefinitionString: !Join ['', !Ref Parts]", "A151"),
        ("DefinitionString: !Sub ['${A}']", "A151"),
        ('DefinitionString: \'{"States": ${S}, "StartAt": "A"}\'', "A151"),
        ('DefinitionString: \'{${Common}, "StartAt": "A"}\'', "A151"),
        ("Definition: !If [Live, {}, {}]", "A151"),
        ("Definition: {Fn::Transform: {Name: AWS::Include}}", "A151"),
        ("Definition: {StartAt: A, States: {A: !Ref B}}", "A151"),
        ("Definition: {StartAt: A, States: {A: {Type: Pass, Next: !Ref B}}}", "A151"),
        ("Definition: []", "A101"),
        ("DefinitionS3Location: {Bucket: !Ref B, Key: k}", "A150"),
        ("DefinitionUri: {Bucket: b, Key: k}", "A150"),
        ("Tags: []", "A151"),
        ("Definition: !Unknown {}", "L109"),
        ("Definition: {", "L105"),
    ],
)
def test_what_a_template_may_hold_instead_of_a_machine(definition, code):
    results = load_all("t.yaml", text=as_yaml(definition))
    found = [f for result in results for f in result.findings]
    assert [f.code for f in found][:1] == [code]
    assert all(f.span is not None and f.span.line >= 3 for f in found)
    assert all(result.workflow is None for result in results)


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        ("local.machine", "A151"),
        ('"${local.machine}"', "A151"),
        ('var.x ? "{}" : "[]"', "A151"),
        ('file("machine.json")', "A150"),
        ('templatefile("${path.module}/m.json", { a = 1 })', "A150"),
        ("jsonencode(merge(local.a, {}))", "A151"),
        ("jsonencode({ for k, v in local.a : k => v })", "A151"),
        ("jsonencode({ StartAt = local.a, States = {} })", "A151"),
        ('jsonencode({ StartAt = "A", States = { A = merge(local.b, {c = 1}) } })', "A151"),
        ("jsonencode({ A = 1, A = 2 })", "L106"),
        ("jsonencode(" + "[" * 200 + "]" * 200 + ")", "L107"),
        ("jsonencode({}", "L105"),
        ("jsonencode()", "L105"),
        ("jsonencode({})", "A101"),
        ("jsonencode([for x in y : x])", "A151"),
        ("<<EOF\n{\nEOF", "L105"),
        ("<<EOF\n\nEOF", "L104"),
        ("<<EOF\n%{ if x }{}%{ endif }\nEOF", "A151"),
        ("<<EOF\n{}", "L105"),
        ('"{', "L105"),
        ('"${', "L105"),
        ('"${a{', "L105"),
        ('"${"${"${', "L105"),
        ("/* never ends", "L105"),
        ("]", "L105"),
        ("", "A151"),
    ],
)
def test_what_a_terraform_file_may_hold_instead_of_a_machine(definition, code):
    text = hcl(definition)
    results = load_all("m.tf", text=text)
    found = [f for result in results for f in result.findings]
    assert [f.code for f in found][:1] == [code]
    assert all(f.span is not None for f in found)
    assert all(result.workflow is None for result in results)


def test_values_in_hcl_are_read_as_they_are_written():
    text = hcl(
        'jsonencode({\n  StartAt = "A",\n  Comment = <<-EOT\n    two\n    lines\n  EOT\n'
        '  States = { "A" = { Type = "Pass", End = true, Result = {\n'
        '    a = -1, b = [1.5, null, "x\\ty", false,\n ], (var.k) = var.v[0].w\n'
        "    c = { for x in y : x => 1 }, 1 = 1e999, d = -var.n } } }\n})"
    )
    [result] = load_all("m.tf", text=text)
    assert result.workflow.description == "two\nlines\n"
    value = result.document.value["States"]["A"]["Result"]
    assert value == {
        "a": -1,
        "b": [1.5, None, "x\ty", False],
        "${var.k}": "${var.v_0_.w}",
        "c": "${__for_x_in_y___x_=>_1__}",
        "1": "${1e999}",
        "d": "${-var.n}",
    }


def test_terraform_json_in_lists_and_objects():
    machine = '{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"${a.b["c"]}","End":true}}}'
    block = {"aws_sfn_state_machine": [{"a": [{"definition": machine}], "b": {}}]}
    block["aws_sfn_state_machine"][0]["c"] = {"definition": "${jsonencode({})}"}
    block["aws_sfn_state_machine"][0]["d"] = {"definition": "%{ if x }"}
    results = load_all("m.tf.json", text=json.dumps({"resource": [block]}))
    assert results[0].workflow.name == "a"
    assert results[0].document.original(("initial",))[:5] == (
        ("resource", 0, "aws_sfn_state_machine", 0, "a")
    )
    assert [f.code for r in results[1:] for f in r.findings] == ["A151"] * 3


def test_other_files_are_read_as_before():
    machine = '{"StartAt": "A", "States": {"A": {"Type": "Task", "End": true, "Resource": "${x}",'
    machine += '"Parameters": {"type": "AWS::StepFunctions::StateMachine"}, "TimeoutSeconds": %s}}}'
    for limit in ("3", "${Limit}"):
        [result] = load_all("x.asl.json", text=machine % limit)
        assert result.findings == load_any("x.asl.json", text=machine % limit).findings
        assert result.workflow is not None
    assert load_all("none.yaml")[0].findings[0].code == "L101"
    assert load_all("x.yaml", text="a: 1")[0].findings == load_any("x.yaml", text="a: 1").findings
    assert contents_of("Resources: {B: {Type: AWS::S3::Bucket}}", "t.yaml") is None
    assert codes("x.tf", "variable a {}") == ["A153"]
    assert codes("x.tf", '# "aws_sfn_state_machine"') == ["A153"]
    assert codes("-", hcl("local.x")) == ["A151"]


def test_annotations_belong_to_one_machine(tmp_path):
    file = tmp_path / "template.yaml"
    file.write_text(SAM)
    side = tmp_path / "template.Checkout.annotations.yaml"
    side.write_text("states: {Charge: {service: bank}}\n")
    assert load_all(file)[0].workflow.states["Charge"].service == "bank"
    (tmp_path / "template.annotations.yaml").write_text("states: {Nope: {}}\n")
    assert load_all(file)[1].workflow is not None
    last = load_all(file, Annotations(name="x"))[-1]
    assert [f.code for f in last.findings] == ["A154"]
    single = tmp_path / "main.tf"
    single.write_text(hcl('jsonencode({ StartAt = "A", States = { A = { Type = "Fail" } } })'))
    assert load_all(single, Annotations(name="x"))[0].workflow.name == "x"
    (tmp_path / "main.annotations.yaml").write_text("name: y\n")
    assert [f.code for f in load_all(single)[0].findings] == []
    assert load_all(single)[0].workflow.name == "y"


def test_a_directory_is_searched_for_files_that_hold_machines(tmp_path):
    wanted = {
        "cdk.out/s.template.json": json.dumps(CDK),
        "template.yaml": SAM,
        "main.tf": TERRAFORM,
    }
    for number, container in enumerate(CONTAINERS.values()):
        inner = '{"StartAt": "A", "States": {"A": {"Type": "Fail"}}}'
        wanted[f"{number}/{container.file}"] = container.write(inner)
    uri = as_yaml("DefinitionUri: x.asl.json").replace("StepFunctions", "Serverless")
    wanted |= {"uri.yaml": uri, "file.tf": hcl('file("x.json")')}  # where they lead is looked at
    others = {
        "other.tf": 'resource "aws_iam_role" "r" { definition = "x" }',
        "bucket.yaml": "Resources: {B: {Type: AWS::S3::Bucket}}",
        "tree.json": '{"tree": {"constructInfo": "aws-cdk-lib.aws_stepfunctions.StateMachine"}}',
        "notes.md": SAM,
    }
    for name, text in {**wanted, **others}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, newline="")
    found = select_files([str(tmp_path)], Selection()).files
    assert set(found) == {str(tmp_path / name) for name in wanted}


MACHINE = '{"StartAt":"A","States":{"A":{"Type":"Fail"}}}'


def many(count: int) -> str:
    resource = {
        "Type": "AWS::Serverless::StateMachine",
        "Properties": {"DefinitionString": MACHINE},
    }
    return json.dumps({"Resources": {f"M{n}": resource for n in range(count)}})


def aliased_text(count: int) -> str:
    """One machine, half as long as a file may be, that every resource repeats by its name."""
    padding = " " * (MOST_BYTES // 2)
    head = "Resources:\n A: &a\n  Type: AWS::StepFunctions::StateMachine\n  Properties:\n"
    head += f"   DefinitionString: '{MACHINE[:-1]}{padding}}}'\n"
    return head + "".join(f" B{n}: *a\n" for n in range(count))


def joined_aliases() -> str:
    part = "x" * 100_000
    head = f"P: &p {part}\nResources:\n A:\n  Type: AWS::StepFunctions::StateMachine\n"
    return head + "  Properties:\n   DefinitionString: !Join ['', [" + "*p ," * 200_000 + "'']]\n"


TAGGED = 'resource "aws_sfn_state_machine" "a" {\n'
HUGE = {
    "machines": ("t.json", many(600), "A152"),
    "aliases of a text": ("t.yaml", aliased_text(2_000), "A152"),
    "aliases in a join": ("t.yaml", joined_aliases(), "A151"),
    "too large": ("t.yaml", "#" * (MOST_BYTES + 1), "L102"),
    "nested tags": ("t.yaml", as_yaml("Definition: " + "!Sub [" * 5_000), "L107"),
    "nested joins": (
        "t.yaml",
        as_yaml("DefinitionString: " + "!Join ['', [" * 45 + "'{'" + "]]" * 45),
        "L105",
    ),
    "escapes": ("t.json", as_json({"DefinitionString": '"\n' * 400_000}), "L105"),
    "quotes in YAML": ("t.yaml", as_yaml("DefinitionString: '{" + "''" * 1_500_000 + "'"), "L105"),
    "blanks in YAML": (
        "t.yaml",
        as_yaml('DefinitionString: "{' + " " * 2_000_000 + 'x"'),
        "L105",
    ),
    "lines in YAML": ("t.yaml", as_yaml("DefinitionString: >\n" + "        x\n" * 200_000), "L105"),
    "open braces": ("m.tf", TAGGED + "{" * 2_000_000, "L107"),
    "heredocs": ("m.tf", TAGGED + "definition = <<EOF\n" + "\n" * 3_000_000, "L105"),
    "many heredocs": ("m.tf", TAGGED + "a = <<A\nA\n" * 60_000 + "}\n", "A151"),
    "marks in one line": ("m.tf", TAGGED + "a = <<A\n" + "A" * 3_000_000, "L105"),
    "templates": ("m.tf", TAGGED + 'definition = "' + "${" * 1_500_000, "L107"),
    "open templates": ("m.tf", TAGGED + "definition = <<E\n" + '"${a' * 700_000 + "\nE\n}", "L105"),
    "digits": ("m.tf", hcl("jsonencode({ a = " + "9" * 1_000_000 + " })"), "A101"),
    "elements": ("m.tf", hcl("jsonencode([" + "1," * 120_000 + "])"), "A151"),
    "tokens": ("m.tf", hcl("jsonencode([" + "1," * 1_000_000 + "])"), "L102"),
    "opaque in opaque": ("m.tf", hcl("jsonencode(" + "[" * 90 + "1" + "].x" * 90 + ")"), "A151"),
    "dollars": ("t.json", as_json({"DefinitionString": {"Fn::Sub": "${" * 1_000_000}}), "L105"),
}


@pytest.mark.parametrize("name", HUGE)
def test_what_is_huge_ends_soon_with_a_finding(name):
    file, text, code = HUGE[name]
    begin = time.process_time()
    found = [f for result in load_all(file, text=text) for f in result.findings]
    assert time.process_time() - begin < 20  # some seconds on a slow machine; a square takes hours
    assert code in [f.code for f in found]
    assert all(f.span is not None for f in found)


def test_the_page_lists_every_finding_about_larger_files():
    from tests.importers.corpus import ROOT

    page = (ROOT / "docs" / "importing-asl.md").read_text(encoding="utf-8")
    for problem in PROBLEMS:
        assert f"| {problem.code} | `{problem.name}` | {problem.severity} | {problem.why} |" in page


def test_a_definition_in_a_file_that_is_not_there_is_an_error(tmp_path):
    template = tmp_path / "t.yaml"
    head = "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n"
    told = {}
    for where in ("flows/a.asl.json", "flows/b.asl.json", "s3://bucket/key", "${Flows}/a.json"):
        template.write_text(f"{head}      DefinitionUri: {where}\n", "utf-8")
        (tmp_path / "flows").mkdir(exist_ok=True)
        (tmp_path / "flows" / "a.asl.json").write_text(json.dumps(MACHINE), "utf-8")
        [result] = load_all(template)
        told[where] = [(f.code, f.span.line) for f in result.findings]
    assert told == {
        "flows/a.asl.json": [],  # read there
        "flows/b.asl.json": [("A155", 5)],
        "s3://bucket/key": [("A150", 5)],
        "${Flows}/a.json": [("A150", 5)],
    }
    # Read from elsewhere, nothing is known about what is beside it.
    [result] = load_all("t.yaml", text=template.read_text("utf-8"))
    assert [f.code for f in result.findings] == ["A150"]


MACHINE = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
TWICE = '"Tags": {"a": 1, "a": 2}'


def in_template(before: str, definition: str, as_text: bool = False) -> str:
    """A template with something before the machine's definition."""
    key, written = (
        ("DefinitionString", json.dumps(definition))
        if as_text
        else (
            "Definition",
            definition,
        )
    )
    properties = f'{{{before}, "{key}": {written}}}'
    kind = "AWS::StepFunctions::StateMachine"
    return f'{{"Resources": {{"M": {{"Type": "{kind}", "Properties": {properties}}}}}}}'


@pytest.mark.parametrize("name", ["t.json", "t.yaml"])
def test_a_key_that_stands_twice_beside_a_machine_is_a_warning(name):
    text = in_template(TWICE, json.dumps(MACHINE))
    machine, file = load_all(name, text=text)
    assert machine.workflow is not None
    assert [(f.code, f.severity) for f in file.findings] == [("L106", Severity.WARNING)]


@pytest.mark.parametrize("name", ["t.json", "t.yaml"])
def test_a_key_that_stands_twice_in_a_machine_is_its_error(name):
    twice = json.dumps(MACHINE).replace('"End": true', '"End": true, "End": true')
    [result] = load_all(name, text=in_template('"Tags": {}', twice))
    assert result.workflow is None
    assert [(f.code, f.severity) for f in result.findings] == [("L106", Severity.ERROR)]


def substituted(definition: dict, as_text: bool, **constants: object) -> list[str]:
    """Codes where a template fills names in."""
    before = f'"DefinitionSubstitutions": {json.dumps(constants)}'
    text = in_template(before, json.dumps(definition), as_text)
    return [f.code for result in load_all("t.json", text=text) for f in result.findings]


@pytest.mark.parametrize("as_text", [False, True])
def test_what_a_template_fills_in_itself_is_in_its_place(as_text):
    states = {"A": {"Type": "${Kind}", "Resource": "arn:aws:states:::${Call}", "End": True}}
    machine = {"StartAt": "A", "States": states}
    assert substituted(machine, as_text, Kind="Task", Call="sns:publih") == ["A160"]
    assert substituted(machine, as_text, Kind="Tsak", Call="sns:publish") == ["A102"]
    assert substituted(machine, as_text, Kind={"Ref": "Kind"}, Call="x") == ["A151"]


@pytest.mark.parametrize("odd", ["NaN", "1e999", '"\\ud800"', "[" * 150, "-Infinity"])
def test_what_no_file_may_say_is_not_filled_in_either(odd):
    text = in_template(
        f'"DefinitionSubstitutions": {json.dumps({"Odd": odd})}',
        '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": ${Odd}, "End": true}}}',
        as_text=True,
    )
    [result] = load_all("t.json", text=text)
    assert [f.code for f in result.findings] == []
    assert result.document.value["States"]["A"]["Result"] == "${Odd}"


def test_a_bare_name_is_filled_in_as_a_number():
    text = in_template(
        '"DefinitionSubstitutions": {"Pause": "7"}',
        '{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${Pause}, "End": true}}}',
        as_text=True,
    )
    [result] = load_all("t.json", text=text)
    assert result.findings == ()
    assert result.workflow.states["A"].duration == Constant(7_000_000_000)
