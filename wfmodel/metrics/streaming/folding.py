"""An instance is over, or observation is: what it was adds to the sums of all."""

from __future__ import annotations

from wfmodel.metrics.streaming import meter_layout as at
from wfmodel.metrics.streaming.record_memory import class_of, give_instance, give_list
from wfmodel.metrics.streaming.state_changes import (
    add,
    add_real,
    bend,
    end_spell,
    hold,
    sample,
    sketch,
    spell,
    stay,
)
from wfmodel.native.words import ask, compiled, get, put

_CLEAN = 2  # the first classes are the clean ones
_WITHIN = 10**7  # fresh after 10 ms, and after ten and a hundred times that


@compiled
def _is_settled(m: int, instance: int) -> bool:
    """It ended clean, with views that agree."""
    state = get(instance, at.I_STATE)
    terminal = class_of(m, state, get(instance, at.I_REVISITED)) >> at.FLAG_BITS
    return terminal < _CLEAN and get(state, at.Q_SOUND) == 1


@compiled
def is_whole(m: int, instance: int) -> bool:
    """Whether nothing that it adds depends on when observation ends."""
    if get(instance, at.I_VERDICT) == at.NEVER or get(get(instance, at.I_STATE), at.Q_WAITS):
        return False
    return _is_settled(m, instance)


@compiled
def fold(m: int, instance: int, end: int) -> None:
    """Add an instance to the sums, and give its record back."""
    state = get(instance, at.I_STATE)
    judged = class_of(m, state, get(instance, at.I_REVISITED))
    add(m, at.M_CLASSES + (judged >> at.FLAG_BITS), 1)
    for flag in range(at.FLAGS):
        add(m, at.M_FLAGS + flag, judged >> flag & 1)
    settled = _is_settled(m, instance)
    close = get(instance, at.I_LAST) if settled else end
    _fold_consistency(m, instance, settled, close)
    stay(instance, state, end)
    add_real(m, at.M_DIVERGENCE, float(get(instance, at.I_DIVERGENCE)))
    add_real(m, at.M_DIVERGENT, float(get(instance, at.I_DIVERGENT)))
    add(m, at.M_DIVERGENCE_MAX, get(instance, at.I_DIVERGENCE_MAX))
    add(m, at.M_PAIRS_MAX, get(instance, at.I_PAIRS_MAX))
    if get(state, at.Q_DIVERGENCE):
        add(m, at.M_PERMANENT, 1)
    bend(m, 1, close, -1)
    if get(instance, at.I_VERDICT) == at.NEVER:
        _fold_unended(m, instance, end)
    if get(instance, at.I_STUCK):
        add(m, at.M_STUCK, 1)
    if get(instance, at.I_DETECTED) != at.NEVER:
        add(m, at.M_NAMED, 1)
        add_real(m, at.M_DETECTION, float(get(instance, at.I_DETECTED)))
    _fold_staleness(m, instance, state, end, close - get(instance, at.I_ARRIVAL))
    for field in (at.I_BEGUN, at.I_WRITES, at.I_GAINS, at.I_RECOVERED):
        give_list(m, instance, field)
    give_instance(m, instance)


@compiled
def _fold_consistency(m: int, instance: int, settled: bool, close: int) -> None:
    last, arrival = get(instance, at.I_LAST), get(instance, at.I_ARRIVAL)
    healed = get(m, at.M_HEALED)
    hold(m, instance, last)
    if not settled and arrival < healed:
        add(m, at.M_UNSETTLED, 1)
        spell(m, max(last, healed), close)
    window, held = close - arrival, get(instance, at.I_HELD)
    if window > 0:
        add_real(m, at.M_SHARE, held / window)
    elif settled:
        add_real(m, at.M_SHARE, 1.0)
    add_real(m, at.M_INCONSISTENT, float(window - held))


@compiled
def _fold_unended(m: int, instance: int, end: int) -> None:
    """There never was a verdict."""
    rest = get(m, at.M_REST)
    if get(instance, at.I_STALLED) != at.NEVER:
        grace = get(m, at.M_THRESHOLD) + 2 * get(m, at.M_POLL) if rest else 0
        end_spell(m, instance, end + grace)
    start = get(instance, at.I_BLAMED)
    if start == at.NEVER:
        start = get(instance, at.I_FIRST)
    if start != at.NEVER:
        sample(m, at.FOREVER, end if rest else end - start)


# ----------------------------------------------------------------------------------- staleness


