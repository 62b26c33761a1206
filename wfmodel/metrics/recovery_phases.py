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
from wfmodel.metrics.codes import Ints
from wfmodel.metrics.fault_intervals import STOPPING, outages
from wfmodel.metrics.instance_paths import Tracks
from wfmodel.metrics.metric import SECOND, Undefined, Value
from wfmodel.metrics.twin import NO_TWIN, Harm, harm, limit_ns

NONE_STRUCK = Undefined("no instance was hurt by a fault that met it")


class _Strike(NamedTuple):
    """A fault, or the loss of a message, by row: where it begins and ends, and whom it struck."""

    start: int
    end: int
    target: int


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
    rank = np.zeros(len(rows), dtype=np.int64)
    np.cumsum(rows[1:, 0] != rows[:-1, 0], out=rank[1:])
    worst = _longest_standstill(tracks, found, rank)
    reacts = tracks.positions_of(Kind.REACT)
    reacts = reacts[np.argsort(rows[reacts, 2], kind="stable")]
    timed = np.array([isinstance(e, TimerFired | Restarted) for e in tracks.history.events], bool)
    limits, told = tracks.arrival_ns + limit_ns(tracks), []
    for place, strike in sorted(worst.items()):
        number = int(tracks.ids[place])
        first, last = np.searchsorted(rows[reacts, 2], (number, number + 1))
        mine = reacts[first:last]
        mine = mine[mine > strike.start]
        back = (mine > strike.end) & ((rows[mine, 3] == strike.target) | (strike.target < 0))
        begun = max(int(rows[strike.start, 0]), int(tracks.arrival_ns[place]))
        end = int(limits[place] if found.never[place] else tracks.verdict_ns[place])
        end = max(begun, min(end, int(limits[place])))
        seen = mine[back | timed[rows[mine, 4]]]
        noticed = min(end, int(rows[seen[0], 0])) if len(seen) else end
        moved = _next_progress(tracks, place, int(rank[seen[0]]), strict=False) if len(seen) else -1
        taken = min(end, max(noticed, int(tracks.time_ns[moved]))) if moved >= 0 else end
        noticed = max(begun, noticed)
        told.append((place, noticed - begun, taken - noticed, end - taken))
    return Phases(*np.array(told, dtype=np.int64).reshape(-1, 4).T)


def _longest_standstill(tracks: Tracks, found: Harm, rank: Ints) -> dict[int, _Strike]:
    """Per hurt instance: what it stood still after, longest; whom it struck took part in the
    instance, if there is any such.
    """
    rows, best = tracks.history.rows, dict[int, tuple[tuple[bool, int], _Strike]]()
    reacts = tracks.positions_of(Kind.REACT)
    reacts = reacts[found.hurt[tracks.place_of[rows[reacts, 2]]]]
    took_part = set(zip(rows[reacts, 2].tolist(), rows[reacts, 3].tolist(), strict=True))
    for strike, places in _strikes(tracks, found):
        for place in places:
            begun = max(int(rows[strike.start, 0]), int(tracks.arrival_ns[place]))
            after = max(int(rank[strike.start]), int(tracks.arrival_rank[place]))
            moved = _next_progress(tracks, place, after, strict=True)
            stood = (int(tracks.time_ns[moved]) if moved >= 0 else tracks.end_ns) - begun
            part = strike.target < 0 or (int(tracks.ids[place]), strike.target) in took_part
            if place not in best or (part, stood) > best[place][0]:
                best[place] = (part, stood), strike
    return {place: strike for place, (_, strike) in best.items()}


def _strikes(tracks: Tracks, found: Harm) -> Iterator[tuple[_Strike, list[int]]]:
    """What struck, with the hurt instances that met it before their verdict."""
    rows, hurt = tracks.history.rows, found.hurt
    until = np.where(tracks.verdict_ns < 0, tracks.end_ns, tracks.verdict_ns)
    for outage in tracks.once(outages):
        if outage.kind in STOPPING:
            start, end = int(rows[outage.start, 0]), int(rows[outage.end, 0])
            met = hurt & (tracks.arrival_ns < end) & (until > start)
            strike = _Strike(outage.start, outage.end, int(rows[outage.start, 3]))
            yield strike, np.flatnonzero(met).tolist()
    for position in tracks.positions_of(Kind.DROP).tolist():
        place = int(tracks.place_of[rows[position, 2]])
        if hurt[place]:
            yield _Strike(position, position, int(rows[position, 3])), [place]


def _next_progress(tracks: Tracks, place: int, rank: int, *, strict: bool) -> int:
    """The event of an instance that is its first durable progress from an instant on, or -1."""
    first, last = int(tracks.bounds[place]), int(tracks.bounds[place + 1])
    begin = first + int(np.searchsorted(tracks.rank[first:last], rank + strict))
    moves = np.flatnonzero(tracks.progress[begin:last])
    return begin + int(moves[0]) if len(moves) else -1


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
