"""What is kept of single instances of a run: how long each took, what struck, and the worst.

Of a long run every k-th instance's latency is kept, in order of arrival: a systematic sample, from
which percentiles over many runs and the end of the start-up are told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfmodel.designs.anomalies import Anomaly
from wfmodel.designs.history import FAULT_KINDS
from wfmodel.experiments.survival import Samples
from wfmodel.metrics.fault_intervals import outages
from wfmodel.metrics.instance_paths import Tracks
from wfmodel.metrics.recovery_phases import phases
from wfmodel.metrics.twin import harm

MOST_LATENCIES: Final = 20_000
MOST_CALM: Final = 2_000
"""Of a run without faults, which is asked for its start alone."""
MOST_WORST: Final = 3
"""Of each kind."""
SECOND: Final = 1e9


@dataclass(frozen=True)
class Latencies:
    """Seconds from arrival to verdict in order of arrival, ``inf`` where there is none; each stands
    for ``weight`` instances.
    """

    seconds: NDArray[np.float32]
    arrived_s: NDArray[np.float32]
    weight: int


class Struck(NamedTuple):
    """How often a kind of fault struck a participant (or the broker), and for how long in all."""

    target: str
    kind: str
    times: int
    seconds: float


class Worst(NamedTuple):
    """An instance that can be looked at again: ``wfmodel simulate --instance``. ``why``: its worst
    anomaly, or ``delayed``; ``seconds``: its delay. ``phases``: of a delayed one that met a fault,
    seconds until it was noticed, then taken over, then finished.
    """

    instance: int
    why: str
    seconds: float
    phases: tuple[float, float, float] | None = None


def latencies_of(tracks: Tracks, *, most: int = MOST_LATENCIES) -> Latencies:
    """Latencies of the measured instances, of so many at most."""
    step = 1 + tracks.count // most
    taken = (tracks.verdict_ns - tracks.arrival_ns) / SECOND
    taken = np.where(tracks.verdict_ns >= 0, taken, np.inf)
    arrived = tracks.arrival_ns / SECOND
    return Latencies(taken[::step].astype(np.float32), arrived[::step].astype(np.float32), step)


def recovery_of(tracks: Tracks) -> Samples:
    """How long faults held up whom they hurt; censored at the limit who was never back."""
    found = tracks.once(harm)
    if found is None:
        return Samples()
    delays = found.delay_ns[found.hurt] / SECOND
    return Samples(tuple(delays.tolist()), tuple((~found.never[found.hurt]).tolist()))


def struck_in(tracks: Tracks) -> tuple[Struck, ...]:
    """What struck in a run, by target and kind."""
    rows, names = tracks.history.rows, tracks.history.participants
    found: dict[tuple[str, str], tuple[int, float]] = {}
    for outage in tracks.once(outages):
        target = int(rows[outage.start, 3])
        key = (names[target] if target >= 0 else "broker", FAULT_KINDS[outage.kind].value)
        times, seconds = found.get(key, (0, 0.0))
        lasted = (int(rows[outage.end, 0]) - int(rows[outage.start, 0])) / SECOND
        found[key] = times + 1, seconds + lasted
    return tuple(Struck(*key, *value) for key, value in sorted(found.items()))


def worst_of(tracks: Tracks) -> tuple[Worst, ...]:
    """Of each way to go wrong the first instances, then those that faults delayed most."""
    found: list[Worst] = []
    for anomaly in Anomaly:
        mine = np.flatnonzero(tracks.anomalies & int(anomaly))[:MOST_WORST]
        name = anomaly.terminal.value
        found += [Worst(number, name, 0.0) for number in tracks.ids[mine].tolist()]
    harmed = tracks.once(harm)
    if harmed is not None:
        late = np.where(harmed.never, 0, harmed.delay_ns)
        order = np.argsort(-late, kind="stable")[:MOST_WORST]
        found += [
            Worst(
                int(tracks.ids[place]),
                "delayed",
                float(late[place] / SECOND),
                _phases_of(tracks, place),
            )
            for place in order.tolist()
            if late[place]
        ]
    return tuple(found)


def _phases_of(tracks: Tracks, place: int) -> tuple[float, float, float] | None:
    found = tracks.once(phases)
    mine = [] if found is None else np.flatnonzero(found.place == place).tolist()
    if found is None or not mine:
        return None
    noticed, taken, finished = (
        float(column[mine[0]] / SECOND)
        for column in (found.noticed_ns, found.taken_over_ns, found.finished_ns)
    )
    return noticed, taken, finished
