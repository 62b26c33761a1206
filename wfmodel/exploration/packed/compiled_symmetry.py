"""The canonical vector of an orbit, compiled: as ``symmetry.Reduction`` where ties are plain.

Members of a group are sorted by how everything looks to them. Where a table has no entry, or a tie
is not the same whoever comes first, it says so, and Python expands that state: so both number
states alike. Needs numba; nothing imports this module without it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfmodel.exploration.packed.collecting import MISS, row_of
from wfmodel.exploration.packed.component_arrays import Orbits
from wfmodel.exploration.packed.index import Batch, Packing, compiled, hashed

HERE, SWAPPED, ORDER, RANKS, LOOKS = range(5)
"""Rows of the scratch: the vector, one that was exchanged, members in order, ranks, and from the
last on how everything looks to each participant."""


def scratch(participants: int) -> NDArray[np.int64]:
    """Room for ``canonical``."""
    return np.zeros((LOOKS + participants, 2 * participants + 2), dtype=np.int64)


@compiled
def swapped(orbits: Orbits, room: NDArray[np.int64], i: int, j: int) -> int:
    """Write the vector after ``i`` and ``j`` are exchanged: 0, or MISS."""
    n = orbits.group_of.shape[0]
    pair = i * n + j
    for place in range(2 * n + 2):
        part = room[HERE, place]
        if place != 2 * n:
            stride = orbits.swap_stride[place]
            row = row_of(orbits.swap_base, orbits.swap.shape[0], place, part, stride)
            if row < 0 or pair >= stride or orbits.swap[row + pair] < 0:
                return MISS
            part = np.int64(orbits.swap[row + pair])
        at = place
        if place == i or place == n + i:
            at = place - i + j
        elif place == j or place == n + j:
            at = place - j + i
        room[SWAPPED, at] = part
    return 0


@compiled
def look(orbits: Orbits, room: NDArray[np.int64], me: int, place: int, column: int) -> int:
    """Note how a part looks to a member: 0, or MISS."""
    stride = orbits.look_stride[place]
    row = row_of(orbits.look_base, orbits.look.shape[0], place, room[HERE, place], stride)
    if row < 0 or me >= stride or orbits.look[row + me] < 0:
        return MISS
    room[LOOKS + me, column] = orbits.look[row + me]
    return 0


@compiled
def looks(orbits: Orbits, room: NDArray[np.int64]) -> int:
    """Note how everything but the other members looks to each: how much that is, or MISS."""
    n, many = orbits.group_of.shape[0], orbits.others.shape[0]
    for k in range(orbits.members.shape[0]):
        me = orbits.members[k]
        if look(orbits, room, me, me, 0) < 0 or look(orbits, room, me, n + me, 1) < 0:
            return MISS
        for o in range(many):
            other = orbits.others[o]
            if look(orbits, room, me, other, 2 + o) < 0:
                return MISS
            if look(orbits, room, me, n + other, 2 + many + o) < 0:
                return MISS
        if look(orbits, room, me, 2 * n + 1, 2 + 2 * many) < 0:
            return MISS
    return 3 + 2 * many  # type: ignore[no-any-return]


@compiled
def before(room: NDArray[np.int64], one: int, other: int, width: int) -> bool:
    """Whether all looks smaller to one than to another."""
    for column in range(width):
        a, b = room[LOOKS + one, column], room[LOOKS + other, column]
        if a != b:
            return bool(a < b)
    return False


@compiled
def sort_members(orbits: Orbits, room: NDArray[np.int64], width: int) -> None:
    """Ranks of all members, and each group in their order; equals stay as they are."""
    members, group_of = orbits.members, orbits.group_of
    count = members.shape[0]
    for k in range(count):
        me, rank = members[k], 0
        for other in range(count):
            if group_of[members[other]] == group_of[me]:
                rank += before(room, members[other], me, width)
        room[RANKS, me] = rank
        at = k
        while at > 0:
            last = room[ORDER, at - 1]
            if group_of[last] != group_of[me] or room[RANKS, last] <= rank:
                break
            room[ORDER, at] = last
            at -= 1
        room[ORDER, at] = me


@compiled
def keep_swapped(room: NDArray[np.int64]) -> None:
    """The exchanged vector is the one at hand."""
    for place in range(room.shape[1]):
        room[HERE, place] = room[SWAPPED, place]


@compiled
def canonical(orbits: Orbits, room: NDArray[np.int64], vector: NDArray[np.int64]) -> int:
    """Write the canonical vector: 0, or MISS where Python must decide."""
    members, group_of = orbits.members, orbits.group_of
    count = members.shape[0]
    for place in range(room.shape[1]):
        room[HERE, place] = vector[place]
    if swapped(orbits, room, 0, 0) < 0:
        return MISS
    keep_swapped(room)
    width = looks(orbits, room)
    if width < 0:
        return MISS
    sort_members(orbits, room, width)
    for k in range(count - 1):
        one, other = room[ORDER, k], room[ORDER, k + 1]
        if group_of[one] == group_of[other] and room[RANKS, one] == room[RANKS, other]:
            if swapped(orbits, room, one, other) < 0:
                return MISS
            for place in range(room.shape[1]):
                if room[HERE, place] != room[SWAPPED, place]:
                    return MISS
    for k in range(count):
        place, member = members[k], room[ORDER, k]
        if place == member:
            continue
        if swapped(orbits, room, place, member) < 0:
            return MISS
        keep_swapped(room)
        for at in range(k, count):
            if room[ORDER, at] == place:
                room[ORDER, at] = member
            elif room[ORDER, at] == member:
                room[ORDER, at] = place
    return 0


@compiled
def canonical_rows(orbits: Orbits, packing: Packing, batch: Batch, end: int) -> int:
    """Put the first rows of a batch into canonical form: 0, or MISS where Python must decide."""
    words, vector, room = batch.words, batch.vector, batch.room
    for row in range(end):
        for place in range(room.shape[1]):
            word = words[row, packing.word[place]]
            vector[place] = np.int64((word >> packing.shift[place]) & packing.mask[place])
        if canonical(orbits, room, vector) < 0:
            return MISS
        for w in range(words.shape[1]):
            words[row, w] = np.uint64(0)
        for place in range(room.shape[1]):
            words[row, packing.word[place]] |= np.uint64(room[HERE, place]) << packing.shift[place]
        batch.hashes[row] = hashed(words, row)
    return 0