@compiled
def _fold_staleness(m: int, instance: int, state: int, end: int, life: int) -> None:
    """See ``view_lag`` and ``staleness``: pairs of a write and a view that shows the step."""
    count = _pairs(m, instance, state, end)
    if count == 0 or get(m, at.M_ABORT):
        return
    pairs, worst = get(m, at.M_PAIRS), 0
    for number in range(count):
        pair = pairs + 8 * at.P_WORDS * number
        lag = get(pair, at.P_UNTIL) - get(pair, at.P_WRITTEN)
        worst = max(worst, lag)
        seen = get(pair, at.P_SEEN)
        within = _WITHIN
        for place in range(3):
            if seen or lag >= within:
                add(m, at.M_KNOWN + place, 1)
                if seen and lag <= within:
                    add(m, at.M_FRESH + place, 1)
            within *= 10
        _beside_others(m, pairs, count, number)
    for number in range(count):
        _fold_view(m, pairs, count, number, life)
    add(m, at.M_STALE_INSTANCES, 1)
    add_real(m, at.M_WORST, float(worst))


@compiled
def _pairs(m: int, instance: int, state: int, end: int) -> int:
    """Write the pairs down; how many there are. The first time that a view has a write counts."""
    count = 0
    link = get(instance, at.I_GAINS)
    while link:  # the last one comes first
        time = get(link, at.L_C)
        write = _latest(instance, get(link, at.L_B), time)
        if write:
            pair = _pair(m, count, write, get(link, at.L_A))
            put(pair, at.P_UNTIL, time)
            put(pair, at.P_SEEN, 1)
            count = max(count, _number(m, pair) + 1)
        link = get(link, at.L_NEXT)
    for place in range(get(state, at.Q_WAITS)):
        view = get(state, at.Q_WAITING + 2 * place)
        write = _latest(instance, get(state, at.Q_WAITING + 2 * place + 1), end)
        if write:
            pair = _pair(m, count, write, view)
            if _number(m, pair) == count:
                put(pair, at.P_UNTIL, end)
                put(pair, at.P_SEEN, 0)
                count += 1
    return count


@compiled
def _latest(instance: int, step: int, time: int) -> int:
    """The last landing of a step at or before a time; 0: there is none."""
    link = get(instance, at.I_WRITES)
    while link:
        if get(link, at.L_A) == step and get(link, at.L_B) <= time:
            return link
        link = get(link, at.L_NEXT)
    return 0


@compiled
def _pair(m: int, count: int, write: int, view: int) -> int:
    """The pair of a write and a view, old or new."""
    if count == get(m, at.M_PAIRS_ROOM):
        ask(get(m, at.M_ASK), at.ASK_PAIRS, 0, 0, 0, 0)
    pair = get(m, at.M_PAIRS)
    if get(m, at.M_ABORT):  # there may be no room for another one
        return pair
    for _ in range(count):
        if get(pair, at.P_WRITE) == write and get(pair, at.P_VIEW) == view:
            return pair
        pair += 8 * at.P_WORDS
    put(pair, at.P_WRITE, write)
    put(pair, at.P_VIEW, view)
    put(pair, at.P_WRITTEN, get(write, at.L_B))
    return pair


@compiled
def _number(m: int, pair: int) -> int:
    return (pair - get(m, at.M_PAIRS)) // (8 * at.P_WORDS)


@compiled
def _beside_others(m: int, pairs: int, count: int, number: int) -> None:
    """How long this write is the oldest that its view lacks, how many the view lacks as it lands;
    and, for the first pair of a write, how late the last view is.
    """
    mine = pairs + 8 * at.P_WORDS * number
    written, until = get(mine, at.P_WRITTEN), get(mine, at.P_UNTIL)
    before, lacked, window, first, never = written, 0, 0, True, False
    for each in range(count):
        other = pairs + 8 * at.P_WORDS * each
        since, end = get(other, at.P_WRITTEN), get(other, at.P_UNTIL)
        if get(other, at.P_VIEW) == get(mine, at.P_VIEW):
            if since < written or (since == written and each < number):
                before = max(before, end)
            if since <= written < end:
                lacked += 1
        if get(other, at.P_WRITE) == get(mine, at.P_WRITE):
            first = first and each >= number
            window = max(window, end - since)
            never = never or get(other, at.P_SEEN) == 0
    put(mine, at.P_LACKED, lacked if until > written else 0)
    if until > before:
        age, skipped = float(until - written), float(before - written)
        add_real(m, at.M_AGE, (age * age - skipped * skipped) / 2)
    if first:
        add(m, at.M_WRITES, 1)
        add(m, at.M_NEVER, 1 if never else 0)
        add_real(m, at.M_WINDOW, float(window))
        sketch(m, at.WINDOW, window)


@compiled
def _fold_view(m: int, pairs: int, count: int, number: int, life: int) -> None:
    """For the first pair of a view: the view's own."""
    mine, most = pairs + 8 * at.P_WORDS * number, 0
    for each in range(count):
        other = pairs + 8 * at.P_WORDS * each
        if get(other, at.P_VIEW) == get(mine, at.P_VIEW):
            if each < number:
                return
            most = max(most, get(other, at.P_LACKED))
    add(m, at.M_VIEWS, 1)
    add(m, at.M_VERSIONS, most)
    add_real(m, at.M_LIVES, float(life))
