"""What can stand where the cursor is: keys and words of the format, and names of this very file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from wfmodel.importers.annotations import SCHEMA_FILE as ANNOTATIONS_SCHEMA
from wfmodel.lsp.known_keys import KeysAndWords, known_by_schema, known_in_asl, schema_in
from wfmodel.lsp.outline import BUILT_IN, Outline
from wfmodel.lsp.text_sketch import Slot, TextSketch
from wfmodel.model.json_schema import CHOREOGRAPHY_SCHEMA_FILE, SCHEMA_FILE
from wfmodel.model.source import Path
from wfmodel.model.workflow import FAILURE, TIMEOUT

MOST: Final = 2_000
"""Offers in one answer."""

_DEFINITIONS: Final = ("Definition", "DefinitionString", "definition")
_AROUND: Final = ("Resources", "stepFunctions", "resource")
_AS_TEXT: Final = (("Fn::Sub",), ("Fn::ToJsonString",))
_ANNOTATIONS: Final = re.compile(r"\.annotations\.(yaml|yml|json)$")
_STATE_FIELDS: Final = frozenset(
    {"next", "default", "initial", "to", "Next", "Default", "StartAt", "compensates"}
)
_SECTIONS: Final[Mapping[str, str]] = {
    "service": "services",
    "reads": "data",
    "writes": "data",
    "for_each": "data",
    "workflow": "workflows",
}
"""Key to the section of the file that declares the names it can have."""
_PLAIN: Final = re.compile(r"[A-Za-z_][\w /.()-]*(?<! )")
_MEANS_MORE: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


class Format(StrEnum):
    """What a text is written in."""

    WORKFLOW = "workflow"
    CHOREOGRAPHY = "choreography"
    ANNOTATIONS = "annotations"
    ASL = "asl"


_SCHEMAS: Final = {
    Format.WORKFLOW: SCHEMA_FILE,
    Format.CHOREOGRAPHY: CHOREOGRAPHY_SCHEMA_FILE,
    Format.ANNOTATIONS: ANNOTATIONS_SCHEMA,
}


class Sort(StrEnum):
    """What is offered."""

    KEY = "key"
    WORD = "word"
    STATE = "state"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that can stand here, and what is put in its place."""

    label: str
    sort: Sort
    text: str
    about: str = ""
    rank: int = 1


@dataclass(frozen=True, slots=True)
class _Asked:
    sketch: TextSketch
    slot: Slot
    form: Format
    root: Path
    """Where the machine stands in the text."""
    outline: Outline | None

    @property
    def path(self) -> Path:
        """The slot's, inside the machine."""
        return self.slot.path[len(self.root) :]

    def value_at(self, path: Path) -> str | None:
        """Of the text as it is; else of what was read last. What is being written is none."""
        if path == self.path and not self.slot.is_key:
            return None
        found = self.sketch.values.get((*self.root, *path))
        if found is not None or self.outline is None:
            return found
        value: Any = self.outline.document.value
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value if isinstance(value, str) else None

    def keys_at(self, path: Path) -> list[str]:
        """Of the text as it is, and of what was read last."""
        names = dict(self.sketch.keys.get((*self.root, *path), {}))
        value: Any = self.outline.document.value if self.outline else None
        for part in path:
            value = value.get(part) if isinstance(value, Mapping) else None
        return list(names | dict.fromkeys(map(str, value if isinstance(value, Mapping) else ())))


def offers(sketch: TextSketch, file: str, read: tuple[Outline, ...]) -> list[Offer]:
    """What can stand in the sketch's slot; ``read`` are the machines of the last good text."""
    slot = sketch.slot
    if slot is None:
        return []
    asked = _asked(sketch, slot, file, read)
    found: dict[tuple[str, Sort], Offer] = {}
    for offer in _offered(asked) if asked is not None else ():
        found.setdefault((offer.label, offer.sort), offer)
        if len(found) >= MOST:
            break
    return sorted(found.values(), key=lambda each: each.rank)


def key_words(sketch: TextSketch, text: str, file: str, read: tuple[Outline, ...]) -> str:
    """What the key in the sketch's slot means; empty where that is not known."""
    slot = sketch.slot
    if slot is None or not slot.is_key:
        return ""
    asked = _asked(sketch, slot, file, read)
    return "" if asked is None else _known(asked).keys.get(text[slot.begin : slot.end], "")


def _asked(sketch: TextSketch, slot: Slot, file: str, read: tuple[Outline, ...]) -> _Asked | None:
    root = _machine_around(slot.path)
    form = _format_of(sketch, root, file)
    return None if form is None else _Asked(sketch, slot, form, root, _outline_at(read, root))


def _machine_around(path: Path) -> Path:
    """Where the machine begins that a path leads into: in a larger file, at its definition."""
    for index, part in enumerate(path):
        if index and part in _DEFINITIONS and path[0] in _AROUND:
            end = index + 1
            return path[: end + 1] if path[end : end + 1] in _AS_TEXT else path[:end]
    return ()


