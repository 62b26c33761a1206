"""Compiled code's memory, from Python: records, and the rows of the history.

Nothing refers to a row, so rows are one array that grows, apart from the records.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from wfmodel.designs.history import GONE
from wfmodel.native.arena import Chunks, address
from wfmodel.native.record_layout import layout_of
from wfmodel.simulation.compiled.run_header import ROW

FIRST_ROWS: Final = 1 << 10
MOST_ROWS: Final = 1 << 17
"""Rows of the history that room is made for, each time twice as many: numpy writes zeros there."""
COLUMNS: Final = 6


class Store(Chunks):
    """All records of a run, and its rows."""

    def make(self, record: type, **fields: Any) -> int:  # noqa: ANN401 - of any kind
        """The address of a record with these fields; the others as they are declared."""
        return self.record(self.words_of(record, fields))

    @staticmethod
    def words_of(record: type, fields: dict[str, Any]) -> list[int | float]:
        """A record's words."""
        blank, places = _blank(record)
        words = blank.copy()
        for name, value in fields.items():
            if name in places:
                words[places[name]] = _word(value)
        return words

    def array(self, items: Sequence[Any]) -> int:
        """The address of numbers side by side."""
        return self.record([_word(item) for item in items])

    def __init__(self) -> None:
        super().__init__()
        self._rows = np.empty(0, np.int64)
        self._next_rows = FIRST_ROWS
        self._last_ns = 0

    def rows_chunk(self) -> tuple[int, int]:
        """First and last address of room for more rows, behind all that are written."""
        written = len(self._rows)
        # Large blocks are moved by the page table: the rows are not copied.
        self._rows.resize(written + COLUMNS * self._next_rows, refcheck=False)
        self._next_rows = min(2 * self._next_rows, MOST_ROWS)
        place = address(self._rows)
        return place + 8 * written, place + 8 * len(self._rows)

    def write_row(self, header: NDArray[np.int64], row: tuple[int, ...]) -> None:
        """A row from Python, where compiled code would write its next one."""
        place = self._used(int(header[ROW]))
        self._rows[place : place + COLUMNS] = row
        header[ROW] += 8 * COLUMNS

    def last_time_ns(self, header: NDArray[np.int64]) -> int:
        """When the last row of the history was written."""
        self._note_last(self._rows[: self._used(int(header[ROW]))])
        return self._last_ns

    def taken(self, header: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows since they were taken last, of shape (n, 6): until the run goes on."""
        rows = self._rows[: self._used(int(header[ROW]))]
        self._note_last(rows)
        header[ROW] = address(self._rows)
        return rows.reshape(-1, COLUMNS)

    def _note_last(self, rows: NDArray[np.int64]) -> None:
        for place in range(len(rows) - COLUMNS, -1, -COLUMNS):
            if rows[place + 1] != GONE:
                self._last_ns = int(rows[place])
                return

    def rows(self, end: int) -> NDArray[np.int64]:
        """All rows, the last of them before ``end``, of shape (n, 6); the store has none then."""
        rows, self._rows = self._rows, np.empty(0, np.int64)
        rows.resize((end - address(rows)) // 8, refcheck=False)
        return rows.reshape(-1, COLUMNS)

    def _used(self, end: int) -> int:
        return (end - address(self._rows)) // 8


@cache
def _blank(record: type) -> tuple[list[int | float], dict[str, int]]:
    """The words of a record of which nothing is said, and where each field is that can be."""
    layout = layout_of(record)
    words: list[int | float] = [0] * layout.words
    places: dict[str, int] = {}
    for each in dataclasses.fields(record):
        place = layout.places.get(each.name)
        if place is None:
            continue
        if place.inside:
            inner, _ = _blank(place.meaning)
            words[place.offset : place.offset + len(inner)] = inner
            continue
        places[each.name] = place.offset
        if each.default not in (None, dataclasses.MISSING):
            words[place.offset] = _word(each.default)
    return words, places


def _word(value: Any) -> int | float:  # noqa: ANN401 - a number, an address, or nothing
    if value is None:
        return 0
    if isinstance(value, float):
        return value
    return value - (1 << 64) if value >> 63 == 1 else int(value)
