"""Values that are written out in HCL, such as ``jsonencode`` is given: no evaluation.

Objects, lists, texts, numbers, ``true``, ``false`` and ``null`` are read, ``local.x`` where the
file says what it is, and ``merge()`` of objects. Any other expression becomes the token of its
text, ``${aws_lambda_function.pay.arn}``; so does an object or list that holds more than elements
(``for``, ``...``).
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from wfmodel.importers.embedded.hcl import HclError, HclToken, flat_templates, too_deep
from wfmodel.importers.embedded.notations import unescaped
from wfmodel.importers.embedded.substitutions import token
from wfmodel.model.limits import MOST_DEPTH, MOST_VALUES
from wfmodel.model.source import Lines, Place

_NAMED: Final = {"true": True, "false": False, "null": None}
_LONGEST_NUMBER: Final = 30


class Read(NamedTuple):
    """A value, where it stands, and the index of the token after it."""

    value: object
    place: Place
    after: int


@dataclass(slots=True)
class Locals:
    """What the local values of a file are, read when somebody asks, each once.

    ``where`` leads from a name to the tokens that hold it and to the first of its own. A value may
    stand in many places: all of them together are no larger than a file may be.
    """

    where: Callable[[str], tuple[Sequence[HclToken], int] | None] = lambda _: None
    _known: dict[str, tuple[Read, int, int] | None] = field(default_factory=dict)
    """Each with how many values it is and how deep."""
    _left: int = MOST_VALUES

    def read(self, name: str, text: str, lines: Lines, depth: int) -> Read | None:
        """A value; None where it is not written out, goes round, or would be too large."""
        if name not in self._known:
            self._known[name] = None  # it may lead to itself
            found = self.where(name)
            if found is not None and depth < MOST_DEPTH // 2:
                tokens, index = found
                read = Values(text, tokens, lines, self).expression(index, depth)
                self._known[name] = (read, *_extent(read.value))
        known = self._known[name]
        if known is None or known[1] > self._left or depth + known[2] > MOST_DEPTH:
            return None
        self._left -= known[1]
        return known[0]


class Values:
    """Values of one sequence of tokens."""

    def __init__(
        self, text: str, tokens: Sequence[HclToken], lines: Lines, local: Locals | None = None
    ) -> None:
        self._text = text
        self._tokens = tokens
        self._lines = lines
        self._local = local or Locals()

    def is_sign(self, index: int, signs: str) -> bool:
        """Whether one of these signs stands there."""
        at = self._tokens[index : index + 1]
        return bool(at) and at[0].kind == "sign" and at[0].text in signs

    def skip_lines(self, index: int) -> int:
        """The index of the next token that is no end of a line."""
        while index < len(self._tokens) and self._tokens[index].kind == "newline":
            index += 1
        return index

    def ends(self, index: int) -> bool:
        """Whether an expression is over there."""
        at = self._tokens[index : index + 1]
        return not at or at[0].kind == "newline" or self.is_sign(index, ",}])")

    def expression(self, index: int, depth: int = 0) -> Read:
        """The value that begins there; what is not written out becomes a token.

        Raises:
            HclError: nested too deep, a key stands twice, or nothing is there.
        """
        if depth > MOST_DEPTH:
            raise too_deep(self._tokens[index].begin)
        read = self._written_out(index, depth)
        if read is not None and self.ends(read.after):
            return read
        return self._opaque(index)

    def _written_out(self, index: int, depth: int) -> Read | None:
        if index >= len(self._tokens):
            return None
        at = self._tokens[index]
        if self.is_sign(index, "{"):
            return self._object(index, depth)
        if self.is_sign(index, "["):
            return self._list(index, depth)
        if self.is_sign(index, "-"):
            number = self._tokens[index + 1 : index + 2]
            return self._number(index, index + 1) if number and number[0].kind == "number" else None
        if at.kind == "number":
            return self._number(index, index)
        if at.kind == "name":
            return self._named(index, depth)
        return self._read(self.text_of(at), index, index + 1) if at.kind != "sign" else None

    def _named(self, index: int, depth: int) -> Read | None:
        word = self._tokens[index].text
        if word in _NAMED:
            return self._read(_NAMED[word], index, index + 1)
        if word == "local" and self.is_sign(index + 1, ".") and index + 2 < len(self._tokens):
            name = self._tokens[index + 2].text
            found = self._local.read(name, self._text, self._lines, depth + 1)
            return found and Read(found.value, _copy(found.place), index + 3)
        if word == "merge" and self.is_sign(index + 1, "("):
            return self._merged(index, depth)
        return None

    def _merged(self, first: int, depth: int) -> Read | None:
        """Objects in each other, the last one first."""
        value: dict[str, object] = {}
        parts: dict[str | int, Place] = {}
        index = self.skip_lines(first + 2)
        while not self.is_sign(index, ")"):
            inner = self.expression(index, depth + 1)
            if not isinstance(inner.value, dict):
                return None
            value |= inner.value
            parts |= inner.place.parts
            index = self.skip_lines(inner.after)
            if self.is_sign(index, ","):
                index = self.skip_lines(index + 1)
            elif not self.is_sign(index, ")"):
                return None
        return self._read(value, first, index + 1, parts)

    def text_of(self, at: HclToken) -> str:
        """What a quoted string or heredoc says, its templates as tokens."""
        if at.kind == "heredoc":
            body = self._text[slice(*at.body)]
            is_indented = self._text.startswith("<<-", at.begin)
            return flat_templates(textwrap.dedent(body) if is_indented else body) or token("_")
        source = flat_templates(self._text[at.begin + 1 : at.end - 1])
        return token("_") if source is None else unescaped(source, at.begin + 1)[0]

    def _read(
        self, value: object, first: int, after: int, parts: dict[str | int, Place] | None = None
    ) -> Read:
        begin, end = self._tokens[first].begin, self._tokens[after - 1].end
        return Read(value, Place(self._lines.extent(begin, end), parts=parts or {}), after)

    def _number(self, first: int, digits: int) -> Read | None:
        text = self._tokens[digits].text
        if len(text) > _LONGEST_NUMBER or not math.isfinite(float(text)):
            return None
        value = int(text) if text.isdecimal() else float(text)
        return self._read(-value if first < digits else value, first, digits + 1)

    def _object(self, first: int, depth: int) -> Read | None:
        value: dict[str, object] = {}
        parts: dict[str | int, Place] = {}
        index = self.skip_lines(first + 1)
        while not self.is_sign(index, "}"):
            key = self._key(index)
            if key is None or not self.is_sign(key.after, "=:"):
                return None
            name = str(key.value)
            if name in value:
                message = f"key {name!r} stands here again; first in line {_first(parts[name])}"
                raise HclError(message, self._tokens[index].begin, "L106")
            inner = self.expression(key.after + 1, depth + 1)
            inner.place.key = key.place.extent
            value[name], parts[name] = inner.value, inner.place
            index = self._next_element(inner.after, lines_divide=True)
            if index < 0:
                return None
        return self._read(value, first, index + 1, parts)

    def _key(self, index: int) -> Read | None:
        if index >= len(self._tokens):
            return None
        at = self._tokens[index]
        if at.kind in ("name", "number"):
            return self._read(at.text, index, index + 1)
        if at.kind == "string":
            return self._read(self.text_of(at), index, index + 1)
        if self.is_sign(index, "("):
            after = self._closing(index)
            text = self._text[at.begin + 1 : self._tokens[after - 1].begin]
            return self._read(token(text), index, after)
        return None

    def _list(self, first: int, depth: int) -> Read | None:
        value, parts = list[object](), dict[str | int, Place]()
        index = self.skip_lines(first + 1)
        if self._tokens[index : index + 1] and self._tokens[index].text == "for":
            return None
        while not self.is_sign(index, "]"):
            inner = self.expression(index, depth + 1)
            parts[len(value)] = inner.place
            value.append(inner.value)
            index = self._next_element(inner.after, lines_divide=False)
            if index < 0:
                return None
        return self._read(value, first, index + 1, parts)

    def _next_element(self, index: int, *, lines_divide: bool) -> int:
        """The index of the next element or of the closing sign; -1 where neither can stand."""
        after = self.skip_lines(index)
        if self.is_sign(after, ","):
            return self.skip_lines(after + 1)
        if self.is_sign(after, "}" if lines_divide else "]"):
            return after
        return after if lines_divide and index < after < len(self._tokens) else -1

    def _opaque(self, first: int) -> Read:
        depth, index = 0, first
        while index < len(self._tokens) and not (depth == 0 and self.ends(index)):
            if self.is_sign(index, "([{"):
                depth += 1
            elif self.is_sign(index, ")]}"):
                depth -= 1
            index += 1
        if index == first:
            offset = self._tokens[first].begin if first < len(self._tokens) else len(self._text)
            raise HclError("a value is missing", offset)
        begin, end = self._tokens[first].begin, self._tokens[index - 1].end
        return self._read(token(self._text[begin : min(end, begin + MOST_DEPTH)]), first, index)

    def _closing(self, first: int) -> int:
        """The index after the sign that closes the one there."""
        depth, index = 0, first
        while index < len(self._tokens):
            depth += self.is_sign(index, "([{") - self.is_sign(index, ")]}")
            index += 1
            if depth == 0:
                return index
        raise HclError("a bracket does not close", self._tokens[first].begin)


def _copy(place: Place) -> Place:
    """The same place for another use of a value, whose key is another."""
    return Place(place.extent, None, place.parts)


def _extent(value: object) -> tuple[int, int]:
    """How many values a value is, counted up to the bound, and how deep."""
    waiting, count, deepest = [(value, 1)], 0, 0
    while waiting and count <= MOST_VALUES:
        inner, depth = waiting.pop()
        count, deepest = count + 1, max(deepest, depth)
        if isinstance(inner, Mapping):
            waiting += [(part, depth + 1) for part in inner.values()]
        elif isinstance(inner, list):
            waiting += [(part, depth + 1) for part in inner]
    return count, deepest


def _first(place: Place) -> int:
    return (place.key or place.extent)[0]
