"""Records, lists, the table of answers, and the instances under way."""

from __future__ import annotations

from wfmodel.metrics.codes import DOES_BITS, SUBJECT_BITS
from wfmodel.metrics.streaming import meter_layout as at
from wfmodel.native.callbacks import answered, fresh
from wfmodel.native.words import ask, compiled, get, put

# -------------------------------------------------------------------------------------- lists


@compiled
def push(m: int, record: int, field: int, a: int, b: int, c: int) -> None:
    """A link in front of the list that begins at this field of a record."""
    link = get(m, at.M_FREE_LINKS)
    if link == 0:
        link = fresh(m, at.L_WORDS)
    else:
        put(m, at.M_FREE_LINKS, get(link, at.L_NEXT))
    put(link, at.L_NEXT, get(record, field))
    put(link, at.L_A, a)
    put(link, at.L_B, b)
    put(link, at.L_C, c)
    put(record, field, link)


@compiled
def give_link(m: int, link: int) -> None:
    """A link is no longer needed."""
    put(link, at.L_NEXT, get(m, at.M_FREE_LINKS))
    put(m, at.M_FREE_LINKS, link)


@compiled
def give_list(m: int, record: int, field: int) -> None:
    """The whole list that begins at this field is no longer needed."""
    link = get(record, field)
    put(record, field, 0)
    while link:
        following = get(link, at.L_NEXT)
        give_link(m, link)
        link = following


# ------------------------------------------------------------------------------------ answers


@compiled
def edge_of(m: int, state: int, does: int, subject: int, value: int) -> int:
    """The edge that a row takes from a state; both are records. ``value`` is a row's own: the
    number of a participant's state, not yet of its view.
    """
    return answered(m, at.ASK_EDGE, state, does << DOES_BITS | subject << SUBJECT_BITS, value, 0)


@compiled
def class_of(m: int, state: int, revisited: int) -> int:
    """The class and the flags of an instance that ended so (see ``FLAG_BITS``)."""
    return answered(m, at.ASK_CLASS, state, revisited, 0, 0)


@compiled
def also_revisited(m: int, revisited: int, node: int) -> int:
    """The number of a set of steps with one more."""
    return answered(m, at.ASK_REVISITED, revisited, node, 0, 0)


# ---------------------------------------------------------------------------------- instances


@compiled
def instance_of(m: int, number: int) -> int:
    """The record of a measured instance to which something can still happen; 0 if it is not."""
    if number < get(m, at.M_OLDEST) or number > get(m, at.M_NEWEST):
        return 0
    return get(get(m, at.M_RING), number & get(m, at.M_RING_MASK))


@compiled
def new_instance(m: int, number: int) -> int:
    """A record of zeros for an instance, which its number finds from now on."""
    instance = get(m, at.M_FREE_INSTANCES)
    if instance == 0:
        instance = fresh(m, at.I_WORDS)
    else:
        put(m, at.M_FREE_INSTANCES, get(instance, 0))
        for field in range(at.I_WORDS):
            put(instance, field, 0)
    put(instance, at.I_NUMBER, number)
    if get(m, at.M_NEWEST) < get(m, at.M_OLDEST):
        put(m, at.M_OLDEST, number)
        put(m, at.M_NEWEST, number)
    oldest, newest = min(get(m, at.M_OLDEST), number), max(get(m, at.M_NEWEST), number)
    if newest - oldest > get(m, at.M_RING_MASK):
        ask(get(m, at.M_ASK), at.ASK_RING, newest - oldest, 0, 0, 0)
    if not get(m, at.M_ABORT):
        put(m, at.M_OLDEST, oldest)
        put(m, at.M_NEWEST, newest)
        put(get(m, at.M_RING), number & get(m, at.M_RING_MASK), instance)
    return instance


@compiled
def unlist(m: int, instance: int) -> None:
    """Its number finds an instance no longer."""
    ring, mask = get(m, at.M_RING), get(m, at.M_RING_MASK)
    put(ring, get(instance, at.I_NUMBER) & mask, 0)
    oldest, newest = get(m, at.M_OLDEST), get(m, at.M_NEWEST)
    while oldest <= newest and get(ring, oldest & mask) == 0:
        oldest += 1
    put(m, at.M_OLDEST, oldest)


@compiled
def give_instance(m: int, instance: int) -> None:
    """A record is no longer needed."""
    put(instance, 0, get(m, at.M_FREE_INSTANCES))
    put(m, at.M_FREE_INSTANCES, instance)
