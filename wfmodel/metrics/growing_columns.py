"""Columns that grow at the end, to append to and as arrays to compute with.

There are as many entries as global states, or steps between them: they are kept as words, not as
objects. A graph that many runs share is asked for its arrays by each of them, so an array is made
again only when something is new.
"""

from __future__ import annotations

from array import array

import numpy as np

from wfmodel.metrics.codes import Bools, Ints


class NumberColumn:
    """Whole numbers."""

    def __init__(self) -> None:
        self.values = array("q")
        self._array = np.zeros(0, dtype=np.int64)

    def array(self) -> Ints:
        """All values so far."""
        if len(self._array) != len(self.values):
            self._array = np.array(self.values, dtype=np.int64)
        return self._array


class Bits:
    """Yes or no."""

    def __init__(self) -> None:
        self.values = array("b")
        self._array = np.zeros(0, dtype=bool)

    def array(self) -> Bools:
        """All values so far."""
        if len(self._array) != len(self.values):
            self._array = np.array(self.values, dtype=bool)
        return self._array
