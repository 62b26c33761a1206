"""The compiled search: expands packed states in batches and inserts what it finds, in order.

It gives the successors of ``expansion``, in the same order. Where a table has no entry it stops at
that state and says so; Python expands the state, which fills the table, and the search goes on.

A batch's successors and hashes come first, then the look-ups: while one memory access is under way
the next are asked for (``prefetch``), so that their delays overlap.

Needs numba (``pip install 'wfmodel[explore]'``); nothing imports this module without it.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from wfmodel.exploration.packed.expansion import DUPLICATES as DUPLICATES_COST
from wfmodel.exploration.packed.expansion import LOSSES as LOSSES_COST
from wfmodel.exploration.packed.expansion import TIMEOUTS as TIMEOUTS_COST
from wfmodel.exploration.packed.index import (
    N_CUT,
    N_NEXT,
    N_RESTING,
    N_STATES,
    N_TRANSITIONS,
    Batch,
    Found,
    Packing,
    hashed,
    insert,
    prefetch,
)
from wfmodel.exploration.packed.parts import (
    ANSWER,
    CLASSES,
    CRASH,
    DETECT,
    FLUSH,
    FREE,
    PAUSE,
    PROGRESS,
    URGENT,
)
from wfmodel.exploration.packed.tables import (
    BEYOND,
    CRASHES,
    DUPLICATES,
    HAS,
    LOSSES,
    OWN_WIDTH,
    PAUSED,
    PAUSES,
    STILL,
    TIMEOUTS,
    Arrays,
)

MISS, FULL = -1, -2
"""A table has no entry; the batch has no room."""

CUT = -3
"""A loop has gone round too often."""

MOVE, LOSS, DUPLICATE = range(3)
"""Kinds of noted steps: (MOVE, move, budget), (LOSS | DUPLICATE, entry, budget, recipient)."""

DONE, MISSED, STATES_FULL, INDEX_FULL, BATCH_FULL, PAUSED_SEARCH = range(6)
"""Why ``run`` came back."""


@njit(cache=True, _nrt=False)
def collect_class(
    arrays: Arrays, todo: NDArray[np.int64], count: int, p: int, cell: int, kind: int, budget: int
) -> int:
    """Note all moves of one class of one cell, at their own cost: the new count, or MISS."""
    n = arrays.rules[0]
    row = arrays.own_base[p] + cell * OWN_WIDTH
    for k in range(arrays.own[row + kind], arrays.own[row + kind + 1]):
        move = arrays.own_list[k]
        cost, left = arrays.moves[move, 5], np.int32(budget)
        if cost != FREE:
            left = arrays.spend[budget, cost * n + p]
            if left == -1:
                return MISS
        if left >= 0:
            todo[count, 0], todo[count, 1], todo[count, 2] = MOVE, move, left
            count += 1
    return count


@njit(cache=True, _nrt=False)
def collect_detections(
    arrays: Arrays, todo: NDArray[np.int64], count: int, vector: NDArray[np.int64], free: bool
) -> int:
    """Note failure detectors that run out, for nothing or for an early time-out each."""
    n = arrays.rules[0]
    budget = vector[2 * n + 1]
    for p in range(n):
        row = arrays.own_base[p] + vector[p] * OWN_WIDTH
        for k in range(arrays.own[row + DETECT], arrays.own[row + DETECT + 1]):
            left = np.int32(budget)
            if not free:
                left = arrays.spend[budget, TIMEOUTS_COST * n + p]
                if left == -1:
                    return MISS
            if left >= 0:
                todo[count, 0], todo[count, 1], todo[count, 2] = MOVE, arrays.own_list[k], left
                count += 1
    return count


@njit(cache=True, _nrt=False)
def row_of(base: NDArray[np.int64], size: int, p: int, row: int, width: int) -> int:
    """Where a participant's row begins, -1 if there is no such row yet."""
    place = base[p] + row * width
    end = base[p + 1] if p + 1 < base.shape[0] else size
    return place if place + width <= end else -1


