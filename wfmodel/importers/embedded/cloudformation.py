"""State machines in CloudFormation and SAM templates, as written by hand and as CDK synthesises.

Properties as in the AWS CloudFormation Template Reference and the AWS SAM developer guide, pages
``AWS::StepFunctions::StateMachine`` and ``AWS::Serverless::StateMachine``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from wfmodel.importers.embedded import machine, substitutions
from wfmodel.importers.embedded.machine import EmbeddedMachine
from wfmodel.importers.embedded.marks import CLOUDFORMATION_TYPES
from wfmodel.importers.embedded.outer import Outer, Piece
from wfmodel.importers.embedded.unfilled import names_of, unfilled
from wfmodel.model.limits import MOST_BYTES, MOST_DEPTH
from wfmodel.model.source import Path

_LOCAL: Final = re.compile(r"(?!\w+://)[\w ./@+-]+")
"""A path that is written out and relative: no address, nothing that a deployment fills in."""
_FOR_EACH: Final = "Fn::ForEach::"
"""Begins the key of a list: what it counts by, over what, and resources made for each."""
_FILES: Final = ("DefinitionUri", "DefinitionS3Location")


def is_template(value: object) -> bool:
    """Whether a parsed file is a template with a state machine among its resources."""
    return isinstance(value, Mapping) and next(_resources(value), None) is not None


def machines(outer: Outer, template: object = None, at: Path = ()) -> Iterator[EmbeddedMachine]:
    """Every machine of a template (the file, or a part ``at`` a path of it), by its logical id."""
    for name, resource, where in _resources(outer.value if template is None else template):
        path: Path = (*at, *where, "Properties")
        given = resource.get("Properties")
        properties = given if isinstance(given, Mapping) else {}
        found = _machine(MachineResource(outer, name, properties, path))
        yield replace(_with_names(outer, found, properties, path), express=_is_express(properties))


def _with_names(
    outer: Outer, found: EmbeddedMachine, properties: Mapping[str, object], path: Path
) -> EmbeddedMachine:
    """What the template fills in, by name; an object that is written in it is looked at here,
    where functions can still be told from names.
    """
    names, at = names_of(properties.get("DefinitionSubstitutions")), (*path, "Definition")
    wrong = unfilled(properties.get("Definition"), names, lambda inner: outer.span((*at, *inner)))
    return replace(found, names=names, findings=(*found.findings, *wrong))


def _is_express(properties: Mapping[str, object]) -> bool:
    """``StateMachineType`` of CloudFormation, ``Type`` of SAM."""
    return "EXPRESS" in (properties.get("StateMachineType"), properties.get("Type"))


def _resources(template: object) -> Iterator[tuple[str, Mapping[str, object], Path]]:
    """Each state machine with its logical id and its path, those of ``Fn::ForEach`` included."""
    inner = template.get("Resources") if isinstance(template, Mapping) else None
    waiting: list[tuple[object, Path]] = [(inner, ("Resources",))]
    while waiting:
        resources, path = waiting.pop()
        for name, resource in resources.items() if isinstance(resources, Mapping) else ():
            if isinstance(resource, Mapping) and resource.get("Type") in CLOUDFORMATION_TYPES:
                yield name, resource, (*path, name)
            elif str(name).startswith(_FOR_EACH) and isinstance(resource, list):
                made = enumerate(resource[2:], 2)
                waiting += [(each, (*path, name, index)) for index, each in made]


@dataclass(frozen=True, slots=True)
class MachineResource:
    """A resource that is a state machine."""

    outer: Outer
    name: str
    properties: Mapping[str, object]
    path: Path

    @property
    def constants(self) -> Mapping[str, str]:
        """What the template puts in place of ``${name}``."""
        return substitutions.constants_of(self.properties.get("DefinitionSubstitutions"))


def _machine(resource: MachineResource) -> EmbeddedMachine:
    given, outer = resource.properties, resource.outer
    if "Definition" in given:
        return of_object(resource, given["Definition"], (*resource.path, "Definition"))
    if "DefinitionString" in given:
        return of_string(resource, given["DefinitionString"], (*resource.path, "DefinitionString"))
    for key in _FILES:
        if key in given:
            path = (*resource.path, key)
            where = given[key]
            target = where if isinstance(where, str) and _LOCAL.fullmatch(where) else ""
            made = machine.elsewhere(resource.name, _location(where), outer.span(path), target)
            return replace(made, constants=resource.constants)
    why = "it has no definition"
    return machine.unread(resource.name, why, outer.span(resource.path))


def _location(value: object) -> str:
    """A file, or a place in S3, in words."""
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, Mapping):
        shown = [value.get("Bucket"), value.get("Key")]
        if any(isinstance(part, str) for part in shown):
            return "S3, " + "/".join(part if isinstance(part, str) else "?" for part in shown)
    return "another place"


def of_object(resource: MachineResource, value: object, path: Path) -> EmbeddedMachine:
    """A machine that is written out as an object at a path of the file."""
    outer = resource.outer
    return machine.of_value(
        resource.name,
        _filled(value),
        file=outer.file,
        text=outer.text,
        prefix=path,
        places=lambda: outer.root,
        constants=resource.constants,
    )


def _filled(value: object) -> object:
    """The value with functions as the tokens that stand for them; depth is bounded by reading."""
    token = substitutions.of_function(value)
    if token is not None:
        return token
    if isinstance(value, dict):
        return {key: _filled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner) for inner in value]
    return value


def of_string(resource: MachineResource, value: object, path: Path) -> EmbeddedMachine:
    """A machine that is written as JSON text, put together by functions or not, at a path."""
    outer = resource.outer
    if isinstance(value, Mapping) and set(value) == {"Fn::ToJsonString"}:
        return of_object(resource, value["Fn::ToJsonString"], (*path, "Fn::ToJsonString"))
    pieces, size = list[Piece](), 0
    for piece in _pieces(value, path, 0):
        size += len(piece.text)
        if size > MOST_BYTES:
            why = f"with its aliases it is larger than {MOST_BYTES >> 20} MiB"
            return machine.unread(resource.name, why, outer.span(path))
        pieces.append(piece)
    if all(piece.is_token for piece in pieces):
        why = "its definition is only known on deployment"
        return machine.unread(resource.name, why, outer.span(path))
    flat, constants = substitutions.flat, resource.constants
    return machine.of_pieces(outer, resource.name, pieces, path, flat, constants)


def _pieces(value: object, path: Path, depth: int) -> Iterator[Piece]:
    """Texts and what stands between them, of a text, ``Fn::Sub`` or ``Fn::Join``."""
    if isinstance(value, str):
        yield Piece(value, path)
        return
    key, inner = next(iter(value.items())) if isinstance(value, dict) and value else ("", None)
    if key == "Fn::Sub":
        yield from _substituted(inner, (*path, key))
    elif key == "Fn::Join" and _is_join(inner) and depth < MOST_DEPTH:
        yield from _joined(inner, (*path, key), depth)
    else:
        yield Piece(substitutions.of_function(value) or substitutions.token("_"), path, True)


def _substituted(inner: object, path: Path) -> Iterator[Piece]:
    """The template of ``Fn::Sub``; its map of names is not looked into."""
    listed = isinstance(inner, list) and bool(inner)
    template = inner[0] if isinstance(inner, list) and inner else inner
    if isinstance(template, str):
        yield Piece(template, (*path, 0) if listed else path)
    else:
        yield Piece(substitutions.token("Fn::Sub"), path, True)


def _is_join(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], list)
    )


def _joined(inner: object, path: Path, depth: int) -> Iterator[Piece]:
    assert isinstance(inner, list)
    delimiter, parts = inner
    for index, part in enumerate(parts):
        if index and delimiter:
            yield Piece(delimiter, (*path, 0), True)
        yield from _pieces(part, (*path, 1, index), depth + 1)
