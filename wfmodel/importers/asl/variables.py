"""Workflow variables are the data items that a definition makes clear; this file finds them.

A field of the state's JSON is no such item: every state may replace the whole document, so what
``$.order`` names changes along the way. A variable (``Assign``) has one name and one scope. It is
taken where only tasks assign it, because only tasks and receives of the model write; what is not
clear stays empty, for annotations to say.

Source: AWS Step Functions Developer Guide, "Passing data between states with variables".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from wfmodel.importers.asl.shape import state_paths
from wfmodel.importers.asl.values import JSONATA
from wfmodel.model.source import Path

_READ: Final = re.compile(r"\$([A-Za-z_]\w*)(?!\w*\s*\()")
_RESERVED: Final = "states"


def clear_variables(machine: Mapping[str, object]) -> frozenset[str]:
    """Names that tasks assign and nothing else does."""
    by_tasks: set[str] = set()
    otherwise: set[str] = set()
    for _, path in state_paths(machine):
        state = _at(machine, path)
        if not isinstance(state, Mapping):
            continue
        own = set(assigned(state))
        inner = {name for part in _parts(state) for name in assigned(part)}
        (by_tasks if state.get("Type") == "Task" else otherwise).update(own)
        otherwise |= inner
    return frozenset(by_tasks - otherwise - {_RESERVED})


def assigned(part: Mapping[str, object]) -> tuple[str, ...]:
    """Names in Assign, without JSONPath's mark."""
    names = part.get("Assign")
    keys = names if isinstance(names, Mapping) else ()
    return tuple(str(name).removesuffix(".$") for name in keys)


def _parts(state: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    for name in ("Catch", "Choices"):
        entries = state.get(name)
        for entry in entries if isinstance(entries, list | tuple) else ():
            if isinstance(entry, Mapping):
                yield entry


def _at(value: object, path: Path) -> object:
    for part in path:
        value = value[part]  # type: ignore[index]
    return value


def read_variables(part: object, language: str, known: frozenset[str]) -> tuple[str, ...]:
    """Variables among the known ones that a part of a state reads, in order of appearance."""
    if not known:
        return ()
    found = (name for text in _queries(part, language) for name in _READ.findall(text))
    return tuple(dict.fromkeys(name for name in found if name in known))


def _queries(part: object, language: str) -> Iterator[str]:
    """Texts that are evaluated: JSONata between its marks, JSONPath where a key says so."""
    stack: list[tuple[str, object]] = [("", part)]
    while stack:
        key, value = stack.pop()
        if isinstance(value, Mapping):
            stack += [(str(name), inner) for name, inner in reversed(list(value.items()))]
        elif isinstance(value, list | tuple):
            stack += [(key, inner) for inner in reversed(value)]
        elif isinstance(value, str) and _is_query(key, value, language):
            yield value
    return


def _is_query(key: str, value: str, language: str) -> bool:
    if language == JSONATA:
        return value.startswith("{%")
    return key.endswith((".$", "Path")) or key == "Variable"
