"""Reports of other checkers, written anew: what AWS takes passes, what it refuses is an error.

``OK`` are definitions that somebody's checker refused though AWS takes them; ``BAD`` those that
somebody's checker took though AWS refuses them, each with the code that says so. Sources: issues of
cfn-lint, asl-validator, statelint, serverless-step-functions and emulators of Step Functions, whose
authors had asked AWS.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wfmodel.checks import check_result
from wfmodel.importers import load_all
from wfmodel.importers.asl.expressions import names_at_the_top
from wfmodel.model.findings import Finding, Severity

FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:pay"
ARRIVED = {"Variable": "$.x", "NumericEquals": 1}


def one(state: dict[str, Any], **top: object) -> dict[str, Any]:
    """A machine of one state."""
    return {"StartAt": "A", "States": {"A": state}, **top}


def task(**fields: object) -> dict[str, Any]:
    return {"Type": "Task", "Resource": FUNCTION, "End": True, **fields}


def call(resource: str, **parameters: object) -> dict[str, Any]:
    return one(task(Resource=f"arn:aws:states:::{resource}", Parameters=parameters))


def done(**fields: object) -> dict[str, Any]:
    return {"Type": "Pass", "End": True, **fields}


def chosen(rule: dict[str, Any], **fields: object) -> dict[str, Any]:
    choice = {"Type": "Choice", "Choices": [rule], "Default": "P", **fields}
    return {"StartAt": "C", "States": {"C": choice, "P": done()}}


def each(inner: dict[str, Any], **fields: object) -> dict[str, Any]:
    processor = {"StartAt": "P", "States": {"P": inner}, **fields.pop("processor", {})}  # type: ignore[dict-item]
    return {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}


DISTRIBUTED = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
BATCH = {"MaxItemsPerBatch": 2}
CONDITION = {"Condition": "{% $exists($states.input) %}", "Next": "P"}

OK: dict[str, dict[str, Any]] = {
    "comment-of-a-rule": chosen({**CONDITION, "Comment": "c"}) | {"QueryLanguage": "JSONata"},
    "output-of-a-rule": chosen({**CONDITION, "Output": {"a": "{% $states.context.Execution.Id %}"}})
    | {"QueryLanguage": "JSONata"},
    "context-in-a-fail": one(
        {"Type": "Fail", "ErrorPath": "$$.State.Name", "CausePath": "$$.StateMachine.Name"}
    ),
    "languages-mixed-under-jsonpath": one(
        each(done(QueryLanguage="JSONPath"), QueryLanguage="JSONata"), QueryLanguage="JSONPath"
    ),
    "version-and-empty-retry": one(task(Retry=[]), Version="1.0"),
    "paths-that-are-the-default": one(task(InputPath="$", ResultPath="$", OutputPath="$")),
    "slices": one(task(Parameters={"parts": {"first.$": "$.v[0]", "last.$": "$.v[-3:]"}})),
    "workflow-service": one(task(Resource="arn:aws:swf:us-east-1:123456789012:task:X")),
    "partition-of-china": one(
        task(Resource="arn:aws-cn:lambda:cn-north-1:111122223333:function:pay:$LATEST")
    ),
    "partition-of-governments": one(
        task(Resource="arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:pay:live")
    ),
    "array-range": one(done(Parameters={"r.$": "States.ArrayRange(1, 9, 2)"})),
    "intrinsics-inside-each-other": one(
        done(Parameters={"r.$": "States.ArrayGetItem(States.StringSplit($.a, ','), 0)"})
    ),
    "escapes-in-a-format": one(done(Parameters={"e.$": "States.Format('it\\'s \\{{}\\}', $.a)"})),
    "jitter": one(
        task(
            Retry=[{"ErrorEquals": ["States.ALL"], "MaxDelaySeconds": 9, "JitterStrategy": "FULL"}]
        )
    ),
    "arguments-of-a-writer": one(
        each(
            done(),
            processor=DISTRIBUTED,
            Items="{% $states.input.items %}",
            ResultWriter={
                "Resource": "arn:aws:states:::s3:putObject",
                "Arguments": {"Bucket": "b", "Prefix": "p"},
            },
        ),
        QueryLanguage="JSONata",
    ),
    "reader": one(
        each(
            done(),
            processor=DISTRIBUTED,
            ItemReader={
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {"InputType": "JSON"},
                "Parameters": {"Bucket": "b", "Key": "k"},
            },
        )
    ),
    "started-by": call(
        "states:startExecution.sync:2",
        StateMachineArn="arn:aws:states:eu-west-1:111122223333:stateMachine:x",
        Input={"AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$": "$$.Execution.Id"},
    ),
    "token-inside-a-payload": call(
        "lambda:invoke.waitForTaskToken", FunctionName="f", Payload={"x": {"t.$": "$$.Task.Token"}}
    ),
    "query-by-the-sdk": call("aws-sdk:dynamodb:query", TableName="t"),
    "job-arguments": call("glue:startJobRun.sync", JobName="j", Arguments={"--x.$": "$.x"}),
    "brackets-inside-of-quotes": one(
        done(
            Parameters={
                "a.$": "States.Format('a ( [{}', $.a)",
                "b.$": "$['a (']",
                "c.$": "States.Array($['a]'])",
                "d.$": "$.a[?(@.b =~ /[(]/)]",
                "f.$": "$.a[(@.length-1)]",
                "e.$": "$.a[?(@.b in ['x y'] && !@.c)].d",
            }
        )
    ),
    "batches-where-no-mode-is-said": one(each(done(), ItemBatcher=BATCH)),
    "items-written-out": one(each(done(), Items=[1, "{% 2 %}"]), QueryLanguage="JSONata"),
    "variables-of-any-letters": one(done(Assign={"größe_2.$": "$.g", "${Name}": 1})),
    "initials-in-a-parameter": call("aws-sdk:rds:describeDBInstances", DbInstanceIdentifier="d"),
    "put-events": call("events:putEvents", Entries=[{"Detail": {}, "DetailType": "d"}]),
    "connection-that-is-filled-in": one(
        task(
            Resource="arn:aws:states:::http:invoke",
            Arguments={
                "ApiEndpoint": "{% '${Url}/v1/' & $states.input.id %}",
                "Method": "GET",
                "Authentication": {"ConnectionArn": "${Connection}"},
            },
        ),
        QueryLanguage="JSONata",
    ),
}

BAD: dict[str, tuple[str, dict[str, Any]]] = {
    "type": ("A102", one(task(Type="Invalid_Task"))),
    "choice-without-choices": (
        "A104",
        {"StartAt": "C", "States": {"C": {"Type": "Choice", "Default": "P"}, "P": done()}},
    ),
    "field-of-the-machine": ("A103", one(done(), Coment="x")),
    "field-in-lower-case": ("A103", one(done(), comment="x")),
    "starts-at": ("A104", {"StartsAt": "A", "States": {"A": done()}}),
    "name-for-an-arn": ("A116", one(task(Resource="create"))),
    "arn-without-a-partition": ("A116", one(task(Resource="arn:000:lambda:::function:Send"))),
    "language-in-lower-case": ("A106", one(done(), QueryLanguage="jsonata")),
    "jsonpath-in-jsonata": ("A109", one(done(QueryLanguage="JSONPath"), QueryLanguage="JSONata")),
    "language-of-a-processor": ("A103", one(each(done(), processor={"QueryLanguage": "JSONata"}))),
    "language-of-a-map-is-not-inherited": (
        "A109",
        one(each(done(Output={}), QueryLanguage="JSONata")),
    ),
    "text-that-does-not-end": ("A111", one(done(Output='{% "x %}'), QueryLanguage="JSONata")),
    "expression-that-does-not-end": (
        "A111",
        one(done(Output={"a": ["{% 1 + %}"]}), QueryLanguage="JSONata"),
    ),
    "error-output-out-of-place": (
        "A166",
        one(done(Output="{% $states.errorOutput %}"), QueryLanguage="JSONata"),
    ),
    "name-at-the-top": ("A166", one(done(Output={"v": "{% phone %}"}), QueryLanguage="JSONata")),
    "name-in-an-argument": (
        "A166",
        one(done(Output="{% $uppercase(phone) %}"), QueryLanguage="JSONata"),
    ),
    "end-that-is-text": ("A105", one({"Type": "Pass", "End": "true"})),
    "retry-that-is-an-object": ("A105", one(task(Retry={"ErrorEquals": ["States.ALL"]}))),
    "all-beside-another": ("A112", one(task(Retry=[{"ErrorEquals": ["States.ALL", "X"]}]))),
    "backoff-below-one": (
        "A106",
        one(task(Retry=[{"ErrorEquals": ["States.ALL"], "BackoffRate": 0.5}])),
    ),
    "no-branches": ("A106", one({"Type": "Parallel", "Branches": [], "End": True})),
    "no-states": ("A106", {"StartAt": "A", "States": {}}),
    "two-comparisons": ("A108", chosen({**ARRIVED, "StringEquals": "a", "Next": "P"})),
    "comparison-with-text": (
        "A105",
        chosen({"Variable": "$.x", "NumericEquals": "1", "Next": "P"}),
    ),
    "next-inside-of-and": ("A103", chosen({"And": [{**ARRIVED, "Next": "P"}], "Next": "P"})),
    "choice-that-ends": ("A103", chosen({**ARRIVED, "Next": "P"}, End=True)),
    "wait-for-nothing": ("A104", one({"Type": "Wait", "End": True})),
    "succeed-that-goes-on": (
        "A103",
        {"StartAt": "A", "States": {"A": {"Type": "Succeed", "Next": "B"}, "B": done()}},
    ),
    "no-time-at-all": ("A106", one(task(TimeoutSeconds=0))),
    "format-without-a-value": (
        "A110",
        one(done(Parameters={"x.$": "States.Format('{} {}', $.a)"})),
    ),
    "unknown-intrinsic": ("A110", one(done(Parameters={"x.$": "States.Upper($.a)"}))),
    **{
        f"path-that-is-none-{number}": ("A110", one(done(Parameters={"y.$": path})))
        for number, path in enumerate(
            (
                "$.",
                "$.a..",
                "$x.",
                "$.a b",
                "$.a[]",
                "$.a[?(@.b==1]",
                "$.a...b",
                "States.Array($.a[)",
                "States.ArrayLength($.a.)",
            )
        )
    },
    **{
        f"name-of-no-variable-{number}": ("A171", one(done(Assign={name: 1})))
        for number, name in enumerate(("$x", "1x", "a b", "x.y"))
    },
    "items-that-are-a-path": ("A105", one(each(done(), Items="$.x"), QueryLanguage="JSONata")),
    "parameter-in-lower-case-inside": (
        "A163",
        call("aws-sdk:dynamodb:query", Tablename="t"),
    ),
    "path-without-a-dollar": ("A110", one(done(Parameters={"y.$": "a.b"}))),
    "way-out-of-a-branch": (
        "S101",
        {
            "StartAt": "A",
            "States": {
                "A": {
                    "Type": "Parallel",
                    "Branches": [{"StartAt": "X", "States": {"X": {"Type": "Pass", "Next": "Z"}}}],
                    "Next": "Z",
                },
                "Z": done(),
            },
        },
    ),
    "action-in-upper-case": ("A160", call("aws-sdk:dynamodb:Query")),
    "unknown-service": ("A160", call("aws-sdk:dynamo:query")),
    "sdk-that-waits": ("A161", call("aws-sdk:dynamodb:query.sync", TableName="t")),
    "topic-that-waits": ("A161", call("sns:publish.sync", TopicArn="t", Message="m")),
    "iterator-and-processor": (
        "A108",
        one(each(done(), Iterator={"StartAt": "Q", "States": {"Q": done()}})),
    ),
    "variable-called-states": ("A171", one(done(Assign={"states": 1}))),
    "function-among-fields": ("A103", one(done(), **{"Fn::Sub": "x"})),
}

IN_FILES = {
    "ok-activity.yaml": """\
