"""Where the cursor stands in a text that need not be whole: the keys around it, line by line.

A text is broken most of the time it is being typed, so no parser helps here, and none is replaced:
a sketch decides what is offered, never what is found. YAML is read by its indentation, what stands
in brackets (JSON, flow collections, HCL's objects) by these.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from wfmodel.model.limits import MOST_DEPTH
from wfmodel.model.source import Path

_TOKEN: Final = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?)|(?P<note>(?:\#|//)[^\n]*)"""
    r"""|(?P<sign>[{}\[\],:=])|(?P<word>[^\s{}\[\],:="'][^\s{}\[\],:="]*)"""
)
_DASHES: Final = re.compile(r" *(?:- +)*(?:-(?=\r?$))?")
_KEY: Final = r"""(?:[^\s#\-{\["':]|-(?=[^\s#:]))[^#:]*+(?::(?!\s|\Z)[^#:]*+)*+"""
_ENTRY: Final = re.compile(rf"""("(?:[^"\\]|\\.)*+"|'[^']*+'|{_KEY})[ \t]*+:(?=\s|\Z)""")
_BLOCK: Final = re.compile(r"(?P<tag>!Sub[ \t]+)?(?:![^\s]+[ \t]+)?[|>][-+0-9]*[ \t]*(?:#.*)?\r?$")
_HCL_OBJECT: Final = re.compile(r"\bjsonencode\s*\(\s*(?=\{)|<<-?\w+[ \t]*\r?\n\s*(?=\{)")
_SPACE: Final = re.compile(r"\s*")

LONGEST: Final = 1 << 20
"""Characters of a text that is looked at; in a longer one nothing is offered."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What is being written: the name of a key in the mapping at ``path``, or the value at it."""

    path: Path
    is_key: bool
    begin: int
    end: int
    """Offsets of what is there so far."""
    quote: str = ""
    must_quote: bool = False
    """In JSON, where no text stands without quotes."""
    sign: str = ":"
    """What stands after a key."""


@dataclass(slots=True)
class TextSketch:
    """Keys by the path of their mapping, plain values by their path, and the cursor's slot."""

    keys: dict[Path, dict[str, None]] = field(default_factory=dict)
    values: dict[Path, str] = field(default_factory=dict)
    slot: Slot | None = None

    def add(self, path: Path) -> None:
        """A key stands here."""
        self.keys.setdefault(path[:-1], {})[str(path[-1])] = None


def sketch_of(text: str, file: str, cursor: int) -> TextSketch:
    """The sketch of a text; ``cursor`` is an offset."""
    drawn = TextSketch()
    if len(text) > LONGEST:
        return drawn
    start = _after_space(text, 1 if text.startswith("\ufeff") else 0)
    if file.endswith(".tf"):
        done = 0
        for number, match in enumerate(_HCL_OBJECT.finditer(text)):
            if match.end() >= done:  # not inside of one before
                base: Path = ("resource", number, "definition")
                done = _Brackets(text, cursor, drawn, base).run(match.end())
    elif text[start : start + 1] in ("{", "["):
        _Brackets(text, cursor, drawn, ()).run(start)
    else:
        _Lines(text, cursor, drawn).run()
    return drawn


def _after_space(text: str, offset: int) -> int:
    match = _SPACE.match(text, offset)
    return offset if match is None else match.end()


@dataclass(slots=True)
class _Frame:
    path: Path
    is_object: bool
    key: str | None = None
    index: int = 0
    wants_value: bool = False

    def here(self) -> Path:
        """Where the next value stands."""
        return (*self.path, self.key or "") if self.is_object else (*self.path, self.index)


