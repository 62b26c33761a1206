"""What an importer makes without the validator is what the validator would have let through.

``trusted`` keeps what it is given. So whatever a definition says, each part of what was read from
it is made once more by its class, which converts and refuses, and must come out the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from pydantic.dataclasses import is_pydantic_dataclass

from wfmodel.importers import load_all

MACHINE: dict[str, Any] = {
    "Comment": "m",
    "StartAt": "a",
    "TimeoutSeconds": 90,
    "States": {
        "a": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "f"},
            "TimeoutSeconds": 9,
            "HeartbeatSeconds": 3,
            "Retry": [
                {
                    "ErrorEquals": ["E"],
                    "IntervalSeconds": 2,
                    "MaxAttempts": 3,
                    "BackoffRate": 2.0,
                    "MaxDelaySeconds": 60,
                    "JitterStrategy": "FULL",
                }
            ],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "z"}],
            "Next": "w",
        },
        "w": {"Type": "Wait", "Seconds": 5, "Next": "t"},
        "t": {"Type": "Wait", "Timestamp": "2026-01-01T00:00:00Z", "Next": "c"},
        "c": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.x", "NumericGreaterThan": 1, "Next": "p"},
                {"Variable": "$.y", "StringMatches": "a*", "Next": "m"},
            ],
            "Default": "p",
        },
        "p": {
            "Type": "Parallel",
            "Branches": [{"StartAt": "i", "States": {"i": {"Type": "Pass", "End": True}}}],
            "Next": "m",
        },
        "m": {
            "Type": "Map",
            "ItemsPath": "$.l",
            "MaxConcurrency": 2,
            "ToleratedFailureCount": 1,
            "ItemProcessor": {"StartAt": "i", "States": {"i": {"Type": "Succeed"}}},
            "Next": "z",
        },
        "z": {"Type": "Fail", "Error": "E", "Cause": "because"},
    },
}
ODD = (
    *(None, True, False, 0, -1, 1, 0.5, -0.5, 1e-12, 1e18, 1e300, 10**30, -(10**30), 99999999),
    *("", " ", "a", "z", "E", "rollback", "\x00", "\u202e", "\ud800", "a" * 3000, "1s", "-1s"),
    *([], {}, [[]], ["a"], [None], {"": {}}, {"a": "z"}, [{"ErrorEquals": []}]),
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place of a structure below its top."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, below in items:
        yield (*path, key)
        if isinstance(below, dict | list):
            yield from places(below, (*path, key))


def altered(path: tuple[str | int, ...], value: object, *, rename: bool = False) -> str:
    """The machine with something else at a place, or its key."""
    machine = deepcopy(MACHINE)
    holder: Any = machine
    for key in path[:-1]:
        holder = holder[key]
    if rename:
        holder[value] = holder.pop(path[-1])
    else:
        holder[path[-1]] = value
    return json.dumps(machine)


def validated(value: Any) -> Any:
    """The same, each part made by its class anew."""
    if isinstance(value, dict):
        return {key: validated(below) for key, below in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(validated(below) for below in value)
    if is_pydantic_dataclass(type(value)):
        fields = type(value).__pydantic_fields__
        return type(value)(**{name: validated(getattr(value, name)) for name in fields})
    return value


def shown(value: Any) -> str:
    """A text that tells 1 from 1.0 and from True, and a list from a tuple."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {shown(below)}' for key, below in value.items())}}}"
    if is_pydantic_dataclass(type(value)):
        inner = {name: getattr(value, name) for name in type(value).__pydantic_fields__}
        return f"{type(value).__name__}{shown(inner)}"
    if isinstance(value, tuple | list):
        return f"{type(value).__name__}({', '.join(map(shown, value))})"
    return f"{type(value).__name__} {value!r}"


def read(text: str) -> int:
    """How many definitions could be read; each as the validator would have it."""
    found = 0
    for loaded in load_all("m.asl.json", text=text):
        if loaded.workflow is not None:
            found += 1
            assert shown(validated(loaded.workflow)) == shown(loaded.workflow), text
    return found


def test_the_machine_itself_is_read():
    assert read(json.dumps(MACHINE)) == 1


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: ascii(odd)[:20])
def test_an_odd_value_anywhere_is_refused_or_right(odd: object):
    read_so = sum(read(altered(path, odd)) for path in places(MACHINE))
    # A field that means nothing to a model may be anything but half of a character.
    assert (read_so > 0) == (odd != "\ud800")


@pytest.mark.parametrize("odd", [each for each in ODD if isinstance(each, str)], ids=ascii)
def test_an_odd_name_anywhere_is_refused_or_right(odd: str):
    for path in places(MACHINE):
        if isinstance(path[-1], str):
            read(altered(path, odd, rename=True))
