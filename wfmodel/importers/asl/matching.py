"""Which annotation is whose: by name, or by path where names repeat; and what fits which type.

An annotation that matches nothing is an error with the nearest name: silently ignored, it would
leave a model that says less than its author believes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from wfmodel.importers.annotations import Annotations, StateAnnotation
from wfmodel.importers.asl.catalogue import (
    AMBIGUOUS_ANNOTATED_STATE,
    INAPPLICABLE_ANNOTATION,
    UNKNOWN_ANNOTATED_STATE,
)
from wfmodel.importers.asl.resources import read_resource
from wfmodel.importers.asl.walk import StatePlace, walk
from wfmodel.model.findings import Finding
from wfmodel.model.source import Path
from wfmodel.model.spelling import did_you_mean

_TASK: Final = frozenset(
    {"service", "action", "duration", "failures", "timeout", "retry", "idempotent", "effect"}
    | {"compensates", "compensation", "reads", "writes", "status_query", "tolerates_absence"}
)
APPLICABLE: Final[Mapping[str, frozenset[str]]] = {
    "Task": _TASK,
    "Choice": frozenset({"probabilities", "service"}),
    "Parallel": frozenset(),
    "Map": frozenset({"items", "for_each"}),
    "Wait": frozenset({"duration"}),
    "Pass": frozenset(),
    "Succeed": frozenset({"outcome"}),
    "Fail": frozenset({"outcome"}),
}
"""Annotation fields of each type of state; every type has a description."""

CALLBACK_FIELDS: Final = frozenset({"delay", "events"})
"""Of a Task with ``.waitForTaskToken``, besides those of every Task."""


def match(
    annotations: Annotations, machine: Mapping[str, Any]
) -> tuple[dict[Path, tuple[str, StateAnnotation]], tuple[Finding, ...]]:
    """Annotations by path of their state, and findings about those that fit none."""
    places = list(walk(machine))
    names: dict[str, list[StatePlace]] = {}
    for place in places:
        names.setdefault(place.name, []).append(place)
    by_short = {_short(place.path): place for place in places}
    matched: dict[Path, tuple[str, StateAnnotation]] = {}
    findings: list[Finding] = []
    for key, annotation in annotations.states.items():
        found = names.get(key) or ([by_short[key]] if key in by_short else [])
        if len(found) == 1:
            matched[found[0].path] = (key, annotation)
            findings += _misfits(key, annotation, found[0])
        else:
            findings.append(_unmatched(key, found, (*names, *by_short)))
    return matched, tuple(findings)


def _unmatched(key: str, found: list[StatePlace], known: tuple[str, ...]) -> Finding:
    at = ("states", key)
    if found:
        listed = ", ".join(_short(place.path) for place in found)
        message = f"{len(found)} states are called {key!r}: say which ({listed})"
        return AMBIGUOUS_ANNOTATED_STATE.at(at, message)
    message = f"the machine has no state {key!r}"
    return UNKNOWN_ANNOTATED_STATE.at(at, message, help=did_you_mean(key, known))


def _short(path: Path) -> str:
    """``States/A/Branches/0/States/B`` as ``A/0/B``; a Map's processor is 0."""
    words: list[str] = []
    for index, part in enumerate(path):
        after = path[index - 1] if index else None
        if after == "States" or after == "Branches":
            words.append(str(part))
        elif part in ("Iterator", "ItemProcessor") and path[index - 2] == "States":
            words.append("0")
    return "/".join(words)


def _misfits(key: str, annotation: StateAnnotation, place: StatePlace) -> Iterator[Finding]:
    kind = place.kind
    fitting = APPLICABLE[kind] | {"description"}
    what = kind
    if kind == "Task" and read_resource(place.value["Resource"], None).callback:
        fitting |= CALLBACK_FIELDS
    elif kind == "Task" and not CALLBACK_FIELDS.isdisjoint(annotation.given()):
        what = "Task without .waitForTaskToken"
    for name in annotation.given():
        if name not in fitting:
            message = f"{key!r} is a {what}: it has no {name}"
            help = f"it takes {', '.join(sorted(fitting))}"
            yield INAPPLICABLE_ANNOTATION.at(("states", key, name), message, help=help)
