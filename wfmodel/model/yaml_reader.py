"""YAML 1.2 from libyaml's event stream: values and places in one pass, without recursion.

PyYAML's own constructors are YAML 1.1 (``on`` would be a boolean, ``1:30`` a number), recurse, and
know no bounds. So only its parser is used; scalars follow the YAML 1.2 core schema (section 10.3).
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from wfmodel.model.limits import MOST_DEPTH, MOST_VALUES, RefusedError, Repeated
from wfmodel.model.source import Extent, Path, Place, Span

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,30}\Z")
_FLOAT: Final = re.compile(
    r"[-+]?(\.[0-9]{1,40}|[0-9]{1,40}(\.[0-9]{0,40})?)([eE][-+]?[0-9]{1,4})?\Z"
)
_LINE_FEED: Final = re.compile("\n")
_OTHER_BREAK: Final = re.compile("[\x85\u2028\u2029]|\r(?!\n)")
_CONSTANTS: Final = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_TAGS: Final = {"tag:yaml.org,2002:str", "!"}


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been read."""

    value: dict[str, object] | list[object]
    place: Place
    anchor: str | None
    key: str | None = None
    key_extent: Extent | None = None
    size: int = 1
    tag: str | None = None
    merges: bool = False
    """Whether a plain ``<<`` is among the keys."""


