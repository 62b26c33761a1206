"""What went wrong in one run, instance by instance, with the faults that each had met.

Shares of anomalies say how often; an incident says to whom, so that it can be looked at again, and
held against what exploration declares impossible. Only runs that came to rest have incidents: in a
run that was cut at its limit an instance is not at its end.
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


def incidents_of(system: System, tracks: Tracks) -> tuple[Incident, ...]:
    """The incidents of one run, in order of their first instance."""
    history = tracks.history
    if not came_to_rest(history):
        return ()
    spending = Spending(system, history)
    first: dict[tuple[Anomaly, Spent], int] = {}
    counts: Counter[tuple[Anomaly, Spent]] = Counter()
    for instance, flags in zip(tracks.ids.tolist(), tracks.anomalies.tolist(), strict=True):
        if flags:
            key = (Anomaly(flags), spending.of(instance))
            first.setdefault(key, instance)
            counts[key] += 1
    return tuple(Incident(first[key], *key, counts[key]) for key in first)
