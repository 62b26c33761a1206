"""New memory, and what Python has answered: looked up here, a new question goes to Python."""

from __future__ import annotations

from wfmodel.native import header as at
from wfmodel.native.words import ask, compiled, get, put

_BYTES = 8 * at.KEY_WORDS
_A, _B, _C, _D = 0x9E3779B97F4A7C1, 0x2545F4914F6CDD1, 0x5851F42D4C957F2, 0x14057B7EF767814


@compiled
def fresh(h: int, words: int) -> int:
    """So many words of zeros; a few of anything when the run aborts for want of memory."""
    place = get(h, at.BUMP)
    if place + 8 * words > get(h, at.BUMP_END):
        ask(get(h, at.ASK), at.ASK_MEMORY, words, 0, 0, 0)
        place = get(h, at.BUMP)
    put(h, at.BUMP, place + 8 * words)
    return place


@compiled
def answered(h: int, question: int, a: int, b: int, c: int, d: int) -> int:
    """The answer to a question, which stays the same."""
    slot = _slot(h, question, a, b, c, d)
    answer = get(slot, 5)
    if answer:
        return answer - 1
    answer = ask(get(h, at.ASK), question, a, b, c, d)
    _remember(slot, question, a, b, c, d, answer)
    count = get(h, at.TABLE_COUNT) + 1
    put(h, at.TABLE_COUNT, count)
    if 2 * count > get(h, at.TABLE_MASK):
        _grow(h)
    return answer


@compiled
def _slot(h: int, question: int, a: int, b: int, c: int, d: int) -> int:
    """Where a question's answer is, or belongs."""
    table, mask = get(h, at.TABLE), get(h, at.TABLE_MASK)
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
    old, size = get(h, at.TABLE), get(h, at.TABLE_MASK) + 1
    new = fresh(h, 2 * at.KEY_WORDS * size)
    if get(h, at.ABORT):  # there may be no memory at that address
        return
    put(h, at.TABLE, new)
    put(h, at.TABLE_MASK, 2 * size - 1)
    for place in range(size):
        slot = old + _BYTES * place
        answer = get(slot, 5) - 1
        if answer >= 0:
            question, a, b = get(slot, 0), get(slot, 1), get(slot, 2)
            c, d = get(slot, 3), get(slot, 4)
            slot = _slot(h, question, a, b, c, d)
            _remember(slot, question, a, b, c, d, answer)
