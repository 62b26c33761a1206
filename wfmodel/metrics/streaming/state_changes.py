"""An instance goes from one global state to the next; what it spent in each is added up.

Times within a state are added when it is left. Whether views are sound after an instance's last row
does not count, and which row is its last is known only later: ``I_HELD`` stands for the time until
``I_HELD_FROM``. In between only crashes can change the state, by making a store forget; forgetting
never makes views unsound, so one time (``I_WRONG_UNTIL``) says all.
"""

from __future__ import annotations

from wfmodel.metrics.codes import Does
from wfmodel.metrics.streaming import meter_layout as at
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
    rest = value >> at.BUCKET_BITS
    while rest:
        exponent += 1
        rest >>= 1
    place = (exponent << (at.BUCKET_BITS - 1)) + (value >> exponent)
    add(get(m, at.M_SKETCHES), which * at.BUCKETS + place, 1)


@compiled
def sample(m: int, which: int, value: int) -> None:
    """A time to recover, in its bucket and by itself: its last bit says that it ended."""
    sketch(m, which, value)
    count = get(m, at.M_SAMPLES_COUNT)
    if count < at.SAMPLES:
        put(get(m, at.M_SAMPLES), count, value << 1 | int(which == at.RECOVERED))
    put(m, at.M_SAMPLES_COUNT, count + 1)


@compiled
def bend(m: int, line: int, time: int, amount: int) -> None:
    """A line of the curve rises from a time on: 0 is divergence, 1 the number that are open."""
    curve, shift = get(m, at.M_CURVE), get(m, at.M_CURVE_SHIFT)
    place = -(-time >> shift)
    while place > at.CURVE:
        for each in range(2 * (at.CURVE + 1)):
            point, first = each % (at.CURVE + 1), each - each % (at.CURVE + 1)
            if point:
                both = 0
                if 2 * point <= at.CURVE:
                    both = get(curve, first + 2 * point - 1) + get(curve, first + 2 * point)
                put(curve, each, both)
        shift += 1
        put(m, at.M_CURVE_SHIFT, shift)
        place = -(-time >> shift)
    add(curve, line * (at.CURVE + 1) + place, amount)


# ------------------------------------------------------------------------------------- states


@compiled
def change(m: int, instance: int, time: int, does: int, subject: int, value: int) -> None:
    """One of the instance's own rows may change its state."""
    state = get(instance, at.I_STATE)
    edge = edge_of(m, state, does, subject, value)
    gained = get(edge, at.E_GAINS)
    for place in range(gained):
        push(m, instance, at.I_GAINS, get(edge, at.E_WHO), get(edge, at.E_GAINED + place), time)
    if get(edge, at.E_TARGET) == state:
        return
    hold(m, instance, time)
    if get(edge, at.E_PROGRESS) and get(instance, at.I_VERDICT) == at.NEVER:
        _moves(m, instance, time)
        if get(edge, at.E_CONCLUDES):
            _conclude(m, instance, time)
    _leave(m, instance, state, get(edge, at.E_TARGET), time)
    if get(edge, at.E_LANDS) >= 0:
        push(m, instance, at.I_WRITES, get(edge, at.E_LANDS), time, 0)
    add(m, at.M_REPEATS, get(edge, at.E_REPEATS))


@compiled
def forget(m: int, instance: int, time: int, participant: int) -> None:
    """A crash emptied a store."""
    state = get(instance, at.I_STATE)
    target = get(edge_of(m, state, _FORGET, participant, 0), at.E_TARGET)
    if target == state:
        return
    if get(instance, at.I_STALLED) != at.NEVER:
        _name(m, instance, state, time)
    if not get(state, at.Q_SOUND) and get(target, at.Q_SOUND):
        put(instance, at.I_WRONG_UNTIL, time)
    _leave(m, instance, state, target, time)


