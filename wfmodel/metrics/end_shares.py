"""Shares of instances that ended in each way. Shares of anomalies overlap; classes do not."""

from __future__ import annotations

from wfmodel.designs.anomalies import Anomaly, Terminal
from wfmodel.metrics.instance_paths import Tracks
from wfmodel.metrics.metric import Value, mean


def _share_of(tracks: Tracks, anomaly: Anomaly) -> Value:
    return mean((tracks.anomalies & int(anomaly)) > 0)


def _share_in(tracks: Tracks, terminal: Terminal) -> Value:
    return mean([each is terminal for each in tracks.terminal])


def committed(tracks: Tracks) -> Value:
    """Fraction of instances that succeeded without an anomaly.

    Definition: the share with verdict ``succeeded`` and no anomaly.
    Unit: fraction.
    Source: Garcia-Molina & Salem, Sagas, 1987.
    Cannot see: whether the business should have succeeded.
    """
    return _share_in(tracks, Terminal.COMMITTED)


def compensated(tracks: Tracks) -> Value:
    """Fraction of instances that failed and left nothing behind.

    Definition: the share with verdict ``aborted`` or ``failed`` in which every landing of an effect
    was taken back once (or nothing landed), and no other anomaly.
    Unit: fraction.
    Source: Garcia-Molina & Salem, Sagas, 1987 (backward recovery).
    Cannot see: what others did with the effect before it was taken back (sagas are not isolated).
    """
    return _share_in(tracks, Terminal.COMPENSATED)


def lost(tracks: Tracks) -> Value:
    """Fraction of instances of which nobody ever came to a verdict.

    Definition: the share for which no store ever held ``succeeded``, ``aborted`` or ``failed`` by
    the end of the run, and which nothing will move any more. A run that ended because nothing was
    left to happen proves it. One that was cut at its convergence limit is run on (``simulate``,
    comparisons and sweeps do it) to see who moves: those are still_running, not lost. Where nobody
    ran it on, as on line, it means "not by then".
    Unit: fraction.
    Source: the lost transaction of the saga literature; Richardson, Microservices Patterns, 2018,
    ch. 4.
    Cannot see: an instance that nobody was ever told of still counts; a verdict that was reached
    and not made durable does not exist.
    """
    return _share_of(tracks, Anomaly.LOST)


def still_running(tracks: Tracks) -> Value:
    """Fraction of instances that were under way when observation ended.

    Definition: the share without a verdict of which more is known to happen, because the run was
    run on and they moved. Nothing is said of how they end.
    Unit: fraction.
    Source: right censoring; Kaplan & Meier, JASA 1958.
    Cannot see: what moves again only after eight times the convergence limit: it counts as lost.
    """
    return mean(tracks.running)


def split_verdict(tracks: Tracks) -> Value:
    """Fraction of instances with contradicting verdicts.

    Definition: the share for which stores held two different verdicts, at once or one after the
    other. A store that still says ``running`` holds no verdict.
    Unit: fraction.
    Source: atomic commitment's agreement rule AC1; Bernstein, Hadzilacos & Goodman, 1987, ch. 7.
    Cannot see: verdicts that were only in memory while the store is durable.
    """
    return _share_of(tracks, Anomaly.SPLIT_VERDICT)


def phantom_success(tracks: Tracks) -> Value:
    """Fraction of instances that claim a success which is not there.

    Definition: the share with the verdict ``succeeded`` in which an effect that some view calls
    done, and none calls compensated, does not stand: it never landed, or was taken back.
    Unit: fraction.
    Source: durability of saga steps, Garcia-Molina & Salem, Sagas, 1987.
    Cannot see: steps that loops visited more than once, because views do not say which visit.
    """
    return _share_of(tracks, Anomaly.PHANTOM_SUCCESS)


def duplicated_effect(tracks: Tracks) -> Value:
    """Fraction of instances that were charged twice.

    Definition: the share in which one visit of a step landed more than once, and of its landings
    more stand at the end than the verdict allows: one under ``succeeded``, none otherwise.
    Unit: fraction.
    Source: exactly-once effects; Helland, Idempotence Is Not a Medical Condition, 2012.
    Cannot see: repeats that an idempotent step absorbed; duplicates that were taken back (see
    repeated_landings).
    """
    return _share_of(tracks, Anomaly.DUPLICATED_EFFECT)


def dangling_compensation(tracks: Tracks) -> Value:
    """Fraction of instances whose compensation was left hanging.

    Definition: the share without verdict ``succeeded`` in which some store said ``compensating``
    and an effect that could have been taken back still stands; or in which more was taken back
    than had landed.
    Unit: fraction.
    Source: Garcia-Molina & Salem, Sagas, 1987; MicroProfile LRA (FailedToCompensate); the empty
    rollback and hanging of Seata's TCC mode.
    Cannot see: a rollback that was due and never begun (that is an orphaned effect).
    """
    return _share_of(tracks, Anomaly.DANGLING_COMPENSATION)


def orphaned_effect(tracks: Tracks) -> Value:
    """Fraction of instances with an effect that their verdict disowns.

    Definition: the share in which an effect stands although the verdict is ``aborted`` or
    ``failed``; or, under ``succeeded``, although a view with the verdict calls the step failed or
    compensated (it timed out and landed after all).
    Unit: fraction.
    Source: Garcia-Molina & Salem, Sagas, 1987; ambiguous outcomes, MicroProfile LRA.
    Cannot see: effects of instances without a verdict (they are lost); under ``succeeded``, steps
    that loops visited more than once.
    """
    return _share_of(tracks, Anomaly.ORPHANED_EFFECT)


def repeated_landings(tracks: Tracks) -> Value:
    """Effects that landed once more than they should have, taken back later or not.

    Definition: landings of an effect beyond the first of each visit, per instance.
    Unit: per instance.
    Source: as duplicated_effect.
    Cannot see: repeats that an idempotent step, or a recognised key, absorbed.
    """
    return mean(tracks.total(tracks.graph.repeats.array()[tracks.edge]))