@njit(cache=True, _nrt=False)
def collect_receptions(
    arrays: Arrays, todo: NDArray[np.int64], count: int, p: int, cell: int, row: int, budget: int
) -> int:
    """Note reactions of one cell to what may come next: the new count, or MISS."""
    first = arrays.inbox[row]
    stride = arrays.receive_stride[p]
    reactions = row_of(arrays.receive_base, arrays.receive.shape[0], p, cell, stride)
    for e in range(first, first + arrays.inbox[row + 1]):
        if not arrays.entries[e, 2]:
            continue
        parcel = arrays.entries[e, 0]
        if reactions < 0 or parcel >= stride:
            return MISS
        move = arrays.receive[reactions + parcel]
        if move == -1:
            return MISS
        if move >= 0:
            todo[count, 0], todo[count, 1], todo[count, 2] = MOVE, move, budget
            count += 1
    return count


@njit(cache=True, _nrt=False)
def collect_channel_faults(
    arrays: Arrays, todo: NDArray[np.int64], count: int, vector: NDArray[np.int64], lose: bool
) -> int:
    """Note losses, or duplicates, of all that is on its way: the new count, or MISS."""
    n = arrays.rules[0]
    cost = LOSSES_COST if lose else DUPLICATES_COST
    for p in range(n):
        left = arrays.spend[vector[2 * n + 1], cost * n + p]
        row = row_of(arrays.inbox_base, arrays.inbox.shape[0], p, vector[n + p], 2)
        if left == -1 or row < 0 or arrays.inbox[row] < 0:
            return MISS
        hidden = arrays.own[arrays.own_base[p] + vector[p] * OWN_WIDTH + CLASSES + 2]
        first = arrays.inbox[row]
        for e in range(first, first + arrays.inbox[row + 1]):
            if lose and arrays.entries[e, 0] == hidden and arrays.entries[e, 1] == 1:
                continue
            if left >= 0:
                todo[count, 0], todo[count, 1] = (LOSS if lose else DUPLICATE), e
                todo[count, 2], todo[count, 3] = left, p
                count += 1
    return count


@njit(cache=True, _nrt=False)
def collect_from_all(
    arrays: Arrays, batch: Batch, count: int, kind: int, second: int, has: int
) -> int:
    """Note moves of one or two classes, participant after participant: the new count, or MISS."""
    n = arrays.rules[0]
    vector, todo = batch.vector, batch.todo
    budget = vector[2 * n + 1]
    if not has & ((HAS << kind) | (HAS << second)):
        return count
    for p in range(n):
        count = collect_class(arrays, todo, count, p, vector[p], kind, budget)
        if count >= 0 and second != kind:
            count = collect_class(arrays, todo, count, p, vector[p], second, budget)
        if count < 0:
            return MISS
    return count


@njit(inline="always", _nrt=False)
def collect_progress(arrays: Arrays, batch: Batch, count: int) -> int:
    """Note what is received, and what a participant does by itself: the new count, or MISS."""
    n = arrays.rules[0]
    vector, todo = batch.vector, batch.todo
    budget = vector[2 * n + 1]
    for p in range(n):
        inbox = row_of(arrays.inbox_base, arrays.inbox.shape[0], p, vector[n + p], 2)
        if inbox < 0 or arrays.inbox[inbox] < 0:
            return MISS
        if arrays.inbox[inbox + 1]:
            count = collect_receptions(arrays, todo, count, p, vector[p], inbox, budget)
            if count < 0:
                return MISS
        row = arrays.own_base[p] + vector[p] * OWN_WIDTH
        if arrays.own[row + PROGRESS] < arrays.own[row + PROGRESS + 1]:
            count = collect_class(arrays, todo, count, p, vector[p], PROGRESS, budget)
            if count < 0:
                return MISS
    return count


@njit(inline="always", _nrt=False)
def collect(arrays: Arrays, batch: Batch, budget_flags: int, has: int) -> int:
    """Note every step that a vector allows, in the order of ``expansion``: how many, or MISS."""
    flush = FLUSH if budget_flags & CRASHES else URGENT
    count = collect_from_all(arrays, batch, 0, URGENT, flush, has)
    if count >= 0:
        count = collect_progress(arrays, batch, count)
    if count >= 0:
        count = collect_from_all(arrays, batch, count, ANSWER, ANSWER, has)
    free = (has & PAUSED) != 0 or count == 0
    if count >= 0 and has & (HAS << DETECT) and (free or budget_flags & TIMEOUTS):
        count = collect_detections(arrays, batch.todo, count, batch.vector, free)
    if count >= 0 and budget_flags & (CRASHES | PAUSES):
        count = collect_from_all(arrays, batch, count, CRASH, CRASH, has)
        if count >= 0:
            count = collect_from_all(arrays, batch, count, PAUSE, PAUSE, has)
    if count >= 0 and budget_flags & LOSSES:
        count = collect_channel_faults(arrays, batch.todo, count, batch.vector, True)
    if count >= 0 and budget_flags & DUPLICATES:
        count = collect_channel_faults(arrays, batch.todo, count, batch.vector, False)
    return count


