"""An instance goes from one global state to the next; what it spent in each is added up.

Times within a state are added when it is left. Whether views are sound after an instance's last row
does not count, and which row is its last is known only later: ``I_HELD`` stands for the time until
``I_HELD_FROM``. In between only crashes can change the state, by making a store forget; forgetting
never makes views unsound, so one time (``I_WRONG_UNTIL``) says all.
"""

from __future__ import annotations

from wfmodel.metrics.codes import Does
from wfmodel.metrics.streaming.meter_layout import (
    ASK_SPELLS,
    ASK_STRIKES,
    BUCKET_BITS,
    BUCKETS,
    CURVE,
    E_CONCLUDES,
    E_GAINED,
    E_GAINS,
    E_LANDS,
    E_PROGRESS,
    E_REPEATS,
    E_TARGET,
    E_WHO,
    I_ARRIVAL,
    I_BLAMED,
    I_DETECTED,
    I_DIVERGENCE,
    I_DIVERGENCE_MAX,
    I_DIVERGENT,
    I_FIRST,
    I_FORGETS,
    I_GAINS,
    I_HELD,
    I_HELD_FROM,
    I_LATEST,
    I_NAMED,
    I_PAIRS_MAX,
    I_POLL,
    I_PREVIOUS,
    I_RECOVERED,
    I_SINCE,
    I_STALLED,
    I_STANDS,
    I_STATE,
    I_STRIKES,
    I_STUCK,
    I_VERDICT,
    I_WRITES,
    I_WRONG_UNTIL,
    L_A,
    L_B,
    L_NEXT,
    LATENCY,
    M_ARRIVALS_END,
    M_ASK,
    M_CURVE,
    M_CURVE_SHIFT,
    M_HEALED,
    M_IN_TIME,
    M_LATENCY,
    M_POLL,
    M_REPEATS,
    M_SAMPLES,
    M_SAMPLES_COUNT,
    M_SKETCHES,
    M_SPELLS,
    M_SPELLS_COUNT,
    M_SPELLS_ROOM,
    M_STRIKES,
    M_STRIKES_COUNT,
    M_STRIKES_ROOM,
    M_THRESHOLD,
    M_VERDICTS,
    NEVER,
    Q_DIVERGENCE,
    Q_NAMEABLE,
    Q_PAIRS,
    Q_SOUND,
    RECOVERED,
    SAMPLES,
)
from wfmodel.metrics.streaming.record_memory import edge_of, give_link, give_list, push
from wfmodel.native.words import ask, compiled, get, get_real, put, put_real

_FORGET = int(Does.FORGET)


@compiled
def add_real(m: int, field: int, amount: float) -> None:
    """Add to a sum."""
    put_real(m, field, get_real(m, field) + amount)


@compiled
def add(m: int, field: int, amount: int) -> None:
    """Add to a count."""
    put(m, field, get(m, field) + amount)


@compiled
def sketch(m: int, which: int, value: int) -> None:
    """Count a duration in its bucket (see ``Sketch``)."""
    exponent = 0
    rest = value >> BUCKET_BITS
    while rest:
        exponent += 1
        rest >>= 1
    place = (exponent << (BUCKET_BITS - 1)) + (value >> exponent)
    add(get(m, M_SKETCHES), which * BUCKETS + place, 1)


@compiled
def sample(m: int, which: int, value: int) -> None:
    """A time to recover, in its bucket and by itself: its last bit says that it ended."""
    sketch(m, which, value)
    count = get(m, M_SAMPLES_COUNT)
    if count < SAMPLES:
        put(get(m, M_SAMPLES), count, value << 1 | int(which == RECOVERED))
    put(m, M_SAMPLES_COUNT, count + 1)


@compiled
def bend(m: int, line: int, time: int, amount: int) -> None:
    """A line of the curve rises from a time on: 0 is divergence, 1 the number that are open."""
    curve, shift = get(m, M_CURVE), get(m, M_CURVE_SHIFT)
    place = -(-time >> shift)
    while place > CURVE:
        for each in range(2 * (CURVE + 1)):
            at, first = each % (CURVE + 1), each - each % (CURVE + 1)
            if at:
                both = 0
                if 2 * at <= CURVE:
                    both = get(curve, first + 2 * at - 1) + get(curve, first + 2 * at)
                put(curve, each, both)
        shift += 1
        put(m, M_CURVE_SHIFT, shift)
        place = -(-time >> shift)
    add(curve, line * (CURVE + 1) + place, amount)


