"""State machines in ``serverless.yml``: of the plugin serverless-step-functions, and in resources.

What the Serverless Framework puts together itself (``${self:...}``, ``${file(...)}``) is not
evaluated: a definition that is such a text is one that is not read.

Source: the plugin's README, "Adding a state machine".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from wfmodel.importers.embedded import cloudformation, machine
from wfmodel.importers.embedded.machine import Machine
from wfmodel.importers.embedded.marks import SERVERLESS_KEY
from wfmodel.importers.embedded.outer import Outer
from wfmodel.model.source import Path

_FILE: Final = re.compile(r"\$\{file\(([^()${}]+)\)\}\s*\Z")


def is_serverless(value: object) -> bool:
    """Whether a parsed file configures a service with a state machine."""
    if not isinstance(value, Mapping):
        return False
    inner = value.get("resources")
    return _declared(value) is not None or any(
        cloudformation.is_template(each) for each, _ in _templates(inner)
    )


def machines(outer: Outer) -> Iterator[Machine]:
    """Every machine of a service, named as there."""
    declared = _declared(outer.value)
    path: Path = (SERVERLESS_KEY, "stateMachines")
    if isinstance(declared, Mapping):
        for name, body in declared.items():
            found = _machine(outer, str(name), body, (*path, name))
            yield replace(found, express=_is_express(body))
    elif declared is not None:
        yield machine.unread("stateMachines", "they are put together", outer.span(path))
    assert isinstance(outer.value, Mapping)
    for template, at in _templates(outer.value.get("resources")):
        yield from cloudformation.machines(outer, template, ("resources", *at))


def _declared(value: object) -> object:
    plugin = value.get(SERVERLESS_KEY) if isinstance(value, Mapping) else None
    return plugin.get("stateMachines") if isinstance(plugin, Mapping) else None


def _templates(value: object) -> Iterator[tuple[object, Path]]:
    """Resources may be one template, or several in a list."""
    if isinstance(value, list):
        yield from ((each, (index,)) for index, each in enumerate(value))
    else:
        yield value, ()


def _machine(outer: Outer, name: str, body: object, path: Path) -> Machine:
    definition = body.get("definition") if isinstance(body, Mapping) else body
    at = (*path, "definition") if isinstance(body, Mapping) else path
    if isinstance(definition, str):
        file = _FILE.match(definition)
        if file is not None:
            where = file[1].strip()
            return machine.elsewhere(name, repr(where), outer.span(at), where)
        return machine.unread(name, "its definition is put together", outer.span(at))
    if not isinstance(definition, Mapping):
        return machine.unread(name, "it has no definition", outer.span(path))
    return cloudformation.of_object(outer, name, definition, at)


def _is_express(body: object) -> bool:
    return isinstance(body, Mapping) and body.get("type") == "EXPRESS"
