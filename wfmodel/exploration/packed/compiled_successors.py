"""The compiled search: expands packed states in batches and inserts what it finds, in order.

It gives the successors of ``expansion``, in the same order. Where a table has no entry it stops at
that state and says so; Python expands the state, which fills the table, and the search goes on.

A batch's successors and hashes come first, then the look-ups: while one memory access is under way
the next are asked for (``prefetch``), so that their delays overlap.

Needs numba (``pip install 'wfmodel[fast]'``); nothing imports this module without it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfmodel.exploration.packed.collecting import LOSS, MISS, MOVE, collect, missing, row_of
from wfmodel.exploration.packed.compiled_symmetry import canonical_rows
from wfmodel.exploration.packed.component_arrays import (
    BEYOND,
    HAS,
    INTERRUPTING,
    OWN_WIDTH,
    PARTICIPANTS,
    PAUSED,
    STAYING,
    STILL,
    TOLD_APART,
    UNORDERED,
    URGENT_FIRST,
    Arrays,
    Orbits,
)
from wfmodel.exploration.packed.index import (
    N_CUT,
    N_NEXT,
    N_RESTING,
    N_STATES,
    N_TRANSITIONS,
    Batch,
    Packing,
    StateIndex,
    compiled,
    hashed,
    inlined,
    insert,
    prefetch,
)
from wfmodel.semantics.component_tables import (
    CLASSES,
    DOUBLE,
    FLUSH,
    LAND,
    LOSE,
    OWN,
    PUT,
    TAKE,
    URGENT,
)

FULL, CUT = -2, -3
"""The batch has no room; a loop has gone round too often."""

AHEAD = 128
"""States looked at beyond one that misses an entry: what they miss is filled in one go."""

BEFORE = PAUSED | HAS << URGENT | HAS << FLUSH
"""Flags of a cell because of which steps may be taken up in another order, or not at all."""

DONE, MISSED, STATES_FULL, INDEX_FULL, BATCH_FULL, LISTS_FULL, ALONE = range(7)
"""Why ``run`` came back."""


@compiled
def part_of(packing: Packing, found: StateIndex, number: int, place: int) -> int:
    """What a known state has at a place of its vector."""
    word = found.states[number, packing.word[place]]
    return np.int64((word >> packing.shift[place]) & packing.mask[place])  # type: ignore[return-value]


@compiled
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


@compiled
def taken_from(arrays: Arrays, todo: NDArray[np.int64], p: int, inbox: int, parcel: int) -> int:
    """The inbox without a parcel, or MISS if that is not known."""
    if arrays.rules[STAYING]:
        return inbox
    row = row_of(arrays.inbox_base, arrays.inbox.shape[0], p, inbox, 2)
    if row >= 0 and arrays.inbox[row] >= 0:
        first = arrays.inbox[row]
        for e in range(first, first + arrays.inbox[row + 1]):
            if arrays.entries[e, 0] == parcel and arrays.entries[e, 3] >= 0:
                return arrays.entries[e, 3]
    return missing(todo, TAKE, p, inbox, parcel)


@compiled
def put_into(arrays: Arrays, todo: NDArray[np.int64], q: int, inbox: int, parcel: int) -> int:
    """The inbox with a parcel more, or MISS if that is not known."""
    stride = arrays.put_stride[q]
    row = row_of(arrays.put_base, arrays.put.shape[0], q, inbox, stride)
    if row < 0 or parcel >= stride or arrays.put[row + parcel] < 0:
        return missing(todo, PUT, q, inbox, parcel)
    return arrays.put[row + parcel]


@inlined
def moved(arrays: Arrays, batch: Batch, changes: int, move: int) -> int:
    """Apply a move to the vector: how many places have changed, or MISS - that many."""
    n = arrays.rules[PARTICIPANTS]
    vector, undo, todo = batch.vector, batch.undo, batch.todo
    p, taken = arrays.moves[move, 7], arrays.moves[move, 1]
    changes = changed(vector, undo, changes, p, arrays.moves[move, 0])
    if taken >= 0:
        inbox = taken_from(arrays, todo, p, vector[n + p], taken)
        if inbox < 0:
            return MISS - changes
        changes = changed(vector, undo, changes, n + p, inbox)
    first = arrays.moves[move, 2]
    for s in range(first, first + arrays.moves[move, 3]):
        q = arrays.sent[s, 0]
        inbox = put_into(arrays, todo, q, vector[n + q], arrays.sent[s, 1])
        if inbox < 0:
            return MISS - changes
        changes = changed(vector, undo, changes, n + q, inbox)
    landing, world = arrays.moves[move, 4], vector[2 * n]
    if landing >= 0:
        known = world < arrays.land.shape[0] and landing < arrays.land.shape[1]
        after = arrays.land[world, landing] if known else np.int32(MISS)
        if after < 0:
            return missing(todo, LAND, world, landing, 0) - changes
        changes = changed(vector, undo, changes, 2 * n, after)
    return changes


@inlined
def write(
    arrays: Arrays, packing: Packing, found: StateIndex, batch: Batch, source: int, at: int, k: int
) -> int:
    """Write the successor by a noted step behind the batch: its new end, or MISS."""
    n = arrays.rules[PARTICIPANTS]
    vector, undo, words = batch.vector, batch.undo, batch.words
    kind, what = batch.todo[k, 0], batch.todo[k, 1]
    changes = changed(vector, undo, 0, 2 * n + 1, batch.todo[k, 2])
    if kind == MOVE:
        action = arrays.moves[what, 6]
        changes = moved(arrays, batch, changes, what)
    else:
        column = 4 if kind == LOSS else 6
        action, inbox = arrays.entries[what, column], arrays.entries[what, column + 1]
        p = batch.todo[k, 3]
        if inbox < 0:
            fault, parcel = LOSE if kind == LOSS else DOUBLE, arrays.entries[what, 0]
            changes = missing(batch.todo, fault, p, vector[n + p], parcel) - changes
        else:
            changes = changed(vector, undo, changes, n + p, inbox)
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
    prefetch(found.slots, np.int64(value & np.uint64(found.slots.shape[0] - 1)))
    return at + 1


@inlined
def note_steps(
    arrays: Arrays, packing: Packing, found: StateIndex, batch: Batch, source: int
) -> int:
    """Unpack a state and note its steps: how many, -2 if it is cut, or MISS."""
    n = arrays.rules[PARTICIPANTS]
    vector = batch.vector
    for place in range(2 * n + 2):
        vector[place] = part_of(packing, found, source, place)
    still, has, urgent = True, 0, -1
    for p in range(n):
        row = row_of(arrays.own_base, arrays.own.shape[0], p, vector[p], OWN_WIDTH)
        if row < 0 or arrays.own[row] < 0:
            return missing(batch.todo, OWN, p, vector[p], 0)
        flags = arrays.own[row + CLASSES + 1]
        if flags & BEYOND:
            return CUT
        still = still and (flags & STILL) != 0
        has |= flags
        if urgent < 0 and arrays.own[row + URGENT] < arrays.own[row + URGENT + 1]:
            urgent = arrays.own_list[arrays.own[row + URGENT]]
    vector[2 * n + 2], vector[2 * n + 3] = has, 0
    flags = arrays.budgets[vector[2 * n + 1]]
    if arrays.rules[URGENT_FIRST] and not flags & INTERRUPTING and still and urgent >= 0:
        batch.todo[0, 0], batch.todo[0, 1], batch.todo[0, 2] = MOVE, urgent, vector[2 * n + 1]
        return 1
    return collect(arrays, batch, flags, has)


@compiled
def last_mover(
    arrays: Arrays, packing: Packing, found: StateIndex, batch: Batch, source: int
) -> int:
    """Whose step led here when this state was first met, where ``was_met`` may ask; else -1."""
    n, parent, mover = arrays.rules[PARTICIPANTS], np.int64(found.parents[source]), -1
    vector = batch.vector
    if vector[2 * n + 3] < 2 or not arrays.rules[TOLD_APART] or parent == source:
        return -1
    if part_of(packing, found, parent, 2 * n + 1) != vector[2 * n + 1]:
        return -1
    for p in range(n):
        if part_of(packing, found, parent, p) != vector[p]:
            if mover >= 0:
                return -1
            mover = p
    if mover <= 0:
        return -1
    row = arrays.own_base[mover] + part_of(packing, found, parent, mover) * OWN_WIDTH
    flags = vector[2 * n + 2] | arrays.own[row + CLASSES + 1]
    return -1 if flags & BEFORE else mover


@compiled
def was_met(
    arrays: Arrays,
    packing: Packing,
    found: StateIndex,
    batch: Batch,
    source: int,
    mover: int,
    k: int,
) -> bool:
    """Whether a noted step certainly leads to a state that is known: it need not be written.

    Let a be the last step before this state s, taken by ``mover`` in its parent r, and b the noted
    step, of a participant before ``mover``. Where a and b do not meddle with each other, r allowed
    b, too, and took it up before a (that is how steps are ordered): what b led to from there, u,
    has a lower number than s and has been looked into. And u allows a, which leads to where b leads
    from s. This is a *sleep set* (Godefroid 1996) of one step: all states are met, in the same
    order and from the same parents; only steps to what is known anyway are left out.

    What would make it untrue is excluded: b was no step of r, since its inbox was another then; b
    costs something or has an effect that lands, so that a would meet another budget or world; in
    channels that keep an order, a and b send to one recipient, or b to ``mover``; u is not looked
    into (a loop has gone round too often), or for what is urgent there alone.
    """
    n = arrays.rules[PARTICIPANTS]
    vector, move, parent = batch.vector, batch.todo[k, 1], np.int64(found.parents[source])
    p, taken, landing = arrays.moves[move, 7], arrays.moves[move, 1], arrays.moves[move, 4]
    if k >= vector[2 * n + 3] or p >= mover or landing >= 0:
        return False
    if batch.todo[k, 2] != vector[2 * n + 1]:
        return False
    if taken >= 0 and part_of(packing, found, parent, n + p) != vector[n + p]:
        return False
    if not arrays.rules[UNORDERED]:
        first = arrays.moves[move, 2]
        for s in range(first, first + arrays.moves[move, 3]):
            q = arrays.sent[s, 0]
            if q == mover or part_of(packing, found, parent, n + q) != vector[n + q]:
                return False
    row = row_of(arrays.own_base, arrays.own.shape[0], p, arrays.moves[move, 0], OWN_WIDTH)
    return (
        row >= 0 and arrays.own[row] >= 0 and not arrays.own[row + CLASSES + 1] & (BEFORE | BEYOND)
    )


@inlined
def expand(
    arrays: Arrays, packing: Packing, found: StateIndex, batch: Batch, source: int, at: int
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
    mover = last_mover(arrays, packing, found, batch, source)
    for k in range(steps):
        if mover >= 0 and was_met(arrays, packing, found, batch, source, mover, k):
            continue
        at = write(arrays, packing, found, batch, source, at, k)
        if at < 0:
            return MISS
    if not steps:
        found.resting[counts[N_RESTING]] = source
        counts[N_RESTING] += 1
    counts[N_TRANSITIONS] += steps
    return at


@compiled
def what_is_full(found: StateIndex, batch_size: int) -> int:
    """Which table has no room for a batch more; DONE: none."""
    counts = found.counts
    if counts[N_STATES] + batch_size > found.states.shape[0]:
        return STATES_FULL
    if counts[N_STATES] + batch_size > (found.slots.shape[0] * 7) // 10:
        return INDEX_FULL
    resting, cut = counts[N_RESTING] + batch_size, counts[N_CUT] + batch_size
    if resting > found.resting.shape[0] or cut > found.cut.shape[0]:
        return LISTS_FULL
    return DONE


@compiled
def run(
    arrays: Arrays,
    orbits: Orbits,
    packing: Packing,
    found: StateIndex,
    batch: Batch,
    gaps: NDArray[np.int64],
    bits: np.uint64,
    most: int,
) -> int:
    """Expand the next ``most`` states, which are known; why it came back.

    Where an entry is missing it looks ahead, without keeping anything, for what else is: ``gaps``
    gets how many (table, a, b, c) follow in its rows, at most one for each state looked at. Where
    participants are not told apart it comes back (ALONE) instead: Python expands the next state.
    """
    counts = found.counts
    reducing = orbits.members.shape[0] > 0
    last = counts[N_NEXT] + most
    batch_size = batch.words.shape[0]
    while counts[N_NEXT] < last:
        too_small = what_is_full(found, batch_size)
        if too_small != DONE:
            return too_small
        first, at, full, lacking, alone = counts[N_NEXT], 0, False, 0, False
        source, end_of_batch = first, min(last, first + (1 if reducing else batch_size))
        resting, cut, transitions = counts[N_RESTING], counts[N_CUT], counts[N_TRANSITIONS]
        while source < end_of_batch:
            end = expand(arrays, packing, found, batch, source, at)
            source += 1
            if reducing and end >= 0 and canonical_rows(orbits, packing, batch, end) < 0:
                end = MISS
            if end == MISS and reducing:
                alone = True
                break
            if end == MISS:
                if not lacking:
                    end_of_batch = min(end_of_batch, source + AHEAD)
                lacking += 1
                for column in range(4):
                    gaps[lacking, column] = batch.todo[0, column]
            elif end < 0:
                full = not lacking
                break
            elif not lacking:
                at, counts[N_NEXT] = end, source
                resting, cut, transitions = counts[N_RESTING], counts[N_CUT], counts[N_TRANSITIONS]
        counts[N_RESTING], counts[N_CUT], counts[N_TRANSITIONS] = resting, cut, transitions
        insert(found, batch, at, bits)
        if alone:
            return ALONE
        if lacking:
            gaps[0, 0] = lacking
            return MISSED
        if full and counts[N_NEXT] == first:
            return BATCH_FULL
    return DONE
