"""Staleness: how late views have what services have done. ``view_lag`` says what a write is."""

from __future__ import annotations

import numpy as np

from wfmodel.metrics.codes import Floats, Ints
from wfmodel.metrics.instance_paths import Tracks
from wfmodel.metrics.metric import SECOND, Undefined, Value
from wfmodel.metrics.view_lag import Applied, applied

NO_WRITE = Undefined("no effect landed that any view shows")
MILLISECOND = 10**6


def staleness_time(tracks: Tracks) -> Value:
    """Age of what a view lacks, averaged over the lives of the views.

    Definition: a view's staleness at time t is t minus the landing of the oldest write that it
    lacks, 0 if it lacks none. The value is its integral over all views that show any step, divided
    by the sum of their instances' windows (see global_agreement).
    Unit: s.
    Source: TACT's staleness, Yu & Vahdat, TOCS 2002.
    Cannot see: views that were never told of a step; how late views learn of a compensation.
    """
    pairs = tracks.once(applied)
    if not len(pairs.lag_ns):
        return NO_WRITE
    return float(age_integral(pairs).sum() / SECOND**2 / (_lives_ns(tracks, pairs) / SECOND))


def staleness_worst(tracks: Tracks) -> Value:
    """Age of the oldest news that some view of an instance still lacked.

    Definition: per instance with a write, the largest staleness that any of its views reached at
    any time, which is the longest time from a landing until a view had it (to the end of the run if
    it never did); then the mean over those instances.
    Unit: s.
    Source: TACT's staleness, Yu & Vahdat, TOCS 2002.
    Cannot see: as staleness_time.
    """
    pairs = tracks.once(applied)
    if not len(pairs.lag_ns):
        return NO_WRITE
    worst = _largest_by(pairs.instance, pairs.lag_ns)
    return float(worst.mean() / SECOND)


def staleness_versions(tracks: Tracks) -> Value:
    """How many writes a view lacked at once.

    Definition: per view that shows any landed step, the largest number of writes that it lacked at
    one time (0 if it always had them at once); then the mean over views.
    Unit: writes.
    Source: k-staleness; PBS, Bailis et al., VLDB 2012.
    Cannot see: as staleness_time.
    """
    pairs = tracks.once(applied)
    if not len(pairs.lag_ns):
        return NO_WRITE
    late = pairs.lag_ns > 0
    view = np.concatenate((pairs.view[late], pairs.view[late]))
    written = pairs.written_ns[late]
    time = np.concatenate((written, written + pairs.lag_ns[late]))
    change = np.repeat(np.array([1, -1], dtype=np.int64), int(late.sum()))
    order = np.lexsort((change, time, view))  # at one instant what is applied comes first
    level = np.cumsum(change[order])  # every view's changes add up to 0
    lacked = _largest_by(view[order], level) if len(level) else level
    return float(lacked.sum() / np.count_nonzero(np.bincount(pairs.view)))


def inconsistency_window(tracks: Tracks) -> Value:
    """Time until the last view has a write.

    Definition: per write, the largest time from its landing until a view that shows the step had it
    (to the end of the run if one never did); then the mean over writes.
    Unit: s.
    Source: Vogels, Eventually Consistent, CACM 2009.
    Cannot see: as staleness_time.
    """
    pairs = tracks.once(applied)
    if not len(pairs.lag_ns):
        return NO_WRITE
    return float(_largest_by(pairs.write, pairs.lag_ns).mean() / SECOND)


def inconsistency_window_p99(tracks: Tracks) -> Value:
    """Time within which 99 of 100 writes are in every view.

    Definition: the 99th percentile over writes of the inconsistency window.
    Unit: s.
    Source: Vogels, Eventually Consistent, CACM 2009.
    Cannot see: as staleness_time.
    """
    pairs = tracks.once(applied)
    if not len(pairs.lag_ns):
        return NO_WRITE
    return float(np.percentile(_largest_by(pairs.write, pairs.lag_ns), 99) / SECOND)


