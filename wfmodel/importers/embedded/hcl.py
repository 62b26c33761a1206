"""HCL's tokens: enough to find blocks and attributes, and to read values that are written out.

Not python-hcl2 (8.1.4): its pattern for heredocs takes time that grows with the square of their
empty lines, its values carry no positions, and it writes a pickle into its own folder. What is
needed of HCL is small (HCL Native Syntax Specification, "Lexical Elements" and "Template
Expressions"), and one scan from left to right finds it. Nothing is evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from wfmodel.importers.embedded.substitutions import same_length
from wfmodel.model.limits import MOST_DEPTH, RefusedError
from wfmodel.model.source import span_at

_TOKEN: Final = re.compile(
    r"""(?P<blank>[ \t\r]++)
    |(?P<newline>\n|\#[^\n]*+(?:\n|\Z)|//[^\n]*+(?:\n|\Z))
    |(?P<comment>/\*)
    |(?P<heredoc><<-?(?P<mark>[^\W\d][\w.-]*+)[ \t]*+\r?\n)
    |(?P<string>")
    |(?P<name>[^\W\d][\w-]*+)
    |(?P<number>\d++(?:\.\d++)?(?:[eE][+-]?\d++)?)
    |(?P<sign>=>|==|!=|<=|>=|&&|\|\||\.\.\.|.)""",
    re.VERBOSE,
)
_IN_STRING: Final = re.compile(r'\\.|\$\$\{|%%\{|[$%]\{|["\n]')
_IN_TEXT: Final = re.compile(r"\$\$\{|%%\{|[$%]\{")
_IN_TEMPLATE: Final = re.compile(r'"|[{}]|/\*|(?:\#|//)[^\n]*+')
_LINE_OF_ONE_NAME: Final = re.compile(r"^[ \t]*+([^\W\d][\w.-]*+)[ \t]*+\r?$", re.MULTILINE)


class HclToken(NamedTuple):
    """A piece of the text: its kind, its offsets, and for a heredoc those of its body."""

    kind: str
    begin: int
    end: int
    text: str = ""
    body: tuple[int, int] = (0, 0)


class HclError(Exception):
    """Not HCL, or beyond the bounds; says at which offset. The code is one of loading's."""

    def __init__(self, message: str, offset: int, code: str = "L105") -> None:
        super().__init__(message, offset, code)
        self.message = f"not HCL: {message}" if code == "L105" else message
        self.offset = offset
        self.code = code

    def refused(self, text: str, file: str) -> RefusedError:
        """The same as a refusal with a place."""
        return RefusedError(self.code, self.message, span_at(text, file, self.offset))


def too_deep(offset: int) -> HclError:
    """Nested beyond the bound."""
    return HclError(f"nested more than {MOST_DEPTH} levels deep", offset, "L107")


def tokens(text: str) -> Iterator[HclToken]:
    """Strings and heredocs as wholes, names, numbers, signs, and ends of lines.

    Raises:
        HclError: a string, heredoc, comment or template does not end.
    """
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:  # pragma: no cover - "." takes every character but a line break
            raise HclError("an unknown character", position)
        kind, begin, position = str(match.lastgroup), match.start(), match.end()
        if kind == "comment":
            position = _end_of_comment(text, begin)
        elif kind == "string":
            position = end_of_string(text, begin)
            yield HclToken("string", begin, position, text[begin:position])
        elif kind == "heredoc" or match["heredoc"]:
            body_end, position = _end_of_heredoc(text, position, match["mark"], begin)
            yield HclToken("heredoc", begin, position, "", (match.end(), body_end))
        elif kind != "blank":
            yield HclToken(kind, begin, position, "\n" if kind == "newline" else match.group())


def end_of_string(text: str, begin: int) -> int:
    """The offset after a quoted string, templates inside it skipped."""
    position = begin + 1
    while True:
        match = _IN_STRING.search(text, position)
        if match is None or match.group() == "\n":
            raise HclError("a string does not end", begin)
        if match.group() == '"':
            return match.end()
        position = match.end()
        if match.group() in ("${", "%{"):
            position = end_of_template(text, position, begin)


def end_of_template(text: str, position: int, begin: int) -> int:
    """The offset after the brace that closes a template; no recursion for what nests in it."""
    open_marks = ["{"]
    while open_marks:
        if len(open_marks) > MOST_DEPTH:
            raise too_deep(begin)
        in_string = open_marks[-1] == '"'
        match = (_IN_STRING if in_string else _IN_TEMPLATE).search(text, position)
        if match is None or match.group() == "\n":
            raise HclError("a template does not end", begin)
        found, position = match.group(), match.end()
        if (found == '"' and in_string) or found == "}":
            open_marks.pop()
        elif found == '"' or found == "{":
            open_marks.append(found)
        elif found in ("${", "%{"):
            open_marks.append("{")
        elif found == "/*":
            position = _end_of_comment(text, match.start())
    return position


def flat_templates(text: str) -> str | None:
    """A template's text with each ``${...}`` as a token of its length; None if it has directives.

    What does not end stays as it is. An escaped ``$${`` becomes a blank and ``${``.
    """
    parts, position = list[str](), 0
    while (match := _IN_TEXT.search(text, position)) is not None:
        parts.append(text[position : match.start()])
        position = match.end()
        if match.group() == "%{":
            return None
        if match.group() == "${":
            try:
                position = end_of_template(text, position, match.start())
            except HclError:
                return "".join(parts) + text[match.start() :]
            parts.append(same_length(text[match.start() : position]))
        else:
            parts.append(" " + match.group()[1:])
    return "".join(parts) + text[position:]


def _end_of_comment(text: str, begin: int) -> int:
    end = text.find("*/", begin + 2)
    if end < 0:
        raise HclError("a comment does not end", begin)
    return end + 2


def _end_of_heredoc(text: str, start: int, mark: str, begin: int) -> tuple[int, int]:
    """Where the body ends and where the mark after it does; every line is looked at once."""
    for match in _LINE_OF_ONE_NAME.finditer(text, start):
        if match[1] == mark:
            return match.start(), match.end(1)
    raise HclError(f"nothing ends the text that <<{mark} begins", begin)
