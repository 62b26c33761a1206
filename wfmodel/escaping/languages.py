"""Words of a definition inside text of another language: data there, whatever they say.

Every language that we write has its way here; what reads it gets the words back, or one line of
them where it is a comment.
"""

from __future__ import annotations

import re
import shlex
from typing import Final

from wfmodel.escaping.characters import printable

_IN_STATES: Final = re.compile(r'["`;:#<>{}\[\]%]')
_IN_SEQUENCES: Final = re.compile(r"[;#<>%]")


def one_line(words: str) -> str:
    """Words on one line: blanks become one, what cannot be seen is named (``\\u202e``).

    So they neither end a comment that a line's end would end, nor show what is not there.
    """
    line = " ".join(words.split())
    return line if line.isprintable() else "".join(map(_shown, line))


def _shown(sign: str) -> str:
    return sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii")


def in_block_comment(words: str) -> str:
    """For a comment of C's and Promela's kind."""
    return one_line(words.replace("*/", "* /"))


def python_text(text: str) -> str:
    """A Python literal: a block in triple quotes where that reads well, else a literal a line."""
    plain = text.replace("\n", "").isprintable() and '"""' not in text and "\\" not in text
    if plain and text.endswith("\n"):
        return f'"""\n{text}"""'
    lines = text.splitlines(keepends=True)
    return "(\n" + "".join(f"    {line!r}\n" for line in lines or [""]) + ")"


def python_docstring(words: str) -> str:
    """A Python literal for the first line of a module."""
    plain = words.isprintable() and not {'"', "\\"} & set(words)
    return f'"""{words}"""' if plain else repr(words)


def mermaid_words(words: str, *, in_sequence: bool = False) -> str:
    """Words that Mermaid takes literally: one line, its own signs as entities.

    ``in_sequence``: in a sequence diagram, where fewer signs mean anything.
    """
    seen = printable(" ".join(words.split()))
    own = _IN_SEQUENCES if in_sequence else _IN_STATES
    return own.sub(lambda match: f"#{ord(match.group())};", seen)


def shell_line(*words: str, file: str = "") -> str:
    """A command of a shell, to be copied: each word is one, and ``file``, the last, no option."""
    name = f"./{file}" if file.startswith("-") else file
    return printable(shlex.join((*words, name) if file else words))


def dot_text(*lines: str) -> str:
    """A quoted string of DOT, a line for each: its backslashes and entities mean nothing."""
    return '"' + "\\n".join(map(_dot_words, lines)) + '"'


def _dot_words(words: str) -> str:
    seen = printable(" ".join(words.split()))
    return seen.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
