"""Standard streams as they may be: closed, of another encoding, or a pipe whose reader has gone.

What cannot be said in the stream's encoding is said with escapes (``\\u2192``). A closed stream is
replaced by one into nothing; its number is taken, or the next file opened would get it and be
written over with text.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Final

STANDARD: Final = (0, 1, 2)


def make_usable() -> None:
    """Make all three streams usable, whatever this process was started with."""
    _take_numbers()
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - till the end
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _take_numbers() -> None:
    """Open nothing at every number that is closed: the lowest free one is what open gives."""
    while (number := os.open(os.devnull, os.O_RDWR)) in STANDARD:
        os.set_inheritable(number, True)
    os.close(number)


def discard() -> None:
    """Let standard output go nowhere: its reader has gone, and the rest must not be an error."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.close(nothing)
