"""Workers and attempts: from the row that an attempt begins with to the one that ends it.

A history has no row of its own for the end. It is the service's reaction to its own work being
done; where a crash came before, the crash.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfmodel.designs.history import CRASHES, Kind
from wfmodel.designs.messages import WorkDone
from wfmodel.metrics.codes import Ints
from wfmodel.metrics.cost import per_instance
from wfmodel.metrics.instance_paths import Tracks
from wfmodel.metrics.metric import SECOND, Value, mean


def worker_time(tracks: Tracks) -> Value:
    """Time that workers are busy with an instance.

    Definition: for each attempt at a step or compensation the time from its beginning (row BEGIN)
    to the service's next reaction to the end of an attempt of the same visit, or to the service's
    crash or the end of observation if that is earlier; their sum per instance, the mean over all
    instances.
    Unit: s.
    Source: busy time and service demand of operational analysis; Denning & Buzen, Computing Surveys
    1978.
    Cannot see: attempts of one visit that overlap: each ends with the first; time in the queue.
    """
    return mean(tracks.once(busy_ns) / SECOND)


def busy_ns(tracks: Tracks) -> Ints:
    """Per instance: how long workers were busy with it."""
    rows = tracks.history.rows
    begins, until = tracks.once(_attempts)
    times = np.append(rows[:, 0], max(tracks.end_ns, int(rows[-1, 0]) if len(rows) else 0))
    lasted = times[until] - rows[begins, 0]
    found = np.zeros(tracks.count, dtype=np.int64)
    np.add.at(found, tracks.place_of[rows[begins, 2]], lasted)
    return found


def executions_at_once(tracks: Tracks) -> Value:
    """Instances in which two attempts at the same step ran at once.

    Definition: the share of instances in which an attempt at a step or compensation began (row
    BEGIN) before an earlier attempt of the same visit had ended, as in worker_time: two workers on
    one job, after a time-out that does not stop the first, or a lease that ended under it.
    Unit: fraction.
    Source: at most one execution at a time, the promise of a lock; Kleppmann, How to do distributed
    locking, 2016.
    Cannot see: which replica of a service crashed: a crash of any ends the attempts at it; whether
    the second attempt had a second effect (duplicated_effect).
    """
    rows = tracks.history.rows
    begins, until = tracks.once(_attempts)
    instance, node, epoch = (rows[begins, column] for column in (2, 4, 5))
    order = np.lexsort((begins, epoch, node, instance))
    same = np.ones(max(len(begins) - 1, 0), dtype=np.bool_)
    for column in (instance, node, epoch):
        same &= np.diff(column[order]) == 0
    overlap = same & (begins[order][1:] < _latest(until[order], same)[:-1])
    found = np.zeros(tracks.count, dtype=np.bool_)
    found[tracks.place_of[instance[order][1:][overlap]]] = True
    return mean(found)


def _latest(until: Ints, same: NDArray[np.bool_]) -> Ints:
    """Per attempt: when the last of it and those before it, of the same visit, has ended."""
    starts = np.flatnonzero(np.concatenate(([True], ~same)))
    visit = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(until))))
    span = int(until.max(initial=0)) + 1
    latest: Ints = np.maximum.accumulate(until + visit * span) - visit * span
    return latest


def refused_reports(tracks: Tracks) -> Value:
    """Work of replicas that were taken for dead, whose report was refused.

    Definition: attempts (rows BEGIN) whose replica was fenced (row LAPSE) before they had ended, as
    in worker_time, per instance; where nothing is fenced (``fenced: false``), none.
    Unit: per instance.
    Source: fencing tokens; Kleppmann, Designing Data-Intensive Applications, 2017, ch. 8.
    Cannot see: what such a replica had decided and not committed; work that a crash cut short.
    """
    history = tracks.history
    rows = history.rows
    lapses = np.flatnonzero(rows[:, 1] == Kind.LAPSE)
    if not len(lapses) or not history.knobs.fenced:
        return per_instance(tracks, 0)
    begins, until = tracks.once(_attempts)
    holders = _holders(tracks, begins)
    refused = np.zeros(len(begins), dtype=np.bool_)
    for at in lapses.tolist():
        _, _, _, who, replica, _ = rows[at].tolist()
        mine = (rows[begins, 3] == who) & (holders == replica)
        refused |= mine & (begins < at) & (at < until)
    return per_instance(tracks, int(refused.sum()))


def _holders(tracks: Tracks, begins: Ints) -> Ints:
    """Per beginning: the replica that held the instance there then."""
    rows = tracks.history.rows
    takes = tracks.positions_of(Kind.TAKE)
    key = rows[:, 2] * len(tracks.history.participants) + rows[:, 3]
    span = len(rows) + 1
    taken = key[takes] * span + takes
    order = np.argsort(taken)
    place = np.searchsorted(taken[order], key[begins] * span + begins) - 1
    found = np.zeros(len(begins), dtype=np.int64)
    known = place >= 0
    last = takes[order][place[known]]
    same = key[last] == key[begins[known]]
    found[np.flatnonzero(known)[same]] = rows[last[same], 4]
    return found


def _attempts(tracks: Tracks) -> tuple[Ints, Ints]:
    """Of each attempt the positions of the rows that begin and end it, or past the end."""
    begins = tracks.positions_of(Kind.BEGIN)
    return begins, np.minimum(_done(tracks, begins), _crashed(tracks, begins))


def _done(tracks: Tracks, begins: Ints) -> Ints:
    """Per beginning: position of the row that its visit's work is next done at, or past the end."""
    rows, events = tracks.history.rows, tracks.history.events
    reacts = tracks.positions_of(Kind.REACT)
    is_done = np.array([isinstance(each, WorkDone) for each in events], dtype=np.bool_)
    visits = [(e.node, e.epoch) if isinstance(e, WorkDone) else (0, 0) for e in events]
    node, epoch = np.array(visits, dtype=np.int64).reshape(-1, 2).T
    ends = reacts[is_done[rows[reacts, 4]]]
    what = rows[ends, 4]
    nodes, epochs = len(tracks.history.nodes), int(epoch.max(initial=0)) + 1
    epochs = max(epochs, int(rows[begins, 5].max(initial=0)) + 1)
    span = len(rows) + 1
    ended = ((rows[ends, 2] * nodes + node[what]) * epochs + epoch[what]) * span + ends
    begun = ((rows[begins, 2] * nodes + rows[begins, 4]) * epochs + rows[begins, 5]) * span
    order = np.argsort(ended, kind="stable")
    ended, ends = ended[order], ends[order]
    place = np.searchsorted(ended, begun + begins, side="right")
    found = np.full(len(begins), len(rows), dtype=np.int64)
    known = place < len(ended)
    known[known] = ended[place[known]] < begun[known] + span
    found[known] = ends[place[known]]
    return found


def _crashed(tracks: Tracks, begins: Ints) -> Ints:
    """Per beginning: position of its service's next crash, or past the end."""
    rows = tracks.history.rows
    struck = np.flatnonzero((rows[:, 1] == Kind.FAULT_ON) & np.isin(rows[:, 4], CRASHES))
    found = np.full(len(begins), len(rows), dtype=np.int64)
    for service in np.unique(rows[struck, 3]).tolist():
        mine = struck[rows[struck, 3] == service]
        asked = np.flatnonzero(rows[begins, 3] == service)
        place = np.searchsorted(mine, begins[asked], side="right")
        there = place < len(mine)
        found[asked[there]] = mine[place[there]]
    return found
