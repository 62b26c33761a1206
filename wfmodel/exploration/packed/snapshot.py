"""A search at rest between two states, as arrays: what one hands to another, or to a file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfmodel.exploration.packed.bit_layout import BitLayout


@dataclass(frozen=True, slots=True)
class Snapshot:
    """States by number, packed, and where each came from. ``next`` is the first not expanded."""

    layout: BitLayout
    words: NDArray[np.uint64]
    parents: NDArray[np.uint32]
    actions: NDArray[np.uint32]
    resting: NDArray[np.uint32]
    cut: NDArray[np.uint32]
    next: int
    transitions: int


def pack(layout: BitLayout, vectors: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Vectors, one a row, as words."""
    words = np.zeros((len(vectors), layout.size), dtype=np.uint64)
    for place, (word, shift) in enumerate(zip(layout.words, layout.shifts, strict=True)):
        words[:, word] |= vectors[:, place] << np.uint64(shift)
    return words


def column(layout: BitLayout, words: NDArray[np.uint64], place: int) -> NDArray[np.uint64]:
    """One place of all vectors."""
    mask = np.uint64((1 << layout.widths[place]) - 1)
    column: NDArray[np.uint64] = (
        words[:, layout.words[place]] >> np.uint64(layout.shifts[place])
    ) & mask
    return column
