"""What a deciding metric loses on each instance, so that it can be said on which ones it lost.

>>> sorted(LOSSES)
['committed', 'fault_delay', 'terminal_consistency', 'wrong_time']

The mean over all instances is the metric; of a metric that is better higher, what it lacks of 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from wfmodel.designs.anomalies import CLEAN, Terminal
from wfmodel.metrics.asked_place import wrong_ns
from wfmodel.metrics.codes import Floats
from wfmodel.metrics.instance_paths import Tracks
from wfmodel.metrics.metric import SECOND
from wfmodel.metrics.twin import harm


def _not_committed(tracks: Tracks) -> Floats:
    return np.array([each is not Terminal.COMMITTED for each in tracks.terminal], dtype=np.float64)


def _not_clean(tracks: Tracks) -> Floats:
    return np.array([each not in CLEAN for each in tracks.terminal], dtype=np.float64)


def _delay_s(tracks: Tracks) -> Floats:
    found = tracks.once(harm)
    return np.zeros(tracks.count) if found is None else found.delay_ns / SECOND


def _wrong_s(tracks: Tracks) -> Floats:
    return wrong_ns(tracks) / SECOND


LOSSES: Final[Mapping[str, Callable[[Tracks], Floats]]] = {
    "committed": _not_committed,
    "terminal_consistency": _not_clean,
    "fault_delay": _delay_s,
    "wrong_time": _wrong_s,
}
"""By metric: one entry per instance."""


def lost_on_derailed(tracks: Tracks) -> dict[str, float]:
    """By metric: what is lost on the instances that faults made end worse, added up; empty where no
    twin was run.
    """
    found = tracks.once(harm)
    if found is None:
        return {}
    return {name: float(loss(tracks)[found.never].sum()) for name, loss in LOSSES.items()}