@compiled
def catch_up(m: int, instance: int) -> None:
    """The record was not closed after all: what crashes made it forget meanwhile counts."""
    link = get(instance, at.I_FORGETS)
    put(instance, at.I_FORGETS, 0)
    earliest = 0
    while link:  # the last one comes first
        following = get(link, at.L_NEXT)
        put(link, at.L_NEXT, earliest)
        earliest, link = link, following
    while earliest:
        forget(m, instance, get(earliest, at.L_B), get(earliest, at.L_A))
        following = get(earliest, at.L_NEXT)
        give_link(m, earliest)
        earliest = following


@compiled
def _leave(m: int, instance: int, state: int, target: int, time: int) -> None:
    stay(instance, state, time)
    put(instance, at.I_STATE, target)
    put(instance, at.I_SINCE, time)
    rise = get(target, at.Q_DIVERGENCE) - get(state, at.Q_DIVERGENCE)
    if rise:
        bend(m, 0, time, rise)


@compiled
def stay(instance: int, state: int, until: int) -> None:
    """The instance was in a state until now."""
    level, length = get(state, at.Q_DIVERGENCE), until - get(instance, at.I_SINCE)
    if level and length > 0:
        put(instance, at.I_DIVERGENCE, get(instance, at.I_DIVERGENCE) + level * length)
        put(instance, at.I_DIVERGENT, get(instance, at.I_DIVERGENT) + length)
        put(instance, at.I_DIVERGENCE_MAX, max(level, get(instance, at.I_DIVERGENCE_MAX)))
        put(instance, at.I_PAIRS_MAX, max(get(state, at.Q_PAIRS), get(instance, at.I_PAIRS_MAX)))


@compiled
def hold(m: int, instance: int, until: int) -> None:
    """What was consistent up to a row of the instance's own."""
    start = get(instance, at.I_HELD_FROM)
    put(instance, at.I_HELD_FROM, until)
    wrong = until
    if get(get(instance, at.I_STATE), at.Q_SOUND):
        wrong = min(until, max(start, get(instance, at.I_WRONG_UNTIL)))
    put(instance, at.I_HELD, get(instance, at.I_HELD) + until - wrong)
    if get(instance, at.I_ARRIVAL) < get(m, at.M_HEALED):
        spell(m, max(start, get(m, at.M_HEALED)), wrong)


@compiled
def spell(m: int, start: int, end: int) -> None:
    """A time, after the last fault, in which an instance was inconsistent."""
    if end <= start:
        return
    count = get(m, at.M_SPELLS_COUNT)
    if count == get(m, at.M_SPELLS_ROOM):
        ask(get(m, at.M_ASK), at.ASK_SPELLS, 0, 0, 0, 0)
        count = get(m, at.M_SPELLS_COUNT)
    spells = get(m, at.M_SPELLS)
    put(spells, 2 * count, start)
    put(spells, 2 * count + 1, end)
    put(m, at.M_SPELLS_COUNT, count + 1)


# ----------------------------------------------------------------------------------- progress


@compiled
def meet(instance: int, time: int) -> None:
    """A fault meets an instance."""
    if get(instance, at.I_FIRST) == at.NEVER:
        put(instance, at.I_FIRST, time)
    if get(instance, at.I_STANDS) == at.NEVER:
        put(instance, at.I_STANDS, time)
    if get(instance, at.I_LATEST) != time:
        put(instance, at.I_PREVIOUS, get(instance, at.I_LATEST))
        put(instance, at.I_LATEST, time)


@compiled
def strike(m: int, time: int) -> None:
    """A fault begins that stops something: whoever is under way meets it when next looked at."""
    count = get(m, at.M_STRIKES_COUNT)
    if count and get(get(m, at.M_STRIKES), count - 1) == time:
        return
    if count == get(m, at.M_STRIKES_ROOM):
        ask(get(m, at.M_ASK), at.ASK_STRIKES, 0, 0, 0, 0)
        count = get(m, at.M_STRIKES_COUNT)
    put(get(m, at.M_STRIKES), count, time)
    put(m, at.M_STRIKES_COUNT, count + 1)


