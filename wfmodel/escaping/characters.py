"""Characters that a reader does not see are shown: as the escapes that Python writes.

Controls (C0, C1, DEL), those that turn the direction of text or have no width, separators of lines
and paragraphs, rare blanks, halves of surrogate pairs, code points that nobody knows.
"""

from __future__ import annotations

import re
from typing import Final

UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\U000e0100-\U000e01ef]"
)
"""What Python calls printable and has no ink: fillers, joiners, selectors of glyphs. Source:
Unicode's *Default_Ignorable_Code_Point*, but for U+FE00 to U+FE0F, which make emoji what they are;
and the Braille pattern without a dot."""

_BLANKS: Final = {0x00A0: " ", 0x202F: " ", 0x3000: " "}
"""Blanks that people write beside the space: between number and unit, in French, in Japanese."""


def is_plain(text: str) -> bool:
    """Whether all of it can be seen."""
    if text.isascii():
        return text.isprintable()
    return text.translate(_BLANKS).isprintable() and not UNSEEN.search(text)


def printable(text: str) -> str:
    """The text in one line, everything in it to be seen: newlines are escapes too."""
    return text if is_plain(text) else "".join(map(_shown, text))


def visible(text: str) -> str:
    """The same line by line, where lines are meant."""
    return "\n".join(map(printable, text.split("\n")))


def _shown(character: str) -> str:
    return character if is_plain(character) else character.encode("unicode_escape").decode()
