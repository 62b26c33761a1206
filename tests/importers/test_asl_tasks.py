"""Tasks: who works, which failures there are, what is retried, and where events lead."""

from __future__ import annotations

import pytest

from tests.importers.machines import CALLBACK, catcher, machine, one, retrier, task
from wfmodel.importers.annotations import Annotations, StateAnnotation
from wfmodel.importers.asl import translate
from wfmodel.importers.asl.resources import UNKNOWN_SERVICE, Resource, read_resource
from wfmodel.model.failures import FailureKind, FailureMode, Jitter, RetryPolicy
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Effect, Final, Receive, Task, Workflow

LAMBDA = "arn:aws:states:::lambda:invoke"
S = parse_duration("1s")


def translated(document, **note) -> Workflow:
    """The workflow of a definition whose state A may be annotated."""
    notes = Annotations(states={"A": StateAnnotation(**note)} if note else {})
    workflow = translate(document, notes).workflow
    assert workflow is not None
    return workflow


def task_of(document, **note) -> Task:
    """The task that state A has become."""
    state = translated(document, **note).states["A"]
    assert isinstance(state, Task)
    return state


@pytest.mark.parametrize(
    ("resource", "payload", "expected"),
    [
        (LAMBDA, {"FunctionName": "pay"}, Resource("pay", "invoke")),
        (LAMBDA, {"FunctionName": "${Pay}"}, Resource("Pay", "invoke")),
        (LAMBDA, {"FunctionName": "${Pay.Arn}:live"}, Resource("Pay.Arn", "invoke")),
        (LAMBDA, {"FunctionName": "arn:aws:lambda:r:1:function:pay:7"}, Resource("pay", "invoke")),
        (LAMBDA, {"FunctionName": {"Ref": "Pay"}}, Resource("Pay", "invoke")),
        (LAMBDA, {"FunctionName.$": "$.f"}, Resource("lambda", "invoke")),
        (LAMBDA, {"FunctionName": "{% $f %}"}, Resource("lambda", "invoke")),
        (f"{LAMBDA}.waitForTaskToken", {"FunctionName": "ask"}, Resource("ask", "invoke", True)),
        ("arn:aws:states:::dynamodb:putItem", {}, Resource("dynamodb", "putItem")),
        ("arn:aws:states:::aws-sdk:s3:getObject", None, Resource("s3", "getObject")),
        ("arn:${P}:states:::batch:submitJob.sync", {}, Resource("batch", "submitJob")),
        (
            "arn:aws:states:::states:startExecution.sync:2",
            {"StateMachineArn": "arn:aws:states:r:1:stateMachine:child"},
            Resource("child", "startExecution"),
        ),
        ("arn:aws:states:r:1:activity:approve", None, Resource("approve", "activity")),
        ("arn:aws:lambda:r:1:function:pay:$LATEST", None, Resource("pay", "invoke")),
        ("${PayFunction}", None, Resource("PayFunction")),
        ({"Fn::GetAtt": ["Pay", "Arn"]}, None, Resource("Pay")),
        ("", None, Resource(UNKNOWN_SERVICE)),
        (None, None, Resource(UNKNOWN_SERVICE)),
    ],
)
def test_a_resource_says_who_works(resource, payload, expected):
    assert read_resource(resource, payload) == expected


def test_what_the_definition_does_not_say_is_not_guessed():
    sent = {"TableName": "orders", "Key": {"id": {"S.$": "$.id"}}}
    state = task_of(one(Resource="arn:aws:states:::dynamodb:deleteItem", Parameters=sent))
    assert state.effect is Effect.NONE
    assert not state.idempotent
    assert (state.reads, state.writes) == ((), ())
    assert state.compensates is None


def test_an_end_becomes_a_final_state_whose_name_is_free():
    workflow = translated(machine({"A": task(), "End": {"Type": "Fail"}}))
    assert workflow.states["A"].next == "End 2"
    assert workflow.states["End 2"] == Final(outcome="succeeded")


def test_named_errors_are_failure_modes_and_retried_ones_are_transient():
    state = task_of(
        one(
            Retry=[retrier("Busy"), retrier("Refused", MaxAttempts=0)],
            Catch=[catcher("Z", "Refused", "Odd"), catcher("A", "States.ALL")],
        )
    )
    assert state.failures == {
        "Busy": FailureMode(FailureKind.TRANSIENT),
        "Refused": FailureMode(FailureKind.BUSINESS),
        "Odd": FailureMode(FailureKind.BUSINESS),
    }
    assert state.on == {"Refused": "Z", "Odd": "Z", "failure": "A"}