@compiled
def catch_strikes(m: int, instance: int) -> None:
    """Meet the strikes since an instance was last looked at, but none of the arrival's instant."""
    strikes, count = get(m, at.M_STRIKES), get(m, at.M_STRIKES_COUNT)
    next_ = get(instance, at.I_STRIKES)
    put(instance, at.I_STRIKES, count)
    if next_ < count and get(strikes, next_) <= get(instance, at.I_ARRIVAL):
        next_ += 1
    if next_ >= count or get(instance, at.I_VERDICT) != at.NEVER:
        return
    meet(instance, get(strikes, next_))
    if next_ < count - 2:
        meet(instance, get(strikes, count - 2))
    meet(instance, get(strikes, count - 1))


@compiled
def _moves(m: int, instance: int, time: int) -> None:
    """Durable progress; faults of this very instant are not over with it."""
    if get(instance, at.I_STALLED) != at.NEVER:
        end_spell(m, instance, time)
    put(instance, at.I_STALLED, time)
    put(instance, at.I_POLL, at.NEVER)
    put(instance, at.I_NAMED, 0)
    latest, previous = get(instance, at.I_LATEST), get(instance, at.I_PREVIOUS)
    if latest == at.NEVER:
        return
    stands = get(instance, at.I_STANDS)
    if stands != at.NEVER and stands < time:
        push(m, instance, at.I_RECOVERED, time - stands, 0, 0)
        put(instance, at.I_STANDS, at.NEVER)
    if latest == time:
        put(instance, at.I_STANDS, time)
        latest = previous
    if latest != at.NEVER:
        put(instance, at.I_BLAMED, latest)


@compiled
def _conclude(m: int, instance: int, time: int) -> None:
    """The first verdict in any store."""
    put(instance, at.I_VERDICT, time)
    put(instance, at.I_STALLED, at.NEVER)
    latency = time - get(instance, at.I_ARRIVAL)
    add(m, at.M_VERDICTS, 1)
    add_real(m, at.M_LATENCY, float(latency))
    sketch(m, at.LATENCY, latency)
    end = get(m, at.M_ARRIVALS_END)
    if end == at.NEVER or time <= end:
        add(m, at.M_IN_TIME, 1)
    link = get(instance, at.I_RECOVERED)
    while link:
        sample(m, at.RECOVERED, get(link, at.L_A))
        link = get(link, at.L_NEXT)
    give_list(m, instance, at.I_RECOVERED)


# ------------------------------------------------------------------------------ observability


@compiled
def _poll_after(m: int, time: int) -> int:
    """The first poll at a time or after it."""
    poll = get(m, at.M_POLL)
    return (time + poll - 1) // poll * poll


@compiled
def _name(m: int, instance: int, state: int, until: int) -> None:
    """Whether the monitor can name the instance at a poll in this state, which now ends."""
    if get(instance, at.I_NAMED):
        return
    poll = get(instance, at.I_POLL)
    if poll == at.NEVER:
        poll = _poll_after(m, get(instance, at.I_STALLED) + get(m, at.M_THRESHOLD))
    if get(state, at.Q_NAMEABLE) and poll < until:
        put(instance, at.I_NAMED, 1)
    else:
        poll = max(poll, _poll_after(m, until))
    put(instance, at.I_POLL, poll)


@compiled
def end_spell(m: int, instance: int, until: int) -> None:
    """A spell without progress is over: was it stuck, and could it be named?"""
    since = get(instance, at.I_STALLED)
    if until - since <= get(m, at.M_THRESHOLD):
        return
    if _poll_after(m, since + get(m, at.M_THRESHOLD)) >= until:
        return
    put(instance, at.I_STUCK, 1)
    _name(m, instance, get(instance, at.I_STATE), until)
    if get(instance, at.I_NAMED) and get(instance, at.I_DETECTED) == at.NEVER:
        put(instance, at.I_DETECTED, get(instance, at.I_POLL) - since)
