"""Records, lists, the table of answers, and the instances under way."""

from __future__ import annotations

from wfmodel.metrics.online.layout import (
    ASK_CLASS,
    ASK_EDGE,
    ASK_MEMORY,
    ASK_REVISITED,
    ASK_RING,
    I_NUMBER,
    I_WORDS,
    K_A,
    K_ANSWER,
    K_B,
    K_C,
    K_QUESTION,
    K_WORDS,
    L_A,
    L_B,
    L_C,
    L_NEXT,
    L_WORDS,
    M_ABORT,
    M_ASK,
    M_BUMP,
    M_BUMP_END,
    M_FREE_INSTANCES,
    M_FREE_LINKS,
    M_NEWEST,
    M_OLDEST,
    M_RING,
    M_RING_MASK,
    M_TABLE,
    M_TABLE_COUNT,
    M_TABLE_MASK,
)
from wfmodel.native.words import ask, compiled, get, put

_SUBJECT_BITS, _DOES_BITS = 40, 58  # as in ``codes``


@compiled
def fresh(m: int, words: int) -> int:
    """So many words of zeros; a few of anything when the run aborts for want of memory."""
    place = get(m, M_BUMP)
    if place + 8 * words > get(m, M_BUMP_END):
        ask(get(m, M_ASK), ASK_MEMORY, words, 0, 0, 0)
        place = get(m, M_BUMP)
    put(m, M_BUMP, place + 8 * words)
    return place


# -------------------------------------------------------------------------------------- lists


@compiled
def push(m: int, record: int, field: int, a: int, b: int, c: int) -> None:
    """A link in front of the list that begins at this field of a record."""
    link = get(m, M_FREE_LINKS)
    if link == 0:
        link = fresh(m, L_WORDS)
    else:
        put(m, M_FREE_LINKS, get(link, L_NEXT))
    put(link, L_NEXT, get(record, field))
    put(link, L_A, a)
    put(link, L_B, b)
    put(link, L_C, c)
    put(record, field, link)


@compiled
def give_link(m: int, link: int) -> None:
    """A link is no longer needed."""
    put(link, L_NEXT, get(m, M_FREE_LINKS))
    put(m, M_FREE_LINKS, link)


@compiled
def give_list(m: int, record: int, field: int) -> None:
    """The whole list that begins at this field is no longer needed."""
    link = get(record, field)
    put(record, field, 0)
    while link:
        following = get(link, L_NEXT)
        give_link(m, link)
        link = following


# ------------------------------------------------------------------------------------ answers


@compiled
def edge_of(m: int, state: int, does: int, subject: int, value: int) -> int:
    """The edge that a row takes from a state; both are records. ``value`` is a row's own: the
    number of a participant's state, not yet of its view.
    """
    return _known(m, ASK_EDGE, state, does << _DOES_BITS | subject << _SUBJECT_BITS, value)


@compiled
def class_of(m: int, state: int, revisited: int) -> int:
    """The class (position in Terminal) times 256, and the flags, of an instance that ended so."""
    return _known(m, ASK_CLASS, state, revisited, 0)


@compiled
def also_revisited(m: int, revisited: int, node: int) -> int:
    """The number of a set of steps with one more."""
    return _known(m, ASK_REVISITED, revisited, node, 0)


@compiled
def _known(m: int, question: int, a: int, b: int, c: int) -> int:
    slot = _slot(m, question, a, b, c)
    answer = get(slot, K_ANSWER)
    if answer:
        return answer - 1
    answer = ask(get(m, M_ASK), question, a, b, c, 0)
    _remember(slot, question, a, b, c, answer)
    count = get(m, M_TABLE_COUNT) + 1
    put(m, M_TABLE_COUNT, count)
    if 2 * count > get(m, M_TABLE_MASK):
        _grow(m)
    return answer


@compiled
def _slot(m: int, question: int, a: int, b: int, c: int) -> int:
    """Where a question's answer is, or belongs."""
    table, mask = get(m, M_TABLE), get(m, M_TABLE_MASK)
    place = question + (a >> 6) * 5 + (b >> _DOES_BITS) * 11 + (b >> _SUBJECT_BITS) * 61 + c * 131
    while True:
        place &= mask
        slot = table + 8 * K_WORDS * place
        if get(slot, K_ANSWER) == 0:
            return slot
        same = get(slot, K_A) == a and get(slot, K_B) == b and get(slot, K_C) == c
        if same and get(slot, K_QUESTION) == question:
            return slot
        place += 1


@compiled
def _remember(slot: int, question: int, a: int, b: int, c: int, answer: int) -> None:
    put(slot, K_QUESTION, question)
    put(slot, K_A, a)
    put(slot, K_B, b)
    put(slot, K_C, c)
    put(slot, K_ANSWER, answer + 1)


@compiled
def _grow(m: int) -> None:
    old, size = get(m, M_TABLE), get(m, M_TABLE_MASK) + 1
    new = fresh(m, 2 * K_WORDS * size)
    if get(m, M_ABORT):  # there may be no memory at that address
        return
    put(m, M_TABLE, new)
    put(m, M_TABLE_MASK, 2 * size - 1)
    for place in range(size):
        slot = old + 8 * K_WORDS * place
        answer = get(slot, K_ANSWER) - 1
        if answer >= 0:
            question, a, b, c = (
                get(slot, K_QUESTION),
                get(slot, K_A),
                get(slot, K_B),
                get(slot, K_C),
            )
            _remember(_slot(m, question, a, b, c), question, a, b, c, answer)


# ---------------------------------------------------------------------------------- instances


@compiled
def instance_of(m: int, number: int) -> int:
    """The record of a measured instance to which something can still happen; 0 if it is not."""
    if number < get(m, M_OLDEST) or number > get(m, M_NEWEST):
        return 0
    return get(get(m, M_RING), number & get(m, M_RING_MASK))


@compiled
def new_instance(m: int, number: int) -> int:
    """A record of zeros for an instance, which its number finds from now on."""
    instance = get(m, M_FREE_INSTANCES)
    if instance == 0:
        instance = fresh(m, I_WORDS)
    else:
        put(m, M_FREE_INSTANCES, get(instance, 0))
        for field in range(I_WORDS):
            put(instance, field, 0)
    put(instance, I_NUMBER, number)
    if get(m, M_NEWEST) < get(m, M_OLDEST):
        put(m, M_OLDEST, number)
        put(m, M_NEWEST, number)
    oldest, newest = min(get(m, M_OLDEST), number), max(get(m, M_NEWEST), number)
    if newest - oldest > get(m, M_RING_MASK):
        ask(get(m, M_ASK), ASK_RING, newest - oldest, 0, 0, 0)
    if not get(m, M_ABORT):
        put(m, M_OLDEST, oldest)
        put(m, M_NEWEST, newest)
        put(get(m, M_RING), number & get(m, M_RING_MASK), instance)
    return instance


@compiled
def unlist(m: int, instance: int) -> None:
    """Its number finds an instance no longer."""
    ring, mask = get(m, M_RING), get(m, M_RING_MASK)
    put(ring, get(instance, I_NUMBER) & mask, 0)
    oldest, newest = get(m, M_OLDEST), get(m, M_NEWEST)
    while oldest <= newest and get(ring, oldest & mask) == 0:
        oldest += 1
    put(m, M_OLDEST, oldest)


@compiled
def give_instance(m: int, instance: int) -> None:
    """A record is no longer needed."""
    put(instance, 0, get(m, M_FREE_INSTANCES))
    put(m, M_FREE_INSTANCES, instance)
