"""Recovery in its phases: until somebody notices, until somebody goes on, until it is finished.

Of the faults that a hurt instance met at those who take part in it, the one counts after which it
stood still longest; the clock starts with it, or at the instance's arrival if that is later.
Instances that faults hurt without striking them or their messages (they had to wait behind others)
have no phases.

*Noticed*: the first reaction on behalf of the instance by whom the fault had struck, once it is
over (it is back and looks, its lease lapsed, a waiting message reaches it), or to a timer (a
time-out, a watchdog) at anybody. *Taken over*: the first durable progress from then on.
*Finished*: back on the track of the twin, as in ``fault_delay``. What is not reached by the limit L
counts as if it were reached then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from wfmodel.designs.history import Kind
from wfmodel.designs.messages import Restarted, TimerFired
from wfmodel.metrics.codes import Bools, Ints
from wfmodel.metrics.fault_intervals import STOPPING, outages
from wfmodel.metrics.instance_paths import NEVER, Tracks
from wfmodel.metrics.metric import SECOND, Undefined, Value
from wfmodel.metrics.twin import NO_TWIN, Harm, harm, limit_ns

NONE_STRUCK = Undefined("no instance was hurt by a fault that met it")


class _Strikes(NamedTuple):
    """Each time that a fault, or the loss of a message, met a hurt instance: its rows, and whom it
    struck, or -1 for nobody in particular.
    """

    place: Ints
    start: Ints
    end: Ints
    target: Ints


@dataclass(frozen=True, slots=True)
class Phases:
    """One entry per hurt instance that met a fault. ``place``: its index among the tracks."""

    place: Ints
    noticed_ns: Ints
    """From the fault on."""
    taken_over_ns: Ints
    """From then on, and so with the last."""
    finished_ns: Ints


def phases(tracks: Tracks) -> Phases | None:
    """Phases of the hurt; None where no twin was run."""
    found = tracks.once(harm)
    if found is None:
        return None
    rows = tracks.history.rows
    worst = _longest_standstill(tracks, found)
    place, limit = worst.place, (tracks.arrival_ns + limit_ns(tracks))[worst.place]
    begun = np.maximum(rows[worst.start, 0], tracks.arrival_ns[place])
    end = np.where(found.never[place], limit, tracks.verdict_ns[place])
    end = np.maximum(begun, np.minimum(end, limit))
    seen = _first_seen(tracks, worst)
    noticed = np.where(seen == NEVER, end, np.minimum(end, rows[seen, 0]))
    moved = np.where(seen == NEVER, NEVER, tracks.next_progress(place, tracks.row_rank[seen]))
    time_ns = np.append(tracks.time_ns, tracks.end_ns)[moved]
    taken = np.where(moved == NEVER, end, np.minimum(end, np.maximum(noticed, time_ns)))
    noticed = np.maximum(begun, noticed)
    return Phases(place, noticed - begun, taken - noticed, end - taken)


def _first_seen(tracks: Tracks, worst: _Strikes) -> Ints:
    """Per struck instance: the row at which somebody notices, or NEVER."""
    rows, events = tracks.history.rows, tracks.history.events
    timed = np.array([isinstance(e, TimerFired | Restarted) for e in events], dtype=bool)
    struck = np.full(tracks.count, NEVER)
    struck[worst.place] = np.arange(len(worst.place))
    reacts = tracks.positions_of(Kind.REACT)
    by = struck[tracks.place_of[rows[reacts, 2]]]
    reacts, by = reacts[by != NEVER], by[by != NEVER]
    target = worst.target[by]
    back = (reacts > worst.end[by]) & ((rows[reacts, 3] == target) | (target < 0))
    notices = (reacts > worst.start[by]) & (back | timed[rows[reacts, 4]])
    first = np.full(len(worst.place), NEVER)
    first[by[notices][::-1]] = reacts[notices][::-1]  # the earliest is written last, and stays
    return first


def _longest_standstill(tracks: Tracks, found: Harm) -> _Strikes:
    """Per hurt instance: what it stood still after, longest; whom it struck took part in the
    instance, if there is any such. Ascending by place.
    """
    rows, size = tracks.history.rows, len(tracks.history.participants)
    reacts = tracks.positions_of(Kind.REACT)
    took_part = np.unique(rows[reacts, 2] * size + rows[reacts, 3])
    time_ns = np.append(tracks.time_ns, tracks.end_ns)  # -1, nothing follows, is the last of these
    worst, longest = np.full((4, tracks.count), NEVER), np.full((2, tracks.count), NEVER)
    for each in _strikes(tracks, found):
        begun = np.maximum(rows[each.start, 0], tracks.arrival_ns[each.place])
        after = np.maximum(tracks.row_rank[each.start], tracks.arrival_rank[each.place])
        stood = time_ns[tracks.next_progress(each.place, after + 1)] - begun
        visited = np.isin(tracks.ids[each.place] * size + each.target, took_part)
        part = (each.target < 0) | visited
        order = np.lexsort((-stood, ~part, each.place))  # stable: the first of equals
        order = order[np.append(True, np.diff(each.place[order]) != 0)[: len(order)]]
        order = order[_is_longer(part[order], stood[order], *longest[:, each.place[order]])]
        worst[:, each.place[order]] = np.array(each)[:, order]
        longest[:, each.place[order]] = part[order], stood[order]
    return _Strikes(*worst[:, worst[0] != NEVER])


def _is_longer(part: Bools, stood: Ints, best_part: Ints, best_stood: Ints) -> Bools:
    """Whether whom it struck took part, and did not in what is best so far; else, by length."""
    longer: Bools = (part > best_part) | ((part == best_part) & (stood > best_stood))
    return longer


def _strikes(tracks: Tracks, found: Harm) -> Iterator[_Strikes]:
    """What struck, with the hurt instances that met it before their verdict: fault by fault, and
    all losses at once.
    """
    rows, hurt = tracks.history.rows, found.hurt
    until = np.where(tracks.verdict_ns < 0, tracks.end_ns, tracks.verdict_ns)
    for outage in tracks.once(outages):
        if outage.kind in STOPPING:
            start, end = int(rows[outage.start, 0]), int(rows[outage.end, 0])
            met = np.flatnonzero(hurt & (tracks.arrival_ns < end) & (until > start))
            fault = (outage.start, outage.end, int(rows[outage.start, 3]))
            yield _Strikes(met, *(np.full(len(met), each) for each in fault))
    lost = tracks.positions_of(Kind.DROP)
    place = tracks.place_of[rows[lost, 2]]
    lost, place = lost[hurt[place]], place[hurt[place]]
    yield _Strikes(place, lost, lost, rows[lost, 3])


def struck_count(tracks: Tracks) -> int:
    """How many hurt instances have phases; 0 where no twin was run."""
    found = tracks.once(phases)
    return 0 if found is None else len(found.place)


def _mean(tracks: Tracks, name: str) -> Value:
    found = tracks.once(phases)
    if found is None:
        return NO_TWIN
    return float(getattr(found, name).mean() / SECOND) if len(found.place) else NONE_STRUCK


def recovery_noticed(tracks: Tracks) -> Value:
    """Recovery, first phase: time from a fault until somebody notices.

    Definition: per hurt instance that met a fault, from the fault (or its arrival, if later) to the
    first reaction on its behalf by whom the fault struck, once it is over, or to a timer at
    anybody; restricted to the limit L. The mean over these instances.
    Unit: s.
    Source: time to detect, as in Chandra & Toueg, JACM 1996; phases of recovery, Avizienis et al.,
    IEEE TDSC 2004.
    Cannot see: who is told by other means; instances that had to wait behind others.
    """
    return _mean(tracks, "noticed_ns")


def recovery_taken_over(tracks: Tracks) -> Value:
    """Recovery, second phase: time from noticing until somebody goes on with an instance.

    Definition: as recovery_noticed, from there to the next durable progress of the instance.
    Unit: s.
    Source: as recovery_noticed.
    Cannot see: as recovery_noticed; progress on the way to giving up counts.
    """
    return _mean(tracks, "taken_over_ns")


def recovery_finished(tracks: Tracks) -> Value:
    """Recovery, third phase: time from going on until the instance is on its twin's track.

    Definition: as recovery_taken_over, from there to the verdict, if that is no worse than the
    twin's; else to the limit L. It holds the rest of the work, which the twin had to do as well.
    Unit: s.
    Source: as recovery_noticed.
    Cannot see: as recovery_noticed.
    """
    return _mean(tracks, "finished_ns")
