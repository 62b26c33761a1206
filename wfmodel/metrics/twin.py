"""The twin of a run: the same instances with the same draws, and no faults.

Draws belong to an instance and not to an order of events (``simulation.randomness``), so simulating
the same setting with the same seed and no faults gives, instance by instance, what the faults have
changed: the counterfactual of causal inference (Rubin, J. Educational Psychology 66, 1974), without
its trouble, since both outcomes can be had. Failures that the workflow declares stay: they are
load.

An instance is *hurt* if it ended worse than its twin (the order is committed, compensated, anything
else), has no verdict where its twin has one, or had it later. It is back on its twin's track when
it has its verdict, if that is no worse; else never.

Times are restricted to a limit L, the time that every instance is watched for (the convergence
limit; where a history has none, until observation ends): what took longer, or never came, counts L.
So nobody is left out and nothing has to be guessed; but compare at equal L, and read what is never
back beside it (restricted means: Royston & Parmar, BMC Medical Research Methodology 13, 2013).

What it cannot see: help. An instance that a fault made faster, because others were out of its way,
counts as not delayed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfmodel.designs.anomalies import Terminal
from wfmodel.metrics.codes import Bools, Ints
from wfmodel.metrics.fault_intervals import last_fault_end
from wfmodel.metrics.instance_paths import NEVER, Tracks, TwinEnds
from wfmodel.metrics.metric import NO_INSTANCE, SECOND, Undefined, Value, mean

NO_TWIN = Undefined("needs the run's twin without faults")
NONE_HURT = Undefined("no instance was hurt by a fault")
NO_FAULT_STRUCK = Undefined("no fault struck")
_RANKS = {Terminal.COMMITTED: 0, Terminal.COMPENSATED: 1}
_WORST = 2


def ends_of(tracks: Tracks) -> TwinEnds:
    """What a run is to the one whose twin it is."""
    return TwinEnds(tracks.ids, tracks.verdict_ns, _ranks(tracks))


def _ranks(tracks: Tracks) -> Ints:
    """Per instance: how well it ended, 0 the best."""
    return np.array([_RANKS.get(each, _WORST) for each in tracks.terminal], dtype=np.int64)


def limit_ns(tracks: Tracks) -> Ints:
    """Per instance: the limit L."""
    if tracks.history.convergence_ns:
        return np.full(tracks.count, tracks.history.convergence_ns, dtype=np.int64)
    return tracks.end_ns - tracks.arrival_ns


@dataclass(frozen=True, slots=True)
class Harm:
    """What the faults of a run did to its instances, one entry each."""

    hurt: Bools
    delay_ns: Ints
    """Later than the twin by; within the limit."""
    never: Bools
    """Never back on the twin's track."""


def harm(tracks: Tracks) -> Harm | None:
    """What the faults did; None where no twin was run.

    Raises:
        ValueError: the twin is that of other instances.
    """
    twin = tracks.twin
    if twin is None:
        return None
    if not np.array_equal(twin.ids, tracks.ids):
        raise ValueError("the twin is of another run: its instances are not the same")
    limit, mine, theirs = limit_ns(tracks), tracks.verdict_ns, twin.verdict_ns
    never = (theirs != NEVER) & ((mine == NEVER) | (_ranks(tracks) > twin.ranks))
    later = ~never & (theirs != NEVER) & (mine > theirs)
    expected = np.minimum(theirs - tracks.arrival_ns, limit)
    taken = np.where(never, limit, np.minimum(mine - tracks.arrival_ns, limit))
    hurt = never | later
    delay = np.where(hurt, np.maximum(taken - expected, 0), 0)
    return Harm(hurt, delay, never)


def hurt_count(tracks: Tracks) -> int:
    """How many instances the faults hurt; 0 where no twin was run."""
    found = tracks.once(harm)
    return 0 if found is None else int(found.hurt.sum())


