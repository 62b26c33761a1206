"""Columns that grow at the end, as lists to append to and as arrays to compute with.

A graph that many runs share is asked for its arrays by each of them; only what is new since the
last time is converted.
"""

from __future__ import annotations

import numpy as np

from wfmodel.metrics.codes import Bools, Ints


class NumberColumn:
    """Whole numbers."""

    def __init__(self) -> None:
        self.values: list[int] = []
        self._array = np.zeros(0, dtype=np.int64)

    def array(self) -> Ints:
        """All values so far."""
        new = self.values[len(self._array) :]
        if new:
            self._array = np.concatenate((self._array, np.array(new, dtype=np.int64)))
        return self._array


class Bits:
    """Yes or no."""

    def __init__(self) -> None:
        self.values: list[bool] = []
        self._array = np.zeros(0, dtype=bool)

    def array(self) -> Bools:
        """All values so far."""
        new = self.values[len(self._array) :]
        if new:
            self._array = np.concatenate((self._array, np.array(new, dtype=bool)))
        return self._array
