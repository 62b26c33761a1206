"""The compiled search: states in packed words, grown within a memory limit; Python fills misses.

Needs numba (``pip install 'wfmodel[fast]'``); nothing imports this module without it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from wfmodel.exploration.packed import compiled_successors
from wfmodel.exploration.packed import index as ix
from wfmodel.exploration.packed.bit_layout import BitLayout
from wfmodel.exploration.packed.compiled_symmetry import scratch
from wfmodel.exploration.packed.component_arrays import ComponentArrays
from wfmodel.exploration.packed.expansion import Expansion
from wfmodel.exploration.packed.snapshot import Snapshot
from wfmodel.semantics.numbering import Vector

BATCH = 4096
"""Successors at a time: enough for memory accesses to overlap, few enough for the cache."""

GROWTH = 1.25
FIRST_STATES = 1 << 16
FIRST_INDEX = 1 << 17


class OutOfMemory(Exception):  # noqa: N818 - the search still has an answer
    """The memory limit leaves no room for more states."""


class CompiledSearch:
    """States in the order in which they were met, breadth first; begins at a snapshot.

    Raises:
        TooSparse: tables of this system would be large and nearly empty.
    """

    def __init__(self, expansion: Expansion, snapshot: Snapshot, memory_bytes: int) -> None:
        self.expansion = expansion
        self.tables = expansion.tables
        self.memory_bytes = memory_bytes
        self.component_arrays = ComponentArrays(
            self.tables,
            urgent=expansion.urgent,
            lossy=expansion.lossy,
            doubling=expansion.doubling,
            reduction=expansion.reduction,
        )
        count = len(snapshot.words)
        lists = len(snapshot.resting), len(snapshot.cut)
        self.layout: BitLayout = snapshot.layout
        self.counts = np.array([count, snapshot.next, *lists, snapshot.transitions], dtype=np.int64)
        capacity = max(FIRST_STATES, count + count // 4)
        self.states = np.zeros((capacity, self.layout.size), dtype=np.uint64)
        self.states[:count] = snapshot.words
        self.parents = _filled(snapshot.parents, capacity)
        self.actions = _filled(snapshot.actions, capacity)
        self.resting = _filled(snapshot.resting, lists[0] + FIRST_STATES)
        self.cut = _filled(snapshot.cut, lists[1] + FIRST_STATES)
        self.index = np.zeros(_power_of_two(max(FIRST_INDEX, 2 * count)), dtype=np.uint32)
        self.gaps = np.zeros((compiled_successors.AHEAD + 2, 4), dtype=np.int64)
        self._renew_batch(BATCH)
        self._renew()
        ix.rebuild(self.found, self.bits, self.batch.hashes)

    # ------------------------------------------------------------------------------ arrays

    def _renew_batch(self, size: int) -> None:
        self.batch_size = size
        places = len(self.layout.widths)
        self.batch = ix.Batch(
            np.zeros((size, self.layout.size), dtype=np.uint64),
            np.zeros(size, dtype=np.uint64),
            np.zeros(size, dtype=np.uint32),
            np.zeros(size, dtype=np.uint32),
            np.zeros(places + ix.NOTES, dtype=np.int64),
            np.zeros(1024 * places, dtype=np.int64),
            np.zeros((size, 4), dtype=np.int64),
            scratch(self.tables.size),
        )

    def _renew(self) -> None:
        """After an array was replaced."""
        layout = self.layout
        self.packing = ix.Packing(
            np.array(layout.words, dtype=np.int64),
            np.array(layout.shifts, dtype=np.uint64),
            np.array([(1 << width) - 1 for width in layout.widths], dtype=np.uint64),
        )
        self.arrays, self.orbits = self.component_arrays.arrays(), self.component_arrays.orbits()
        self.bits = np.uint64(len(self.index).bit_length() - 1)
        self.found = ix.StateIndex(
            self.states,
            self.parents,
            self.actions,
            self.index,
            self.resting,
            self.cut,
            self.counts,
        )

    def size_bytes(self) -> int:
        """Memory of everything, roughly where Python's own objects are concerned."""
        arrays = (*self.found, *self.batch)
        return sum(array.nbytes for array in arrays) + self.component_arrays.size_bytes()

    def _room(self, more: int) -> bool:
        return self.size_bytes() + more <= self.memory_bytes

    # ------------------------------------------------------------------------------ search

    def __len__(self) -> int:
        """States met."""
        return int(self.counts[ix.N_STATES])

    @property
    def next(self) -> int:
        """The first state that is not expanded."""
        return int(self.counts[ix.N_NEXT])

    @property
    def transitions(self) -> int:
        """Steps so far."""
        return int(self.counts[ix.N_TRANSITIONS])

    def run(self, allowed: Callable[[], int]) -> None:
        """Expand as many states as ``allowed`` says, again and again until it says 0.

        Raises:
            OutOfMemory: the limit is met; what was found so far is whole.
            TooSparse: the tables became so; what was found so far is whole.
        """
        while most := allowed():
            end = min(self.next + most, len(self))
            while self.next < end:
                args = self.packing, self.found, self.batch, self.gaps, self.bits
                self._mend(
                    compiled_successors.run(self.arrays, self.orbits, *args, end - self.next)
                )

    def _mend(self, why: int) -> None:
        if why == compiled_successors.MISSED:
            self._fill()
            self._follow()
        elif why == compiled_successors.ALONE:
            self._expand_next()
        elif why == compiled_successors.STATES_FULL:
            self._more_states()
        elif why == compiled_successors.INDEX_FULL:
            self._more_index()
        elif why == compiled_successors.BATCH_FULL:
            self._renew_batch(2 * self.batch_size)
        elif why == compiled_successors.LISTS_FULL:
            self._more_lists()

    def _expand_next(self) -> None:
        """Expand one state in Python, which fills the tables in the order of a plain search."""
        number = self.next
        arcs, rests, cut = self.expansion.of(self.vector(number))
        self._follow()
        while len(arcs) > self.batch_size:
            self._renew_batch(2 * self.batch_size)
        while len(self) + len(arcs) > len(self.states):
            self._more_states()
        while len(self) + len(arcs) > len(self.index) * 7 // 10:
            self._more_index()
        self._more_lists()
        batch = self.batch
        for row, (action, vector) in enumerate(arcs):
            batch.words[row] = self._words(vector)
            batch.hashes[row] = ix.hashed(batch.words, row)
            batch.actions[row], batch.sources[row] = action, number
        ix.insert(self.found, batch, len(arcs), self.bits)
        for holds, numbers, count in (
            (rests, self.resting, ix.N_RESTING),
            (cut, self.cut, ix.N_CUT),
        ):
            if holds:
                numbers[self.counts[count]] = number
                self.counts[count] += 1
        self.counts[ix.N_NEXT] += 1
        self.counts[ix.N_TRANSITIONS] += len(arcs)

    def _fill(self) -> None:
        """Fill the entries that the compiled search asks for."""
        known = len(self.tables.log)
        count = int(self.gaps[0, 0])
        for entry in dict.fromkeys(map(tuple, self.gaps[1 : count + 1].tolist())):
            self.tables.fill(*entry)
        assert len(self.tables.log) > known, "the search asks for what is there"

    def _follow(self) -> None:
        self.component_arrays.follow()
        sizes = self.tables.sizes()
        if not self.layout.fits(sizes):
            self._repack(self.layout.wider(sizes))
        self.arrays, self.orbits = self.component_arrays.arrays(), self.component_arrays.orbits()

    def _repack(self, layout: BitLayout) -> None:
        old, count = self.packing, len(self)
        self.layout = layout
        grown = layout.size > self.states.shape[1]
        if grown and not self._room(len(self.states) * 8 * layout.size):
            raise OutOfMemory
        before = self.states
        self.states = np.zeros((len(before), layout.size), dtype=np.uint64)
        self._renew()
        ix.repack(old, self.packing, before, self.states, count)
        if grown:
            self._renew_batch(self.batch_size)
        self.index[:] = 0
        self._renew()
        ix.rebuild(self.found, self.bits, self.batch.hashes)

    def _more_states(self) -> None:
        have = len(self.states)
        more = int(have * (GROWTH - 1)) + self.batch_size
        per_state = 8 * self.layout.size + 8
        left = (self.memory_bytes - self.size_bytes()) // per_state
        more = min(more, left)
        if more < 2 * self.batch_size:
            raise OutOfMemory
        del self.found
        for array in (self.states, self.parents, self.actions):
            array.resize((have + more, *array.shape[1:]), refcheck=False)
        self._renew()

    def _more_index(self) -> None:
        size = len(self.index)
        if not self._room(4 * size):
            raise OutOfMemory
        del self.found
        self.index = np.zeros(0, dtype=np.uint32)
        self.index = np.zeros(2 * size, dtype=np.uint32)
        self._renew()
        ix.rebuild(self.found, self.bits, self.batch.hashes)

    def _more_lists(self) -> None:
        for name, count in (("resting", ix.N_RESTING), ("cut", ix.N_CUT)):
            array = getattr(self, name)
            if self.counts[count] + self.batch_size <= len(array):
                continue
            if not self._room(4 * len(array)):
                raise OutOfMemory
            setattr(self, name, np.concatenate((array, np.zeros_like(array))))
        self._renew()

    # -------------------------------------------------------------------------------- asked

    def vector(self, number: int) -> Vector:
        """The vector of a number."""
        words, layout = self.states[number].tolist(), self.layout
        return tuple(
            (words[word] >> shift) & ((1 << width) - 1)
            for word, shift, width in zip(layout.words, layout.shifts, layout.widths, strict=True)
        )

    def find(self, vector: Vector) -> int:
        """The number of a vector, -1 if it was not met."""
        layout = self.layout
        if any(v >> width for v, width in zip(vector, layout.widths, strict=True)):
            return -1
        row = np.array([self._words(vector)], dtype=np.uint64)
        found = ix.find(self.states, self.index, self.bits, row, 0, np.uint64(ix.hashed(row, 0)))
        return max(-1, int(found))

    def _words(self, vector: Vector) -> list[int]:
        layout = self.layout
        words = [0] * layout.size
        for value, word, shift in zip(vector, layout.words, layout.shifts, strict=True):
            words[word] |= value << shift
        return words

    def snapshot(self) -> Snapshot:
        """All of it; the arrays are views, good until the search goes on."""
        count, counts = len(self), self.counts
        return Snapshot(
            self.layout,
            self.states[:count],
            self.parents[:count],
            self.actions[:count],
            self.resting[: counts[ix.N_RESTING]],
            self.cut[: counts[ix.N_CUT]],
            self.next,
            self.transitions,
        )

    def came_from(self, number: int) -> tuple[int, int]:
        """The number from which it was first met, and the number of the step."""
        return int(self.parents[number]), int(self.actions[number])


def _filled(values: NDArray[np.uint32], capacity: int) -> NDArray[np.uint32]:
    array = np.zeros(capacity, dtype=np.uint32)
    array[: len(values)] = values
    return array


def _power_of_two(least: int) -> int:
    return 1 << (least - 1).bit_length()
