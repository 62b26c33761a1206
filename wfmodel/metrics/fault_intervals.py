"""When faults struck and ended, and the samples of recovery that they give.

Recovery is what follows a fault that stops something: a crash, a restore from a backup, a pause, a
partition, an outage of a store or of the broker, or a message that was lost for good. Slowness and
failing steps are part of the load: nothing stands still that would have to be set going again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from wfmodel.designs import fault_facts
from wfmodel.designs.history import FAULT_KINDS, Drop, Kind
from wfmodel.metrics.codes import Bools, Ints
from wfmodel.metrics.instance_paths import NEVER, Tracks, came_to_rest

STOPPING: Final = frozenset(FAULT_KINDS.index(kind) for kind in fault_facts.STOPPING)


class Censored(NamedTuple):
    """A duration that was observed, or known only to be longer."""

    duration_ns: int
    observed: bool


@dataclass(frozen=True, slots=True)
class Outage:
    """One fault at one target, by positions of its rows (``end``: the last row if it never did)."""

    kind: int
    start: int
    end: int


def outages(tracks: Tracks) -> list[Outage]:
    """Faults in order of onset; of one kind at one target the first begun is the first to end."""
    rows = tracks.history.rows
    either = (rows[:, 1] == Kind.FAULT_ON) | (rows[:, 1] == Kind.FAULT_OFF)
    waiting: dict[tuple[int, int], list[int]] = {}
    found: list[Outage] = []
    places = np.flatnonzero(either)
    for position, row in zip(places.tolist(), rows[places].tolist(), strict=True):
        _, kind, _, target, fault, _ = row
        begun = waiting.setdefault((target, fault), [])
        if kind == Kind.FAULT_ON:
            begun.append(position)
        elif begun:
            found.append(Outage(fault, begun.pop(0), position))
    unended = [(fault, start) for (_, fault), starts in waiting.items() for start in starts]
    found += [Outage(fault, start, len(rows) - 1) for fault, start in unended]
    return sorted(found, key=lambda outage: outage.start)


def last_fault_end(tracks: Tracks) -> int | None:
    """Time at which the last fault of any kind ended; None if there was none."""
    rows = tracks.history.rows
    ends = [int(rows[outage.end, 0]) for outage in tracks.once(outages)]
    return max(ends, default=None)


def recovery_samples(tracks: Tracks) -> tuple[Censored, ...]:
    """Times from a fault to the next durable progress of an instance that it met.

    A fault meets the instances that arrived before its end and had no verdict when the clock
    starts: at the onset, or at the arrival if that is later. A lost message meets its own instance.
    Faults that an instance meets within one standstill give one sample, from the first.

    An instance that never has a verdict gives one sample, which is censored: what still moved led
    nowhere. Its clock starts at the last fault after which anything moved, else at its first, and
    stops when observation ends; but if the run came to rest it is known to last longer than any
    time in this run, and says so (else late losses would pass for recoveries still to come).
    """
    onsets = _onsets(tracks)
    order = np.lexsort((onsets.rank, onsets.instance))
    instance, onset, rank = (column[order] for column in onsets)
    following = tracks.next_progress(instance, rank + 1)
    concluded = tracks.verdict_ns[instance] >= 0
    moved = concluded | (following != NEVER)
    new_spell = np.append(True, (np.diff(instance) != 0) | (np.diff(following) != 0))
    recovered = np.flatnonzero(concluded & new_spell[: len(instance)])
    until = tracks.time_ns[following[recovered]]
    lasting = (until - onset[recovered]).tolist()
    rest = came_to_rest(tracks.history)
    blamed = _to_blame(instance, moved, ~concluded)
    forever = [tracks.end_ns - (0 if rest else onset[i]) for i in blamed]
    return (
        *(Censored(duration, True) for duration in lasting),
        *(Censored(int(duration), False) for duration in forever),
    )


def _to_blame(instance: Ints, moved: Bools, never: Bools) -> list[int]:
    """Of each instance without a verdict, the place of the onset that its sample starts from."""
    chosen: dict[int, int] = {}
    for place in np.flatnonzero(never).tolist():
        if moved[place] or int(instance[place]) not in chosen:
            chosen[int(instance[place])] = place
    return list(chosen.values())


class _Onsets(NamedTuple):
    """When which instance met a fault."""

    instance: Ints
    onset_ns: Ints
    rank: Ints


def _onsets(tracks: Tracks) -> _Onsets:
    rows, rank = tracks.history.rows, tracks.row_rank
    never = tracks.verdict_ns < 0
    verdict_rank = np.full(tracks.count, len(rows), dtype=np.int64)
    verdict_rank[~never] = tracks.rank[tracks.verdict_event[~never]]
    found = [_lost_messages(tracks, rank, verdict_rank)]
    # Without a verdict only faults before the last progress count, and the first of all: else a
    # thousand lost instances and a thousand later faults would be a million onsets.
    progress = np.flatnonzero(tracks.progress)
    moves_until = np.full(tracks.count, -1)
    moves_until[tracks.instance[progress]] = tracks.rank[progress]  # by time: the last one stays
    moves_until[~never] = len(rows)
    struck = np.zeros(tracks.count, dtype=np.bool_)
    for outage in tracks.once(outages):
        if outage.kind not in STOPPING:
            continue
        start, end = int(rank[outage.start]), int(rank[outage.end])
        onset = np.maximum(tracks.arrival_rank, start)
        met = (tracks.arrival_rank < end) & (verdict_rank > onset)
        hit = np.flatnonzero(met & ((moves_until > onset) | ~struck))
        struck |= met
        onset_ns = np.maximum(tracks.arrival_ns[hit], rows[outage.start, 0])
        found.append(_Onsets(hit, onset_ns, onset[hit]))
    return _Onsets(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _lost_messages(tracks: Tracks, rank: Ints, verdict_rank: Ints) -> _Onsets:
    rows = tracks.history.rows
    lost = np.flatnonzero((rows[:, 1] == Kind.DROP) & (rows[:, 5] == Drop.LOST))
    hit = tracks.place_of[rows[lost, 2]]
    lost, hit = lost[hit >= 0], hit[hit >= 0]
    meets = verdict_rank[hit] > rank[lost]
    return _Onsets(hit[meets], rows[lost[meets], 0], rank[lost[meets]])
