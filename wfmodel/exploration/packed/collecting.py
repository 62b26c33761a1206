"""The compiled search, first half: the steps that a vector allows, noted before any is applied.

The order is that of ``expansion``. Needs numba; nothing imports this module without it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfmodel.exploration.packed.component_arrays import (
    DUPLICATES,
    FORGETTING,
    HAS,
    INTERRUPTING,
    LOSSES,
    OWN_WIDTH,
    PARTICIPANTS,
    PAUSED,
    TIMEOUTS,
    Arrays,
)
from wfmodel.exploration.packed.expansion import DUPLICATES as DUPLICATES_COST
from wfmodel.exploration.packed.expansion import LOSSES as LOSSES_COST
from wfmodel.exploration.packed.expansion import TIMEOUTS as TIMEOUTS_COST
from wfmodel.exploration.packed.index import Batch, compiled, inlined
from wfmodel.semantics.component_tables import (
    ANSWER,
    CLASSES,
    DETECT,
    FLUSH,
    FREE,
    INBOX,
    PROGRESS,
    RECEIVE,
    SPEND,
    STRIKE,
    URGENT,
)

MISS = -1
"""A table has no entry."""

MOVE, LOSS, DUPLICATE = range(3)
"""Kinds of noted steps: (MOVE, move, budget), (LOSS | DUPLICATE, entry, budget, recipient)."""


@compiled
def missing(todo: NDArray[np.int64], table: int, a: int, b: int, c: int) -> int:
    """Leave word of which entry is missing, where the first step would be noted: MISS."""
    todo[0, 0], todo[0, 1], todo[0, 2], todo[0, 3] = table, a, b, c
    return MISS


@compiled
def note_move(
    arrays: Arrays, todo: NDArray[np.int64], count: int, move: int, cost: int, p: int, budget: int
) -> int:
    """Note a move of a participant, if its cost can be paid: the new count, or MISS."""
    left = np.int32(budget)
    if cost != FREE:
        left = arrays.spend[budget, cost * arrays.rules[PARTICIPANTS] + p]
        if left == -1:
            return missing(todo, SPEND, budget, cost, p)
    if left >= 0:
        todo[count, 0], todo[count, 1], todo[count, 2] = MOVE, move, left
        count += 1
    return count


@compiled
def collect_class(
    arrays: Arrays, todo: NDArray[np.int64], count: int, p: int, cell: int, kind: int, budget: int
) -> int:
    """Note all moves of one class of one cell, at their own cost: the new count, or MISS."""
    row = arrays.own_base[p] + cell * OWN_WIDTH
    for k in range(arrays.own[row + kind], arrays.own[row + kind + 1]):
        move = arrays.own_list[k]
        count = note_move(arrays, todo, count, move, arrays.moves[move, 5], p, budget)
        if count < 0:
            return MISS
    return count


@compiled
def collect_detections(
    arrays: Arrays, todo: NDArray[np.int64], count: int, vector: NDArray[np.int64], free: bool
) -> int:
    """Note failure detectors that run out, for nothing or for an early time-out each."""
    n = arrays.rules[PARTICIPANTS]
    budget, cost = vector[2 * n + 1], FREE if free else TIMEOUTS_COST
    for p in range(n):
        row = arrays.own_base[p] + vector[p] * OWN_WIDTH
        for k in range(arrays.own[row + DETECT], arrays.own[row + DETECT + 1]):
            count = note_move(arrays, todo, count, arrays.own_list[k], cost, p, budget)
            if count < 0:
                return MISS
    return count


@compiled
def row_of(base: NDArray[np.int64], size: int, p: int, row: int, width: int) -> int:
    """Where a participant's row begins, -1 if there is no such row yet."""
    place = base[p] + row * width
    end = base[p + 1] if p + 1 < base.shape[0] else size
    return place if place + width <= end else -1


@compiled
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
            return missing(todo, RECEIVE, p, cell, parcel)
        move = arrays.receive[reactions + parcel]
        if move == -1:
            return missing(todo, RECEIVE, p, cell, parcel)
        if move >= 0:
            todo[count, 0], todo[count, 1], todo[count, 2] = MOVE, move, budget
            count += 1
    return count


@compiled
def collect_channel_faults(
    arrays: Arrays, todo: NDArray[np.int64], count: int, vector: NDArray[np.int64], lose: bool
) -> int:
    """Note losses, or duplicates, of all that is on its way: the new count, or MISS."""
    n = arrays.rules[PARTICIPANTS]
    cost = LOSSES_COST if lose else DUPLICATES_COST
    for p in range(n):
        left = arrays.spend[vector[2 * n + 1], cost * n + p]
        row = row_of(arrays.inbox_base, arrays.inbox.shape[0], p, vector[n + p], 2)
        if left == -1:
            return missing(todo, SPEND, vector[2 * n + 1], cost, p)
        if row < 0 or arrays.inbox[row] < 0:
            return missing(todo, INBOX, p, vector[n + p], 0)
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


@compiled
def collect_from_all(
    arrays: Arrays, batch: Batch, count: int, kind: int, second: int, has: int
) -> int:
    """Note moves of one or two classes, participant after participant: the new count, or MISS."""
    n = arrays.rules[PARTICIPANTS]
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


@inlined
def collect_progress(arrays: Arrays, batch: Batch, count: int) -> int:
    """Note what is received, and what a participant does by itself: the new count, or MISS."""
    n = arrays.rules[PARTICIPANTS]
    vector, todo = batch.vector, batch.todo
    budget = vector[2 * n + 1]
    for p in range(n):
        inbox = row_of(arrays.inbox_base, arrays.inbox.shape[0], p, vector[n + p], 2)
        if inbox < 0 or arrays.inbox[inbox] < 0:
            return missing(todo, INBOX, p, vector[n + p], 0)
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


@inlined
def collect(arrays: Arrays, batch: Batch, budget_flags: int, has: int) -> int:
    """Note every step that a vector allows, in the order of ``expansion``: how many, or MISS."""
    flush = FLUSH if budget_flags & FORGETTING else URGENT
    count = collect_from_all(arrays, batch, 0, URGENT, flush, has)
    if count >= 0:
        count = collect_progress(arrays, batch, count)
    batch.vector[2 * arrays.rules[PARTICIPANTS] + 3] = count
    if count >= 0:
        count = collect_from_all(arrays, batch, count, ANSWER, ANSWER, has)
    free = (has & PAUSED) != 0 or count == 0
    if count >= 0 and has & (HAS << DETECT) and (free or budget_flags & TIMEOUTS):
        count = collect_detections(arrays, batch.todo, count, batch.vector, free)
    for kind in range(STRIKE, CLASSES):
        if count >= 0 and budget_flags & INTERRUPTING:
            count = collect_from_all(arrays, batch, count, kind, kind, has)
    if count >= 0 and budget_flags & LOSSES:
        count = collect_channel_faults(arrays, batch.todo, count, batch.vector, True)
    if count >= 0 and budget_flags & DUPLICATES:
        count = collect_channel_faults(arrays, batch.todo, count, batch.vector, False)
    return count
