"""Recovery: how long after a fault things go on, or are right again, and how often never.

What has not recovered when the run ends is right-censored: it took longer than this, and nobody
knows how much. Dropping it would praise the design that never recovers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from wfmodel.metrics.codes import Bools, Floats, Ints
from wfmodel.metrics.fault_intervals import Censored, last_fault_end, recovery_samples
from wfmodel.metrics.instance_paths import Tracks
from wfmodel.metrics.metric import SECOND, Undefined, Value

NO_FAULT = Undefined("no fault happened")
NOT_MET = Undefined("no instance met a fault that stops something")


ROUNDING: Final = 1e-12
"""Of a curve's heights, which are long products."""


@dataclass(frozen=True)
class Survival:
    """Kaplan and Meier's estimate: P(not yet recovered) is ``probability[i]`` from
    ``times_ns[i]`` on, and 1 before.
    """

    times_ns: Ints
    probability: Floats

    @property
    def never(self) -> float:
        """P(not recovered) when the longest observation ended."""
        return float(self.probability[-1])

    def median_ns(self) -> float | None:
        """When half have recovered; None if that is not reached."""
        reached = np.flatnonzero(self.probability <= 0.5 + ROUNDING)
        return float(self.times_ns[reached[0]]) if len(reached) else None

    def restricted_mean_ns(self, limit_ns: float | None = None) -> float:
        """Area under the curve up to the longest observation, or to a limit."""
        edges = np.concatenate(([0], self.times_ns)).astype(np.float64)
        height = np.concatenate(([1.0], self.probability[:-1]))
        if limit_ns is not None:
            edges = np.append(np.minimum(edges, limit_ns), limit_ns)
            height = np.append(height, self.probability[-1])
        return float((np.diff(edges) * height).sum())


def kaplan_meier(samples: tuple[Censored, ...]) -> Survival:
    """The survival curve of censored durations (Kaplan & Meier, JASA 53, 1958).

    Raises:
        ValueError: there are no samples.
    """
    if not samples:
        raise ValueError("no samples to estimate a survival curve from")
    durations = np.array([sample.duration_ns for sample in samples], dtype=np.int64)
    observed = np.array([sample.observed for sample in samples])
    return survival_of(durations, observed, np.ones(len(samples), dtype=np.int64))


def survival_of(durations_ns: Ints | Floats, observed: Ints | Bools, counts: Ints) -> Survival:
    """The curve of durations that occur so often, some of them observed, the others censored."""
    times, place = np.unique(durations_ns, return_inverse=True)
    counted = np.bincount(place, weights=counts, minlength=len(times))
    ended = np.bincount(place, weights=observed, minlength=len(times))
    at_risk = counted.sum() - (np.cumsum(counted) - counted)
    probability = np.cumprod((at_risk - ended) / at_risk)
    return Survival(np.append(times, times[-1]), np.append(probability, probability[-1]))


def survival(tracks: Tracks) -> Survival | None:
    """The curve of standstill_time's samples; None if no instance met a fault."""
    samples = tracks.once(recovery_samples)
    return kaplan_meier(samples) if samples else None


def restricted_mean(curve: Survival | None) -> Value:
    """Of standstill_time's samples."""
    return NOT_MET if curve is None else curve.restricted_mean_ns() / SECOND


def median(curve: Survival | None) -> Value:
    """Of standstill_median's."""
    if curve is None:
        return NOT_MET
    found = curve.median_ns()
    return Undefined("fewer than half recovered") if found is None else found / SECOND


def never(curve: Survival | None) -> Value:
    """Of standstill_forever's."""
    return NOT_MET if curve is None else curve.never


def standstill_time(tracks: Tracks) -> Value:
    """Time from a fault to the next durable progress of an instance that it met.

    Definition: one sample per standstill in which an instance met a fault: from the onset of the
    first such fault (or the arrival, if later) until a store learns something new of the instance
    or an effect lands or is taken back. Faults are those that stop something (crash, restore,
    pause, partition, outage of a store or of the broker) and lost messages; a fault meets the
    instances that arrived before its end and had no verdict at its onset (or the arrival). An
    instance that never has a verdict has not recovered, whatever still moved: it gives one sample,
    censored at the end of the run (at the run's whole length if nothing was left to happen then).
    The value is the restricted mean: the area under the Kaplan-Meier curve up to the longest
    observation.
    Unit: s.
    Source: Kaplan & Meier, JASA 1958; restricted mean, Royston & Parmar, BMC Med Res Methodol 2013.
    Cannot see: which instances the fault really hindered: those that went on at once count as
    recovered at once, however long they stood later (see recovery_time); losses that at-least-once
    delivery repaired leave no row of their own. With censoring it grows with the length of the run,
    so compare at equal length, beside standstill_forever.
    """
    return restricted_mean(tracks.once(survival))


