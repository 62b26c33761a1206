"""Whether a file that nobody named holds a definition: by its content, not by its name.

Words are not enough: policies mention ``states:StartExecution``, translations have ``states``, and
schemas describe ``StartAt``. A definition has states that are states.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_NAMED_SO: Final = re.compile(r"\.asl(\.|$)")
_SAYS_SO: Final = (
    (re.compile(r"""["']?StartAt["']?\s*:"""), re.compile(r"""["']?States["']?\s*:""")),
    (re.compile(r"""["']__version["']\s*:"""), re.compile(r"""["']dag_id["']\s*:""")),
    (re.compile(r"""(?m)^initial\s*:"""), re.compile(r"""(?m)^states\s*:""")),
)
KINDS: Final = frozenset({"task", "choice", "parallel", "wait", "receive", "workflow", "final"})
"""Of states in our own format; known here, so that whoever looks at files imports no model."""
_TYPES: Final = frozenset({"Task", "Choice", "Parallel", "Map", "Pass", "Wait", "Succeed", "Fail"})
_FIELDS: Final = frozenset({"Next", "End", "Choices", "Branches", "ItemProcessor"})
_SCENARIO: Final = frozenset({"question", "setting"})


def is_choreography(value: object) -> bool:
    """Whether a parsed file holds, or tries to hold, a choreography."""
    return isinstance(value, Mapping) and "choreography" in value and "services" in value


def is_serialised_dag(value: object) -> bool:
    """Whether a parsed file is (or tries to be) a serialised DAG."""
    return isinstance(value, Mapping) and "__version" in value and "dag" in value


def is_definition(value: object, file: str) -> bool:
    """Whether a parsed file holds a definition that can be checked, or tries to."""
    if _NAMED_SO.search(file):
        return True
    if not isinstance(value, Mapping):
        return False
    return (
        _is_machine(value)
        or is_serialised_dag(value)
        or _is_workflow(value)
        or is_choreography(value)
        or set(value) >= _SCENARIO
    )


def claims_to_be(text: str, file: str) -> bool:
    """Whether a file that cannot be parsed was to be a definition."""
    if _NAMED_SO.search(file):
        return True
    return any(all(word.search(text) for word in words) for words in _SAYS_SO)


def _is_machine(value: Mapping[object, object]) -> bool:
    """States that are states, or one that the machine starts at; or a start, and something beside
    it that could be the states.
    """
    start, states = value.get("StartAt"), value.get("States")
    if isinstance(states, Mapping) and isinstance(start, str) and (start in states or not states):
        return True
    if _has_asl_states(states):
        return True
    return isinstance(start, str) and any(_has_asl_states(inner) for inner in value.values())


def _has_asl_states(value: object) -> bool:
    """Whether one of them has a type that there is, or a field that only a state has."""
    return isinstance(value, Mapping) and any(
        isinstance(state, Mapping)
        and (_is_type(state.get("Type")) or not _FIELDS.isdisjoint(state))
        for state in value.values()
    )


def _is_type(value: object) -> bool:
    return isinstance(value, str) and value in _TYPES


def _is_workflow(value: Mapping[object, object]) -> bool:
    """States with kinds, and a name or at least one kind that there is."""
    states = value.get("states")
    inner = states.values() if isinstance(states, Mapping) else ()
    kinds = [state["kind"] for state in inner if isinstance(state, Mapping) and "kind" in state]
    if {"name", "initial"} <= set(value):
        return bool(kinds)
    return any(isinstance(kind, str) and kind in KINDS for kind in kinds)
