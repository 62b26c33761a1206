"""State machines in ``serverless.yml``: of the plugin serverless-step-functions, and in resources.

Of what the Serverless Framework puts together itself, one name of the same file (``${self:...}``)
and one file (``${file(...)}``) are followed; any other text is not read. A file that others are put
together from, with machines by name or below ``stateMachines``, is read as such.

Source: the plugin's README, "Adding a state machine".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from wfmodel.importers.embedded import cloudformation, machine
from wfmodel.importers.embedded.cloudformation import MachineResource
from wfmodel.importers.embedded.machine import EmbeddedMachine
from wfmodel.importers.embedded.marks import SERVERLESS_KEY
from wfmodel.importers.embedded.outer import Outer
from wfmodel.model.source import Path

_MACHINES: Final = "stateMachines"
_SELF: Final = re.compile(r"\$\{self:([\w.-]+)\}\s*\Z")
_FILE: Final = re.compile(r"\$\{file\(([^()${}]+)\)\}\s*\Z")


def is_serverless(value: object) -> bool:
    """Whether a parsed file configures a service with a state machine."""
    if not isinstance(value, Mapping):
        return False
    inner = value.get("resources")
    return (
        _declared(value)[0] is not None
        or _part(value) is not None
        or any(cloudformation.is_template(each) for each, _ in _templates(inner))
    )


def machines(outer: Outer) -> Iterator[EmbeddedMachine]:
    """Every machine of a service, named as there."""
    assert isinstance(outer.value, Mapping)
    declared, path = _declared(outer.value)
    if declared is None and (part := _part(outer.value)) is not None:
        declared, path = part
    if isinstance(declared, Mapping):
        for name, body in declared.items():
            found = _machine(outer, str(name), body, (*path, name))
            yield replace(found, express=_is_express(body))
    elif declared is not None:
        yield machine.unread(str(path[-1]), "they are put together", outer.span(path))
    for template, at in _templates(outer.value.get("resources")):
        yield from cloudformation.machines(outer, template, ("resources", *at))


def _declared(value: Mapping[str, object]) -> tuple[object, Path]:
    """The plugin's machines and where they stand; a text where they, or all of its settings, are
    put together.
    """
    plugin = value.get(SERVERLESS_KEY)
    if isinstance(plugin, Mapping):
        return plugin.get(_MACHINES), (SERVERLESS_KEY, _MACHINES)
    return (plugin if isinstance(plugin, str) else None), (SERVERLESS_KEY,)


def _part(value: Mapping[str, object]) -> tuple[object, Path] | None:
    """The machines of a file that a service's configuration is put together from."""
    inner = value.get(_MACHINES, value)
    bodies = inner.values() if isinstance(inner, Mapping) else ()
    if any(_defines(body) for body in bodies):
        return inner, ((_MACHINES,) if _MACHINES in value else ())
    return None


def _defines(body: object) -> bool:
    definition = body.get("definition") if isinstance(body, Mapping) else None
    return isinstance(definition, Mapping) and {"StartAt", "States"} <= set(definition)


def _templates(value: object) -> Iterator[tuple[object, Path]]:
    """Resources may be one template, or several in a list."""
    if isinstance(value, list):
        yield from ((each, (index,)) for index, each in enumerate(value))
    else:
        yield value, ()


def _machine(outer: Outer, name: str, body: object, path: Path) -> EmbeddedMachine:
    resource = MachineResource(outer, name, {}, path)
    definition = body.get("definition") if isinstance(body, Mapping) else body
    at = (*path, "definition") if isinstance(body, Mapping) else path
    if isinstance(definition, str):
        file = _FILE.match(definition)
        if file is not None:
            where = file[1].strip()
            return machine.elsewhere(name, repr(where), outer.span(at), where)
        if definition.lstrip().startswith("{"):
            return cloudformation.of_string(resource, definition, at)
        definition, at = _of_self(outer.value, definition) or (definition, at)
    if isinstance(definition, str):
        return machine.unread(name, "its definition is put together", outer.span(at))
    if not isinstance(definition, Mapping):
        return machine.unread(name, "it has no definition", outer.span(path))
    return cloudformation.of_object(resource, definition, at)


def _of_self(value: object, text: str) -> tuple[object, Path] | None:
    """What ``${self:custom.order}`` names in the same file, and where."""
    named = _SELF.match(text)
    path: Path = tuple(named[1].split(".")) if named else ()
    for key in path:
        if not isinstance(value, Mapping) or key not in value:
            return None
        value = value[key]
    return (value, path) if path else None


def _is_express(body: object) -> bool:
    return isinstance(body, Mapping) and body.get("type") == "EXPRESS"