def standstill_median(tracks: Tracks) -> Value:
    """Time by which half of the instances that met a fault have gone on.

    Definition: the median of the Kaplan-Meier curve of standstill_time's samples; undefined if half
    of them never recovered.
    Unit: s.
    Source: Kaplan & Meier, JASA 1958.
    Cannot see: as standstill_time; the slower half.
    """
    return median(tracks.once(survival))


def standstill_forever(tracks: Tracks) -> Value:
    """Probability that an instance which met a fault never goes on to a verdict.

    Definition: the last value of the Kaplan-Meier curve of standstill_time's samples.
    Unit: fraction.
    Source: Kaplan & Meier, JASA 1958.
    Cannot see: in a run cut at its limit, what would have recovered later.
    """
    return never(tracks.once(survival))


def stable_recovery(tracks: Tracks) -> Value:
    """Time after the last fault until everything stays right.

    Definition: the smallest time τ such that from the end of the last fault plus τ on, every
    instance that had arrived by that end is in a consistent state (C, see global_agreement) until
    the run ends. Undefined, and censored in Measurement.stable, if that never comes.
    Unit: s.
    Source: Arora & Gouda, Closure and Convergence, IEEE TSE 1993; Dijkstra, CACM 1974.
    Cannot see: instances that arrive later; ordinary flights of messages count as disagreement, so
    it cannot be shorter than what was under way takes to finish.
    """
    return or_reason(tracks.once(stable))


def first_return(tracks: Tracks) -> Value:
    """Time after the last fault until everything is right for a moment.

    Definition: the smallest time τ such that at the end of the last fault plus τ every instance
    that had arrived by that end is in a consistent state.
    Unit: s.
    Source: Arora & Gouda, IEEE TSE 1993 (convergence without closure).
    Cannot see: as stable_recovery; that it may go wrong again.
    """
    return or_reason(tracks.once(returned))


def or_reason(sample: Censored | None) -> Value:
    """The value of a run's one sample."""
    if sample is None:
        return NO_FAULT
    if not sample.observed:
        return Undefined(f"never within the {sample.duration_ns / SECOND:g} s after the last fault")
    return sample.duration_ns / SECOND


class Spells(NamedTuple):
    """Inconsistent times of instances that had arrived by the end of the last fault."""

    healed_ns: int
    """The end of the last fault."""
    starts_ns: Ints
    ends_ns: Ints
    never_end: bool
    """One of them lasts."""


def stable(tracks: Tracks) -> Censored | None:
    """Stable recovery of the run as a sample; None without faults."""
    return stable_after(tracks.once(_wrong_spells), tracks.end_ns)


def stable_after(spells: Spells | None, end_ns: int) -> Censored | None:
    """The same from the spells of a run."""
    if spells is None:
        return None
    if spells.never_end:
        return Censored(end_ns - spells.healed_ns, False)
    return Censored(int(spells.ends_ns.max(initial=spells.healed_ns)) - spells.healed_ns, True)


def returned(tracks: Tracks) -> Censored | None:
    """First return of the run as a sample; None without faults."""
    return returned_after(tracks.once(_wrong_spells), tracks.end_ns)


def returned_after(spells: Spells | None, end_ns: int) -> Censored | None:
    """The same from the spells of a run."""
    if spells is None:
        return None
    healed, starts, ends, never_end = spells
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], ends[order]
    covered = np.maximum.accumulate(np.concatenate(([healed], ends)))
    gaps = np.flatnonzero(starts > covered[:-1])
    free = int(covered[gaps[0]] if len(gaps) else covered[-1])
    observed = not never_end or free < end_ns
    return Censored(free - healed, observed)


def _wrong_spells(tracks: Tracks) -> Spells | None:
    healed = last_fault_end(tracks)
    if healed is None:
        return None
    early = tracks.arrival_ns < healed
    last = tracks.last_ns[tracks.instance]
    start, end = np.maximum(tracks.time_ns, healed), np.minimum(tracks.until_ns, last)
    wrong = ~tracks.graph.sound.array()[tracks.target]
    wrong &= early[tracks.instance] & (end > start)
    unsettled = early & ~tracks.settled
    starts = np.concatenate((start[wrong], np.maximum(tracks.last_ns[unsettled], healed)))
    ends = np.concatenate((end[wrong], np.full(int(unsettled.sum()), tracks.end_ns)))
    return Spells(healed, starts, ends, bool(unsettled.any()))
