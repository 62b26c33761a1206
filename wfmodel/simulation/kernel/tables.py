"""What Python has answered: reactions and numbers, looked up; a new question goes to Python.

Python answers through this run's ``RunTable``, and only when the driver would have asked it: so
states, events and messages get the numbers that the driver gives them.
"""

from __future__ import annotations

from wfmodel.native.words import ask, compiled, get, put
from wfmodel.simulation.kernel.layout import (
    ASK_CHOSEN,
    ASK_DONE,
    ASK_ENTRY,
    ASK_EXTERNAL,
    H_ABORT,
    H_ASK,
    H_MAP,
    H_MAP_COUNT,
    H_MAP_MASK,
)
from wfmodel.simulation.kernel.memory import fresh

KEY_WORDS = 6
"""Question, four words, answer plus one (zero: the slot is free)."""
_BYTES = 8 * KEY_WORDS
_A, _B, _C, _D = 0x9E3779B97F4A7C1, 0x2545F4914F6CDD1, 0x5851F42D4C957F2, 0x14057B7EF767814


@compiled
def entry_of(h: int, participant: int, state: int, event: int) -> int:
    """The reaction of a participant."""
    return _known(h, ASK_ENTRY, participant, state, event, 0)


@compiled
def work_done(h: int, node: int, epoch: int, attempt: int, outcome: int) -> int:
    """The event that ends an attempt."""
    return _known(h, ASK_DONE, node, epoch, attempt, outcome)


@compiled
def chosen(h: int, node: int, epoch: int, branch: int) -> int:
    """The event that a branch was taken."""
    return _known(h, ASK_CHOSEN, node, epoch, branch, 0)


@compiled
def external(h: int, recipient: int, node: int, epoch: int, event: int) -> int:
    """The operation that sends an outside event."""
    return _known(h, ASK_EXTERNAL, recipient, node, epoch, event)


@compiled
def _known(h: int, question: int, a: int, b: int, c: int, d: int) -> int:
    slot = _slot(h, question, a, b, c, d)
    answer = get(slot, 5)
    if answer:
        return answer - 1
    answer = ask(get(h, H_ASK), question, a, b, c, d)
    _remember(slot, question, a, b, c, d, answer)
    count = get(h, H_MAP_COUNT) + 1
    put(h, H_MAP_COUNT, count)
    if 2 * count > get(h, H_MAP_MASK):
        _grow(h)
    return answer


@compiled
def _slot(h: int, question: int, a: int, b: int, c: int, d: int) -> int:
    """Where a question's answer is, or belongs."""
    table, mask = get(h, H_MAP), get(h, H_MAP_MASK)
    place = (question + a * _A + b * _B + c * _C + d * _D) >> 7
    while True:
        place &= mask
        slot = table + _BYTES * place
        if get(slot, 5) == 0:
            return slot
        same = get(slot, 1) == a and get(slot, 2) == b and get(slot, 3) == c
        if same and get(slot, 4) == d and get(slot, 0) == question:
            return slot
        place += 1


@compiled
def _remember(slot: int, question: int, a: int, b: int, c: int, d: int, answer: int) -> None:
    put(slot, 0, question)
    put(slot, 1, a)
    put(slot, 2, b)
    put(slot, 3, c)
    put(slot, 4, d)
    put(slot, 5, answer + 1)


@compiled
def _grow(h: int) -> None:
    old, size = get(h, H_MAP), get(h, H_MAP_MASK) + 1
    new = fresh(h, 2 * KEY_WORDS * size)
    if get(h, H_ABORT):  # there may be no memory at that address
        return
    put(h, H_MAP, new)
    put(h, H_MAP_MASK, 2 * size - 1)
    for place in range(size):
        slot = old + _BYTES * place
        answer = get(slot, 5) - 1
        if answer >= 0:
            question, a, b = get(slot, 0), get(slot, 1), get(slot, 2)
            c, d = get(slot, 3), get(slot, 4)
            slot = _slot(h, question, a, b, c, d)
            _remember(slot, question, a, b, c, d, answer)