Resources:
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionSubstitutions: {UploadArn: !Ref Upload}
      Definition:
        StartAt: Upload
        States:
          Upload:
            Type: Task
            Resource: ${UploadArn}
            Parameters: {"execution.$": "$$.Execution.Id"}
            TimeoutSeconds: 60
            End: true
""",
    "ok-serverless.yml": """\
service: s
stepFunctions:
  stateMachines:
    m:
      definition:
        StartAt: A
        States:
          A:
            Type: Task
            Resource: 'arn:aws:lambda:#{AWS::Region}:#{AWS::AccountId}:function:${self:service}-x'
            Next: B
          B: {Type: Task, Resource: !GetAtt [hello, Arn], Next: C}
          C: {Type: Task, Resource: {Fn::GetAtt: [hello, Arn]}, End: true}
""",
    "ok-substituted-text.yaml": """\
Resources:
  M:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString:
        Fn::Sub:
          - '{"StartAt": "C", "States": {"C": {"Type": "Task", "Resource": "${F}", "End": true}}}'
          - {F: !GetAtt F.Arn}
""",
    "ok-included.yaml": """\
Resources:
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}
""",
    "ok-number.asl.json": """\
{"StartAt": "P", "TimeoutSeconds": ${Timeout},
 "States": {"P": {"Type": "Pass", "Result": {"d": ${Value}}, "End": true}}}