@njit(cache=True, _nrt=False)
def changed(
    vector: NDArray[np.int64], undo: NDArray[np.int64], changes: int, place: int, number: int
) -> int:
    """Set a place of the vector, and remember what was there."""
    if vector[place] == number:
        return changes
    undo[2 * changes] = place
    undo[2 * changes + 1] = vector[place]
    vector[place] = number
    return changes + 1


@njit(cache=True, _nrt=False)
def taken_from(arrays: Arrays, p: int, inbox: int, parcel: int) -> int:
    """The inbox without a parcel, or -1 if that is not known."""
    if arrays.rules[2]:
        return inbox
    row = row_of(arrays.inbox_base, arrays.inbox.shape[0], p, inbox, 2)
    if row < 0 or arrays.inbox[row] < 0:
        return MISS
    first = arrays.inbox[row]
    for e in range(first, first + arrays.inbox[row + 1]):
        if arrays.entries[e, 0] == parcel:
            return arrays.entries[e, 3]
    return MISS


@njit(cache=True, _nrt=False)
def put_into(arrays: Arrays, q: int, inbox: int, parcel: int) -> int:
    """The inbox with a parcel more, or -1 if that is not known."""
    stride = arrays.put_stride[q]
    row = row_of(arrays.put_base, arrays.put.shape[0], q, inbox, stride)
    if row < 0 or parcel >= stride:
        return MISS
    return arrays.put[row + parcel]


@njit(inline="always", _nrt=False)
def moved(
    arrays: Arrays, vector: NDArray[np.int64], undo: NDArray[np.int64], changes: int, move: int
) -> int:
    """Apply a move to the vector: how many places have changed, or MISS - that many."""
    n = arrays.rules[0]
    p, taken = arrays.moves[move, 7], arrays.moves[move, 1]
    changes = changed(vector, undo, changes, p, arrays.moves[move, 0])
    if taken >= 0:
        inbox = taken_from(arrays, p, vector[n + p], taken)
        if inbox < 0:
            return MISS - changes
        changes = changed(vector, undo, changes, n + p, inbox)
    first = arrays.moves[move, 2]
    for s in range(first, first + arrays.moves[move, 3]):
        q = arrays.sent[s, 0]
        inbox = put_into(arrays, q, vector[n + q], arrays.sent[s, 1])
        if inbox < 0:
            return MISS - changes
        changes = changed(vector, undo, changes, n + q, inbox)
    landing, world = arrays.moves[move, 4], vector[2 * n]
    if landing >= 0:
        known = world < arrays.land.shape[0] and landing < arrays.land.shape[1]
        after = arrays.land[world, landing] if known else np.int32(MISS)
        if after < 0:
            return MISS - changes
        changes = changed(vector, undo, changes, 2 * n, after)
    return changes


@njit(inline="always", _nrt=False)
def write(
    arrays: Arrays, packing: Packing, found: Found, batch: Batch, source: int, at: int, k: int
) -> int:
    """Write the successor by a noted step behind the batch: its new end, or MISS."""
    n = arrays.rules[0]
    vector, undo, words = batch.vector, batch.undo, batch.words
    kind, what = batch.todo[k, 0], batch.todo[k, 1]
    changes = changed(vector, undo, 0, 2 * n + 1, batch.todo[k, 2])
    if kind == MOVE:
        action = arrays.moves[what, 6]
        changes = moved(arrays, vector, undo, changes, what)
    else:
        column = 4 if kind == LOSS else 6
        action, inbox = arrays.entries[what, column], arrays.entries[what, column + 1]
        if inbox < 0:
            changes = MISS - changes
        else:
            changes = changed(vector, undo, changes, n + batch.todo[k, 3], inbox)
    known = changes >= 0
    if not known:
        changes = MISS - changes
    if known and changes:
        for w in range(words.shape[1]):
            words[at, w] = found.states[source, w]
    for c in range(changes - 1, -1, -1):
        place, old = undo[2 * c], undo[2 * c + 1]
        if known:
            flip = (np.uint64(vector[place]) ^ np.uint64(old)) << packing.shift[place]
            words[at, packing.word[place]] ^= flip
        vector[place] = old
    if not known or not changes:
        return at if known else MISS
    value = hashed(words, at)
    batch.hashes[at] = value
    batch.actions[at] = action
    batch.sources[at] = source
    prefetch(found.index, np.int64(value & np.uint64(found.index.shape[0] - 1)))
    return at + 1


