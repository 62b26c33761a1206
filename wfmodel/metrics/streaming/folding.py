"""An instance is over, or observation is: what it was adds to the sums of all."""

from __future__ import annotations

from wfmodel.metrics.streaming.meter_layout import (
    ASK_PAIRS,
    FLAG_BITS,
    FLAGS,
    FOREVER,
    I_ARRIVAL,
    I_BEGUN,
    I_BLAMED,
    I_DETECTED,
    I_DIVERGENCE,
    I_DIVERGENCE_MAX,
    I_DIVERGENT,
    I_FIRST,
    I_GAINS,
    I_HELD,
    I_LAST,
    I_PAIRS_MAX,
    I_RECOVERED,
    I_REVISITED,
    I_STALLED,
    I_STATE,
    I_STUCK,
    I_VERDICT,
    I_WRITES,
    L_A,
    L_B,
    L_C,
    L_NEXT,
    M_ABORT,
    M_AGE,
    M_ASK,
    M_CLASSES,
    M_DETECTION,
    M_DIVERGENCE,
    M_DIVERGENCE_MAX,
    M_DIVERGENT,
    M_FLAGS,
    M_FRESH,
    M_HEALED,
    M_INCONSISTENT,
    M_KNOWN,
    M_LIVES,
    M_NAMED,
    M_NEVER,
    M_PAIRS,
    M_PAIRS_MAX,
    M_PAIRS_ROOM,
    M_PERMANENT,
    M_POLL,
    M_REST,
    M_SHARE,
    M_STALE_INSTANCES,
    M_STUCK,
    M_THRESHOLD,
    M_UNSETTLED,
    M_VERSIONS,
    M_VIEWS,
    M_WINDOW,
    M_WORST,
    M_WRITES,
    NEVER,
    P_LACKED,
    P_SEEN,
    P_UNTIL,
    P_VIEW,
    P_WORDS,
    P_WRITE,
    P_WRITTEN,
    Q_DIVERGENCE,
    Q_SOUND,
    Q_WAITING,
    Q_WAITS,
    WINDOW,
)
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
    state = get(instance, I_STATE)
    terminal = class_of(m, state, get(instance, I_REVISITED)) >> FLAG_BITS
    return terminal < _CLEAN and get(state, Q_SOUND) == 1


@compiled
def is_whole(m: int, instance: int) -> bool:
    """Whether nothing that it adds depends on when observation ends."""
    if get(instance, I_VERDICT) == NEVER or get(get(instance, I_STATE), Q_WAITS):
        return False
    return _is_settled(m, instance)


@compiled
def fold(m: int, instance: int, end: int) -> None:
    """Add an instance to the sums, and give its record back."""
    state = get(instance, I_STATE)
    judged = class_of(m, state, get(instance, I_REVISITED))
    add(m, M_CLASSES + (judged >> FLAG_BITS), 1)
    for flag in range(FLAGS):
        add(m, M_FLAGS + flag, judged >> flag & 1)
    settled = _is_settled(m, instance)
    close = get(instance, I_LAST) if settled else end
    _fold_consistency(m, instance, settled, close)
    stay(instance, state, end)
    add_real(m, M_DIVERGENCE, float(get(instance, I_DIVERGENCE)))
    add_real(m, M_DIVERGENT, float(get(instance, I_DIVERGENT)))
    add(m, M_DIVERGENCE_MAX, get(instance, I_DIVERGENCE_MAX))
    add(m, M_PAIRS_MAX, get(instance, I_PAIRS_MAX))
    if get(state, Q_DIVERGENCE):
        add(m, M_PERMANENT, 1)
    bend(m, 1, close, -1)
    if get(instance, I_VERDICT) == NEVER:
        _fold_unended(m, instance, end)
    if get(instance, I_STUCK):
        add(m, M_STUCK, 1)
    if get(instance, I_DETECTED) != NEVER:
        add(m, M_NAMED, 1)
        add_real(m, M_DETECTION, float(get(instance, I_DETECTED)))
    _fold_staleness(m, instance, state, end, close - get(instance, I_ARRIVAL))
    for field in (I_BEGUN, I_WRITES, I_GAINS, I_RECOVERED):
        give_list(m, instance, field)
    give_instance(m, instance)


@compiled
def _fold_consistency(m: int, instance: int, settled: bool, close: int) -> None:
    last, arrival, healed = get(instance, I_LAST), get(instance, I_ARRIVAL), get(m, M_HEALED)
    hold(m, instance, last)
    if not settled and arrival < healed:
        add(m, M_UNSETTLED, 1)
        spell(m, max(last, healed), close)
    window, held = close - arrival, get(instance, I_HELD)
    if window > 0:
        add_real(m, M_SHARE, held / window)
    elif settled:
        add_real(m, M_SHARE, 1.0)
    add_real(m, M_INCONSISTENT, float(window - held))


@compiled
def _fold_unended(m: int, instance: int, end: int) -> None:
    """There never was a verdict."""
    rest = get(m, M_REST)
    if get(instance, I_STALLED) != NEVER:
        grace = get(m, M_THRESHOLD) + 2 * get(m, M_POLL) if rest else 0
        end_spell(m, instance, end + grace)
    start = get(instance, I_BLAMED)
    if start == NEVER:
        start = get(instance, I_FIRST)
    if start != NEVER:
        sample(m, FOREVER, end if rest else end - start)