# ------------------------------------------------------------------------------------- states


@compiled
def change(m: int, instance: int, time: int, does: int, subject: int, value: int) -> None:
    """One of the instance's own rows may change its state."""
    state = get(instance, I_STATE)
    edge = edge_of(m, state, does, subject, value)
    gained = get(edge, E_GAINS)
    for place in range(gained):
        push(m, instance, I_GAINS, get(edge, E_WHO), get(edge, E_GAINED + place), time)
    if get(edge, E_TARGET) == state:
        return
    hold(m, instance, time)
    if get(edge, E_PROGRESS) and get(instance, I_VERDICT) == NEVER:
        _moves(m, instance, time)
        if get(edge, E_CONCLUDES):
            _conclude(m, instance, time)
    _leave(m, instance, state, get(edge, E_TARGET), time)
    if get(edge, E_LANDS) >= 0:
        push(m, instance, I_WRITES, get(edge, E_LANDS), time, 0)
    add(m, M_REPEATS, get(edge, E_REPEATS))


@compiled
def forget(m: int, instance: int, time: int, participant: int) -> None:
    """A crash emptied a store."""
    state = get(instance, I_STATE)
    target = get(edge_of(m, state, _FORGET, participant, 0), E_TARGET)
    if target == state:
        return
    if get(instance, I_STALLED) != NEVER:
        _name(m, instance, state, time)
    if not get(state, Q_SOUND) and get(target, Q_SOUND):
        put(instance, I_WRONG_UNTIL, time)
    _leave(m, instance, state, target, time)


@compiled
def catch_up(m: int, instance: int) -> None:
    """The record was not closed after all: what crashes made it forget meanwhile counts."""
    link = get(instance, I_FORGETS)
    put(instance, I_FORGETS, 0)
    earliest = 0
    while link:  # the last one comes first
        following = get(link, L_NEXT)
        put(link, L_NEXT, earliest)
        earliest, link = link, following
    while earliest:
        forget(m, instance, get(earliest, L_B), get(earliest, L_A))
        following = get(earliest, L_NEXT)
        give_link(m, earliest)
        earliest = following


@compiled
def _leave(m: int, instance: int, state: int, target: int, time: int) -> None:
    stay(instance, state, time)
    put(instance, I_STATE, target)
    put(instance, I_SINCE, time)
    rise = get(target, Q_DIVERGENCE) - get(state, Q_DIVERGENCE)
    if rise:
        bend(m, 0, time, rise)


@compiled
def stay(instance: int, state: int, until: int) -> None:
    """The instance was in a state until now."""
    level, length = get(state, Q_DIVERGENCE), until - get(instance, I_SINCE)
    if level and length > 0:
        put(instance, I_DIVERGENCE, get(instance, I_DIVERGENCE) + level * length)
        put(instance, I_DIVERGENT, get(instance, I_DIVERGENT) + length)
        put(instance, I_DIVERGENCE_MAX, max(level, get(instance, I_DIVERGENCE_MAX)))
        put(instance, I_PAIRS_MAX, max(get(state, Q_PAIRS), get(instance, I_PAIRS_MAX)))


@compiled
def hold(m: int, instance: int, until: int) -> None:
    """What was consistent up to a row of the instance's own."""
    start = get(instance, I_HELD_FROM)
    put(instance, I_HELD_FROM, until)
    wrong = until
    if get(get(instance, I_STATE), Q_SOUND):
        wrong = min(until, max(start, get(instance, I_WRONG_UNTIL)))
    put(instance, I_HELD, get(instance, I_HELD) + until - wrong)
    if get(instance, I_ARRIVAL) < get(m, M_HEALED):
        spell(m, max(start, get(m, M_HEALED)), wrong)


@compiled
def spell(m: int, start: int, end: int) -> None:
    """A time, after the last fault, in which an instance was inconsistent."""
    if end <= start:
        return
    count = get(m, M_SPELLS_COUNT)
    if count == get(m, M_SPELLS_ROOM):
        ask(get(m, M_ASK), ASK_SPELLS, 0, 0, 0, 0)
        count = get(m, M_SPELLS_COUNT)
    spells = get(m, M_SPELLS)
    put(spells, 2 * count, start)
    put(spells, 2 * count + 1, end)
    put(m, M_SPELLS_COUNT, count + 1)


# ----------------------------------------------------------------------------------- progress


