"""When faults struck and ended, and the samples of recovery that they give.

Recovery is what follows a fault that stops something: a crash, a pause, a partition, an outage of a
store or of the broker, or a message that was lost for good. Slowness and failing steps are part of
the load: nothing stands still that would have to be set going again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from wfmodel.designs.faults import FaultKind
from wfmodel.designs.history import FAULT_KINDS, Drop, History, Kind
from wfmodel.metrics.codes import Ints
from wfmodel.metrics.tracks import Tracks

STOPPING: Final = frozenset(
    FAULT_KINDS.index(kind)
    for kind in (
        FaultKind.CRASH,
        FaultKind.PAUSE,
        FaultKind.PARTITION,
        FaultKind.STORE_OUTAGE,
        FaultKind.BROKER_OUTAGE,
    )
)


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


def outages(history: History) -> list[Outage]:
    """Faults in order of onset; of one kind at one target the first begun is the first to end."""
    rows = history.rows
    either = (rows[:, 1] == Kind.FAULT_ON) | (rows[:, 1] == Kind.FAULT_OFF)
    waiting: dict[tuple[int, int], list[int]] = {}
    found: list[Outage] = []
    for position in np.flatnonzero(either).tolist():
        _, kind, _, target, fault, _ = rows[position].tolist()
        begun = waiting.setdefault((target, fault), [])
        if kind == Kind.FAULT_ON:
            begun.append(position)
        elif begun:
            found.append(Outage(fault, begun.pop(0), position))
    unended = [(fault, start) for (_, fault), starts in waiting.items() for start in starts]
    found += [Outage(fault, start, len(rows) - 1) for fault, start in unended]
    return sorted(found, key=lambda outage: outage.start)


def last_fault_end(history: History) -> int | None:
    """Time at which the last fault of any kind ended; None if there was none."""
    rows = history.rows
    ends = [int(rows[outage.end, 0]) for outage in outages(history)]
    return max(ends, default=None)


def recovery_samples(tracks: Tracks) -> tuple[Censored, ...]:
    """Per (stopping fault, instance that it met): time to the instance's next durable progress.

    A fault meets the instances that arrived before its end and had no verdict before its onset. The
    clock starts at the onset, or at the arrival if that is later. Progress that leads to no verdict
    is no recovery: such an instance counts as not recovered until the end of the run. A lost
    message meets its own instance, at the instant of its loss.
    """
    progress = np.flatnonzero(tracks.progress)
    instants = int(max(tracks.rank.max(initial=0), tracks.arrival_rank.max(initial=0))) + 2
    keys = tracks.instance[progress] * instants + tracks.rank[progress]
    durations: list[Ints] = []
    recovered: list[Ints] = []
    for hit, onset_ns, onset_rank in _strikes(tracks, instants):
        place = np.searchsorted(
            keys, hit * instants + np.minimum(onset_rank, instants - 1), "right"
        )
        concluded = tracks.verdict_ns[hit] >= 0
        later = np.full(len(hit), tracks.end_ns, dtype=np.int64)
        later[concluded] = tracks.time_ns[progress[place[concluded]]]
        durations.append(later - onset_ns)
        recovered.append(concluded.astype(np.int64))
    return tuple(
        Censored(duration, bool(observed))
        for part, seen in zip(durations, recovered, strict=True)
        for duration, observed in zip(part.tolist(), seen.tolist(), strict=True)
    )


def _strikes(tracks: Tracks, instants: int) -> list[tuple[Ints, Ints, Ints]]:
    """(instances, onset in ns, rank of onset) of each fault, and of all lost messages together."""
    rows = tracks.history.rows
    rank = np.zeros(len(rows), dtype=np.int64)
    np.cumsum(rows[1:, 0] != rows[:-1, 0], out=rank[1:])
    never = tracks.verdict_ns < 0
    verdict_rank = np.full(tracks.count, instants, dtype=np.int64)
    verdict_rank[~never] = tracks.rank[tracks.verdict_event[~never]]
    found = []
    for outage in outages(tracks.history):
        if outage.kind not in STOPPING:
            continue
        start, end = int(rank[outage.start]), int(rank[outage.end])
        hit = np.flatnonzero((tracks.arrival_rank < end) & (verdict_rank > start))
        onset_ns = np.maximum(tracks.arrival_ns[hit], rows[outage.start, 0])
        found.append((hit, onset_ns, np.maximum(tracks.arrival_rank[hit], start)))
    lost = np.flatnonzero((rows[:, 1] == Kind.DROP) & (rows[:, 5] == Drop.LOST))
    hit = tracks.place_of[rows[lost, 2]]
    lost, hit = lost[hit >= 0], hit[hit >= 0]
    meets = verdict_rank[hit] > rank[lost]
    found.append((hit[meets], rows[lost[meets], 0], rank[lost[meets]]))
    return found
