"""Whatever a definition or an annotation file holds: findings, never an exception."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.importers.machines import CALLBACK, catcher, machine, retrier, scope, task
from wfmodel.importers import load_any
from wfmodel.importers.annotations import Annotations
from wfmodel.importers.asl import translate
from wfmodel.importers.asl.templates import mask
from wfmodel.model.flow import build_flow
from wfmodel.model.reading import read_document
from wfmodel.model.validate import parse_as

pytestmark = pytest.mark.long


TRAVEL = Path(__file__).parents[2] / "models" / "travel-booking"

EVERYTHING = machine(
    {
        "A": task(
            Retry=[retrier("X", MaxAttempts=2), retrier("States.ALL")],
            Catch=[catcher("B", "X"), catcher("C", "States.Timeout"), catcher("Z", "States.ALL")],
            TimeoutSeconds=9,
            HeartbeatSeconds=3,
            Parameters={"a.$": "$.a"},
            ResultPath="$.r",
            Assign={"v": 1},
            Next="B",
        ),
        "B": {
            "Type": "Choice",
            "Choices": [
                {"Not": {"Variable": "$.a", "IsNull": True}, "Next": "C"},
                {"And": [{"Variable": "$v", "NumericEquals": 1}], "Next": "M"},
            ],
            "Default": "P",
        },
        "C": task(Resource=CALLBACK, Next="M", Catch=[catcher("Z", "No", "States.TaskFailed")]),
        "M": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "MaxConcurrency": 2,
            "ToleratedFailurePercentage": 20,
            "ItemBatcher": {"MaxItemsPerBatch": 2},
            "ItemReader": {"Resource": "${Read}", "ReaderConfig": {"InputType": "JSON"}},
            "ItemProcessor": {
                **scope("I", I=task()),
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            },
            "Catch": [catcher("Z", "No"), catcher("P", "States.ALL")],
            "Next": "P",
        },
        "P": {
            "Type": "Parallel",
            "Branches": [
                scope("Q", Q={"Type": "Wait", "SecondsPath": "$.s", "End": True}),
                scope("R", R={"Type": "Pass", "Result": {}, "Next": "F"}, F={"Type": "Fail"}),
            ],
            "Next": "J",
        },
        "J": {
            "Type": "Task",
            "QueryLanguage": "JSONata",
            "Resource": "${J}",
            "Arguments": {"a": "{% $v %}"},
            "TimeoutSeconds": "{% $v %}",
            "Next": "Z",
        },
        "Z": {"Type": "Succeed"},
    },
    TimeoutSeconds=99,
)
NOTES: dict[str, Any] = {
    "services": {"work": {"capacity": 2}},
    "data": {"r": {"type": "object"}},
    "states": {
        "A": {"effect": "pivot", "failures": {"X": {"kind": "transient", "probability": 0.1}}},
        "B": {"probabilities": {"C": 0.2, "P": 0.1}},
        "C": {"delay": "1h", "events": {"SendTaskSuccess": 0.5}},
        "M": {"items": 3, "for_each": "orders"},
        "P/0/Q": {"duration": {"distribution": "uniform", "low": "1s", "high": "2s"}},
        "F": {"outcome": "aborted"},
    },
}

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        ["", "A", "Z", "$", "$.a", "${X}", "${", "{% $v %}", "{%", "States.ALL", "x" * 250]
    ),
    st.text(max_size=8),
)
KEYS = """
    Type Next End Retry Catch Default Choices Branches States StartAt ErrorEquals Iterator And Not
    Variable QueryLanguage Resource Seconds Timestamp Result Assign duration states A
"""
words = st.sampled_from(KEYS.split())
junk = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container and key in a value."""
    found = []
    stack = [value]
    while stack:
        part = stack.pop()
        items = part.items() if isinstance(part, dict) else enumerate(part)
        for key, inner in list(items):
            found.append((part, key))
            if isinstance(inner, dict | list):
                stack.append(inner)
    return found


@st.composite
def mutated(draw: st.DrawFn, original: dict[str, Any]) -> dict[str, Any]:
    """The original with some keys dropped, renamed, moved or given other values."""
    value = copy.deepcopy(original)
    for _ in range(draw(st.integers(1, 4))):
        there = places(value)
        if not there:
            break
        part, key = draw(st.sampled_from(there))
        match draw(st.sampled_from(["drop", "replace", "insert", "swap"])):
            case "drop":
                del part[key]
            case "insert" if isinstance(part, dict):
                part[draw(words)] = draw(junk)
            case "swap":
                other, place = draw(st.sampled_from(there))
                if place in other if isinstance(other, dict) else place < len(other):
                    part[key] = copy.deepcopy(other[place])
            case _:
                part[key] = draw(junk)
    return value


def sound(document: Any, annotations: Annotations | None = None) -> None:
    """Translating gives a workflow whose graph can be built, or findings."""
    result = translate(document, annotations)
    if result.workflow is None:
        assert result.findings or result.annotation_findings
    else:
        build_flow(result.workflow)


def test_the_originals_are_sound():
    notes, findings = parse_as(read_document("n.json", json.dumps(NOTES))[0], Annotations)
    assert findings == ()
    assert translate(EVERYTHING, notes).workflow is not None


@given(mutated(EVERYTHING))
@settings(max_examples=400, deadline=None)
def test_a_mutated_definition_never_raises(document):
    sound(document)


@given(mutated(json.loads((TRAVEL / "workflow.asl.json").read_text(encoding="utf-8"))))
@settings(max_examples=100, deadline=None)
def test_a_mutated_definition_in_jsonata_never_raises(document):
    sound(document)


@given(mutated(EVERYTHING), mutated(NOTES))
@settings(max_examples=300, deadline=None)
def test_a_mutated_annotation_never_raises(document, notes):
    read, findings = read_document("notes.json", json.dumps(notes))
    assert read is not None, findings
    annotations, findings = parse_as(read, Annotations)
    if annotations is None:
        assert findings
    else:
        sound(document, annotations)
        sound(EVERYTHING, annotations)


@given(junk)
@settings(max_examples=150, deadline=None)
def test_junk_never_raises(document):
    sound(document)


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))
@settings(max_examples=150, deadline=None)
def test_any_text_never_raises(text):
    result = load_any("x.json", text=text)
    assert result.workflow is None
    assert result.findings


@given(mutated(EVERYTHING))
@settings(max_examples=60, deadline=None)
def test_every_finding_of_a_file_has_a_place(document):
    result = load_any("x.json", text=json.dumps(document, indent=1))
    assert all(finding.span is not None for finding in result.findings)


@given(st.text(alphabet='"\\${}ab:, \n', max_size=40))
def test_masking_keeps_every_position(text):
    masked = mask(text)
    assert len(masked) == len(text)
    assert [i for i, c in enumerate(masked) if c == "\n"] == [
        i for i, c in enumerate(text) if c == "\n"
    ]