""",
    "bad-trailing-comma.asl.json": """\
{"StartAt": "A", "States": {
  "A": {"Type": "Pass", "End": true},
}}
""",
    "bad-serverless.yml": """\
service: s
stepFunctions:
  stateMachines:
    m:
      definition:
        StartAt: A
        States:
          A: {Type: Task, Resource: create, End: true}
""",
}


def loud(folder: Path, name: str, text: str) -> list[Finding]:
    """Errors and warnings of a file."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    said = (finding for result in load_all(path) for finding in check_result(result))
    return [finding for finding in said if finding.severity is not Severity.INFO]


@pytest.mark.parametrize("name", OK)
def test_what_aws_takes_passes(name, tmp_path):
    assert loud(tmp_path, "m.asl.json", json.dumps(OK[name])) == []


@pytest.mark.parametrize("name", BAD)
def test_what_aws_refuses_is_an_error(name, tmp_path):
    code, machine = BAD[name]
    found = loud(tmp_path, "m.asl.json", json.dumps(machine, indent=1))
    assert code in {finding.code for finding in found if finding.severity is Severity.ERROR}
    assert all(finding.span is not None for finding in found)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("phone", ["phone"]),
        ("$x.a & b.c", ["b"]),
        ('{"a": b, c: 1}', ["b", "c"]),
        ("x ? y : z", ["x", "y", "z"]),
        ("-a + [b, (c; d)].e", ["a", "b", "c", "d"]),
        ("$states.input.l[a = 1]^(b){c: d}.e", []),
        ("$map($states.input.l, function($v) { $v.a })", []),
        ("$states.input.l.(a + $sum(b))", []),
        ("($x := $states.input; $x.a and true or null)", []),
        ("$states.input ~> |a|{'b': c}|", []),
        ("$states.input.in.and.or", []),
        ("1 +", []),
    ],
)
def test_names_without_a_document_are_found(text, names):
    assert sorted(names_at_the_top(text)) == names


@pytest.mark.parametrize("name", IN_FILES)
def test_a_larger_file_is_judged_as_aws_does(name, tmp_path):
    found = loud(tmp_path, name, IN_FILES[name])
    assert bool(found) == name.startswith("bad-")
