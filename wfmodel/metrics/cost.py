"""What a design costs when it works: messages, commits, waiting, load."""

from __future__ import annotations

import numpy as np

from wfmodel.designs.history import Drop, Kind
from wfmodel.designs.messages import Received
from wfmodel.metrics.codes import Ints
from wfmodel.metrics.instance_paths import Tracks
from wfmodel.metrics.metric import NO_INSTANCE, SECOND, Undefined, Value, mean
from wfmodel.metrics.twin import limit_ns

NO_VERDICT = Undefined("no instance had a verdict")


def per_instance(tracks: Tracks, amount: int) -> Value:
    """An amount shared out over the measured instances."""
    return amount / tracks.count if tracks.count else NO_INSTANCE


def _received(tracks: Tracks) -> int:
    event = tracks.column_of(Kind.REACT, 4)
    is_message = np.array([isinstance(e, Received) for e in tracks.history.events], dtype=bool)
    return int(is_message[event].sum()) if len(event) else 0


def latencies_ns(tracks: Tracks) -> Ints:
    """Arrival to first verdict of each instance that had one."""
    return (tracks.verdict_ns - tracks.arrival_ns)[tracks.verdict_ns >= 0]


def messages(tracks: Tracks) -> Value:
    """Messages published per instance.

    Definition: publications (rows SEND, the one that starts the instance included) per instance; a
    message to several recipients is one.
    Unit: per instance.
    Source: message complexity; Lynch, Distributed Algorithms, 1996.
    Cannot see: acknowledgements, polling, and messages' size.
    """
    return per_instance(tracks, tracks.count_of(Kind.SEND))


def deliveries(tracks: Tracks) -> Value:
    """Messages that participants took up, per instance.

    Definition: reactions to a received message per instance, repeated deliveries included.
    Unit: per instance.
    Source: as messages.
    Cannot see: deliveries that found nobody (see broker_hops).
    """
    return per_instance(tracks, tracks.once(_received))


def broker_hops(tracks: Tracks) -> Value:
    """Passages through the broker per instance.

    Definition: deliveries plus recorded deliveries that were lost between the broker and the
    recipient, per instance.
    Unit: per instance.
    Source: a polled broker hop dominates latency; Hohpe & Woolf, Enterprise Integration Patterns,
    2003 (message channel).
    Cannot see: attempts that at-least-once delivery made in vain; hops inside a broker.
    """
    dropped = tracks.column_of(Kind.DROP, 5)
    vain = int(np.isin(dropped, (Drop.LOST, Drop.RECIPIENT_DOWN)).sum())
    return per_instance(tracks, tracks.once(_received) + vain)


def store_writes(tracks: Tracks) -> Value:
    """Durable writes per instance.

    Definition: commits of an instance's state at any participant, per instance; with a log, one per
    instance and flush; with memory, none.
    Unit: per instance.
    Source: I/O counts; Gray & Reuter, Transaction Processing, 1993.
    Cannot see: writes of the business data, and bytes.
    """
    return per_instance(tracks, tracks.count_of(Kind.COMMIT))


def completion_time(tracks: Tracks) -> Value:
    """Mean time to a verdict, of all instances.

    Definition: from arrival to the first verdict in any store, restricted to the limit L (see
    fault_delay), which also counts for an instance without a verdict; the mean over all instances.
    Unit: s.
    Source: restricted mean survival time, Royston & Parmar, BMC Med Res Methodol 2013.
    Cannot see: what is beyond L: where an instance takes longer it is a lower bound, and where one
    is lost it grows with L.
    """
    limit, ended = limit_ns(tracks), tracks.verdict_ns >= 0
    taken = np.where(ended, np.minimum(tracks.verdict_ns - tracks.arrival_ns, limit), limit)
    return mean(taken / SECOND)


