"""Which keys and words may stand at a path: of our own formats by their JSON Schema, of Amazon
States Language by the tables of its importer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path as FilePath
from typing import Any, Final, TypeAlias

from wfmodel.importers.asl import fields
from wfmodel.importers.asl.comparisons import CHOICE_RULE, RULE
from wfmodel.importers.asl.fields import FieldSpec, FieldTable
from wfmodel.importers.asl.reserved import ERRORS
from wfmodel.importers.asl.values import OneOf, boolean, true
from wfmodel.model.source import Path

Schema: TypeAlias = Mapping[str, Any]
Lookup: TypeAlias = Callable[[Path], str | None]
"""The plain value at a path, where there is one."""

_TAGS: Final = ("kind", "distribution")
"""Keys that say which of several classes a mapping is."""

_TABLES: Final[Mapping[str, FieldTable]] = {
    "branches": fields.BRANCH,
    "processor": fields.PROCESSOR,
    "config": fields.CONFIG,
    "batcher": fields.BATCHER,
    "reader": fields.READER,
    "reader config": fields.READER_CONFIG,
    "writer": fields.WRITER,
    "writer config": fields.WRITER_CONFIG,
    "retriers": fields.RETRIER,
    "catchers": fields.CATCHER,
    "rules": RULE,
    "rule": RULE,
    "choices": FieldTable({**CHOICE_RULE.fields, **fields.CONDITION.fields}),
}
_LISTS: Final = frozenset({"branches", "retriers", "catchers", "choices", "rules"})


@dataclass(slots=True)
class KeysAndWords:
    """What may stand at a path: keys with what they mean, and words."""

    keys: dict[str, str] = field(default_factory=dict)
    words: dict[str, None] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)


# ---------------------------------------------------------------------------------- JSON Schema


@cache
def schema_in(file: FilePath) -> Schema:
    """A schema of the package."""
    read: Schema = json.loads(file.read_text(encoding="utf-8"))
    return read


def known_by_schema(schema: Schema, path: Path, value_at: Lookup) -> KeysAndWords:
    """What a schema lets stand at a path."""
    nodes = [schema]
    for depth, part in enumerate(path):
        here = _likely(schema, nodes, path[:depth], value_at)
        nodes = [inner for node in here for inner in _inside(node, part)]
    known = KeysAndWords()
    for node in _likely(schema, nodes, path, value_at):
        for name, inner in node.get("properties", {}).items():
            known.keys.setdefault(name, _words_of(inner))
        known.required |= set(node.get("required", ()))
        known.words |= dict.fromkeys(_allowed(node))
    return known


def _inside(node: Schema, part: str | int) -> Iterator[Schema]:
    """Schemas of an entry."""
    if isinstance(part, int):
        if isinstance(node.get("items"), dict):
            yield node["items"]
    elif part in node.get("properties", {}):
        yield node["properties"][part]
    elif isinstance(node.get("additionalProperties"), dict):
        yield node["additionalProperties"]


def _likely(schema: Schema, nodes: list[Schema], path: Path, value_at: Lookup) -> Iterator[Schema]:
    """Schemas without references and alternatives; by its tag, if there is one, only its own."""
    every = [plain for node in nodes for plain in _plain(schema, node)]
    for tag in _TAGS:
        given = value_at((*path, tag))
        tagged = [node for node in every if _tag_of(node, tag) is not None]
        if given is not None and any(_tag_of(node, tag) == given for node in tagged):
            every = [node for node in every if _tag_of(node, tag) in (None, given)]
    yield from every


def _tag_of(node: Schema, tag: str) -> str | None:
    const = node.get("properties", {}).get(tag, {}).get("const")
    return const if isinstance(const, str) else None


def _plain(schema: Schema, node: Schema) -> Iterator[Schema]:
    waiting, seen = [node], set[str]()
    while waiting:
        each = waiting.pop(0)
        name = each.get("$ref", "")
        if name in seen:
            continue
        if name:
            seen.add(name)
            waiting.append({**schema["$defs"][name.rsplit("/", 1)[-1]], **_beside(each)})
            continue
        inner = [*each.get("anyOf", ()), *each.get("oneOf", ()), *each.get("allOf", ())]
        waiting += inner
        if not inner:
            yield each


def _beside(node: Schema) -> Schema:
    return {"description": node["description"]} if "description" in node else {}


def _words_of(node: Schema) -> str:
    text = node.get("description", "")
    return text if isinstance(text, str) else ""


def _allowed(node: Schema) -> list[str]:
    if "const" in node:
        return [str(node["const"])]
    if node.get("type") == "boolean":
        return ["true", "false"]
    return [str(each) for each in node.get("enum", ())]


# ------------------------------------------------------------------------- Amazon States Language


def known_in_asl(path: Path, value_at: Lookup) -> KeysAndWords:
    """What Amazon States Language lets stand at a path of a machine."""
    here: FieldTable | FieldSpec | str | None = fields.MACHINE
    for depth, part in enumerate(path):
        if isinstance(here, FieldTable):
            here = _held(here.fields.get(str(part)))
        elif here == "states":
            here = _state_table(path[: depth + 1], value_at)
        elif isinstance(here, str):
            here = _TABLES[here]  # an entry of a list
        elif not isinstance(part, int):
            return KeysAndWords()
    if isinstance(here, FieldTable):
        required = {name for name, row in here.fields.items() if row.required}
        return KeysAndWords(keys=dict.fromkeys(here.fields, ""), required=required)
    if isinstance(here, FieldSpec):
        return KeysAndWords(words=dict.fromkeys(_asl_words(path, here)))
    return KeysAndWords()


def _held(row: FieldSpec | None) -> FieldTable | FieldSpec | str | None:
    """What a field holds: one part, several by name or number, or a value."""
    if row is None or row.nested is None:
        return row
    return row.nested if row.nested in {"states", *_LISTS} else _TABLES[row.nested]


def _state_table(path: Path, value_at: Lookup) -> FieldTable:
    kind = value_at((*path, "Type")) or ""
    if kind in fields.STATES:
        return fields.STATES[kind]
    every = {name: row for table in fields.STATES.values() for name, row in table.fields.items()}
    return FieldTable(every)


def _asl_words(path: Path, row: FieldSpec) -> list[str]:
    if path[-1] == "Type":
        return list(fields.STATES)
    if "ErrorEquals" in path[-2:]:
        return sorted(ERRORS)
    if isinstance(row.check, OneOf):
        return list(row.check.allowed)
    if row.check is true:
        return ["true"]
    return ["true", "false"] if row.check is boolean else []
