"""How long workers are busy: from the row that an attempt begins with to the one that ends it.

A history has no row of its own for the end. It is the service's reaction to its own work being
done; where a crash came before, the crash.
"""

from __future__ import annotations

import numpy as np

from wfmodel.designs.history import CRASHES, Kind
from wfmodel.designs.messages import WorkDone
from wfmodel.metrics.codes import Ints
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
    begins = tracks.positions_of(Kind.BEGIN)
    until = np.minimum(_done(tracks, begins), _crashed(tracks, begins))
    times = np.append(rows[:, 0], max(tracks.end_ns, int(rows[-1, 0]) if len(rows) else 0))
    lasted = times[until] - rows[begins, 0]
    found = np.zeros(tracks.count, dtype=np.int64)
    np.add.at(found, tracks.place_of[rows[begins, 2]], lasted)
    return found


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