def latency_mean(tracks: Tracks) -> Value:
    """Mean time to a verdict.

    Definition: from arrival to the first verdict in any store, mean over instances with a verdict.
    Unit: s.
    Source: response time; Jain, The Art of Computer Systems Performance Analysis, 1991.
    Cannot see: instances without a verdict: they are left out, so read it beside lost and
    still_running, or read completion_time.
    """
    return (
        mean(tracks.once(latencies_ns) / SECOND) if len(tracks.once(latencies_ns)) else NO_VERDICT
    )


def _percentiles(tracks: Tracks) -> dict[int, float]:
    latencies, shares = tracks.once(latencies_ns), (50, 95, 99)
    if not len(latencies):
        return {}
    return dict(zip(shares, np.percentile(latencies, shares).tolist(), strict=True))


def _percentile(tracks: Tracks, share: int) -> Value:
    found = tracks.once(_percentiles).get(share)
    return NO_VERDICT if found is None else found / SECOND


def latency_p50(tracks: Tracks) -> Value:
    """Time to a verdict, median.

    Definition: as latency_mean, 50th percentile.
    Unit: s.
    Source: Jain, 1991.
    Cannot see: as latency_mean.
    """
    return _percentile(tracks, 50)


def latency_p95(tracks: Tracks) -> Value:
    """Time to a verdict, 95th percentile.

    Definition: as latency_mean, 95th percentile.
    Unit: s.
    Source: Jain, 1991.
    Cannot see: as latency_mean.
    """
    return _percentile(tracks, 95)


def latency_p99(tracks: Tracks) -> Value:
    """Time to a verdict, 99th percentile.

    Definition: as latency_mean, 99th percentile.
    Unit: s.
    Source: Dean & Barroso, The Tail at Scale, CACM 2013.
    Cannot see: as latency_mean.
    """
    return _percentile(tracks, 99)


def throughput(tracks: Tracks) -> Value:
    """Verdicts per second while instances arrive.

    Definition: first verdicts of measured instances up to the end of the arrivals, divided by the
    time from the end of the warm-up to the end of the arrivals.
    Unit: per s.
    Source: Jain, 1991.
    Cannot see: what is finished after the arrivals end.
    """
    rows = tracks.history.rows
    ends = rows[rows[:, 1] == Kind.ARRIVALS_END, 0]
    end = int(ends[0]) if len(ends) else tracks.end_ns
    verdict = tracks.verdict_ns
    in_time = int(((verdict >= 0) & (verdict <= end)).sum())
    return rate(in_time, end - tracks.history.warm_up_ns)


def rate(verdicts: int, length_ns: int) -> Value:
    """Verdicts per second of the time from the warm-up to the end of the arrivals."""
    if length_ns <= 0:
        return Undefined("no time between the warm-up and the end of the arrivals")
    return verdicts / (length_ns / SECOND)


def busiest_load(tracks: Tracks) -> Value:
    """Load on the busiest participant.

    Definition: reactions per instance of the participant that has most of them.
    Unit: reactions per instance.
    Source: the bottleneck of operational analysis; Denning & Buzen, Computing Surveys 1978 (visit
    ratios).
    Cannot see: how long a reaction takes; the steps' own work.
    """
    who = tracks.column_of(Kind.REACT, 3)
    return per_instance(tracks, int(np.bincount(who).max(initial=0)) if len(who) else 0)


def extra_attempts(tracks: Tracks) -> Value:
    """Work begun again.

    Definition: attempts beyond the first of each visit of a step or compensation, per instance:
    retries, restarts and duplicates.
    Unit: per instance.
    Source: retry amplification; Google, Site Reliability Engineering, 2016, ch. 22.
    Cannot see: why it was begun again.
    """
    instance, node, epoch = (tracks.column_of(Kind.BEGIN, column) for column in (2, 4, 5))
    if not len(epoch):
        return per_instance(tracks, 0)
    key = instance * len(tracks.history.nodes) + node
    order = np.lexsort((epoch, key))
    key, epoch = key[order], epoch[order]
    repeated = int(((key[1:] == key[:-1]) & (epoch[1:] == epoch[:-1])).sum())
    return per_instance(tracks, repeated)