def test_annotated_failures_replace_and_add():
    note = {"failures": {"Busy": FailureMode("transient", 0.2), "No": FailureMode("business", 0.1)}}
    state = task_of(one(Retry=[retrier("Busy")]), **note)
    assert state.failures == note["failures"]


def test_a_retrier_counts_retries_and_a_policy_attempts():
    state = task_of(
        one(
            Retry=[
                retrier(
                    "Busy",
                    IntervalSeconds=2,
                    MaxAttempts=5,
                    BackoffRate=1.5,
                    MaxDelaySeconds=9,
                    JitterStrategy="FULL",
                )
            ]
        )
    )
    assert state.retry == RetryPolicy(6, 2 * S, 1.5, 9 * S, Jitter.FULL, ("Busy",))


def test_an_empty_retrier_has_the_defaults_of_the_language():
    # Amazon States Language: IntervalSeconds 1, MaxAttempts 3, BackoffRate 2.0.
    assert task_of(one(Retry=[retrier("Busy")])).retry == RetryPolicy(4, S, 2.0, on=("Busy",))


@pytest.mark.parametrize(
    ("errors", "timeout", "on"),
    [
        (["States.ALL"], 9, ()),
        (["States.TaskFailed"], None, ()),
        (["States.TaskFailed", "States.Timeout"], 9, ()),
        (["States.Timeout"], 9, ("timeout",)),
        (["States.Timeout", "Busy"], 9, ("Busy", "timeout")),
        # Without a time-out there is nothing to retry after one.
        (["States.Timeout", "Busy"], None, ("Busy",)),
        (["States.TaskFailed", "Busy"], 9, ("Busy",)),
    ],
)
def test_what_a_retrier_covers(errors, timeout, on):
    limit = {} if timeout is None else {"TimeoutSeconds": timeout}
    retry = task_of(one(Retry=[retrier(*errors)], **limit)).retry
    assert retry is not None
    assert retry.on == on


def test_of_several_retriers_the_most_patient_gives_the_pace():
    rules = [
        retrier("Busy", "Slow", MaxAttempts=6, IntervalSeconds=2),
        retrier("States.ALL", MaxAttempts=3),
    ]
    state = task_of(one(Retry=rules))
    assert state.retry == RetryPolicy(7, 2 * S, 2.0)


@pytest.mark.parametrize(
    ("fields", "attempts"),
    [
        ({"MaxAttempts": 99_999_999}, None),
        # 1 + 2 + 4 + … + 2^24 s = 388 days, longer than an execution may last
        ({"MaxAttempts": 25}, None),
        # … + 2^23 s = 194 days
        ({"MaxAttempts": 24}, 25),
        ({"MaxAttempts": 25, "MaxDelaySeconds": 60}, 26),
        ({"MaxAttempts": 600_000, "MaxDelaySeconds": 60}, None),
        ({"MaxAttempts": 600_000, "BackoffRate": 1}, 600_001),
        ({"MaxAttempts": 600_000, "BackoffRate": 1, "IntervalSeconds": 60}, None),
        ({"MaxAttempts": 600_000, "IntervalSeconds": 600, "MaxDelaySeconds": 30}, 600_001),
    ],
)
def test_a_retry_that_outlasts_every_execution_is_endless(fields, attempts):
    retry = task_of(one(Retry=[retrier("Busy", **fields)])).retry
    assert retry is not None
    assert retry.attempts == attempts


def test_max_attempts_zero_is_no_retry():
    assert task_of(one(Retry=[retrier("States.ALL", MaxAttempts=0)])).retry is None


@pytest.mark.parametrize(
    ("catch", "on"),
    [
        ([catcher("Z", "States.ALL")], {"failure": "Z"}),
        ([catcher("Z", "States.Timeout")], {"timeout": "Z"}),
        (
            [catcher("Y", "States.Timeout"), catcher("Z", "States.ALL")],
            {"timeout": "Y", "failure": "Z"},
        ),
        (
            [catcher("Y", "States.TaskFailed"), catcher("Z", "States.ALL")],
            {"failure": "Y", "timeout": "Z"},
        ),
        # States.TaskFailed does not take time-outs; our `failure` would.
        (
            [catcher("Z", "States.TaskFailed")],
            {"failure": "Z", "timeout": "Uncaught error"},
        ),
    ],
)
def test_catch_leads_events_on(catch, on):
    states = {
        "A": task(Catch=catch, TimeoutSeconds=5),
        "Y": {"Type": "Fail"},
        "Z": {"Type": "Fail"},
    }
    workflow = translated(machine(states))
    assert workflow.states["A"].on == on
    if "Uncaught error" in on.values():
        assert workflow.states["Uncaught error"] == Final(outcome="failed")


