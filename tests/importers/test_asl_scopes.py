"""Parallel, Map, Choice, Wait and Pass; scopes keep to themselves."""

from __future__ import annotations

import pytest

from tests.importers.machines import catcher, machine, scope, task
from wfmodel.importers.annotations import Annotations, StateAnnotation
from wfmodel.importers.asl import translate
from wfmodel.importers.asl.comparisons import in_words
from wfmodel.model.distributions import Constant
from wfmodel.model.flow import NodeKind, build_flow
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Choice, Final, Parallel, Wait, Workflow

END = {"Type": "Succeed"}


def translated(states, **note) -> Workflow:
    """The workflow of some states, of which A may be annotated."""
    notes = Annotations(states={"A": StateAnnotation(**note)} if note else {})
    workflow = translate(machine(states), notes).workflow
    assert workflow is not None
    return workflow


def test_a_branch_is_a_region_and_a_failed_one_stops_the_others():
    branches = [scope("B", B=task()), scope("B2", B2=task())]
    state = translated({"A": {"Type": "Parallel", "Branches": branches, "End": True}}).states["A"]
    assert isinstance(state, Parallel)
    assert [tuple(region.states) for region in state.regions] == [("B", "End"), ("B2", "End")]
    assert (state.join, state.siblings) == ("all", "cancel")


def test_each_scope_has_an_end_of_its_own():
    inner = {"Type": "Parallel", "Branches": [scope("B", B=task())], "End": True}
    workflow = translated({"A": inner})
    assert workflow.states["End"] == workflow.states["A"].regions[0].states["End"] == Final()
    assert build_flow(workflow).problems == ()


@pytest.mark.parametrize(
    ("fields", "items", "join", "siblings"),
    [
        ({}, 3, "all", "cancel"),
        ({"ToleratedFailureCount": 1}, 3, 2, "wait"),
        ({"ToleratedFailurePercentage": 50}, 4, 2, "wait"),
        # 30 % of 3 items is less than one item
        ({"ToleratedFailurePercentage": 30}, 3, "all", "cancel"),
        # all may fail
        ({"ToleratedFailureCount": 9}, 3, 0, "wait"),
    ],
)
def test_a_map_is_copies_of_one_region(fields, items, join, siblings):
    state = {"Type": "Map", "ItemsPath": "$.orders", "Iterator": scope("B", B=task()), "End": True}
    found = translated({"A": {**state, **fields}}, items=items).states["A"]
    assert isinstance(found, Parallel)
    assert (found.copies, found.for_each) == (items, "$.orders")
    assert (found.join, found.siblings) == (join, siblings)


def test_a_map_without_an_annotation_has_two_copies_of_its_input():
    state = {"Type": "Map", "ItemProcessor": scope("B", B=task()), "End": True}
    found = translated({"A": state}).states["A"]
    assert (found.copies, found.for_each) == (2, "$")
    assert translated({"A": state}, for_each="orders").states["A"].for_each == "orders"


def test_which_error_a_scope_failed_with_is_a_choice():
    state = {
        "Type": "Parallel",
        "Branches": [scope("B", B=task())],
        "Next": "Z",
        "Catch": [catcher("X", "Refused"), catcher("Y", "States.ALL")],
    }
    workflow = translated({"A": state, "X": END, "Y": END, "Z": END})
    assert workflow.states["A"].on == {"failure": "A (caught)"}
    caught = workflow.states["A (caught)"]
    assert isinstance(caught, Choice)
    assert caught.targets() == ("X", "Y")
    assert caught.branches[0].when == "error is Refused"


def test_an_error_that_no_catcher_names_stays_uncaught():
    state = {
        "Type": "Parallel",
        "Branches": [scope("B", B=task())],
        "Next": "Z",
        "Catch": [catcher("X", "Refused")],
    }
    workflow = translated({"A": state, "X": END, "Z": END})
    assert workflow.states["A (caught)"].default == "Uncaught error"


