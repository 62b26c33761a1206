"""State machines in Terraform's JSON: ``.tf.json`` and ``terraform show -json`` of plan or state.

Sources: Terraform documentation, "JSON Configuration Syntax" and "JSON Output Format".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from wfmodel.importers.embedded import machine, substitutions
from wfmodel.importers.embedded.hcl import flat_templates
from wfmodel.importers.embedded.machine import EmbeddedMachine
from wfmodel.importers.embedded.marks import TERRAFORM_TYPE
from wfmodel.importers.embedded.outer import Outer, Piece
from wfmodel.model.source import Path

_KNOWN_LATER: Final = "its definition is only known after apply"


def is_configuration(value: object) -> bool:
    """Whether a parsed file is a ``.tf.json`` with a state machine among its resources."""
    return isinstance(value, Mapping) and next(_blocks(value), None) is not None


def is_plan(value: object) -> bool:
    """Whether a parsed file is a plan or state with a state machine among its resources."""
    return isinstance(value, Mapping) and next(_planned(value), None) is not None


def machines_of_configuration(outer: Outer) -> Iterator[EmbeddedMachine]:
    """Every machine of a ``.tf.json``; named by its label."""
    for name, block, path in _blocks(outer.value):
        at = (*path, "definition")
        found = _machine(outer, name, block.get("definition"), at, template=True)
        yield replace(found, express=block.get("type") == "EXPRESS")


def machines_of_plan(outer: Outer) -> Iterator[EmbeddedMachine]:
    """Every machine of a plan or state, once; named by its address."""
    seen: set[str] = set()
    for address, values, path in _planned(outer.value):
        if address not in seen and "definition" in values:
            seen.add(address)
            at = (*path, "definition")
            found = _machine(outer, address, values["definition"], at, template=False)
            yield replace(found, express=values.get("type") == "EXPRESS")
    for address, _, path in _planned(outer.value):
        if address not in seen:
            seen.add(address)
            yield machine.unread(address, _KNOWN_LATER, outer.span(path))


def _machine(
    outer: Outer, name: str, value: object, path: Path, *, template: bool
) -> EmbeddedMachine:
    if not isinstance(value, str):
        why = "its definition is missing" if value is None else "its definition is no text"
        return machine.unread(name, why if template else _KNOWN_LATER, outer.span(path))
    flat = flat_templates(value) if template else value
    if flat is None:
        why = "its definition has template directives, which only a deployment follows"
        return machine.unread(name, why, outer.span(path))
    if substitutions.is_one(flat):
        why = "its definition is an expression"
        return machine.unread(name, why, outer.span(path))
    return machine.of_pieces(outer, name, [Piece(value, path)], path, lambda _: flat)


def _bodies(value: object, path: Path) -> Iterator[tuple[Mapping[str, object], Path]]:
    """A block's body, or several in a list: JSON may write either."""
    if isinstance(value, Mapping):
        yield value, path
    elif isinstance(value, list):
        for index, body in enumerate(value):
            if isinstance(body, Mapping):
                yield body, (*path, index)


def _blocks(value: object) -> Iterator[tuple[str, Mapping[str, object], Path]]:
    """Label, body and path of each block ``resource "aws_sfn_state_machine" "label"``."""
    resources = value.get("resource") if isinstance(value, Mapping) else None
    for types, at in _bodies(resources, ("resource",)):
        for labels, where in _bodies(types.get(TERRAFORM_TYPE), (*at, TERRAFORM_TYPE)):
            for label, bodies in labels.items():
                for body, path in _bodies(bodies, (*where, label)):
                    yield label, body, path


def _planned(value: object) -> Iterator[tuple[str, Mapping[str, object], Path]]:
    """Address, values and path of each machine: as planned, as is, then as changes."""
    if not isinstance(value, Mapping):
        return
    for key in ("planned_values", "values"):
        part = value.get(key)
        root = part.get("root_module") if isinstance(part, Mapping) else None
        yield from _in_modules(root, (key, "root_module"))
    for change, path in _bodies(value.get("resource_changes"), ("resource_changes",)):
        inner = change.get("change")
        after = inner.get("after") if isinstance(inner, Mapping) else None
        if _is_machine(change) and isinstance(after, Mapping):
            yield _address(change), after, (*path, "change", "after")


def _in_modules(root: object, path: Path) -> Iterator[tuple[str, Mapping[str, object], Path]]:
    """Machines of a module and of its children, outer modules first."""
    waiting = [(root, path)]
    for module, at in waiting:
        if not isinstance(module, Mapping):
            continue
        for resource, where in _bodies(module.get("resources"), (*at, "resources")):
            values = resource.get("values")
            if _is_machine(resource) and isinstance(values, Mapping):
                yield _address(resource), values, (*where, "values")
        children = _bodies(module.get("child_modules"), (*at, "child_modules"))
        waiting += list(children)


def _is_machine(resource: Mapping[str, object]) -> bool:
    return resource.get("type") == TERRAFORM_TYPE and resource.get("mode", "managed") == "managed"


def _address(resource: Mapping[str, object]) -> str:
    address = resource.get("address", resource.get("name"))
    return address if isinstance(address, str) and address else TERRAFORM_TYPE
