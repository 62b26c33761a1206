"""The kernel's memory, from Python: chunks of words that never move while the run lasts.

Rows of the history are the exception: nothing refers to a row, so they are one array that grows.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wfmodel.simulation.kernel.layout import H_ROW

FIRST_CHUNK: Final = 1 << 14
MOST_CHUNK: Final = 1 << 20
"""Words in a chunk of records: each is twice the one before it, up to the most."""
RECORDS: Final = 1 << 12
"""Words that Python's own records are taken from, so many at a time."""
FIRST_ROWS: Final = 1 << 10
MOST_ROWS: Final = 1 << 17
"""Rows of the history that room is made for, likewise: numpy writes zeros there first."""
COLUMNS: Final = 6
RESERVE: Final = 1 << 17
"""Words kept back for the event under way when memory ends: a hundred times what one takes."""


class Store:
    """Owns every word of a run; all of it is given back with this object."""

    def __init__(self) -> None:
        self._chunks: list[NDArray[np.int64]] = []
        self._rows = np.empty(0, np.int64)
        self._records = np.zeros(0, np.int64)
        self._view = self._records.data.cast("B").cast("q")
        self._recorded = self._records_at = 0
        self._next_chunk = FIRST_CHUNK
        self._next_rows = FIRST_ROWS
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

    def rows_chunk(self) -> tuple[int, int]:
        """First and last address of room for more rows, behind all that are written."""
        written = len(self._rows)
        # Large blocks are moved by the page table: the rows are not copied.
        self._rows.resize(written + COLUMNS * self._next_rows, refcheck=False)
        self._next_rows = min(2 * self._next_rows, MOST_ROWS)
        place = address(self._rows)
        return place + 8 * written, place + 8 * len(self._rows)

    def write_row(self, header: NDArray[np.int64], row: tuple[int, ...]) -> None:
        """A row from Python, where the kernel would write its next one."""
        place = self._used(int(header[H_ROW]))
        self._rows[place : place + COLUMNS] = row
        header[H_ROW] += 8 * COLUMNS

    def last_time_ns(self, header: NDArray[np.int64]) -> int:
        """When the last row was written."""
        return int(self._rows[self._used(int(header[H_ROW])) - COLUMNS])

    def rows(self, end: int) -> NDArray[np.int64]:
        """All rows, the last of them before ``end``, of shape (n, 6); the store has none then."""
        rows, self._rows = self._rows, np.empty(0, np.int64)
        rows.resize((end - address(rows)) // 8, refcheck=False)
        return rows.reshape(-1, COLUMNS)

    def _used(self, end: int) -> int:
        return (end - address(self._rows)) // 8


def address(words: NDArray[np.int64]) -> int:
    """Where an array begins."""
    return int(words.ctypes.data)


def bits(real: float) -> int:
    """The word that holds a floating-point number."""
    return array("q", array("d", (real,)).tobytes())[0]