def test_states_inside_follow_the_machine_not_the_state_that_holds_them():
    inside = task(Parameters={"a.$": "$.a"})
    state = {
        "Type": "Parallel",
        "QueryLanguage": "JSONata",
        "Arguments": {"a": "{% 1 %}"},
        "Branches": [scope("B", B=inside)],
        "End": True,
    }
    assert translate(machine({"A": state})).findings == ()


def test_a_pass_is_instant_and_a_wait_is_not():
    workflow = translated(
        {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Wait", "Seconds": 5, "End": True}}
    )
    assert workflow.states["B"] == Wait(duration=Constant(parse_duration("5s")), next="End")
    kinds = {node.name: node.kind for node in build_flow(workflow).nodes}
    assert (kinds["A"], kinds["B"]) == (NodeKind.PASS, NodeKind.WAIT)


def test_a_wait_for_data_takes_the_annotated_duration():
    wait = {"Type": "Wait", "TimestampPath": "$.due", "End": True}
    found = translated({"A": wait}, duration="3d").states["A"]
    assert found.duration == Constant(parse_duration("3d"))
    assert translated({"A": wait}).states["A"].duration == Constant(0)


def test_probabilities_go_by_target():
    rules = [{"Variable": "$.a", "IsNull": True, "Next": to} for to in ("X", "X", "Y")]
    states = {
        "A": {"Type": "Choice", "Choices": rules, "Default": "Z"},
        "X": END,
        "Y": END,
        "Z": END,
    }
    found = translated(states, probabilities={"X": 0.5, "Y": 0.2}).states["A"]
    assert found.probabilities() == pytest.approx((0.25, 0.25, 0.2, 0.3))
    found = translated(states, probabilities={"Z": 0.7}).states["A"]
    assert found.probabilities() == pytest.approx((0.1, 0.1, 0.1, 0.7))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"Variable": "$.a", "StringEquals": "x"}, '$.a == "x"'),
        ({"Variable": "$.a", "NumericLessThanEquals": 3}, "$.a <= 3"),
        ({"Variable": "$.a", "NumericGreaterThanPath": "$.b"}, "$.a > $.b"),
        (
            {"Variable": "$.a", "TimestampLessThan": "2024-01-01T00:00:00Z"},
            '$.a < "2024-01-01T00:00:00Z"',
        ),
        ({"Variable": "$.a", "StringMatches": "x*"}, '$.a matches "x*"'),
        ({"Variable": "$.a", "IsPresent": False}, "$.a IsPresent is false"),
        (
            {
                "Or": [
                    {
                        "And": [
                            {"Variable": "$.a", "IsNull": True},
                            {"Variable": "$.b", "IsNull": True},
                        ]
                    },
                    {"Not": {"Variable": "$.c", "BooleanEquals": True}},
                ]
            },
            "($.a IsNull is true and $.b IsNull is true) or not $.c == true",
        ),
    ],
)
def test_guards_read_as_words(rule, words):
    assert in_words(rule) == words


def test_ends_say_how_it_ended():
    states = {"A": {"Type": "Fail", "Error": "No", "Cause": "why"}, "B": END}
    workflow = translated(states)
    assert workflow.states == {
        "A": Final(outcome="failed", description="No: why"),
        "B": Final(outcome="succeeded"),
    }
    assert translated(states, outcome="aborted").states["A"].outcome == "aborted"


def test_names_that_repeat_are_annotated_by_path():
    inner = {"Type": "Parallel", "Branches": [scope("B", B=task()), scope("B", B=task())]}
    states = {
        "A": {**inner, "Next": "M"},
        "M": {"Type": "Map", "ItemProcessor": scope("B", B=task()), "End": True},
    }
    notes = {name: StateAnnotation(service=name) for name in ("A/0/B", "A/1/B", "M/0/B")}
    workflow = translate(machine(states), Annotations(states=notes)).workflow
    assert workflow is not None
    a, m = workflow.states["A"], workflow.states["M"]
    regions = (*a.regions, *m.regions)
    assert [region.states["B"].service for region in regions] == ["A/0/B", "A/1/B", "M/0/B"]