def test_a_heartbeat_is_the_time_out_where_there_is_no_other():
    assert task_of(one(HeartbeatSeconds=30)).timeout == 30 * S
    both = task_of(
        one(
            HeartbeatSeconds=30,
            TimeoutSeconds=90,
            Catch=[catcher("Z", "States.HeartbeatTimeout")],
        )
    )
    assert both.timeout == 90 * S
    assert both.on == {"States.HeartbeatTimeout": "Z"}
    assert "States.HeartbeatTimeout" in both.failures


def test_an_annotation_speaks_for_what_is_only_known_later():
    state = task_of(one(TimeoutSecondsPath="$.limit"), timeout="7s", service="bank", effect="pivot")
    assert (state.timeout, state.service, state.effect) == (7 * S, "bank", Effect.PIVOT)


def test_a_task_that_waits_for_a_callback_is_a_request_and_a_receive():
    states = {
        "A": task(
            Resource=CALLBACK,
            TimeoutSeconds=60,
            Next="Z",
            Retry=[retrier("SQS.Busy")],
            Catch=[catcher("Y", "Rejected", "SQS.Gone"), catcher("X", "States.ALL")],
        ),
        "X": {"Type": "Fail"},
        "Y": {"Type": "Fail"},
        "Z": {"Type": "Succeed"},
    }
    result = translate(
        machine(states),
        Annotations(
            states={
                "A": StateAnnotation(
                    effect="compensatable",
                    delay="2h",
                    events={"SendTaskSuccess": 0.8, "Rejected": 0.15},
                    writes=("decision",),
                )
            }
        ),
    )
    assert result.workflow is not None
    request, answer = (result.workflow.states[n] for n in ("A", "A (callback)"))
    assert isinstance(request, Task)
    assert isinstance(answer, Receive)
    assert (request.service, request.timeout, request.next) == ("sqs", None, "A (callback)")
    assert request.effect is Effect.COMPENSATABLE
    assert request.on == {"Rejected": "Y", "SQS.Gone": "Y", "failure": "X"}
    assert (request.writes, answer.writes) == ((), ("decision",))
    assert {name: (e.next, e.probability) for name, e in answer.events.items()} == {
        "SendTaskSuccess": ("Z", 0.8),
        "Rejected": ("Y", 0.15),
        "SendTaskFailure": ("X", 0.0),
    }
    assert (answer.timeout, answer.on) == (60 * S, {"timeout": "X"})
    assert answer.delay.mean_ns() == 7200 * S
    origin = result.origins[("states", "A (callback)", "events", "Rejected", "next")]
    assert origin == ("States", "A", "Catch", 0, "Next")


def test_an_annotated_failure_that_nothing_catches_ends_the_run():
    workflow = translated(one(Resource=CALLBACK), events={"SendTaskFailure": 0.1})
    answer = workflow.states["A (callback)"]
    assert isinstance(answer, Receive)
    assert answer.events["SendTaskFailure"].next == "Uncaught error"


def test_variables_that_only_tasks_assign_are_data():
    states = {
        "A": task(Assign={"hold": "{% $states.result %}", "rest": "{% 1 %}"}, Next="B"),
        "B": {"Type": "Pass", "Assign": {"rest": 2}, "Next": "C"},
        "C": task(Arguments={"x": ["{% $hold & $rest & $now() %}", "$hold"]}, Next="D"),
        "D": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $hold = 1 %}", "Next": "Z"}],
            "Default": "Z",
        },
        "Z": {"Type": "Succeed"},
    }
    workflow = translated(machine(states, QueryLanguage="JSONata"))
    assert workflow.states["A"].writes == ("hold",)
    assert workflow.states["C"].reads == ("hold",)
    assert workflow.states["D"].branches[0].reads == ("hold",)


def test_variables_are_read_in_json_path_too():
    states = {
        "A": task(Assign={"hold.$": "$.Payload"}, Next="B"),
        "B": task(Parameters={"x.$": "$hold.id", "y": "$hold", "z.$": "$.hold"}),
    }
    workflow = translated(machine(states))
    assert (workflow.states["A"].writes, workflow.states["B"].reads) == (("hold",), ("hold",))
    assert translated(machine({**states, "A": task(Next="B")})).states["B"].reads == ()