@compiled
def meet(instance: int, time: int) -> None:
    """A fault meets an instance."""
    if get(instance, I_FIRST) == NEVER:
        put(instance, I_FIRST, time)
    if get(instance, I_STANDS) == NEVER:
        put(instance, I_STANDS, time)
    if get(instance, I_LATEST) != time:
        put(instance, I_PREVIOUS, get(instance, I_LATEST))
        put(instance, I_LATEST, time)


@compiled
def strike(m: int, time: int) -> None:
    """A fault begins that stops something: whoever is under way meets it when next looked at."""
    count = get(m, M_STRIKES_COUNT)
    if count and get(get(m, M_STRIKES), count - 1) == time:
        return
    if count == get(m, M_STRIKES_ROOM):
        ask(get(m, M_ASK), ASK_STRIKES, 0, 0, 0, 0)
        count = get(m, M_STRIKES_COUNT)
    put(get(m, M_STRIKES), count, time)
    put(m, M_STRIKES_COUNT, count + 1)


@compiled
def catch_strikes(m: int, instance: int) -> None:
    """Meet the strikes since an instance was last looked at, but none of the arrival's instant."""
    strikes, next_, count = get(m, M_STRIKES), get(instance, I_STRIKES), get(m, M_STRIKES_COUNT)
    put(instance, I_STRIKES, count)
    if next_ < count and get(strikes, next_) <= get(instance, I_ARRIVAL):
        next_ += 1
    if next_ >= count or get(instance, I_VERDICT) != NEVER:
        return
    meet(instance, get(strikes, next_))
    if next_ < count - 2:
        meet(instance, get(strikes, count - 2))
    meet(instance, get(strikes, count - 1))


@compiled
def _moves(m: int, instance: int, time: int) -> None:
    """Durable progress; faults of this very instant are not over with it."""
    if get(instance, I_STALLED) != NEVER:
        end_spell(m, instance, time)
    put(instance, I_STALLED, time)
    put(instance, I_POLL, NEVER)
    put(instance, I_NAMED, 0)
    latest, previous = get(instance, I_LATEST), get(instance, I_PREVIOUS)
    if latest == NEVER:
        return
    stands = get(instance, I_STANDS)
    if stands != NEVER and stands < time:
        push(m, instance, I_RECOVERED, time - stands, 0, 0)
        put(instance, I_STANDS, NEVER)
    if latest == time:
        put(instance, I_STANDS, time)
        latest = previous
    if latest != NEVER:
        put(instance, I_BLAMED, latest)


@compiled
def _conclude(m: int, instance: int, time: int) -> None:
    """The first verdict in any store."""
    put(instance, I_VERDICT, time)
    put(instance, I_STALLED, NEVER)
    latency = time - get(instance, I_ARRIVAL)
    add(m, M_VERDICTS, 1)
    add_real(m, M_LATENCY, float(latency))
    sketch(m, LATENCY, latency)
    end = get(m, M_ARRIVALS_END)
    if end == NEVER or time <= end:
        add(m, M_IN_TIME, 1)
    link = get(instance, I_RECOVERED)
    while link:
        sample(m, RECOVERED, get(link, L_A))
        link = get(link, L_NEXT)
    give_list(m, instance, I_RECOVERED)


# ------------------------------------------------------------------------------ observability


@compiled
def _poll_after(m: int, time: int) -> int:
    """The first poll at a time or after it."""
    poll = get(m, M_POLL)
    return (time + poll - 1) // poll * poll


@compiled
def _name(m: int, instance: int, state: int, until: int) -> None:
    """Whether the monitor can name the instance at a poll in this state, which now ends."""
    if get(instance, I_NAMED):
        return
    poll = get(instance, I_POLL)
    if poll == NEVER:
        poll = _poll_after(m, get(instance, I_STALLED) + get(m, M_THRESHOLD))
    if get(state, Q_NAMEABLE) and poll < until:
        put(instance, I_NAMED, 1)
    else:
        poll = max(poll, _poll_after(m, until))
    put(instance, I_POLL, poll)


@compiled
def end_spell(m: int, instance: int, until: int) -> None:
    """A spell without progress is over: was it stuck, and could it be named?"""
    since = get(instance, I_STALLED)
    if until - since <= get(m, M_THRESHOLD):
        return
    if _poll_after(m, since + get(m, M_THRESHOLD)) >= until:
        return
    put(instance, I_STUCK, 1)
    _name(m, instance, get(instance, I_STATE), until)
    if get(instance, I_NAMED) and get(instance, I_DETECTED) == NEVER:
        put(instance, I_DETECTED, get(instance, I_POLL) - since)
