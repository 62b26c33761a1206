"""What went wrong in one run, instance by instance, with the faults that each had met.

Shares of anomalies say how often; an incident says to whom, so that it can be looked at again, and
held against what exploration declares impossible: in a run that came to rest, since in one that was
cut at its limit an instance may not be at its end. Instances that are known to move on have none.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from wfmodel.designs import System
from wfmodel.designs.anomalies import Anomaly
from wfmodel.exploration import Spending, Spent
from wfmodel.metrics.instance_paths import Tracks, came_to_rest


@dataclass(frozen=True, slots=True)
class Incident:
    """Instances of one run that ended alike after like faults: the first, and how many."""

    instance: int
    anomalies: Anomaly
    met: Spent
    count: int
    rested: bool = True
    """The run came to rest."""


def incidents_of(system: System, tracks: Tracks) -> tuple[Incident, ...]:
    """The incidents of one run, in order of their first instance."""
    history = tracks.history
    rested = came_to_rest(history)
    spending = Spending(system, history)
    first: dict[tuple[Anomaly, Spent], int] = {}
    counts: Counter[tuple[Anomaly, Spent]] = Counter()
    known = (tracks.ids.tolist(), tracks.anomalies.tolist(), tracks.running.tolist())
    for instance, flags, running in zip(*known, strict=True):
        if flags and not running:
            key = (Anomaly(flags), spending.of(instance))
            first.setdefault(key, instance)
            counts[key] += 1
    return tuple(Incident(first[key], *key, counts[key], rested) for key in first)
