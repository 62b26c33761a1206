"""The clock: events in order of (time, number), the number being that of their scheduling.

This is SimPy's order: its key is (time, priority, number), and every event of a run has the same
priority. So both engines schedule alike, statement by statement: they run one text.
"""

from __future__ import annotations

from wfmodel.native.callbacks import fresh
from wfmodel.native.words import compiled, get, put
from wfmodel.simulation.compiled.run_header import (
    ABORT,
    HEAP,
    HEAP_CAPACITY,
    HEAP_SIZE,
    SEQUENCE,
)

HEAP_WORDS = 3
"""Time, number, event."""
_BYTES = 8 * HEAP_WORDS


@compiled
def push(h: int, time: int, event: int) -> None:
    """Put an event into the heap."""
    number = get(h, SEQUENCE)
    put(h, SEQUENCE, number + 1)
    size = get(h, HEAP_SIZE)
    if size == get(h, HEAP_CAPACITY):
        _grow(h)
        if get(h, ABORT):
            return
    put(h, HEAP_SIZE, size + 1)
    heap = get(h, HEAP)
    place = size
    while place:
        parent = (place - 1) >> 1
        above = heap + _BYTES * parent
        if get(above, 0) <= time:  # equal times: the older number stays above
            break
        _copy(above, heap + _BYTES * place)
        place = parent
    _write(heap + _BYTES * place, time, number, event)


@compiled
def first_time(h: int) -> int:
    """When the next event happens; there must be one."""
    return get(get(h, HEAP), 0)


@compiled
def first_number(h: int) -> int:
    """The number of the next event."""
    return get(get(h, HEAP), 1)


@compiled
def pop(h: int) -> int:
    """The next event leaves the heap."""
    heap = get(h, HEAP)
    event = get(heap, 2)
    size = get(h, HEAP_SIZE) - 1
    put(h, HEAP_SIZE, size)
    if size:
        last = heap + _BYTES * size
        _sink(heap, size, get(last, 0), get(last, 1), get(last, 2))
    return event


@compiled
def _sink(heap: int, size: int, time: int, number: int, event: int) -> None:
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        below = heap + _BYTES * child
        if child + 1 < size and _is_before(below + _BYTES, get(below, 0), get(below, 1)):
            child += 1
            below += _BYTES
        if not _is_before(below, time, number):
            break
        _copy(below, heap + _BYTES * place)
        place = child
    _write(heap + _BYTES * place, time, number, event)


@compiled
def _is_before(slot: int, time: int, number: int) -> bool:
    its = get(slot, 0)
    return its < time or (its == time and get(slot, 1) < number)


@compiled
def _copy(source: int, target: int) -> None:
    _write(target, get(source, 0), get(source, 1), get(source, 2))


@compiled
def _write(slot: int, time: int, number: int, event: int) -> None:
    put(slot, 0, time)
    put(slot, 1, number)
    put(slot, 2, event)


@compiled
def _grow(h: int) -> None:
    size = get(h, HEAP_SIZE)
    old = get(h, HEAP)
    new = fresh(h, 2 * HEAP_WORDS * size)
    if get(h, ABORT):  # there may be no memory at that address
        return
    for word in range(HEAP_WORDS * size):
        put(new, word, get(old, word))
    put(h, HEAP, new)
    put(h, HEAP_CAPACITY, 2 * size)
