"""The states of what was read, and every place that names one: of each machine of a file.

Values and places are those of the importers' documents; a definition that is not well-formed has
an outline as far as it goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from wfmodel.importers.any_format import is_asl
from wfmodel.importers.asl.walk import PROCESSORS, entries_of, walk
from wfmodel.importers.recognition import is_choreography
from wfmodel.model.loading import LoadResult
from wfmodel.model.source import Document, Path
from wfmodel.model.workflow import ROLLBACK, State, Workflow

DEEPEST: Final = 100


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where a state is named: the key that it is declared with, or a value."""

    scope: Path
    """The mapping of the states among which the name is looked up."""
    name: str
    path: Path
    declares: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """The states of one machine. Paths are those of its definition; ``document`` has the places."""

    document: Document
    name: str
    language: str
    """``native``, ``asl`` or ``choreography``."""
    workflow: Workflow | None = None
    states: dict[Path, Mapping[str, object]] = field(default_factory=dict)
    """What is declared at each path of a state, in the order of the file."""
    mentions: list[Mention] = field(default_factory=list)

    def names(self, scope: Path) -> list[str]:
        """The states of a scope."""
        return [str(path[-1]) for path in self.states if path[:-1] == scope]

    def mentions_of(self, mention: Mention) -> list[Mention]:
        """Every mention of the same state."""
        wanted = (mention.scope, mention.name)
        return [each for each in self.mentions if (each.scope, each.name) == wanted]

    def extent(self, mention: Mention) -> tuple[int, int, int, int]:
        """Line and column, end line and end column, as in the file."""
        return self.document.locate(mention.path, key=mention.declares).extent

    def modelled(self, path: Path) -> State | None:
        """The state of the workflow that a state of the definition became."""
        if self.workflow is None:
            return None
        if self.language == "native":
            return _state_at(self.workflow, path)
        origin = self.document.original(path)
        led = (model for model, source in self.document.origins.items() if source == origin)
        return next((s for model in led if (s := _state_at(self.workflow, model))), None)


def outlines(results: Sequence[LoadResult], file: str) -> tuple[Outline, ...]:
    """An outline of each machine that stands in the file itself."""
    own = (each for each in results if each.document is not None and each.document.file == file)
    return tuple(found for each in own if (found := _outline(each)) is not None)


def _outline(result: LoadResult) -> Outline | None:
    document = result.document
    assert document is not None
    value = document.value
    if is_asl(value) and isinstance(value, Mapping):
        outline = Outline(document, _name(result), "asl", result.workflow)
        _asl(outline, value)
    elif is_choreography(value) and isinstance(value, Mapping):
        outline = Outline(document, str(value["choreography"]), "choreography")
        for name, service in _entries(value.get("services")):
            _machine(outline, service, ("services", name))
    elif isinstance(value, Mapping) and isinstance(value.get("states"), Mapping):
        outline = Outline(document, str(value.get("name", "")), "native", result.workflow)
        _machine(outline, value, ())
        for name, inner in _entries(value.get("workflows")):
            _machine(outline, inner, ("workflows", name))
    else:
        return None
    return outline


def _name(result: LoadResult) -> str:
    """The workflow's; of what did not become one, what the file calls it."""
    if result.workflow is not None:
        return result.workflow.name
    assert result.document is not None
    prefix = [part for part in result.document.original(()) if isinstance(part, str)]
    skipped = {"Resources", "Properties", "resource", "aws_sfn_state_machine", "definition"}
    return next((part for part in prefix if part not in skipped), "")


# ------------------------------------------------------------------------------ our own formats


def _machine(outline: Outline, value: object, path: Path) -> None:
    """Main machine, region, sub-workflow, or a service of a choreography."""
    states = value.get("states") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(states, Mapping) or len(path) > DEEPEST:
        return
    scope = (*path, "states")
    _refer(outline, scope, value.get("initial"), (*path, "initial"))
    for name, state in states.items():
        at = (*scope, name)
        outline.states[at] = state if isinstance(state, Mapping) else {}
        outline.mentions.append(Mention(scope, str(name), at, declares=True))
        if not isinstance(state, Mapping):
            continue
        for target, where in _targets(state):
            outer = where == ("compensates",) and target not in states  # that of the caller
            _refer(outline, ("states",) if outer else scope, target, (*at, *where))
        for index, region in _items(state.get("regions")):
            _machine(outline, region, (*at, "regions", index))


def _targets(state: Mapping[str, object]) -> Iterator[tuple[object, Path]]:
    """What a state of ours names, and where."""
    for key in ("next", "default", "compensates"):
        yield state.get(key), (key,)
    for index, branch in _items(state.get("branches")):
        if isinstance(branch, Mapping):
            yield branch.get("next"), ("branches", index, "next")
    for name, reaction in _entries(state.get("events")):
        if isinstance(reaction, Mapping):
            yield reaction.get("next"), ("events", name, "next")
    for event, target in _entries(state.get("on")):
        if not isinstance(target, Mapping):
            yield target, ("on", event)
            continue
        yield target.get("to"), ("on", event, "to")  # of a choreography
        for name, way in _entries(target.get("outcomes")):
            if isinstance(way, Mapping):
                yield way.get("to"), ("on", event, "outcomes", name, "to")


# ------------------------------------------------------------------------- Amazon States Language


def _asl(outline: Outline, machine: Mapping[str, object]) -> None:
    _refer(outline, ("States",), machine.get("StartAt"), ("StartAt",))
    for place in walk(machine):
        scope, state = place.path[:-1], place.value
        outline.states[place.path] = state
        outline.mentions.append(Mention(scope, place.name, place.path, declares=True))
        for key in ("Next", "Default"):
            _refer(outline, scope, state.get(key), (*place.path, key))
        for entry, where in entries_of(state, "Choices", "Catch"):
            _refer(outline, scope, entry.get("Next"), (*place.path, *where, "Next"))
        for index, branch in _items(state.get("Branches")):
            _starts(outline, branch, (*place.path, "Branches", index))
        for key in PROCESSORS:
            _starts(outline, state.get(key), (*place.path, key))


def _starts(outline: Outline, machine: object, path: Path) -> None:
    if isinstance(machine, Mapping):
        _refer(outline, (*path, "States"), machine.get("StartAt"), (*path, "StartAt"))


# ----------------------------------------------------------------------------------------- parts


def _refer(outline: Outline, scope: Path, target: object, path: Path) -> None:
    if isinstance(target, str):
        outline.mentions.append(Mention(scope, target, path))


def _entries(value: object) -> Iterator[tuple[str, object]]:
    return iter(value.items()) if isinstance(value, Mapping) else iter(())


def _items(value: object) -> Iterator[tuple[int, object]]:
    return enumerate(value) if isinstance(value, list) else iter(())


def _state_at(workflow: Workflow, path: Path) -> State | None:
    """The state at a path of the model; None: something else stands there."""
    part: object = workflow
    for step in path:
        if isinstance(part, Mapping):
            part = part.get(step)
        elif isinstance(part, tuple) and isinstance(step, int):
            part = part[step] if step < len(part) else None
        else:
            part = getattr(part, str(step), None)
    return part if len(path) > 1 and hasattr(part, "kind") else None  # type: ignore[return-value]


BUILT_IN: Final = frozenset({ROLLBACK})
"""Targets that are no states, unless a state is called so."""
