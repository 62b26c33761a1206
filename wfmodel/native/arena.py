"""Memory for compiled code, from Python: chunks of words that never move."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

FIRST_CHUNK: Final = 1 << 14
MOST_CHUNK: Final = 1 << 20
"""Words in a chunk of records: each is twice the one before it, up to the most."""
RECORDS: Final = 1 << 12
"""Words that Python's own records are taken from, so many at a time."""
RESERVE: Final = 1 << 17
"""Words kept back for the event under way when memory ends: a hundred times what one takes."""


class Chunks:
    """Owns every word; all of it is given back with this object."""

    def __init__(self) -> None:
        self._chunks: list[NDArray[np.int64]] = []
        self._records = np.zeros(0, np.int64)
        self._view = self._records.data.cast("B").cast("q")
        self._recorded = self._records_at = 0
        self._next_chunk = FIRST_CHUNK
        self._reserve, self._reserved = np.zeros(RESERVE, np.int64), 0

    def zeros(self, words: int) -> NDArray[np.int64]:
        """So many words, zero."""
        chunk = np.zeros(max(1, words), np.int64)
        self._chunks.append(chunk)
        return chunk

    def record(self, words: Sequence[int | float]) -> int:
        """The address of a new record with these fields; floating-point numbers by their bits."""
        size = max(1, len(words))
        if size > len(self._records) - self._recorded:
            self._records = self.zeros(max(size, RECORDS))
            self._view = self._records.data.cast("B").cast("q")
            self._recorded, self._records_at = 0, address(self._records)
        start = self._recorded
        self._recorded += size
        try:
            self._view[start : start + len(words)] = array("q", words)
        except TypeError:
            exact = [bits(word) if isinstance(word, float) else word for word in words]
            self._view[start : start + len(words)] = array("q", exact)
        return self._records_at + 8 * start

    def chunk(self, words: int) -> tuple[int, int]:
        """First and last address of a chunk that holds at least so many words."""
        size = max(words, self._next_chunk)
        self._next_chunk = min(2 * self._next_chunk, MOST_CHUNK)
        place = address(self.zeros(size))
        return place, place + 8 * size

    def reserve(self) -> tuple[int, int]:
        """A chunk for when there is no memory: its words may have been used before."""
        size = RESERVE // 8
        place = address(self._reserve) + 8 * self._reserved
        self._reserved = (self._reserved + size) % RESERVE
        return place, place + 8 * size


def address(words: NDArray[np.int64]) -> int:
    """Where an array begins."""
    return int(words.ctypes.data)


def bits(real: float) -> int:
    """The word that holds a floating-point number."""
    return array("q", array("d", (real,)).tobytes())[0]


PACKAGE: Final = Path(__file__).parents[1]
SOURCES: Final = ("native", "model", "designs", "simulation", "metrics")
"""Packages whose functions and numbers get into machine code."""


@cache
def build_number() -> int:
    """A number that differs whenever a source of compiled code does: numba keeps code by the file
    of the entry alone. Numbers come from everywhere below the entries, so every file counts.
    """
    digest = blake2b(digest_size=7)
    for source in sorted(path for name in SOURCES for path in (PACKAGE / name).rglob("*.py")):
        digest.update(source.read_bytes())
    return int.from_bytes(digest.digest(), "little")
