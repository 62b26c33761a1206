"""The last gate: a stream whose every line is visible and obeyed by nobody, whoever wrote it.

Commands escape what they write when they compose it. This stands behind them, so that one that
forgets (or a library's warning, or a traceback) still cannot drive a terminal or a runner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, TextIO

from wfmodel.escaping.characters import visible
from wfmodel.escaping.commands import COLOUR, disarmed

_DRAWING: Final = re.compile(r"(\x1b\[[0-9;?]*[A-Za-z]|\r)")
"""Colours, and how a progress bar moves the cursor."""

_COLOUR: Final = re.compile(COLOUR)


class Guarded:
    """A text stream in front of another."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._line = ""
        """What the line under way begins with, as far as it may become a command."""
        self.drawn = DrawingStream(self)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write the text, made harmless."""
        return self._write(visible(_text(text)), len(text))

    def writelines(self, lines: Iterable[str]) -> None:
        """Write one after the other."""
        for line in lines:
            self.write(line)

    def write_drawn(self, text: str) -> int:
        """Write what the program has drawn: colours and the cursor's moves are its own.

        The one who draws has made the words in it visible before.
        """
        parts = _DRAWING.split(_text(text))
        shown = [part if place % 2 else visible(part) for place, part in enumerate(parts)]
        return self._write("".join(shown), len(text))

    def write_command(self, line: str) -> None:
        """Write a line that a runner is to obey, made by the program; nothing in it is changed."""
        if self._line:
            self._stream.write("\n")
        self._line = ""
        self._stream.write(_encodable(visible(line), self._stream) + "\n")

    def _write(self, text: str, length: int) -> int:
        before = self._line
        self._line = _may_begin(before + text)
        self._stream.write(_encodable(disarmed(before + text)[len(before) :], self._stream))
        return length


class DrawingStream:
    """The same stream for the program's own drawing."""

    def __init__(self, guarded: Guarded) -> None:
        self._guarded = guarded

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        return getattr(self._guarded, name)

    def write(self, text: str) -> int:
        """Write what was drawn."""
        return self._guarded.write_drawn(text)


def _text(text: str) -> str:
    if not isinstance(text, str):
        raise TypeError(f"write() argument must be str, not {type(text).__name__}")
    return text


def _may_begin(text: str) -> str:
    """The end of a text, as far as what follows could make a command of it.

    Two number signs in a row were parted when they were written.
    """
    line = _COLOUR.sub("", text[text.rfind("\n") + 1 :])
    if not line.strip():
        return ""
    return ":" if line.strip() == ":" else f".{line[-1]}"


def _encodable(text: str, stream: TextIO) -> str:
    """The text; what the stream's encoding does not have, as escapes."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode(encoding, "backslashreplace").decode(encoding)
    return text
