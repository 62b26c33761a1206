"""How JSON, YAML and HCL write a text down: the segments of a scalar, each checked by its value.

The parser's value is the truth. What is read here from the source must come to exactly that value;
where it does not, the whole text leads back to the scalar as a whole: its start.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

from wfmodel.importers.embedded.positions import Segment

_BREAK: Final = r"(?:\r\n|[\n\r\x85\u2028\u2029])"
_FOLD: Final = rf"[ \t]*+(?P<fold>{_BREAK}(?:[ \t]*+{_BREAK})*+)[ \t]*+"
_HEX: Final = r"x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}"
_PAIR: Final = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"

_ESCAPED: Final = re.compile(rf"(?P<pair>{_PAIR})|(?P<escape>\\(?:{_HEX}|.))|[^\\]++", re.DOTALL)
_DOUBLE: Final = re.compile(
    rf"(?P<joined>\\{_BREAK}[ \t]*+)|(?P<escape>\\(?:{_HEX}|.))|{_FOLD}|[ \t]++"
    r"|[^\\ \t\r\n\x85\u2028\u2029]++",
    re.DOTALL,
)
_SINGLE: Final = re.compile(rf"(?P<quote>'')|{_FOLD}|[ \t]++|[^' \t\r\n\x85\u2028\u2029]++|'")
_PROPERTIES: Final = re.compile(r"(?:[!&][^\s]*+\s++)*+")
_ONE_BREAK: Final = re.compile(_BREAK)
_LINE: Final = re.compile(rf"[^\r\n\x85\u2028\u2029]*+(?:{_BREAK}|\Z)")
_SHORT: Final = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r",
    "e": "\x1b", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029", "\t": "\t",
}  # fmt: skip

_Read = Iterator[tuple[str, Segment]]


def json_scalar(text: str, begin: int, end: int, value: str) -> list[Segment]:
    """Segments of a JSON string, its quotes at both ends of the range; also of a quoted one in HCL.

    A range that holds anything else (a number) leads back as a whole.
    """
    return _checked(_escaped(text, begin + 1, end - 1), value, begin, end)


def yaml_scalar(text: str, begin: int, end: int, value: str) -> list[Segment]:
    """Segments of a YAML scalar, which begins with its tag and anchor, in any of the five styles.

    Block scalars are exact, folded ones too; so are flow scalars, over several lines too, unless a
    comment stands between the tag and the text.
    """
    properties = _PROPERTIES.match(text, begin, end)
    start = begin if properties is None else properties.end()
    style = text[start : start + 1]
    read: _Read
    if style in ("|", ">"):
        read = _block(text, start, end, style == ">")
    elif style == '"':
        read = _flow(_DOUBLE, text, start + 1, end - 1)
    elif style == "'":
        read = _flow(_SINGLE, text, start + 1, end - 1)
    else:
        read = _flow(_SINGLE, text, start, end)
    return _checked(read, value, begin, end)


def _checked(read: _Read, value: str, begin: int, end: int) -> list[Segment]:
    """The segments if they make up the value; else the value as a whole."""
    segments, position = list[Segment](), 0
    for part, segment in read:
        if position >= len(value):
            break  # a block's last line breaks, chomped off
        if not value.startswith(part, position):
            return [Segment(len(value), begin, end)]
        segments.append(segment)
        position += len(part)
    return segments if position == len(value) else [Segment(len(value), begin, end)]


def _escaped(text: str, begin: int, end: int) -> _Read:
    for match in _ESCAPED.finditer(text, begin, end):
        part = match.group()
        if match["pair"]:
            part = str(json.loads(f'"{part}"'))
        elif match["escape"]:
            part = _unescaped(part)
        yield part, Segment(len(part), match.start(), match.end())


def _unescaped(escape: str) -> str:
    letter = escape[1]
    if letter in "xuU" and len(escape) > 2:
        code = int(escape[2:], 16)
        return chr(code) if code < 0x110000 else escape
    return _SHORT.get(letter, letter)


def _flow(pattern: re.Pattern[str], text: str, begin: int, end: int) -> _Read:
    for match in pattern.finditer(text, begin, end):
        groups, part = match.groupdict(), match.group()
        if groups.get("quote"):
            part = "'"
        elif groups.get("joined"):
            part = ""
        elif groups.get("escape"):
            part = _unescaped(part)
        elif groups["fold"]:
            breaks = len(_ONE_BREAK.findall(groups["fold"]))
            part = " " if breaks == 1 else "\n" * (breaks - 1)
        yield part, Segment(len(part), match.start(), match.end())


def _block(text: str, begin: int, end: int, folded: bool) -> _Read:
    """Lines after the header without their indentation; then what stands for the breaks between.

    A break of a folded scalar is a space between two lines that are not indented further, and so
    many breaks as there are empty lines where there are some (YAML 1.2.2, section 8.1.3).
    """
    lines = list(_content_lines(text, begin, end))
    indent = _indentation(text, lines)
    before: tuple[int, bool] | None = None
    empty = 0
    for start, stop in lines:
        if stop - start <= indent and not text[start:stop].strip(" "):
            empty += 1
            continue
        if text[start : start + indent].strip(" "):
            break  # a comment after the text
        further = text[start + indent] in " \t"
        if before is None:
            yield from _breaks("\n" * empty, start, start)
        else:
            fold = folded and not further and not before[1]
            gap = "\n" * empty or " " if fold else "\n" * (empty + 1)
            yield from _breaks(gap, before[0], start + indent)
        yield text[start + indent : stop], Segment(stop - start - indent, start + indent, stop)
        before, empty = (stop, further), 0
    last = before[0] if before else begin
    yield from _breaks("\n" * (empty + 1), last, last)


def _breaks(gap: str, begin: int, end: int) -> _Read:
    for character in gap:
        yield character, Segment(1, begin, max(end, begin))


def _content_lines(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    header = _LINE.match(text, begin)
    position = end if header is None else header.end()
    while position < end:
        line = _LINE.match(text, position, end)
        assert line is not None
        yield position, position + len(line.group().rstrip("\r\n\x85\u2028\u2029"))
        if line.end() == position:
            return
        position = line.end()


def _indentation(text: str, lines: Iterable[tuple[int, int]]) -> int:
    """Of the first line that is not empty. An explicit one is left to the check of the value."""
    for start, stop in lines:
        line = text[start:stop]
        if line.strip(" "):
            return len(line) - len(line.lstrip(" "))
    return 0


def unescaped(source: str, offset: int) -> tuple[str, list[Segment]]:
    """The text that a quoted string's inside means in HCL; ``offset`` is where it begins."""
    read = list(_escaped(source, 0, len(source)))
    moved = [Segment(s.length, s.begin + offset, s.end + offset) for _, s in read]
    return "".join(part for part, _ in read), moved
