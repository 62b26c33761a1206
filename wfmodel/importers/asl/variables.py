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

from wfmodel.importers.asl.values import JSONATA, key_of, parts_in
from wfmodel.importers.asl.walk import entries_of, walk

_READ: Final = re.compile(r"\$([A-Za-z_]\w*)(?!\w*\s*\()")
_RESERVED: Final = "states"


def clear_variables(machine: Mapping[str, object]) -> frozenset[str]:
    """Names that tasks assign and nothing else does."""
    by_tasks: set[str] = set()
    otherwise: set[str] = set()
    for place in walk(machine):
        (by_tasks if place.kind == "Task" else otherwise).update(assigned(place.value))
        for part, _ in entries_of(place.value, "Catch", "Choices"):
            otherwise.update(assigned(part))
    return frozenset(by_tasks - otherwise - {_RESERVED})


def assigned(part: Mapping[str, object]) -> tuple[str, ...]:
    """Names in Assign, without JSONPath's mark."""
    names = part.get("Assign")
    keys = names if isinstance(names, Mapping) else ()
    return tuple(str(name).removesuffix(".$") for name in keys)


def read_variables(part: object, language: str, known: frozenset[str]) -> tuple[str, ...]:
    """Variables among the known ones that a part of a state reads, in order of appearance."""
    if not known:
        return ()
    found = (name for text in _queries(part, language) for name in _READ.findall(text))
    return tuple(dict.fromkeys(name for name in found if name in known))


def _queries(part: object, language: str) -> Iterator[str]:
    """Texts that are evaluated: JSONata between its marks, JSONPath where a key says so."""
    for value, path in parts_in(part):
        if isinstance(value, str) and _is_query(key_of(path), value, language):
            yield value


def _is_query(key: str, value: str, language: str) -> bool:
    if language == JSONATA:
        return value.startswith("{%")
    return key.endswith((".$", "Path")) or key == "Variable"
