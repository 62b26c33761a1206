"""Global agreement: how much of its life an instance spends in a state that nobody need explain.

C(t) holds for an instance when (a) its views agree (distance 0, see ``distance``), (b) local
invariants hold: no visit of a step stands twice or was taken back unlanded, and no service reports
an own step done that never landed, or compensated while it stands, and (c) once it is quiescent,
after its last row, it has ended clean: committed or compensated, atomically.
"""

from __future__ import annotations

import numpy as np

from wfmodel.designs.anomalies import CLEAN
from wfmodel.metrics.codes import Floats
from wfmodel.metrics.instance_paths import Tracks
from wfmodel.metrics.metric import SECOND, Value, mean


def consistent_ns(tracks: Tracks) -> Floats:
    """Per instance: how long C held between its arrival and its last row."""
    last = tracks.last_ns[tracks.instance]
    length = np.minimum(tracks.until_ns, last) - np.minimum(tracks.time_ns, last)
    sound = tracks.graph.sound.array()[tracks.target]
    first = tracks.last_ns.copy()
    met = tracks.bounds[1:] > tracks.bounds[:-1]
    first[met] = np.minimum(first[met], tracks.time_ns[tracks.bounds[:-1][met]])
    return tracks.total(length * sound) + (first - tracks.arrival_ns)


def global_agreement(tracks: Tracks) -> Value:
    """Fraction of its life that an instance is in a consistent state.

    Definition: per instance, the time that C holds over the length of its window; then the mean
    over instances, so that each counts the same however long it lives. C is: views agree, local
    invariants hold, and after the last row the end is atomic. The window is from arrival to the
    last row; of an instance that did not end clean with agreeing views, to the end of the run.
    Unit: fraction.
    Source: Aguilera & Terry, The Many Faces of Consistency, 2016 (state consistency); Aiyer et al.,
    Consistability, HotDep 2008 (the share of time); Garcia-Molina & Salem, Sagas, 1987 (atomicity).
    Cannot see: invariants of the business data; disagreement with a store that knows nothing; how
    bad a state is; who is merely behind by a message in flight. An instance that a fault holds up
    in agreement raises it, so it explains and must not decide. What never ends clean weighs more
    the longer the run goes on.
    """
    window = (tracks.close_ns - tracks.arrival_ns).astype(np.float64)
    held = tracks.once(consistent_ns)
    lived = window > 0
    share = np.where(lived, held / np.where(lived, window, 1), tracks.settled)
    return mean(share)


def disagreement_time(tracks: Tracks) -> Value:
    """Time that an instance spends in an inconsistent state.

    Definition: per instance, the time in its window (see global_agreement) that C does not hold;
    then the mean over instances.
    Unit: s.
    Source: as global_agreement.
    Cannot see: as global_agreement; a wrong end that nothing repairs counts until the run ends, so
    runs are comparable only at equal length.
    """
    window = tracks.close_ns - tracks.arrival_ns
    return mean((window - tracks.once(consistent_ns)) / SECOND)


def terminal_consistency(tracks: Tracks) -> Value:
    """Fraction of instances that ended clean.

    Definition: the share of instances whose class at the end of the run is committed or
    compensated.
    Unit: fraction.
    Source: Garcia-Molina & Salem, Sagas, 1987: all of it, or what was done is undone.
    Cannot see: views that still disagree about a clean end (see divergence_permanent); effects
    outside the workflow's declaration.
    """
    return mean([terminal in CLEAN for terminal in tracks.terminal])