@dataclass(slots=True)
class _Brackets:
    """What stands in brackets, from the first to the one that closes it."""

    text: str
    cursor: int
    drawn: TextSketch
    base: Path
    stack: list[_Frame] = field(default_factory=list)
    plain: bool = False
    """Of YAML, where texts may stand without quotes."""
    sign: str = ":"
    reached: bool = False

    def run(self, begin: int, end: int | None = None) -> int:
        """Read from an opening bracket; the offset after its end."""
        self.reached = self.cursor <= begin
        limit = len(self.text) if end is None else end
        for match in _TOKEN.finditer(self.text, begin, limit):
            self._pass(match.start(), match)
            kind, token = match.lastgroup, match.group()
            if kind == "sign":
                if not self._sign(token):
                    return match.end()
            elif kind in ("text", "word"):
                self._scalar(token.strip("\"'"), match.end())
        self._pass(limit, None)
        return limit

    def _pass(self, start: int, match: re.Match[str] | None) -> None:
        """Take the slot as soon as the cursor is reached."""
        if self.reached or not self.stack:
            return
        inside = match is not None and start < self.cursor <= match.end()
        if match is not None and inside and match.lastgroup in ("text", "word"):
            token = match.group()
            quote = token[0] if match.lastgroup == "text" else ""
            closed = bool(quote) and len(token) > 1 and token.endswith(quote)
            if closed and self.cursor == match.end():
                self.reached = True  # after a text: nothing is being written
                return
            self._take(start + len(quote), match.end() - closed, quote)
        elif start >= self.cursor:
            self._take(self.cursor, self.cursor, "")
        elif inside and match is not None and match.lastgroup == "note":
            self.reached = True

    def _take(self, begin: int, end: int, quote: str) -> None:
        self.reached = True
        top = self.stack[-1]
        is_key = top.is_object and not top.wants_value
        path = top.path if is_key else top.here()
        self.drawn.slot = Slot(path, is_key, begin, end, quote, not self.plain, self.sign)

    def _sign(self, token: str) -> bool:
        """Whether the outermost bracket is still open."""
        if token in "{[":
            path = self.stack[-1].here() if self.stack else self.base
            if len(self.stack) >= MOST_DEPTH:
                return False
            self.stack.append(_Frame(path, token == "{"))
        elif token in "}]":
            if self.stack:
                self.stack.pop()
            if not self.stack:
                return False
            self._done()
        elif token in ":=":
            self.sign = token
            if self.stack and self.stack[-1].is_object:
                self.stack[-1].wants_value = True
        elif self.stack:
            top = self.stack[-1]
            top.index, top.key, top.wants_value = top.index + 1, None, False
        return True

    def _done(self) -> None:
        top = self.stack[-1]
        if top.is_object:  # in HCL the end of the line ends the entry
            top.wants_value, top.key = False, None

    def _scalar(self, word: str, end: int) -> None:
        if not self.stack:
            return
        top = self.stack[-1]
        if top.is_object and not top.wants_value:
            follows = _after_space(self.text, end)
            top.key = word
            if self.text[follows : follows + 1] in (":", "="):
                self.drawn.add((*top.path, word))
        elif top.is_object:
            self.drawn.values[top.here()] = word
            self._done()


