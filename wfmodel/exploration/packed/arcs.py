"""The arcs of a compiled search, found once more: every step of every state that was looked into.

Needs numba; nothing imports this module without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wfmodel.exploration.packed.collecting import LOSS, MISS, MOVE
from wfmodel.exploration.packed.compiled_successors import CUT, note_steps, write
from wfmodel.exploration.packed.compiled_symmetry import canonical_rows
from wfmodel.exploration.packed.component_arrays import Arrays, Orbits
from wfmodel.exploration.packed.index import Batch, Packing, StateIndex, compiled, find

if TYPE_CHECKING:
    from wfmodel.exploration.packed.compiled import CompiledSearch


@compiled
def action_of(arrays: Arrays, batch: Batch, k: int) -> int:
    """The number of a noted step."""
    kind, what = batch.todo[k, 0], batch.todo[k, 1]
    if kind == MOVE:
        return np.int64(arrays.moves[what, 6])  # type: ignore[return-value]
    return np.int64(arrays.entries[what, 4 if kind == LOSS else 6])  # type: ignore[return-value]


@compiled
def trace(
    arrays: Arrays,
    orbits: Orbits,
    packing: Packing,
    found: StateIndex,
    batch: Batch,
    bits: np.uint64,
    first: int,
    count: int,
    offsets: NDArray[np.int64],
    targets: NDArray[np.uint32],
    actions: NDArray[np.uint32],
    kept: NDArray[np.int64],
) -> int:
    """Write the arcs of the states from ``first`` to ``count``: how many there are, or MISS - the
    state that Python must expand.
    """
    arc = offsets[first]
    for source in range(first, count):
        steps = note_steps(arrays, packing, found, batch, source)
        if steps == MISS:
            return MISS - source
        for k in range(0 if steps == CUT else steps):
            action = action_of(arrays, batch, k)
            end = write(arrays, packing, found, batch, source, 0, k)
            if end > 0 and orbits.members.shape[0]:
                for place in range(kept.shape[0]):
                    kept[place] = batch.vector[place]
                end = 1 if canonical_rows(orbits, packing, batch, 1) >= 0 else MISS
                for place in range(kept.shape[0]):
                    batch.vector[place] = kept[place]
            if end < 0:
                return MISS - source
            target = np.int64(source)  # nothing changed
            if end:
                target = find(found.states, found.slots, bits, batch.words, 0, batch.hashes[0])
            targets[arc], actions[arc] = target, action
            arc += 1
        offsets[source + 1] = arc
    return arc  # type: ignore[no-any-return]


def arcs_of(
    search: CompiledSearch,
) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.uint32]]:
    """Offsets, targets and actions of all states, in the order of the successor function."""
    offsets = np.zeros(len(search) + 1, dtype=np.int64)
    targets = np.zeros(search.transitions, dtype=np.uint32)
    actions = np.zeros(search.transitions, dtype=np.uint32)
    args = search.arrays, search.orbits, search.packing, search.found, search.batch, search.bits
    kept = np.zeros_like(search.batch.vector)
    first = found = 0
    while first < search.next:
        found = int(trace(*args, first, search.next, offsets, targets, actions, kept))
        if found >= 0:
            break
        source = MISS - found
        assert search.expansion.reduction is not None, "the tables have every entry"
        found = int(offsets[source])
        for action, vector in search.expansion.of(search.vector(source)).arcs:
            targets[found], actions[found] = search.find(vector), action
            found += 1
        first = source + 1
        offsets[first] = found
    assert found == search.transitions, "the tables have every entry that the search asked for"
    offsets[search.next + 1 :] = found
    return offsets, targets, actions