@dataclass
class _Reader:
    file: str
    wrappers: Mapping[str, str] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[object, Place, int] | None] = field(default_factory=dict)
    result: tuple[object, Place] | None = None
    values: int = 0
    repeated: Repeated | None = None

    def refuse(self, code: str, message: str, event: yaml.Event) -> RefusedError:
        line, column = _extent(event)[:2]
        return RefusedError(code, message, Span(self.file, line, column, line, column + 1))

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self.scalar(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self.open(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.close(event)
        elif isinstance(event, yaml.AliasEvent):
            self.alias(event)
        elif isinstance(event, yaml.DocumentStartEvent) and self.result is not None:
            message = "a file holds one document; here a second one begins"
            raise self.refuse("L109", message, event)

    def open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        if len(self.stack) >= MOST_DEPTH:
            message = f"nested more than {MOST_DEPTH} levels deep"
            raise self.refuse("L107", message, event)
        known = event.tag in self.wrappers
        if event.tag is not None and not event.implicit and not known:
            raise self.refuse("L109", f"tag {event.tag!r} is not supported", event)
        if self._awaits_key():
            raise self.refuse("L109", "a key must be text", event)
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        value: dict[str, object] | list[object] = {} if is_mapping else []
        tag = event.tag if known else None
        self.stack.append(_Open(value, Place(_extent(event)), event.anchor, tag=tag))

    def close(self, event: yaml.Event) -> None:
        done = self.stack.pop()
        done.place.extent = (*done.place.extent[:2], *_extent(event)[2:])
        if done.merges:
            _merge(done)
        value, place = self.wrapped(done.value, done.place, done.tag)
        if done.anchor is not None:
            self.anchors[done.anchor] = (value, place, done.size)
        self.add(value, place, done.size, event)

    def wrapped(self, value: object, place: Place, tag: str | None) -> tuple[object, Place]:
        """What stands after a known tag, as a mapping of one key; both stand at the same place."""
        if tag is None or tag not in self.wrappers:
            return value, place
        key = self.wrappers[tag]
        return {key: value}, Place(place.extent, parts={key: place})

    def scalar(self, event: yaml.ScalarEvent) -> None:
        if self._awaits_key():
            self.take_key(event)
            return
        known = event.tag in self.wrappers
        if event.tag is not None and event.tag not in _TAGS and not event.implicit[0] and not known:
            raise self.refuse("L109", f"tag {event.tag!r} is not supported", event)
        plain = event.tag is None and event.implicit[0]
        text = _resolve(event.value) if plain else event.value
        value, place = self.wrapped(text, Place(_extent(event)), event.tag)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, place, 1)
        self.add(value, place, 1, event)

    def alias(self, event: yaml.AliasEvent) -> None:
        if event.anchor not in self.anchors:
            raise self.refuse("L105", f"unknown alias *{event.anchor}", event)
        target = self.anchors[event.anchor]
        if target is None:
            raise self.refuse("L108", f"*{event.anchor} contains itself", event)
        if self._awaits_key():
            raise self.refuse("L109", "a key must be text", event)
        value, place, size = target
        self.add(value, Place(_extent(event), parts=place.parts), size, event)

    def take_key(self, event: yaml.ScalarEvent) -> None:
        top = self.stack[-1]
        assert isinstance(top.value, dict)
        if event.value in top.value:
            first = top.place.parts[event.value].key or top.place.extent
            message = f"key {event.value!r} stands here again; first in line {first[0]}"
            found = self.refuse("L106", message, event)
            if self.repeated is None:
                raise found
            self.repeated.append(((*self._path(), event.value), found.finding))
        top.key, top.key_extent = event.value, _extent(event)
        top.merges |= event.value == "<<" and event.implicit[0]

    def _path(self) -> Path:
        """Where the innermost open collection stands."""
        outer = self.stack[:-1]
        return tuple(
            len(each.value) if isinstance(each.value, list) else each.key or "" for each in outer
        )

    def _awaits_key(self) -> bool:
        top = self.stack[-1] if self.stack else None
        return top is not None and isinstance(top.value, dict) and top.key is None

    def add(self, value: object, place: Place, size: int, event: yaml.Event) -> None:
        self.values += 1 if size == 1 else 0
        if not self.stack:
            self.result = (value, place)
            return
        top = self.stack[-1]
        top.size += size
        if top.size > MOST_VALUES:
            message = f"more than {MOST_VALUES:,} values, aliases expanded"
            raise self.refuse("L108", message, event)
        if isinstance(top.value, dict):
            assert top.key is not None
            place.key = top.key_extent
            top.value[top.key] = value
            top.place.parts[top.key] = place
            top.key = None
        else:
            top.place.parts[len(top.value)] = place
            top.value.append(value)


def _merge(done: _Open) -> None:
    """Put the fields of what ``<<`` names behind a mapping's own, which come first.

    YAML's merge key (yaml.org/type/merge.html) is no part of YAML 1.2, yet every tool that reads
    definitions knows it. What is no mapping stays as it is.
    """
    assert isinstance(done.value, dict)
    named, places = done.value["<<"], done.place.parts["<<"]
    sources = [(named, places)]
    if isinstance(named, list):
        sources = [(each, places.parts[index]) for index, each in enumerate(named)]
    if not all(isinstance(each, dict) for each, _ in sources):
        return
    del done.value["<<"], done.place.parts["<<"]
    for source, place in sources:
        assert isinstance(source, dict)
        for key, value in source.items():
            if key not in done.value:
                done.value[key], done.place.parts[key] = value, place.parts[key]


def _parsed(text: str) -> Iterator[yaml.Event]:
    """Events whose marks count lines as editors do.

    The parser, being one of YAML 1.1, also ends a line at U+0085, U+2028, U+2029 and a lone
    carriage return.
    """
    if _OTHER_BREAK.search(text) is None:
        yield from yaml.parse(text, Loader=Loader)
        return
    starts = [0, *(match.end() for match in _LINE_FEED.finditer(text))]
    for event in yaml.parse(text, Loader=Loader):
        event.start_mark = _counted(event.start_mark, starts)
        event.end_mark = _counted(event.end_mark, starts)
        yield event


def _counted(mark: Any, starts: list[int]) -> Any:  # noqa: ANN401 - of either parser
    line = bisect_right(starts, mark.index) - 1
    return yaml.Mark(mark.name, mark.index, line, mark.index - starts[line], None, mark.pointer)


def _extent(event: yaml.Event) -> Extent:
    start, end = event.start_mark, event.end_mark
    assert start is not None
    assert end is not None
    return (start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _resolve(text: str) -> object:
    """A plain scalar by the core schema; a number that no float can hold (``12e4567``) is text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    first = text[0]
    if first.isdigit() or first in "+-.":
        if _INTEGER.match(text):
            return int(text)
        if _FLOAT.match(text) and math.isfinite(number := float(text)):
            return number
    return text


_TOO_DEEP: Final = "exceeded maximum nesting depth"
"""libyaml since 0.2.6 (PyYAML 6.0.4): it scans ahead of what is read here, and stops at 1,000."""


def read_yaml(
    text: str,
    file: str,
    wrappers: Mapping[str, str] | None = None,
    repeated: Repeated | None = None,
) -> tuple[object, Place]:
    """The value of a YAML text, and where its parts stand.

    ``wrappers`` maps tags to keys: with ``{"!Ref": "Ref"}``, ``!Ref x`` is ``{"Ref": "x"}``. Each
    adds a level that the bound on nesting does not count. Every other tag is refused. Given a list,
    ``repeated``, keys that stand twice are put there, not refused.

    Raises:
        RefusedError: not YAML, or beyond the bounds.
    """
    reader = _Reader(file, wrappers or {}, repeated=repeated)
    try:
        for event in _parsed(text):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = _in_plain_words(text, mark, error.problem or "") or ": ".join(
            part for part in (error.context, error.problem) if part
        )
        span = Span(file) if mark is None else Span(file, mark.line + 1, mark.column + 1)
        if error.problem == _TOO_DEEP:
            raise RefusedError("L107", f"nested more than {MOST_DEPTH} levels deep", span) from None
        raise RefusedError("L105", said or "not YAML", span) from None
    except yaml.YAMLError as error:
        raise RefusedError("L105", " ".join(str(error).split()), Span(file)) from None
    if reader.result is None:
        raise RefusedError("L104", "the file is empty", Span(file))
    return reader.result


def _in_plain_words(text: str, mark: yaml.Mark | None, problem: str) -> str | None:
    """What the parser calls a token, where it is what newcomers write."""
    line = "" if mark is None else text.splitlines()[mark.line : mark.line + 1]
    before = line[0][: mark.column + 1] if mark is not None and line else ""
    if before.endswith("\t"):
        return "a tab: YAML is indented with spaces"
    if re.search(r"(^|\s)\*\W?$", before):
        return "a text that begins with * is written in quotation marks: '*'"
    return next((words for said, words in _MEANT.items() if said in problem), None)


_MEANT: Final = {
    "mapping values are not allowed": "a second key in one line, or a line that is indented"
    " otherwise than those beside it; a text that holds ': ' is written in quotation marks",
    "did not find expected ',' or ']'": "a list that begins with [ is not closed with ]",
    "did not find expected ',' or '}'": "a mapping that begins with { is not closed with }",
    "did not find expected node content": "a list or mapping in brackets is not closed",
    "did not find expected key": "this line is not indented like those beside it",
    "did not find expected '-' indicator": "this line is not indented like those beside it",
}
"""What the parser says, and what newcomers have done."""


def scalars(text: str, file: str) -> Callable[[int, int], bool]:
    """Whether a line and column stand within a scalar: what looks like a comment there is none.

    A text that is no YAML has no scalars from where it ceases to be.
    """
    extents: list[Extent] = []
    if not file.endswith(".tf"):
        with suppress(yaml.YAMLError):
            extents += (_extent(e) for e in _parsed(text) if isinstance(e, yaml.ScalarEvent))
    starts = [extent[:2] for extent in extents]

    def within(line: int, column: int) -> bool:
        index = bisect_right(starts, (line, column)) - 1
        return index >= 0 and (line, column) < extents[index][2:]

    return within
