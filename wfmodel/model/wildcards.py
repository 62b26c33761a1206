"""Patterns with stars, matched without backtracking: whoever wrote them cannot make it long.

Two kinds. Texts with gaps (``matches`` of guards, StringMatches) are found piece by piece, leftmost
first. Patterns of paths (``exclude``, ``per-path``, ``.gitignore``) are a small automaton whose
states are the bits of one number: a step per character of the path, and never more states than the
pattern has signs. No pattern becomes a regular expression: those try again, and a dozen stars are
enough for a match that never ends.

>>> fits("toy-car", ("toy-", ""))
True
>>> path_pattern("**/legacy/*.yaml").search("flows/legacy/order.yaml")
True

Source: Baeza-Yates & Gonnet, *A new approach to text searching*, CACM 35 (1992): Shift-And.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

LONGEST: Final = 4000
"""Longest pattern of a path: longer ones fit nothing (paths are no longer)."""

_SIGN: Final = re.compile(r"\*\*/|\*\*|\*|\?|\\.|\[(?:[!^])?\]?[^\]]*\]|.", re.DOTALL)


def fits(text: str, parts: Sequence[str]) -> bool:
    """Whether a text is these parts in order, with anything in the gaps between them."""
    first, last = parts[0], parts[-1]
    if len(parts) == 1:
        return text == first
    if not text.startswith(first):
        return False
    position = len(first)
    for part in parts[1:-1]:
        found = text.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return len(text) - len(last) >= position and text.endswith(last)


@dataclass(slots=True)
class PathPattern:
    """A pattern as an automaton. Bit ``n`` is set: the first ``n`` signs have been met."""

    size: int = 0
    exact: dict[str, int] = field(default_factory=dict)
    """Character to the signs that it alone meets."""
    classes: list[tuple[str, bool, int]] = field(default_factory=list)
    """Characters (as a class is written), whether the others are meant, and the sign."""
    one: int = 0
    """``?``: any character but a slash."""
    within: int = 0
    """``*``: any number of those."""
    across: int = 0
    """``**``: any number of any."""
    skips: dict[int, int] = field(default_factory=dict)
    """How far on a sign may be left out, and the signs for which that holds."""

    def match(self, path: str) -> bool:
        """Whether the whole path fits."""
        return self._run(path, anywhere=False)

    def search(self, path: str) -> bool:
        """Whether the path fits, or an end of it that begins after a slash."""
        return self._run(path, anywhere=True)

    def _run(self, path: str, *, anywhere: bool) -> bool:
        states = self._closed(1)
        first = states if anywhere else 0
        for character in path:
            states = self._step(states, character)
            if character == "/":
                states |= first
            elif not states and not anywhere:
                return False
        return bool(states >> self.size & 1)

    def _step(self, states: int, character: str) -> int:
        met, kept = self.exact.get(character, 0), self.across
        if character != "/":
            met |= self.one
            kept |= self.within
            for characters, others, sign in self.classes:
                met |= sign if _in_class(character, characters) is not others else 0
        return self._closed((states & met) << 1 | states & kept)

    def _closed(self, states: int) -> int:
        """With what is reached by leaving signs out; every round adds one, or is the last."""
        while True:
            more = states
            for width, signs in self.skips.items():
                more |= (states & signs) << width
            if more == states:
                return states
            states = more

    def add(self, sign: str) -> None:
        """One more sign at the end."""
        bit = 1 << self.size
        if sign == "**/":  # nothing, or anything and a slash
            self._skip(bit, 3)
            self._skip(bit, 1)
            self._skip(bit << 1, 1)
            self.across |= bit << 1
            self.exact["/"] = self.exact.get("/", 0) | bit << 2
            self.size += 3
            return
        if sign in ("*", "**"):
            self._skip(bit, 1)
            self.within |= bit if sign == "*" else 0
            self.across |= bit if sign == "**" else 0
        elif sign == "?":
            self.one |= bit
        elif len(sign) > 2 and sign[0] == "[":
            others = sign[1] in "!^"
            self.classes.append((sign[2 if others else 1 : -1], others, bit))
        else:
            self.exact[sign[-1]] = self.exact.get(sign[-1], 0) | bit
        self.size += 1

    def _skip(self, bit: int, width: int) -> None:
        self.skips[width] = self.skips.get(width, 0) | bit


def _in_class(character: str, characters: str) -> bool:
    """``a-z`` is a range; a dash at either end is itself."""
    position = 0
    while position < len(characters):
        if characters[position + 1 : position + 2] == "-" and position + 2 < len(characters):
            if characters[position] <= character <= characters[position + 2]:
                return True
            position += 3
        elif characters[position] == character:
            return True
        else:
            position += 1
    return False


@lru_cache(1000)
def path_pattern(pattern: str, *, as_git: bool = False) -> PathPattern:
    """The pattern of a path: ``*``, ``?``, ``**``; ``as_git`` also ``[a-z]`` and a backslash."""
    made = PathPattern()
    if len(pattern) > LONGEST:
        made.add("\0")
        return made
    for sign in _git_signs(pattern) if as_git else _plain_signs(pattern):
        made.add(sign)
    return made


def _plain_signs(pattern: str) -> Iterator[str]:
    before = ""
    for sign in re.findall(r"\*\*/|\*\*|.", pattern, re.DOTALL):
        if sign != before or sign not in ("*", "**", "**/"):  # twice says no more than once
            yield sign
        before = sign


def _git_signs(pattern: str) -> Iterator[str]:
    """As ``gitignore`` reads it: two stars cross folders only between slashes."""
    position = 0
    for match in _SIGN.finditer(pattern):
        sign, begin = match.group(), match.start()
        starts = begin == 0 or pattern[begin - 1] == "/"
        if begin < position:
            continue
        position = match.end()
        if sign == "**/" and not starts:
            yield from ("*", "/")
        elif sign == "**" and not (starts and position == len(pattern)):
            yield "*"
        else:
            yield sign