def fault_delay(tracks: Tracks) -> Value:
    """Time that faults added to an instance.

    Definition: per instance, how much later than its twin without faults it had its verdict, 0 if
    it was not hurt, both restricted to the limit L; one that is never back on its twin's track
    counts as if it were back at L. The mean over all instances.
    Unit: s.
    Source: potential outcomes, Rubin, J. Educational Psychology 1974, with common random numbers as
    in Law & Kelton, Simulation Modeling and Analysis; restricted mean, Royston & Parmar, BMC Med
    Res Methodol 2013.
    Cannot see: instances that faults made faster. Where some are never back it grows with L.
    """
    found = tracks.once(harm)
    return NO_TWIN if found is None else mean(found.delay_ns / SECOND)


def hurt(tracks: Tracks) -> Value:
    """Fraction of instances that a fault delayed, derailed or ended.

    Definition: the share of instances that ended worse than their twin without faults, or have no
    verdict where it has one, or had it later.
    Unit: fraction.
    Source: as fault_delay.
    Cannot see: how much: a delay of a nanosecond counts.
    """
    found = tracks.once(harm)
    return NO_TWIN if found is None else mean(found.hurt)


def recovery_time(tracks: Tracks) -> Value:
    """Recovery time: how long a fault held up an instance that it hurt.

    Definition: fault_delay's sum over the number of instances that were hurt; over several runs,
    the sum of all over the number of all.
    Unit: s.
    Source: as fault_delay; the ratio estimator, Cochran, Sampling Techniques, 1977, ch. 6.
    Cannot see: as fault_delay; how many were hurt (see hurt): a design in which many are held up a
    little looks better than one that holds up few.
    """
    found, count = tracks.once(harm), hurt_count(tracks)
    if found is None:
        return NO_TWIN
    return int(found.delay_ns.sum()) / SECOND / count if count else NONE_HURT


def never_recovered(tracks: Tracks) -> Value:
    """Fraction of the hurt instances that never come back to where they would have been.

    Definition: of the instances that were hurt, the share that ended worse than their twin or had
    no verdict when observation ended.
    Unit: fraction.
    Source: as fault_delay; Avizienis et al., Basic Concepts and Taxonomy of Dependable and Secure
    Computing, IEEE TDSC 2004 (recovery and failure).
    Cannot see: in a run cut at its limit, what would have come back later.
    """
    found, count = tracks.once(harm), hurt_count(tracks)
    if found is None:
        return NO_TWIN
    return int(found.never.sum()) / count if count else NONE_HURT


def derailed(tracks: Tracks) -> Value:
    """Fraction of instances that a fault made end worse, or not at all.

    Definition: the share of all instances that are never back on their twin's track.
    Unit: fraction.
    Source: as never_recovered.
    Cannot see: ends that a fault made better, as a retry can that draws anew.
    """
    found = tracks.once(harm)
    return NO_TWIN if found is None else mean(found.never)


def system_recovery(tracks: Tracks) -> Value:
    """Time after the last fault until the last hurt instance is on its twin's track.

    Definition: from the end of the last fault to the verdict of the hurt instance that has it last,
    0 if all had it before; restricted to the limit L, which also counts if one is never back.
    Unit: s.
    Source: Arora & Gouda, Closure and Convergence, IEEE TSE 1993 (convergence), to the twin's track
    instead of to agreement.
    Cannot see: what is under way and not hurt.
    """
    found, healed = tracks.once(harm), last_fault_end(tracks)
    if found is None:
        return NO_TWIN
    if healed is None:
        return NO_FAULT_STRUCK
    if not tracks.count:
        return NO_INSTANCE
    limit = tracks.history.convergence_ns or max(0, tracks.end_ns - healed)
    if found.never.any():
        return limit / SECOND
    last = int(tracks.verdict_ns[found.hurt].max(initial=healed))
    return min(max(0, last - healed), limit) / SECOND