@njit(inline="always", _nrt=False)
def note_steps(arrays: Arrays, packing: Packing, found: Found, batch: Batch, source: int) -> int:
    """Unpack a state and note its steps: how many, -2 if it is cut, or MISS."""
    n = arrays.rules[0]
    vector = batch.vector
    for place in range(2 * n + 2):
        word = found.states[source, packing.word[place]]
        vector[place] = np.int64((word >> packing.shift[place]) & packing.mask[place])
    still, has, urgent = True, 0, -1
    for p in range(n):
        row = row_of(arrays.own_base, arrays.own.shape[0], p, vector[p], OWN_WIDTH)
        if row < 0 or arrays.own[row] < 0:
            return MISS
        flags = arrays.own[row + CLASSES + 1]
        if flags & BEYOND:
            return CUT
        still = still and (flags & STILL) != 0
        has |= flags
        if urgent < 0 and arrays.own[row + URGENT] < arrays.own[row + URGENT + 1]:
            urgent = arrays.own_list[arrays.own[row + URGENT]]
    flags = arrays.budgets[vector[2 * n + 1]]
    if arrays.rules[1] and not flags & (CRASHES | PAUSES) and still and urgent >= 0:
        batch.todo[0, 0], batch.todo[0, 1], batch.todo[0, 2] = MOVE, urgent, vector[2 * n + 1]
        return 1
    return collect(arrays, batch, flags, has)


@njit(inline="always", _nrt=False)
def expand(
    arrays: Arrays, packing: Packing, found: Found, batch: Batch, source: int, at: int
) -> int:
    """Write all successors of a state behind the batch: its new end, or MISS, or FULL."""
    counts = found.counts
    steps = note_steps(arrays, packing, found, batch, source)
    if steps == MISS:
        return MISS
    if steps == CUT:
        found.cut[counts[N_CUT]] = source
        counts[N_CUT] += 1
        return at
    if at + steps > batch.words.shape[0]:
        return FULL
    for k in range(steps):
        at = write(arrays, packing, found, batch, source, at, k)
        if at < 0:
            return MISS
    if not steps:
        found.resting[counts[N_RESTING]] = source
        counts[N_RESTING] += 1
    counts[N_TRANSITIONS] += steps
    return at


@njit(cache=True, _nrt=False)
def run(
    arrays: Arrays, packing: Packing, found: Found, batch: Batch, bits: np.uint64, most: int
) -> int:
    """Expand up to ``most`` states from where the search stands; why it came back."""
    counts = found.counts
    last = counts[N_NEXT] + most
    batch_size = batch.words.shape[0]
    room = (found.index.shape[0] * 7) // 10
    while counts[N_NEXT] < counts[N_STATES]:
        if counts[N_STATES] + batch_size > found.states.shape[0]:
            return STATES_FULL
        if counts[N_STATES] + batch_size > room:
            return INDEX_FULL
        if (
            counts[N_NEXT] >= last
            or counts[N_RESTING] + batch_size > found.resting.shape[0]
            or counts[N_CUT] + batch_size > found.cut.shape[0]
        ):
            return PAUSED_SEARCH
        first, at, why, taken = counts[N_NEXT], 0, DONE, 0
        while counts[N_NEXT] < counts[N_STATES] and counts[N_NEXT] < last and taken < batch_size:
            end = expand(arrays, packing, found, batch, counts[N_NEXT], at)
            if end < 0:
                why = MISSED if end == MISS else BATCH_FULL
                break
            at = end
            taken += 1
            counts[N_NEXT] += 1
        insert(found, batch, at, bits)
        if why == MISSED:
            return MISSED
        if why == BATCH_FULL and counts[N_NEXT] == first:
            return BATCH_FULL
    return DONE
