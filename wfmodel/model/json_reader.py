"""JSON by the standard library's parser; places by a scan of their own, when somebody asks.

The standard parser is fast and strict but keeps no positions, and position-keeping parsers are slow
or unmaintained. So the value comes from ``json`` and this scan, which need not judge what it reads,
walks the same text for places and for duplicate keys.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, NoReturn, TypeAlias

from wfmodel.model.limits import MOST_DEPTH, MOST_VALUES, RefusedError, Repeated
from wfmodel.model.source import Extent, Lines, Path, Place, Span, span_at

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|[^\s{}\[\],:"]+', re.DOTALL)
"""What a place begins or ends with; colons and commas between are passed over."""
_KEYS: Final = json.JSONDecoder(strict=False)

_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)")
_FAR: Final = re.compile(r"\d{209}|\d[eE]\+?\d{3}")
"""What every number beyond 1e308 has: 208 digits and two of an exponent come to less."""

Pairs: TypeAlias = list[tuple[str, object]]


class _DuplicateKeyError(Exception):
    pass


def _unique(pairs: Pairs) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _DuplicateKeyError
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def read_json(text: str, file: str, repeated: Repeated | None = None) -> object:
    """The value of a JSON text. Given a list, keys that stand twice are put there, not refused.

    Raises:
        RefusedError: not JSON, not text, a duplicate key, too deep, or a number beyond floats.
    """
    try:
        value = _parsed(text, file, _unique)
    except _DuplicateKeyError:
        # Parsed again to its end: places are of JSON only, and the rest may not be any.
        value = _parsed(text, file, dict)
        json_places(text, file, repeated)
        if not repeated:
            raise RefusedError("L106", "a key stands twice", Span(file)) from None
    if _exceeds_bounds(value, file):
        json_places(text, file)
    if _HALF.search(text):
        _refuse_halves(text, file)
    if _FAR.search(text):
        _refuse_far(text, file)
    return value


def kept_json(content: str | bytes) -> Any:  # noqa: ANN401 - JSON
    """The value of a JSON text that a program keeps for itself (a baseline, a header): without
    places, and as large as its file may be.

    Raises:
        ValueError: not JSON, not text, or nested too deep.
    """
    text = content if isinstance(content, str) else content.decode(json.detect_encoding(content))
    try:
        value = json.loads(text)
        if _HALF.search(text):
            _refuse_halves(text, "")
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except RefusedError as error:
        raise ValueError(error.finding.message) from None
    return value


def _refuse_far(text: str, file: str) -> None:
    """What is computed of an infinite number has no sense, and mostly no end: it is refused here,
    and not wherever somebody divides by it.
    """
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token[0] in "-0123456789" and math.isinf(float(token)):
            span = span_at(text, file, match.start(), len(token))
            raise RefusedError("L105", "a number beyond the range of floats", span)


def _refuse_halves(text: str, file: str) -> None:
    """JSON can spell half of a character (one surrogate without the other), which no file, picture
    or stream can hold: it is refused here, as YAML does, and not where it is written.
    """
    high_ends = -1
    for escape in chain(_ESCAPE.finditer(text), (None,)):
        code = int(escape[1] or "0", 16) if escape else 0
        is_low = 0xDC00 <= code < 0xE000
        at = escape.start() if escape else len(text)
        paired = at == high_ends
        if high_ends >= 0 and not (paired and is_low):
            raise _half(text, file, high_ends - 6)
        if is_low and not paired:
            raise _half(text, file, at)
        high_ends = escape.end() if escape and 0xD800 <= code < 0xDC00 else -1


def _half(text: str, file: str, place: int) -> RefusedError:
    said = f"not text: {text[place : place + 6]} is half of a character, without its other half"
    return RefusedError("L103", said, span_at(text, file, place, 6))


def _parsed(text: str, file: str, object_of: Callable[[Pairs], dict[str, object]]) -> object:
    try:
        return json.loads(text, object_pairs_hook=object_of, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        span = Span(file, error.lineno, error.colno, error.lineno, error.colno + 1)
        raise RefusedError("L105", f"not JSON: {error.msg}", span) from None
    except RecursionError:
        raise _too_deep(file, 1, 1) from None
    except ValueError as error:
        said = str(error)[:200]
        if "sys.set_int" in said:  # of the interpreter, which bounds how long it converts
            said = "a number has thousands of digits"
        raise RefusedError("L105", said, Span(file)) from None


def _exceeds_bounds(value: object, file: str) -> bool:
    """Whether it is nested too deep, which its places say better.

    Raises:
        RefusedError: it has more values than are read.
    """
    level, count = [value], 0
    for _ in range(MOST_DEPTH + 1):
        count += len(level)
        if count > MOST_VALUES:
            raise RefusedError("L102", f"more than {MOST_VALUES:,} values", Span(file))
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def _too_deep(file: str, line: int, column: int) -> RefusedError:
    message = f"nested more than {MOST_DEPTH} levels deep"
    return RefusedError("L107", message, Span(file, line, column, line, column + 1))


@dataclass(slots=True)
class _Open:
    place: Place
    is_object: bool
    key: str | None = None
    key_extent: Extent | None = None
    last: str = ""
    """The key whose value is being read."""


def json_places(text: str, file: str, repeated: Repeated | None = None) -> Place:
    """Where the parts of a JSON text stand; ``repeated`` as in ``read_json``.

    Raises:
        RefusedError: a duplicate key, or nested too deep.
    """
    lines, stack, root = Lines(text), list[_Open](), Place((1, 1, 1, 1))
    for match in _TOKEN.finditer(text):
        token, (line, column) = match.group(), lines.place(match.start())
        extent = (line, column, line, column + len(token))
        top = stack[-1] if stack else None
        if token in "}]":
            if stack:
                closed = stack.pop().place
                closed.extent = (*closed.extent[:2], *extent[2:])
        elif top is not None and top.is_object and top.key is None and token[0] == '"':
            found = _take_key(top, token, extent, file)
            if found is not None and repeated is None:
                raise found
            if found is not None and repeated is not None:
                repeated.append((_path(stack), found.finding))
        else:
            place = Place(extent)
            root = _add(top, place, root)
            if token in "{[":
                if len(stack) >= MOST_DEPTH:
                    raise _too_deep(file, extent[0], extent[1])
                stack.append(_Open(place, token == "{"))
    return root


def _path(stack: list[_Open]) -> Path:
    """Where the key stands that was read last."""
    outer = (each.last if each.is_object else len(each.place.parts) - 1 for each in stack[:-1])
    return (*outer, stack[-1].key or "")


def _take_key(top: _Open, token: str, extent: Extent, file: str) -> RefusedError | None:
    """Read a key; what is wrong with it if it stands here again."""
    key = str(_KEYS.decode(token)) if "\\" in token else token[1:-1]
    first = top.place.parts.get(key)
    top.key, top.key_extent = key, extent
    if first is None:
        return None
    line = (first.key or top.place.extent)[0]
    message = f"key {key!r} stands here again; first in line {line}"
    return RefusedError("L106", message, Span(file, *extent))


def _add(top: _Open | None, place: Place, root: Place) -> Place:
    if top is None:
        return place
    if top.is_object:
        place.key, top.last = top.key_extent, top.key or ""
        top.place.parts[top.last] = place
        top.key = None
    else:
        top.place.parts[len(top.place.parts)] = place
    return root
