"""Every state of a definition with what it inherits: its query language, and the kind of workflow.

The definition need not be well-formed: ``walk`` leaves out what is no state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from wfmodel.importers.asl.values import JSONATA, JSONPATH
from wfmodel.model.source import Path

DEEPEST: Final = 100
"""Longest path to a state or comparison: about thirty Parallel states in each other."""

EXPRESS: Final = "EXPRESS"
DISTRIBUTED: Final = "DISTRIBUTED"
PROCESSORS: Final = ("Iterator", "ItemProcessor")


@dataclass(frozen=True, slots=True)
class StatePlace:
    """One state: its fields, where it stands, and what it inherits."""

    name: str
    value: Mapping[str, Any]
    path: Path
    language: str
    inherited: str
    """The machine's query language."""
    express: bool = False
    """Whether it runs in an express workflow, or in an express child of a distributed Map."""
    child: bool = False
    """Whether it is in a distributed Map, whose items are executions of their own."""

    @property
    def kind(self) -> str:
        """The state's type; empty where it has none."""
        kind = self.value.get("Type")
        return kind if isinstance(kind, str) else ""


def language_of(value: Mapping[str, object], inherited: str) -> str:
    """The query language of a machine or state: its own, else the inherited one."""
    own = value.get("QueryLanguage")
    return own if own in (JSONPATH, JSONATA) and isinstance(own, str) else inherited


def machine_language(machine: Mapping[str, object]) -> str:
    """The query language of a machine.

    One that stands among the states counts: it is said once, not at every field that follows it.
    """
    states = machine.get("States")
    misplaced = language_of(states, JSONPATH) if isinstance(states, Mapping) else JSONPATH
    return language_of(machine, misplaced)


@dataclass(frozen=True, slots=True)
class _Scope:
    """A machine inside of another, or the whole."""

    value: object
    path: Path
    express: bool
    child: bool = False


def walk(machine: Mapping[str, Any], express: bool = False) -> Iterator[StatePlace]:
    """States in document order, those of inner machines after the state that holds them."""
    language = machine_language(machine)
    for scope, states in _machines(machine, express):
        for name, state in states.items():
            if isinstance(state, Mapping):
                at = (*scope.path, "States", name)
                own = language_of(state, language)
                yield StatePlace(str(name), state, at, own, language, scope.express, scope.child)


def state_paths(machine: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    """Name and path of all that stands where states do, in the order of ``walk``."""
    for scope, states in _machines(machine):
        for name in states:
            yield str(name), (*scope.path, "States", name)


def entries_of(state: Mapping[str, Any], *fields: str) -> Iterator[tuple[Mapping[str, Any], Path]]:
    """Entries of these fields (Retry, Catch, Choices), each with its path from the state."""
    for field in fields:
        entries = state.get(field)
        for index, entry in enumerate(entries if isinstance(entries, list | tuple) else ()):
            if isinstance(entry, Mapping):
                yield entry, (field, index)


def _machines(
    machine: Mapping[str, Any], express: bool = False
) -> Iterator[tuple[_Scope, Mapping[Any, Any]]]:
    """The machine and those inside of it, each with its states."""
    stack = [_Scope(machine, (), express)]
    while stack:
        scope = stack.pop()
        states = scope.value.get("States") if isinstance(scope.value, Mapping) else None
        if not isinstance(states, Mapping) or len(scope.path) > DEEPEST:
            continue
        yield scope, states
        inner: list[_Scope] = []
        for name, state in states.items():
            if isinstance(state, Mapping):
                inner += _scopes(state, (*scope.path, "States", name), scope)
        stack += reversed(inner)


def _scopes(state: Mapping[str, Any], path: Path, around: _Scope) -> Iterator[_Scope]:
    branches = state.get("Branches")
    for index, branch in enumerate(branches if isinstance(branches, list | tuple) else ()):
        yield _Scope(branch, (*path, "Branches", index), around.express, around.child)
    for name in PROCESSORS:
        if name in state:
            mode, kind = processing(state[name])
            child = mode == DISTRIBUTED
            fast = kind == EXPRESS if child else around.express
            yield _Scope(state[name], (*path, name), fast, around.child or child)


def processing(processor: object) -> tuple[str, str]:
    """Mode and execution type of an item processor, empty where it says nothing."""
    config = processor.get("ProcessorConfig") if isinstance(processor, Mapping) else None
    if not isinstance(config, Mapping):
        return "", ""
    mode, kind = config.get("Mode", ""), config.get("ExecutionType", "")
    return mode if isinstance(mode, str) else "", kind if isinstance(kind, str) else ""