def _format_of(sketch: TextSketch, root: Path, file: str) -> Format | None:
    """What the keys at the top say; a name only where they say nothing."""
    keys = sketch.keys.get(root, {})
    if _ANNOTATIONS.search(file):
        return Format.ANNOTATIONS
    if root or "StartAt" in keys or "States" in keys or (".asl." in file and not keys):
        return Format.ASL
    if "choreography" in keys:
        return Format.CHOREOGRAPHY
    return Format.WORKFLOW if "initial" in keys or "states" in keys else None


def _outline_at(read: tuple[Outline, ...], root: Path) -> Outline | None:
    return next((each for each in read if each.document.original(()) in (root, ())), None)


def _offered(asked: _Asked) -> Iterator[Offer]:
    slot = asked.slot
    known = _known(asked)
    if slot.is_key or known.keys:
        yield from _keys(asked, known)
        if slot.is_key:
            return
    names = [*_names(asked)]
    yield from names
    if not any(each.sort is Sort.STATE for each in names):
        yield from (_word(asked, each) for each in known.words)


def _known(asked: _Asked) -> KeysAndWords:
    if asked.form is Format.ASL:
        return known_in_asl(asked.path, asked.value_at)
    return known_by_schema(schema_in(_SCHEMAS[asked.form]), asked.path, asked.value_at)


def _keys(asked: _Asked, known: KeysAndWords) -> Iterator[Offer]:
    """Keys that are not there yet; those that are required first."""
    there = set(asked.sketch.keys.get(asked.slot.path, {}))
    for key, words in known.keys.items():
        if key not in there:
            yield Offer(key, Sort.KEY, _as_key(asked, key), words, int(key not in known.required))
    if asked.path[-1:] == ("on",):
        for event in _events(asked):
            if event not in there:
                yield Offer(event, Sort.NAME, _as_key(asked, event), "an event of this state")


def _names(asked: _Asked) -> Iterator[Offer]:
    """Names that the file declares, where one of them is meant."""
    path = asked.path
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    if _names_a_state(asked):
        scope = _scope(asked)
        for name in asked.keys_at(scope):
            is_own = (*scope, name) == path[: len(scope) + 1]
            yield Offer(name, Sort.STATE, _as_value(asked, name), "a state", int(is_own))
        if asked.form is Format.WORKFLOW and key not in ("initial", "compensates"):
            for name in BUILT_IN:
                about = "undo what is done, latest first, and end as aborted"
                yield Offer(name, Sort.STATE, name, about)
    elif asked.form is Format.WORKFLOW and key in _SECTIONS:
        for name in asked.keys_at((_SECTIONS[key],)):
            yield Offer(name, Sort.NAME, _as_value(asked, name), f"of {_SECTIONS[key]}", 0)


def _names_a_state(asked: _Asked) -> bool:
    path = asked.path
    if path[-1:] and path[-1] in _STATE_FIELDS:
        return path[-2:-1] not in (("states",), ("States",))
    return asked.form is Format.WORKFLOW and path[-2:-1] == ("on",)


def _scope(asked: _Asked) -> Path:
    """The states among which a name at the slot is looked up."""
    word = "States" if asked.form is Format.ASL else "states"
    path = asked.path
    if path[-1] in ("initial", "StartAt"):
        return (*path[:-1], word)
    for index in range(len(path) - 1, -1, -1):
        if path[index] == word and path[index - 1 : index] not in ((word,),):
            return path[: index + 1]
    return (word,)


def _events(asked: _Asked) -> Iterator[str]:
    """Events that the state around ``on`` can raise."""
    yield from asked.keys_at((*asked.path[:-1], "failures"))
    yield from (FAILURE, TIMEOUT)


def _word(asked: _Asked, word: str) -> Offer:
    if word in ("true", "false"):
        return Offer(word, Sort.WORD, word)
    return Offer(word, Sort.WORD, _as_value(asked, word))


# ------------------------------------------------------------------------------ how it is written


def _as_key(asked: _Asked, key: str) -> str:
    slot = asked.slot
    if slot.quote:
        return written(key, slot.quote, must_quote=slot.must_quote)
    if slot.must_quote and slot.sign == ":":
        return f"{json.dumps(key, ensure_ascii=False)}: "
    plain = key if _is_plain(key) else json.dumps(key, ensure_ascii=False)
    return f"{plain} = " if slot.sign == "=" else f"{plain}: "


def _as_value(asked: _Asked, name: str) -> str:
    return written(name, asked.slot.quote, must_quote=asked.slot.must_quote)


def written(name: str, quote: str, *, must_quote: bool) -> str:
    """A name as it stands inside these quotes; without any, with its own where it needs them."""
    if quote == '"':
        return json.dumps(name, ensure_ascii=False)[1:-1]
    if quote == "'":
        return name.replace("'", "''")
    if not must_quote and _is_plain(name):
        return name
    return json.dumps(name, ensure_ascii=False)


def _is_plain(name: str) -> bool:
    return _PLAIN.fullmatch(name) is not None and name.lower() not in _MEANS_MORE