def never_applied(tracks: Tracks) -> Value:
    """Fraction of writes that some view still lacked at the end.

    Definition: the share of writes that a view which shows the step did not have when the run
    ended.
    Unit: fraction.
    Source: eventual delivery; Vogels, CACM 2009.
    Cannot see: as staleness_time; in a run cut at its limit, what would have come later.
    """
    pairs = tracks.once(applied)
    if not len(pairs.lag_ns):
        return NO_WRITE
    return float(_largest_by(pairs.write, (~pairs.seen).astype(np.int64)).mean())


def t_visibility(tracks: Tracks, within_ns: int) -> Value:
    """P(a view has a write at most ``within_ns`` after it landed), over (write, view) pairs.

    A view that the run ended on before that time tells nothing and is left out.
    """
    pairs = tracks.once(applied)
    known = pairs.seen | (pairs.lag_ns >= within_ns)
    if not known.any():
        return NO_WRITE
    return float((pairs.seen & (pairs.lag_ns <= within_ns))[known].mean())


def fresh_10ms(tracks: Tracks) -> Value:
    """Probability that a view is fresh 10 ms after a write.

    Definition: the share of (write, view) pairs in which the view had the write at most 10 ms after
    it landed; views are those that show the step.
    Unit: fraction.
    Source: t-visibility; PBS, Bailis et al., VLDB 2012.
    Cannot see: as staleness_time.
    """
    return t_visibility(tracks, 10 * MILLISECOND)


def fresh_100ms(tracks: Tracks) -> Value:
    """Probability that a view is fresh 100 ms after a write.

    Definition: as fresh_10ms, with 100 ms.
    Unit: fraction.
    Source: t-visibility; PBS, Bailis et al., VLDB 2012.
    Cannot see: as staleness_time.
    """
    return t_visibility(tracks, 100 * MILLISECOND)


def fresh_1s(tracks: Tracks) -> Value:
    """Probability that a view is fresh 1 s after a write.

    Definition: as fresh_10ms, with 1 s.
    Unit: fraction.
    Source: t-visibility; PBS, Bailis et al., VLDB 2012.
    Cannot see: as staleness_time.
    """
    return t_visibility(tracks, 1000 * MILLISECOND)


def _largest_by(group: Ints, values: Ints) -> Ints:
    """The largest value of each group that occurs, by group. There is at least one."""
    if not (group[1:] >= group[:-1]).all():
        order = np.argsort(group, kind="stable")
        group, values = group[order], values[order]
    first = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    largest: Ints = np.maximum.reduceat(values, first)
    return largest


def _lives_ns(tracks: Tracks, pairs: Applied) -> float:
    """Sum of the windows of the instances of all views that occur."""
    instances = np.flatnonzero(np.bincount(pairs.view)) // len(tracks.history.participants)
    lives = (tracks.close_ns - tracks.arrival_ns)[instances]
    return max(1.0, float(lives.sum(dtype=np.float64)))  # 64 bits end at 292 years of views


def age_integral(pairs: Applied) -> Floats:
    """Per (write, view), in s² · 1e18: the integral of the write's age while it is the oldest that
    the view lacks.

    By view and landing, a write is the oldest from when all older ones are applied until it is.
    """
    order = np.lexsort((pairs.written_ns, pairs.view))
    view, written = pairs.view[order], pairs.written_ns[order]
    until = written + pairs.lag_ns[order]
    # The running maximum per view: on ranks, with one block of numbers per view.
    times, rank = np.unique(until, return_inverse=True)
    place = np.unique(view, return_inverse=True)[1]
    highest = np.maximum.accumulate(place * len(times) + rank) - place * len(times)
    before = written.copy()
    same = view[1:] == view[:-1]
    before[1:][same] = np.maximum(written[1:][same], times[highest[:-1][same]])
    oldest = until > before
    age, skipped = (until - written).astype(float), (before - written).astype(float)
    return np.where(oldest, (age**2 - skipped**2) / 2, 0.0)