@dataclass(slots=True)
class _Lines:
    """Block style of YAML."""

    text: str
    cursor: int
    drawn: TextSketch
    stack: list[tuple[int, str | int]] = field(default_factory=list)

    def run(self) -> None:
        """Read every line."""
        position = 0
        while position < len(self.text):
            position = self._line(position)
        if self.drawn.slot is None and self.cursor == len(self.text):
            start = self.text.rfind("\n") + 1
            if not self.text[start:].strip():
                self._empty(start)

    def _line(self, begin: int) -> int:
        """Read a line, and what belongs to its value; the offset of the next."""
        end = self._next_line(begin)
        line = self.text[begin:end].rstrip("\r\n")
        if begin <= self.cursor <= begin + len(line) and not line.strip():
            self._empty(begin)
        if not line.strip() or line.lstrip().startswith("#"):
            return end
        dashes = _DASHES.match(line)
        column = 0 if dashes is None else dashes.end()
        for at, sign in enumerate(line[:column]):
            if sign == "-":
                self._dash(at)
        entry = _ENTRY.match(line, column)
        if entry is None:
            return self._bare(begin, line, column, end)
        return self._entry(begin, line, column, entry, end)

    def _dash(self, column: int) -> None:
        while self.stack and self.stack[-1][0] > column:
            self.stack.pop()
        if self.stack and self.stack[-1][0] == column and isinstance(self.stack[-1][1], int):
            self.stack[-1] = (column, self.stack[-1][1] + 1)
        else:
            self.stack.append((column, 0))

    def _leave(self, column: int) -> None:
        """Close what is not around a key at this column."""
        while self.stack and self.stack[-1][0] >= column:
            self.stack.pop()

    def _path(self) -> Path:
        return tuple(part for _, part in self.stack)

    def _entry(self, begin: int, line: str, column: int, entry: re.Match[str], end: int) -> int:
        key = entry.group(1).strip().strip("\"'")
        self._leave(column)
        around = self._path()
        self.stack.append((column, key))
        path = self._path()
        self.drawn.add(path)
        value_at = _after_space(line, entry.end())
        if begin + column <= self.cursor <= begin + entry.end(1):
            self._slot(around, True, begin + column, begin + entry.end(1))
        elif begin + entry.end() < self.cursor <= begin + len(line) and value_at >= len(line):
            self._slot(path, False, self.cursor, self.cursor)
        value = line[value_at:]
        if value[:1] in ("{", "["):
            reader = _Brackets(self.text, self.cursor, self.drawn, path, plain=True)
            return self._next_line(reader.run(begin + value_at))
        block = _BLOCK.match(value)
        if block:
            return self._block(column, (*path, "Fn::Sub") if block["tag"] else path, end)
        word = value.partition(" #")[0].strip()
        if word:
            self.drawn.values[path] = word.strip("\"'")
            if begin + value_at <= self.cursor <= begin + value_at + len(word):
                self._slot(path, False, begin + value_at, begin + value_at + len(word))
        return end

    def _block(self, column: int, path: Path, position: int) -> int:
        """A text of several lines: looked into where it is JSON. The offset of the line after."""
        begin = position
        while position < len(self.text):
            end = self._next_line(position)
            line = self.text[position:end].rstrip("\r\n")
            if line.strip() and len(line) - len(line.lstrip(" ")) <= column:
                break
            position = end
        start = _after_space(self.text, begin)
        if start < position and self.text[start] == "{":
            _Brackets(self.text, self.cursor, self.drawn, path).run(start, position)
        return position

    def _bare(self, begin: int, line: str, column: int, end: int) -> int:
        """A word without a colon: the beginning of a key, an item, or text that goes on."""
        word = line[column:].rstrip()
        if word[:1] in ("{", "["):
            self._leave(column)
            reader = _Brackets(self.text, self.cursor, self.drawn, self._path(), plain=True)
            return self._next_line(reader.run(begin + column))
        if begin + column <= self.cursor <= begin + column + len(word):
            self._leave(column)
            path = self._path()
            is_item = bool(path) and isinstance(path[-1], int)
            self._slot(path, not is_item, begin + column, begin + column + len(word))
        return end

    def _empty(self, begin: int) -> None:
        column = self.cursor - begin
        kept = list(self.stack)
        self._leave(column)
        self._slot(self._path(), True, self.cursor, self.cursor)
        self.stack = kept

    def _slot(self, path: Path, is_key: bool, begin: int, end: int) -> None:
        quote = self.text[begin : begin + 1] if self.text[begin : begin + 1] in "\"'" else ""
        if quote and end > begin:
            closed = end - begin > 1 and self.text[end - 1] == quote
            begin, end = begin + 1, end - closed
        else:
            quote = ""
        if begin <= self.cursor <= end:  # not before or after the quotes
            self.drawn.slot = Slot(path, is_key, begin, end, quote)

    def _next_line(self, position: int) -> int:
        """The offset at which the next line begins; of the text's end, where there is none."""
        return self.text.find("\n", position) + 1 or len(self.text)