# ----------------------------------------------------------------------------------- staleness


@compiled
def _fold_staleness(m: int, instance: int, state: int, end: int, life: int) -> None:
    """See ``view_lag`` and ``staleness``: pairs of a write and a view that shows the step."""
    count = _pairs(m, instance, state, end)
    if count == 0 or get(m, M_ABORT):
        return
    pairs, worst = get(m, M_PAIRS), 0
    for number in range(count):
        pair = pairs + 8 * P_WORDS * number
        lag = get(pair, P_UNTIL) - get(pair, P_WRITTEN)
        worst = max(worst, lag)
        seen = get(pair, P_SEEN)
        within = _WITHIN
        for place in range(3):
            if seen or lag >= within:
                add(m, M_KNOWN + place, 1)
                if seen and lag <= within:
                    add(m, M_FRESH + place, 1)
            within *= 10
        _beside_others(m, pairs, count, number)
    for number in range(count):
        _fold_view(m, pairs, count, number, life)
    add(m, M_STALE_INSTANCES, 1)
    add_real(m, M_WORST, float(worst))


@compiled
def _pairs(m: int, instance: int, state: int, end: int) -> int:
    """Write the pairs down; how many there are. The first time that a view has a write counts."""
    count = 0
    link = get(instance, I_GAINS)
    while link:  # the last one comes first
        time = get(link, L_C)
        write = _latest(instance, get(link, L_B), time)
        if write:
            pair = _pair(m, count, write, get(link, L_A))
            put(pair, P_UNTIL, time)
            put(pair, P_SEEN, 1)
            count = max(count, _number(m, pair) + 1)
        link = get(link, L_NEXT)
    for place in range(get(state, Q_WAITS)):
        view = get(state, Q_WAITING + 2 * place)
        write = _latest(instance, get(state, Q_WAITING + 2 * place + 1), end)
        if write:
            pair = _pair(m, count, write, view)
            if _number(m, pair) == count:
                put(pair, P_UNTIL, end)
                put(pair, P_SEEN, 0)
                count += 1
    return count


@compiled
def _latest(instance: int, step: int, time: int) -> int:
    """The last landing of a step at or before a time; 0: there is none."""
    link = get(instance, I_WRITES)
    while link:
        if get(link, L_A) == step and get(link, L_B) <= time:
            return link
        link = get(link, L_NEXT)
    return 0


@compiled
def _pair(m: int, count: int, write: int, view: int) -> int:
    """The pair of a write and a view, old or new."""
    if count == get(m, M_PAIRS_ROOM):
        ask(get(m, M_ASK), ASK_PAIRS, 0, 0, 0, 0)
    pair = get(m, M_PAIRS)
    if get(m, M_ABORT):  # there may be no room for another one
        return pair
    for _ in range(count):
        if get(pair, P_WRITE) == write and get(pair, P_VIEW) == view:
            return pair
        pair += 8 * P_WORDS
    put(pair, P_WRITE, write)
    put(pair, P_VIEW, view)
    put(pair, P_WRITTEN, get(write, L_B))
    return pair


@compiled
def _number(m: int, pair: int) -> int:
    return (pair - get(m, M_PAIRS)) // (8 * P_WORDS)


@compiled
def _beside_others(m: int, pairs: int, count: int, number: int) -> None:
    """How long this write is the oldest that its view lacks, how many the view lacks as it lands;
    and, for the first pair of a write, how late the last view is.
    """
    mine = pairs + 8 * P_WORDS * number
    written, until = get(mine, P_WRITTEN), get(mine, P_UNTIL)
    before, lacked, window, first, never = written, 0, 0, True, False
    for each in range(count):
        other = pairs + 8 * P_WORDS * each
        since, end = get(other, P_WRITTEN), get(other, P_UNTIL)
        if get(other, P_VIEW) == get(mine, P_VIEW):
            if since < written or (since == written and each < number):
                before = max(before, end)
            if since <= written < end:
                lacked += 1
        if get(other, P_WRITE) == get(mine, P_WRITE):
            first = first and each >= number
            window = max(window, end - since)
            never = never or get(other, P_SEEN) == 0
    put(mine, P_LACKED, lacked if until > written else 0)
    if until > before:
        age, skipped = float(until - written), float(before - written)
        add_real(m, M_AGE, (age * age - skipped * skipped) / 2)
    if first:
        add(m, M_WRITES, 1)
        add(m, M_NEVER, 1 if never else 0)
        add_real(m, M_WINDOW, float(window))
        sketch(m, WINDOW, window)


@compiled
def _fold_view(m: int, pairs: int, count: int, number: int, life: int) -> None:
    """For the first pair of a view: the view's own."""
    mine, most = pairs + 8 * P_WORDS * number, 0
    for each in range(count):
        other = pairs + 8 * P_WORDS * each
        if get(other, P_VIEW) == get(mine, P_VIEW):
            if each < number:
                return
            most = max(most, get(other, P_LACKED))
    add(m, M_VIEWS, 1)
    add(m, M_VERSIONS, most)
    add_real(m, M_LIVES, float(life))
