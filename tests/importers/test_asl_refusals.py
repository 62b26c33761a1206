"""What AWS refuses is an error at its place, and what AWS takes is none."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.importers.machines import SENT, catcher, machine, one, scope, task
from wfmodel.checks import check_result
from wfmodel.importers import load_all
from wfmodel.importers.asl import translate
from wfmodel.importers.asl.integrations import FILE, RETIRED, sdk_actions, sdk_services, source
from wfmodel.importers.asl.optimized import OPTIMIZED, optimized_action
from wfmodel.model.findings import Severity

END = {"Type": "Succeed"}
A = ("States", "A")
TOKEN = {"token": "{% $states.context.Task.Token %}"}


def call(resource: str, *, language: str = "JSONPath", **parameters: Any) -> dict[str, Any]:
    """A machine of one task that calls an integration."""
    field = "Arguments" if language == "JSONata" else "Parameters"
    fields = {"Resource": f"arn:aws:states:::{resource}", field: parameters}
    return machine({"A": task(**fields), "Z": END}, QueryLanguage=language)


def jsonata(**fields: Any) -> dict[str, Any]:
    """A machine of one task in JSONata."""
    return machine({"A": task(**fields), "Z": END}, QueryLanguage="JSONata")


def mapped(mode: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    """A machine with a Map, distributed unless told otherwise."""
    config = mode or {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    processor = {**scope("B", B=END), "ProcessorConfig": config}
    return machine({"A": {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}})


def reader(resource: str = "s3:getObject", **fields: Any) -> dict[str, Any]:
    """What reads the items of a Map."""
    parameters = {"Bucket": "b", **({"Key": "k"} if resource == "s3:getObject" else {})}
    return {"Resource": f"arn:aws:states:::{resource}", "Parameters": parameters, **fields}


def errors(document: object, **options: Any) -> list[tuple[str, tuple[object, ...]]]:
    """Code and path of every error."""
    found = translate(document, **options).findings
    return [(f.code, f.path) for f in found if f.severity is Severity.ERROR]


RESOURCES = {
    "a word": "charge-card",
    "a blank before": " arn:aws:states:::sns:publish",
    "two colons": "arn:aws:states::sqs:sendMessage",
    "four colons": "arn:aws:states::::sqs:sendMessage",
    "a dot between the words": "arn:aws:states:::sqs.sendMessage",
    "a slash between the words": "arn:aws:states:::sqs/sendMessage",
    "no action": "arn:aws:states:::sqs",
    "an SDK without an action": "arn:aws:states:::aws-sdk:sqs",
    "a topic": "arn:aws:sns:eu-west-1:111122223333:orders",
    "a machine": "arn:aws:states:eu-west-1:111122223333:stateMachine:child",
    "functions": "arn:aws:lambda:eu-west-1:111122223333:functions:f",
    "a function without a name": "arn:aws:lambda:eu-west-1:111122223333:function:",
    "a blank in a function's name": "arn:aws:lambda:eu-west-1:111122223333:function:my f",
    "an activity without a name": "arn:aws:states:eu-west-1:111122223333:activity:",
    "an activity of nobody": "arn:aws:states:::activity:approve",
    "an expression": "{% $arn %}",
    "another partition": "arn:azure:states:::sqs:sendMessage",
    "empty": "",
    "an open substitution": "${Work",
}


@pytest.mark.parametrize("name", RESOURCES)
def test_what_is_no_resource_is_refused(name):
    assert ("A116", (*A, "Resource")) in errors(one(Resource=RESOURCES[name]))


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:lambda:eu-west-1:111122223333:function:f",
        "arn:aws:lambda:eu-west-1:111122223333:function:f:live",
        "arn:aws:lambda:eu-west-1:111122223333:function:f:$LATEST",
        "arn:aws-cn:lambda:cn-north-1:111122223333:function:f",
        "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:f-${Stage}",
        "arn:${AWS::Partition}:states:::lambda:invoke",
        "arn:aws:states:eu-west-1:111122223333:activity:approve",
        "arn:aws:swf:us-east-1:123456789012:task:X",
        "arn:aws:states:::${Service}:${Action}",
        "arn:aws:states:::${Call}",
        "${Arn}",
        "${Arn}:live",
        "{{ work_arn }}",
        "<WORK_ARN>",
        "__WORK_ARN__",
        "%WORK_ARN%",
        "@work_arn@",
    ],
)
def test_what_may_be_a_resource_is_none_of_ours_to_refuse(resource):
    assert errors(one(Resource=resource, Parameters={"FunctionName": "f"})) == []


CALLS_REFUSED: list[tuple[str, dict[str, Any], tuple[object, ...]]] = [
    ("A160", call("lambda:invokeFunction", FunctionName="f"), (*A, "Resource")),
    ("A160", call("dynamodb:scan", TableName="t"), (*A, "Resource")),
    ("A160", call("s3:putObject", Bucket="b", Key="k"), (*A, "Resource")),
    ("A160", call("aws-sdk:lamda:invoke", FunctionName="f"), (*A, "Resource")),
    ("A160", call("aws-sdk:ec2:describeInstance"), (*A, "Resource")),
    ("A160", call("aws-sdk:ec2:DescribeInstances"), (*A, "Resource")),
    ("A160", call("aws-sdk:kinesis:subscribeToShard"), (*A, "Resource")),
    ("A161", call("sns:publish.sync", Message="m"), (*A, "Resource")),
    ("A161", call("glue:startJobRun.sync:2", JobName="j"), (*A, "Resource")),
    ("A161", call("glue:startJobRun.waitForTaskToken", JobName="j"), (*A, "Resource")),
    ("A161", call("sns:publish.waitForTaskTokn", Message="m"), (*A, "Resource")),
    ("A161", call("aws-sdk:glue:startJobRun.sync", JobName="j"), (*A, "Resource")),
    ("A116", call("dynamodb:getItem.", TableName="t", Key={}), (*A, "Resource")),
    ("A162", call("sqs:sendMessage", QueueUrl="q"), (*A, "Parameters")),
    ("A162", call("states:startExecution.sync:2", Input={}), (*A, "Parameters")),
    ("A162", call("aws-sdk:s3:getObject", Bucket="b"), (*A, "Parameters")),
    ("A162", call("aws-sdk:s3:getObject", language="JSONata", Key="b"), (*A, "Arguments")),
    ("A162", call("http:invoke", ApiEndpoint="https://x.org", Method="GET"), (*A, "Parameters")),
    (
        "A163",
        call("sns:publish", **{"Message": "m", "Topic.$": "$.t"}),
        (*A, "Parameters", "Topic.$"),
    ),
    (
        "A163",
        call("ecs:runTask.sync", TaskDefinition="t", cluster="c"),
        (*A, "Parameters", "cluster"),
    ),
    (
        "A163",
        call("aws-sdk:rds:deleteDBCluster", DbClusterIdentifier="d", Force=True),
        (*A, "Parameters", "Force"),
    ),
    (
        "A164",
        call("sns:publish.waitForTaskToken", Message={"token": "$$.Task.Token"}),
        (*A, "Parameters"),
    ),
    (
        "A164",
        call("sns:publish.waitForTaskToken", **{"Message.$": "$$.Execution.Id"}),
        (*A, "Parameters"),
    ),
    (
        "A164",
        call("sns:publish.waitForTaskToken", language="JSONata", Message="{% $states.input %}"),
        (*A, "Arguments"),
    ),
    ("A164", one(Resource="arn:aws:states:::aws-sdk:sns:publish.waitForTaskToken"), A),
]


@pytest.mark.parametrize(("code", "document", "path"), CALLS_REFUSED)
def test_a_call_that_cannot_be_made_is_refused(code, document, path):
    assert (code, path) in errors(document)


@pytest.mark.parametrize(
    "document",
    [
        call("lambda:invoke", **{"FunctionName.$": "$.name", "Payload.$": "$"}),
        call("lambda:invoke.waitForTaskToken", FunctionName="f", Payload={"t.$": "$$.Task.Token"}),
        call("lambda:invoke.waitForTaskToken", **{"FunctionName": "f", "Payload.$": "$$"}),
        call(
            "sns:publish.waitForTaskToken",
            **{"Message.$": "States.Format('{} {}', $.text, $$.Task.Token)"},
        ),
        call("sns:publish.waitForTaskToken", language="JSONata", Message=TOKEN),
        call("sns:publish.waitForTaskToken", Message="${Text}"),
        call("states:startExecution.sync:2", StateMachineArn="m", Input={}),
        call("states:startExecution.sync", StateMachineArn="m"),
        call("ecs:runTask.waitForTaskToken", TaskDefinition="t", Overrides=["${Overrides}"]),
        call("batch:submitJob.sync", JobName="n", JobDefinition="d", JobQueue="q"),
        call("elasticmapreduce:addStep.sync", ClusterId="c", Step={}),
        call("emr-serverless:startJobRun.sync", ApplicationId="a", ExecutionRoleArn="r"),
        call("bedrock:invokeModel", ModelId="m", Body={}, Input={}, Output={}),
        call("http:invoke", ApiEndpoint="https://x.org", Method="GET", Authentication={}),
        call("apigateway:invoke", ApiEndpoint="x.org", Method="GET", Stage="live"),
        call("aws-sdk:rds:deleteDBCluster", DbClusterIdentifier="d"),
        call("aws-sdk:s3:listBuckets"),
        call("aws-sdk:dynamodb:query", TableName="t"),
        call("aws-sdk:qldb:describeLedger", Name="n"),  # a service that AWS has closed
        call("aws-sdk:sfn:startSyncExecution", StateMachineArn="m"),
        jsonata(Resource="arn:aws:states:::lambda:invoke", Arguments="{% $states.input %}"),
        one(Resource="arn:aws:lambda:r:1:function:f", Parameters={"anything": 1}),
    ],
)
def test_a_call_that_can_be_made_is_no_error(document):
    assert errors(document) == []


@pytest.mark.parametrize(
    ("document", "help"),
    [
        (one(Resource="arn:aws:states:::lambda.invoke"), "'arn:aws:states:::lambda:invoke'"),
        (call("lambda:invok", FunctionName="f"), "'lambda:invoke'"),
        (call("dynamodb:query", TableName="t"), "aws-sdk:dynamodb:query calls it"),
        (call("aws-sdk:s3:getObjekt", Bucket="b", Key="k"), "'getObject'"),
        (call("sns:publish.waitForToken", **{"Message.$": "$$"}), "'waitForTaskToken'"),
        (call("lambda:invoke", FunctionName="f", payload={}), "'Payload'"),
        (call("aws-sdk:rds:deleteDBCluster", DBClusterIdentifer="d"), "'DbClusterIdentifier'"),
    ],
)
def test_what_was_meant_is_offered(document, help):
    assert help in " ".join(f.help for f in translate(document).findings)


JSONATA_REFUSED: list[tuple[dict[str, Any], tuple[object, ...]]] = [
    (jsonata(Arguments="{% $states.result %}"), (*A, "Arguments")),
    (jsonata(Output={"e": "{% $states.errorOutput.Error %}"}), (*A, "Output", "e")),
    (jsonata(TimeoutSeconds="{% $states.result.s %}"), (*A, "TimeoutSeconds")),
    (jsonata(Output="{% $$.Execution.Id %}"), (*A, "Output")),
    (jsonata(Output="{% $.order %}"), (*A, "Output")),
    (jsonata(Output="{% $states.inputs %}"), (*A, "Output")),
    (jsonata(Output="{% $eval('1') %}"), (*A, "Output")),
    (
        jsonata(Catch=[{**catcher("Z", "X"), "Output": "{% $states.result %}"}]),
        (*A, "Catch", 0, "Output"),
    ),
    (
        machine(
            {
                "A": {
                    "Type": "Choice",
                    "Choices": [{"Condition": "{% $states.result.ok %}", "Next": "Z"}],
                    "Default": "Z",
                },
                "Z": END,
            },
            QueryLanguage="JSONata",
        ),
        (*A, "Choices", 0, "Condition"),
    ),
]


@pytest.mark.parametrize(("document", "path"), JSONATA_REFUSED)
def test_a_name_without_a_value_is_refused(document, path):
    assert errors(document) == [("A166", path)]


@pytest.mark.parametrize(
    "document",
    [
        jsonata(Output="{% $states.result %}", Assign={"a": "{% $states.result.b %}"}),
        jsonata(Catch=[{**catcher("Z", "X"), "Output": "{% $states.errorOutput %}"}]),
        jsonata(Catch=[{**catcher("Z", "X"), "Assign": {"e": "{% $states.errorOutput.Error %}"}}]),
        jsonata(Output="{% $map($states.input.items, function($i) { $i.price * 2 }) %}"),
        jsonata(Output="{% $states.input.items[price > 3].($ & '') %}"),
        jsonata(Output="{% 'costs $$ or $states.result' %}"),
        jsonata(Arguments="{% /* $states.result */ $states.input %}"),
        jsonata(Arguments={"literal": "$states.result"}),
        one(Comment="$states.errorOutput", InputPath="$$.Execution.Input"),
    ],
)
def test_a_name_with_a_value_is_no_error(document):
    assert errors(document) == []


PATHS_REFUSED: list[tuple[str, dict[str, Any], tuple[object, ...]]] = [
    ("A110", one(OutputPath="States.UUID()"), (*A, "OutputPath")),
    ("A110", mapped(ItemsPath="States.Array(1, 2)"), (*A, "ItemsPath")),
    ("A105", mapped(ItemsPath=None), (*A, "ItemsPath")),
    ("A105", one(TimeoutSecondsPath=None), (*A, "TimeoutSecondsPath")),
    (
        "A110",
        one(Parameters={"a.$": "States.Format('{} {}', $.a)"}),
        (*A, "Parameters", "a.$"),
    ),
    ("A110", one(Parameters={"a.$": "States.Hash($.a, 'SHA1')"}), (*A, "Parameters", "a.$")),
    (
        "A110",
        one(Parameters={"a.$": "States.JsonMerge($.a, $.b, true)"}),
        (*A, "Parameters", "a.$"),
    ),
]


@pytest.mark.parametrize(("code", "document", "path"), PATHS_REFUSED)
def test_a_path_or_function_out_of_place_is_refused(code, document, path):
    assert (code, path) in errors(document)


def test_paths_and_functions_in_their_places_are_no_errors():
    given = {"a.$": "States.Format('{} \\{\\} {}', $.a, States.UUID())", "b.$": "$$.Task.Token"}
    fields = {"InputPath": None, "OutputPath": None, "ResultPath": None}
    assert errors(one(Parameters=given, **fields)) == []
    failed = {"Type": "Fail", "CausePath": "States.JsonToString($.cause)"}
    assert errors(machine({"A": failed})) == []


def test_the_result_of_a_pass_state_is_literal():
    result = {"a.$": "no path", "b": "{% no JSONata", "c.$": 3}
    assert errors(machine({"A": {"Type": "Pass", "Result": result, "End": True}})) == []


@pytest.mark.parametrize(
    "text",
    [
        "$hash('a', 'SHA-1') & $uuid() & $string($range(1, 3, 1)) & $parse('1')",
        "($double := function($n) { $n * 2 }; $double(3))",
        "$map($states.input.items, function($f, $i) { $f($i) })",
        "'$nothing(1)' & $now()",
    ],
)
def test_a_function_that_is_there_may_be_called(text):
    assert translate(jsonata(Output=f"{{% {text} %}}")).findings == ()


@pytest.mark.parametrize(
    "name", ["States.ALL", "States.Http.StatusCode.404", "States.QueryEvaluationError", "My.Error"]
)
def test_an_error_that_is_there_may_be_caught(name):
    assert translate(one(Catch=[catcher("Z", name)])).findings == ()
    raised = {"Type": "Fail", "Error": "States.OutOfStock"}
    states = {"A": task(Next="F", Catch=[catcher("Z", "States.OutOfStock")]), "F": raised}
    assert translate(machine({**states, "Z": END})).findings == ()


MAPS_REFUSED: list[tuple[str, dict[str, Any], tuple[object, ...]]] = [
    ("A104", mapped({"Mode": "DISTRIBUTED"}), (*A, "ItemProcessor", "ProcessorConfig")),
    ("A168", mapped({"Mode": "INLINE"}, ItemReader=reader()), (*A, "ItemReader")),
    (
        "A168",
        mapped({"Mode": "INLINE"}, ItemBatcher={"MaxItemsPerBatch": 2}),
        (*A, "ItemBatcher"),
    ),
    ("A106", mapped(Label="x" * 41), (*A, "Label")),
    ("A106", mapped(Label="a b"), (*A, "Label")),
    ("A106", mapped(Label=""), (*A, "Label")),
    ("A104", mapped(ItemReader=reader()), (*A, "ItemReader")),
    (
        "A104",
        mapped(ItemReader=reader(ReaderConfig={"InputType": "CSV"})),
        (*A, "ItemReader", "ReaderConfig"),
    ),
    (
        "A104",
        mapped(ItemReader=reader(ReaderConfig={"InputType": "CSV", "CSVHeaderLocation": "GIVEN"})),
        (*A, "ItemReader", "ReaderConfig"),
    ),
    (
        "A106",
        mapped(ItemReader=reader(ReaderConfig={"InputType": "XML"})),
        (*A, "ItemReader", "ReaderConfig", "InputType"),
    ),
    (
        "A160",
        mapped(ItemReader=reader("s3:headObject", ReaderConfig={"InputType": "JSON"})),
        (*A, "ItemReader", "Resource"),
    ),
    (
        "A162",
        mapped(ItemReader={**reader("s3:listObjectsV2"), "Parameters": {"Prefix": "p"}}),
        (*A, "ItemReader", "Parameters"),
    ),
    ("A104", mapped(ItemBatcher={"BatchInput": {}}), (*A, "ItemBatcher")),
    (
        "A103",
        mapped(ResultWriter={"WriterConfig": {"Format": "JSON"}}),
        (*A, "ResultWriter", "WriterConfig", "Format"),
    ),
]


@pytest.mark.parametrize(("code", "document", "path"), MAPS_REFUSED)
def test_a_map_that_cannot_run_is_refused(code, document, path):
    assert (code, path) in errors(document)


@pytest.mark.parametrize(
    "document",
    [
        mapped(Label="Orders-2026_b"),
        mapped({"Mode": "INLINE"}, ToleratedFailureCount=1),
        mapped({"Mode": "${Mode}"}),
        mapped(ItemReader=reader("s3:listObjectsV2")),
        mapped(ItemReader=reader(ReaderConfig={"InputType": "JSONL", "MaxItems": 5})),
        mapped(
            ItemReader=reader(
                ReaderConfig={
                    "InputType": "CSV",
                    "CSVHeaderLocation": "GIVEN",
                    "CSVHeaders": ["a"],
                    "CSVDelimiter": "PIPE",
                }
            )
        ),
        mapped(
            ResultWriter={
                "Resource": "arn:aws:states:::s3:putObject",
                "Parameters": {"Bucket": "b", "Prefix": "p"},
                "WriterConfig": {"OutputType": "JSONL", "Transformation": "COMPACT"},
            }
        ),
    ],
)
def test_a_map_that_can_run_is_no_error(document):
    assert errors(document) == []


@pytest.mark.parametrize(
    "stamp",
    [
        "2016-12-05T21:29:29", "2016-12-05 21:29:29Z", "2016-12-05t21:29:29Z",
        "2016-12-05T21:29:29z", "2016-12-05T21:29Z", "2016-13-05T21:29:29Z",
        "2016-02-30T21:29:29Z", "2016-12-05T25:29:29Z", "2016-12-05T21:29:29+25:00", "tomorrow",
    ],
)  # fmt: skip
def test_a_time_stamp_that_is_none_is_refused(stamp):
    wait = machine({"A": {"Type": "Wait", "Timestamp": stamp, "End": True}})
    assert errors(wait) == [("A169", (*A, "Timestamp"))]
    rule = {"Variable": "$.t", "TimestampLessThan": stamp, "Next": "Z"}
    choice = machine({"A": {"Type": "Choice", "Choices": [rule], "Default": "Z"}, "Z": END})
    assert errors(choice) == [("A169", (*A, "Choices", 0, "TimestampLessThan"))]


@pytest.mark.parametrize(
    "stamp",
    [
        "2016-12-05T21:29:29Z", "2016-12-05T21:29:29.123456789Z", "2016-12-05T21:29:29+01:00",
        "2016-12-31T23:59:60Z", "2024-02-29T00:00:00-05:30", "${Due}",
    ],
)  # fmt: skip
def test_a_time_stamp_is_no_error(stamp):
    assert errors(machine({"A": {"Type": "Wait", "Timestamp": stamp, "End": True}})) == []


def test_credentials_name_a_role():
    function = "arn:aws:lambda:r:1:function:f"
    wrong = one(Resource=function, Credentials={"Role": "r"})
    assert errors(wrong) == [
        ("A104", (*A, "Credentials")),
        ("A103", (*A, "Credentials", "Role")),
    ]
    assert errors(one(Resource=function, Credentials={"RoleArn": 5})) == [
        ("A105", (*A, "Credentials", "RoleArn"))
    ]
    assert errors(one(Resource=function, Credentials={"RoleArn": "r"})) == [
        ("A106", (*A, "Credentials", "RoleArn"))
    ]
    for right in ({"RoleArn": "arn:aws:iam::1:role/r"}, {"RoleArn.$": "$.role"}):
        assert errors(one(Resource=function, Credentials=right)) == []


def test_a_state_cannot_go_back_to_jsonpath():
    inner = {"Type": "Pass", "QueryLanguage": "JSONPath", "End": True}
    branch = {"Type": "Parallel", "Branches": [scope("P", P=inner)], "End": True}
    for states, path in (
        ({"A": inner}, A),
        ({"A": branch}, (*A, "Branches", 0, "States", "P")),
    ):
        document = machine(states, QueryLanguage="JSONata")
        assert errors(document) == [("A109", (*path, "QueryLanguage"))]
    assert errors(machine({"A": {**inner, "QueryLanguage": "JSONata"}})) == []


EXPRESS_REFUSED: list[tuple[dict[str, Any], tuple[object, ...]]] = [
    (call("sqs:sendMessage.waitForTaskToken", **SENT), (*A, "Resource")),
    (call("glue:startJobRun.sync", JobName="j"), (*A, "Resource")),
    (call("states:startExecution.sync:2", StateMachineArn="m"), (*A, "Resource")),
    (one(Resource="arn:aws:states:r:1:activity:approve"), (*A, "Resource")),
    (mapped(), (*A, "ItemProcessor", "ProcessorConfig", "Mode")),
]


@pytest.mark.parametrize(("document", "path"), EXPRESS_REFUSED)
def test_an_express_workflow_does_not_wait(document, path):
    assert errors(document, express=True) == [("A165", path)]
    assert errors(document) == []


def test_express_children_of_a_map_do_not_wait_either():
    waits = call("glue:startJobRun.sync", JobName="j")["States"]["A"]
    for kind, codes in (("EXPRESS", ["A165"]), ("STANDARD", [])):
        config = {"Mode": "DISTRIBUTED", "ExecutionType": kind}
        processor = {**scope("B", B=waits), "ProcessorConfig": config}
        assert [code for code, _ in errors(mapped(ItemProcessor=processor))] == codes


WAITS = call("glue:startJobRun.sync", JobName="j")
CONTAINERS = {
    "CloudFormation": lambda kind: (
        "t.json",
        json.dumps(
            {
                "Resources": {
                    "M": {
                        "Type": "AWS::StepFunctions::StateMachine",
                        "Properties": {
                            "StateMachineType": kind,
                            "DefinitionString": json.dumps(WAITS),
                        },
                    }
                }
            }
        ),
    ),
    "SAM": lambda kind: (
        "t.json",
        json.dumps(
            {
                "Resources": {
                    "M": {
                        "Type": "AWS::Serverless::StateMachine",
                        "Properties": {"Type": kind, "Definition": WAITS},
                    }
                }
            }
        ),
    ),
    "Terraform": lambda kind: (
        "m.tf",
        f'resource "aws_sfn_state_machine" "m" {{\n  type = "{kind}"\n'
        f"  definition = <<EOF\n{json.dumps(WAITS)}\nEOF\n}}\n",
    ),
    "Terraform, JSON": lambda kind: (
        "m.tf.json",
        json.dumps(
            {
                "resource": {
                    "aws_sfn_state_machine": {"m": {"type": kind, "definition": json.dumps(WAITS)}}
                }
            }
        ),
    ),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_the_type_of_a_workflow_stands_around_its_definition(name):
    for kind, codes in (("EXPRESS", ["A165"]), ("STANDARD", [])):
        file, text = CONTAINERS[name](kind)
        [result] = load_all(file, text=text)
        assert [f.code for f in result.findings] == codes


def test_limits_of_the_model_are_no_defects():
    retried = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}]
    documents = [
        mapped(Retry=retried),
        machine(
            {
                "A": {
                    "Type": "Parallel",
                    "Branches": [scope("B", B=END)],
                    "Retry": retried,
                    "End": True,
                }
            }
        ),
        one(Resource="arn:aws:states:::sqs:sendMessage.waitForTaskToken", Retry=retried),
    ]
    for document in documents:
        found = translate(document).findings
        assert {f.code for f in found} & {"A127", "A128"}
        assert {f.severity for f in found} == {Severity.INFO}
        assert all("model" in f.message for f in found if f.code in ("A127", "A128"))


def test_the_table_is_dated_bounded_and_holds_what_is_documented():
    assert source().startswith("botocore 1.")
    assert FILE.stat().st_size < 300_000
    documented = {
        "accessanalyzer", "applicationdiscovery", "cloudwatchlogs", "cognitoidentityprovider",
        "config", "costexplorer", "databasemigration", "directory", "dynamodb", "ec2", "ecs",
        "elasticloadbalancingv2", "elasticsearch", "eventbridge", "iotdataplane", "lexruntimev2",
        "marketplacemetering", "rdsdata", "sagemakera2iruntime", "servicediscovery", "sfn", "ssm",
        "ssoadmin", "xray",
    }  # fmt: skip
    assert documented <= set(sdk_services())
    assert not RETIRED & set(sdk_services())
    assert sdk_actions("no such service") == {}
    assert sdk_actions("ec2")["describeInstances"].knows("Filters")
    for service, actions in OPTIMIZED.items():
        for name in actions:
            action = optimized_action(service, name)
            assert action is not None
            assert action.required <= action.parameters


def test_the_table_is_read_only_where_a_service_is_called():
    plain = json.dumps(one(Resource="arn:aws:lambda:r:1:function:f"))
    code = (
        "import json, sys; from wfmodel.importers.asl import integrations, translate;"
        f"translate(json.loads({plain!r})); print(integrations._table.cache_info().currsize);"
        f"translate(json.loads({json.dumps(WAITS)!r}));"
        "print(integrations._table.cache_info().currsize)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["0", "1"]


def test_a_machine_that_tolerates_failures_waits_for_all_of_them():
    loop = mapped(ToleratedFailurePercentage=100)
    loop["States"]["A"] = {**loop["States"]["A"], "Next": "A"}
    del loop["States"]["A"]["End"]
    state = translate(loop).workflow.states["A"]
    assert (state.join, state.siblings) == (0, "wait")


def checked(document: dict[str, Any]) -> list[str]:
    """Codes of errors and warnings of importer and checker."""
    [result] = load_all("m.asl.json", text=json.dumps(document))
    return [f.code for f in check_result(result) if f.severity is not Severity.INFO]


FAILS = {"Type": "Fail", "Error": "No"}


def test_a_map_whose_items_fail_may_have_no_items():
    state = {"Type": "Map", "ItemProcessor": scope("B", B=FAILS), "Next": "Z"}
    assert checked(machine({"A": state, "Z": END})) == []
    tolerant = {**state, "ToleratedFailurePercentage": 100}
    assert checked(machine({"A": tolerant, "Z": END})) == []


def test_a_map_that_tolerates_failures_can_be_in_a_loop():
    state = {
        "Type": "Map",
        "ToleratedFailureCount": 1,
        "ItemProcessor": scope("B", B=task()),
        "Next": "More",
    }
    more = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.more", "BooleanEquals": True, "Next": "A"}],
        "Default": "Z",
    }
    assert checked(machine({"A": state, "More": more, "Z": END})) == []


def test_a_parallel_may_be_ended_by_a_failure_on_purpose():
    state = {
        "Type": "Parallel",
        "Branches": [scope("B", B=task()), scope("C", C=FAILS)],
        "Catch": [catcher("Y", "States.ALL")],
        "Next": "Z",
    }
    assert checked(machine({"A": state, "Y": END, "Z": END})) == []
    del state["Catch"]
    assert "S150" in checked(machine({"A": state, "Z": END}))


def timed(*rules: dict[str, Any]) -> dict[str, Any]:
    """A choice without default."""
    choices = [{"Variable": "$.t", **rule, "Next": "Z"} for rule in rules]
    return machine({"A": {"Type": "Choice", "Choices": choices}, "Z": END})


NOON = "2026-01-01T12:00:00Z"


@pytest.mark.parametrize(
    "rules",
    [
        ({"TimestampLessThan": NOON}, {"TimestampGreaterThanEquals": NOON}),
        (
            {"TimestampLessThan": NOON},
            {"TimestampGreaterThanEquals": "2026-01-01T13:00:00+01:00"},
        ),
        (
            {"TimestampLessThanPath": "$.u"},
            {"TimestampEqualsPath": "$.u"},
            {"TimestampGreaterThanPath": "$.u"},
        ),
        ({"IsTimestamp": True}, {"IsTimestamp": False}),
        ({"IsNumeric": True}, {"IsNumeric": False}),
    ],
)
def test_guards_that_cover_every_time_need_no_default(rules):
    assert checked(timed(*rules)) == []


def test_a_gap_between_time_stamps_is_found():
    assert checked(timed({"TimestampLessThan": NOON}, {"TimestampGreaterThan": NOON})) == ["S136"]


def test_an_error_of_a_fail_that_is_no_text_is_a_finding():
    states = {
        "A": task(Catch=[catcher("Z", "States.Odd")]),
        "Z": {"Type": "Fail", "Error": {"a": 1}},
    }
    assert ("A105", ("States", "Z", "Error")) in errors(machine(states))
