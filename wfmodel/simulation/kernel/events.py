"""The clock: events in order of (time, number), the number being that of their scheduling.

This is SimPy's order: its key is (time, priority, number), and every event of the driver has the
same priority. So the kernel schedules in the driver's order, statement by statement.
"""

from __future__ import annotations

from wfmodel.native.answers import fresh
from wfmodel.native.words import compiled, get, put
from wfmodel.simulation.kernel.layout import (
    FAR,
    H_ABORT,
    H_HEAP,
    H_HEAP_CAPACITY,
    H_HEAP_SIZE,
    H_NOW,
    H_SEQUENCE,
)
from wfmodel.simulation.kernel.memory import node_of

HEAP_WORDS = 3
"""Time, number, node."""
_BYTES = 8 * HEAP_WORDS


@compiled
def after(h: int, delay: int, kind: int, instance: int, a: int, b: int, c: int) -> int:
    """Schedule an event, ``delay`` nanoseconds from now."""
    node = node_of(h, kind, instance, a, b, c)
    schedule(h, delay, node)
    return node


@compiled
def schedule(h: int, delay: int, node: int) -> None:
    """Put a node into the heap."""
    time = get(h, H_NOW) + min(delay, FAR)
    number = get(h, H_SEQUENCE)
    put(h, H_SEQUENCE, number + 1)
    size = get(h, H_HEAP_SIZE)
    if size == get(h, H_HEAP_CAPACITY):
        _grow(h)
        if get(h, H_ABORT):
            return
    put(h, H_HEAP_SIZE, size + 1)
    heap = get(h, H_HEAP)
    place = size
    while place:
        parent = (place - 1) >> 1
        above = heap + _BYTES * parent
        if get(above, 0) <= time:  # equal times: the older number stays above
            break
        _copy(above, heap + _BYTES * place)
        place = parent
    _write(heap + _BYTES * place, time, number, node)


@compiled
def pop(h: int) -> int:
    """The next node; the clock moves to its time."""
    heap = get(h, H_HEAP)
    put(h, H_NOW, get(heap, 0))
    node = get(heap, 2)
    size = get(h, H_HEAP_SIZE) - 1
    put(h, H_HEAP_SIZE, size)
    if size:
        last = heap + _BYTES * size
        _sink(heap, size, get(last, 0), get(last, 1), get(last, 2))
    return node


@compiled
def _sink(heap: int, size: int, time: int, number: int, node: int) -> None:
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
    _write(heap + _BYTES * place, time, number, node)


@compiled
def _is_before(slot: int, time: int, number: int) -> bool:
    its = get(slot, 0)
    return its < time or (its == time and get(slot, 1) < number)


@compiled
def _copy(source: int, target: int) -> None:
    _write(target, get(source, 0), get(source, 1), get(source, 2))


@compiled
def _write(slot: int, time: int, number: int, node: int) -> None:
    put(slot, 0, time)
    put(slot, 1, number)
    put(slot, 2, node)


@compiled
def _grow(h: int) -> None:
    size = get(h, H_HEAP_SIZE)
    old = get(h, H_HEAP)
    new = fresh(h, 2 * HEAP_WORDS * size)
    if get(h, H_ABORT):  # there may be no memory at that address
        return
    for word in range(HEAP_WORDS * size):
        put(new, word, get(old, word))
    put(h, H_HEAP, new)
    put(h, H_HEAP_CAPACITY, 2 * size)
