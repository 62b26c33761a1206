"""Every finding of the catalogue has an example, and stands where the mistake is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.importers.machines import CALLBACK, SENT, catcher, machine, one, retrier, scope, task
from wfmodel.importers.annotations import Annotations, StateAnnotation
from wfmodel.importers.asl import translate
from wfmodel.importers.asl.catalogue import EXPRESS_LIMIT, PROBLEMS, UNUSED_ANNOTATIONS
from wfmodel.model.distributions import Constant
from wfmodel.model.findings import Severity
from wfmodel.model.source import Path

END = {"Type": "Succeed"}


def nested(depth: int) -> dict[str, Any]:
    """Parallel states in each other."""
    inner = machine({"Inmost": END}, "Inmost")
    for level in range(depth, 0, -1):
        name = f"L{level}"
        inner = machine({name: {"Type": "Parallel", "Branches": [inner], "End": True}}, name)
    return inner


def choice(**rule: Any) -> dict[str, Any]:
    """A machine with one guard."""
    state = {"Type": "Choice", "Choices": [{"Next": "Z", **rule}], "Default": "Z"}
    return machine({"A": state, "Z": END})


def mapped(**fields: Any) -> dict[str, Any]:
    """A machine with a Map."""
    state = {"Type": "Map", "ItemProcessor": scope("B", B=END), "End": True, **fields}
    return machine({"A": state, "Z": END})


def parallel(**fields: Any) -> dict[str, Any]:
    """A machine with a Parallel state of one branch."""
    state = {"Type": "Parallel", "Branches": [scope("B", B=END)], "End": True, **fields}
    return machine({"A": state, "Z": END, "Y": END})


def wait(**fields: Any) -> dict[str, Any]:
    """A machine that waits."""
    return machine({"A": {"Type": "Wait", "End": True, **fields}})


A = ("States", "A")
TOO_DEEP = tuple(part for level in range(1, 26) for part in ("States", f"L{level}", "Branches", 0))
EXAMPLES: list[tuple[str, object, Path]] = [
    ("A101", [], ()),
    ("A101", {"Comment": "nothing"}, ()),
    ("A102", machine({"A": {"Type": "Tsak"}}), (*A, "Type")),
    ("A102", machine({"A": {"Type": 3}}), (*A, "Type")),
    ("A103", one(Retries=[]), (*A, "Retries")),
    ("A103", {**one(), "Name": "x"}, ("Name",)),
    ("A103", one(Retry=[retrier("X", MaxAttempt=3)]), (*A, "Retry", 0, "MaxAttempt")),
    ("A104", {"States": {"A": END}}, ()),
    ("A104", machine({"A": {}}), A),
    ("A104", machine({"A": {"Type": "Task", "End": True}}), A),
    ("A104", wait(), A),
    ("A104", choice(Variable="$.a"), (*A, "Choices", 0)),
    ("A104", choice(IsNull=True), (*A, "Choices", 0)),
    ("A105", machine({"A": 7}), A),
    ("A105", {"StartAt": "A", "States": []}, ("States",)),
    ("A105", one(TimeoutSeconds="soon"), (*A, "TimeoutSeconds")),
    ("A105", one(TimeoutSeconds=True), (*A, "TimeoutSeconds")),
    ("A105", one(TimeoutSeconds=1.5), (*A, "TimeoutSeconds")),
    ("A105", one(Retry={}), (*A, "Retry")),
    ("A105", one(Catch=[catcher("Z", "E"), 3]), (*A, "Catch", 1)),
    ("A105", {**one(), "Comment": 3}, ("Comment",)),
    ("A105", one(Parameters={"a.$": 3}), (*A, "Parameters", "a.$")),
    ("A105", one(Credentials=None), (*A, "Credentials")),
    ("A105", machine({"A": {**task(), "End": "yes"}}), (*A, "End")),
    ("A106", machine({}), ("States",)),
    ("A106", machine({"A": END, "B" * 81: END}), ("States", "B" * 81)),
    ("A106", one(TimeoutSeconds=0), (*A, "TimeoutSeconds")),
    ("A106", one(Retry=[retrier("X", BackoffRate=0.5)]), (*A, "Retry", 0, "BackoffRate")),
    ("A106", one(Retry=[retrier()]), (*A, "Retry", 0, "ErrorEquals")),
    ("A106", {**one(), "QueryLanguage": "XPath"}, ("QueryLanguage",)),
    ("A106", one(Next=""), (*A, "Next")),
    (
        "A106",
        machine({"A": {"Type": "Choice", "Choices": [], "Default": "Z"}, "Z": END}),
        (*A, "Choices"),
    ),
    ("A107", machine({"A": {"Type": "Pass"}}), A),
    ("A108", machine({"A": {"Type": "Pass", "Next": "A", "End": True}}), (*A, "End")),
    ("A108", wait(Seconds=1, SecondsPath="$.s"), (*A, "SecondsPath")),
    ("A108", one(Parameters={"a": 1, "a.$": "$.a"}), (*A, "Parameters", "a.$")),
    ("A109", one(Arguments={}), (*A, "Arguments")),
    ("A109", one(QueryLanguage="JSONata", Parameters={}), (*A, "Parameters")),
    ("A110", one(InputPath="order"), (*A, "InputPath")),
    ("A110", one(ResultPath="$.a[*]"), (*A, "ResultPath")),
    ("A110", one(ResultPath="$variable"), (*A, "ResultPath")),
    ("A110", one(Parameters={"a.$": "b"}), (*A, "Parameters", "a.$")),
    (
        "A110",
        choice(Variable="States.UUID()", IsNull=True),
        (*A, "Choices", 0, "Variable"),
    ),
    (
        "A111",
        {**choice(Condition="$x > 1"), "QueryLanguage": "JSONata"},
        (*A, "Choices", 0, "Condition"),
    ),
    ("A111", one(QueryLanguage="JSONata", Output="{% 1 %"), (*A, "Output")),
    (
        "A112",
        one(Catch=[catcher("Z", "States.ALL"), catcher("Z", "X")]),
        (*A, "Catch", 0, "ErrorEquals"),
    ),
    ("A112", one(Retry=[retrier("X", "States.ALL")]), (*A, "Retry", 0, "ErrorEquals")),
    ("A113", nested(40), (*TOO_DEEP, "States")),
    ("A114", mapped(ItemProcessor=scope("A", A=END)), (*A, "ItemProcessor", "States", "A")),
    (
        "A115",
        one(Catch=[catcher("Z", "X"), catcher("A", "X")]),
        (*A, "Catch", 1, "ErrorEquals"),
    ),
    ("A116", one(Resource="${Work"), (*A, "Resource")),
    ("A116", one(Resource="arn:aws:lambda:r:1:function:F:"), (*A, "Resource")),
    ("A117", one(Parameters={"a": ["{% $states.input %}"]}), (*A, "Parameters", "a", 0)),
    (
        "A117",
        one(QueryLanguage="JSONata", Arguments={"a": {"b.$": "$.c"}}),
        (*A, "Arguments", "a", "b.$"),
    ),
    ("A118", one(QueryLanguage="JSONata", Output="{% $summ([1]) %}"), (*A, "Output")),
    (
        "A119",
        one(Catch=[catcher("Z", "X", "States.Timout")]),
        (*A, "Catch", 0, "ErrorEquals", 1),
    ),
    ("A120", wait(TimestampPath="$.due"), (*A, "TimestampPath")),
    ("A120", wait(Seconds="${Pause}"), (*A, "Seconds")),
    ("A121", one(Retry=[retrier("X"), retrier("Y", MaxAttempts=9)]), (*A, "Retry")),
    ("A122", one(Retry=[retrier("X", MaxAttempts=99_999_999)]), (*A, "Retry", 0)),
    ("A123", one(HeartbeatSeconds=30), (*A, "HeartbeatSeconds")),
    ("A124", mapped(), A),
    ("A125", mapped(MaxConcurrency=4), (*A, "MaxConcurrency")),
    ("A126", mapped(ToleratedFailureCount=1), (*A, "ToleratedFailureCount")),
    ("A127", parallel(Retry=[retrier("States.ALL")]), (*A, "Retry")),
    ("A128", one(Resource=CALLBACK, Retry=[retrier("States.ALL")]), (*A, "Retry", 0)),
    ("A129", one(Retry=[retrier("X", MaxAttempts="${N}")]), (*A, "Retry", 0, "MaxAttempts")),
    ("A129", one(TimeoutSecondsPath="$.limit"), (*A, "TimeoutSecondsPath")),
    ("A129", {**one(), "TimeoutSeconds": "${N}"}, ("TimeoutSeconds",)),
    ("A130", parallel(Catch=[catcher("Z", "X"), catcher("Y", "States.ALL")]), (*A, "Catch")),
    (
        "A129",
        machine({"A": {"Type": "${Kind}", "End": True}}),
        (*A, "Type"),
    ),
    ("A129", machine({"A": "${State}"}), A),
    ("A160", one(Resource="arn:aws:states:::lambda:invok"), (*A, "Resource")),
    ("A160", one(Resource="arn:aws:states:::aws-sdk:s3:getObjekt"), (*A, "Resource")),
    (
        "A161",
        one(Resource="arn:aws:states:::lambda:invoke.sync", Parameters={"FunctionName": "f"}),
        (*A, "Resource"),
    ),
    ("A162", one(Resource="arn:aws:states:::lambda:invoke"), A),
    (
        "A163",
        one(
            Resource="arn:aws:states:::lambda:invoke",
            Parameters={"FunctionName": "f", "Paylaod.$": "$"},
        ),
        (*A, "Parameters", "Paylaod.$"),
    ),
    (
        "A164",
        one(Resource=CALLBACK, Parameters={**SENT, "MessageBody": "hello"}),
        (*A, "Parameters"),
    ),
    (
        "A166",
        one(QueryLanguage="JSONata", Arguments={"a": ["{% $states.result %}"]}),
        (*A, "Arguments", "a", 0),
    ),
    ("A167", one(TimeoutSeconds=5, HeartbeatSeconds=5), (*A, "HeartbeatSeconds")),
    (
        "A168",
        mapped(
            ItemProcessor={**scope("B", B=END), "ProcessorConfig": {"Mode": "INLINE"}},
            ResultWriter={"Resource": "${Write}"},
        ),
        (*A, "ResultWriter"),
    ),
    ("A169", wait(Timestamp="2026-02-30T10:00:00Z"), (*A, "Timestamp")),
    (
        "A170",
        machine(
            {
                "A": {**mapped(Label="x")["States"]["A"]},
                "Y": {**mapped(Label="x", ItemProcessor=scope("C", C=END))["States"]["A"]},
            }
        ),
        ("States", "Y", "Label"),
    ),
    ("A171", one(Assign={"states": 1}), (*A, "Assign", "states")),
    ("A131", mapped(ItemBatcher={"MaxItemsPerBatch": 9}), (*A, "ItemBatcher")),
]


@pytest.mark.parametrize(("code", "document", "path"), EXAMPLES, ids=lambda part: str(part)[:40])
def test_a_mistake_is_found_where_it_is(code, document, path):
    result = translate(document)
    assert (code, path) in [(f.code, f.path) for f in result.findings]
    unwanted = [f for f in result.findings if f.code != code and f.severity is not Severity.INFO]
    assert unwanted == []
    is_error = any(f.severity is Severity.ERROR for f in result.findings if code != "A114")
    unread = any("not read" in f.message for f in result.findings)
    assert (result.workflow is None) == (is_error or unread)


TWICE = mapped(ItemProcessor=scope("A", A=END))
NOTES: list[tuple[str, dict[str, Any], str, dict[str, Any], Path]] = [
    ("A140", one(), "AA", {"service": "s"}, ("states", "AA")),
    ("A141", TWICE, "A", {"description": "x"}, ("states", "A")),
    ("A142", one(), "Z", {"service": "s"}, ("states", "Z", "service")),
    ("A142", one(), "A", {"delay": Constant(1)}, ("states", "A", "delay")),
    (
        "A143",
        choice(Variable="$.a", IsNull=True),
        "A",
        {"probabilities": {"Y": 0.5}},
        ("states", "A", "probabilities", "Y"),
    ),
    ("A145", one(Resource=CALLBACK), "A", {"events": {"No": 0.5}}, ("states", "A", "events", "No")),
    (
        "A144",
        machine(
            {
                "A": {
                    "Type": "Choice",
                    "Choices": [
                        {"Variable": "$.a", "IsNull": True, "Next": "Y"},
                        {"Variable": "$.b", "IsNull": True, "Next": "Z"},
                    ],
                },
                "Y": END,
                "Z": END,
            }
        ),
        "A",
        {"probabilities": {"Y": 0.9, "Z": 0.9}},
        ("states", "A"),
    ),
]


@pytest.mark.parametrize(("code", "document", "key", "note", "path"), NOTES)
def test_an_annotation_that_does_not_fit_is_found_in_its_file(code, document, key, note, path):
    result = translate(document, Annotations(states={key: StateAnnotation(**note)}))
    assert [(f.code, f.path) for f in result.annotation_findings] == [(code, path)]
    assert result.workflow is None


def test_every_finding_of_the_catalogue_has_an_example():
    # The type of a workflow is not in its definition: test_asl_refusals shows A165.
    elsewhere = {UNUSED_ANNOTATIONS.code, EXPRESS_LIMIT.code}
    shown = {code for code, *_ in (*EXAMPLES, *NOTES)} | elsewhere
    assert shown == {problem.code for problem in PROBLEMS}


def test_codes_ascend_and_names_are_unique():
    codes = [problem.code for problem in PROBLEMS]
    assert codes == sorted(set(codes))
    assert len({problem.name for problem in PROBLEMS}) == len(PROBLEMS)


def test_the_nearest_spelling_is_offered():
    (found,) = translate(one(TimeOutSeconds=3)).findings
    assert found.help == "did you mean 'TimeoutSeconds'?"
    notes = Annotations(states={"ProcessPaymnt": StateAnnotation(idempotent=True)})
    (found,) = translate(
        machine({"ProcessPayment": task()}, "ProcessPayment"), notes
    ).annotation_findings
    assert found.help == "did you mean 'ProcessPayment'?"
