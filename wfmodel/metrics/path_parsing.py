"""From rows to tracks, once per history, without an object per row."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from wfmodel.designs.history import History, Kind
from wfmodel.metrics.codes import Does, Ints, Views, code_of, encode, forgetting
from wfmodel.metrics.globalstate import StateGraph
from wfmodel.metrics.instance_paths import (
    Monitor,
    Tracks,
    TwinEnds,
    came_to_rest,
    index_of,
    ranks_of,
)


def tracks_of(
    history: History,
    monitor: Monitor | None = None,
    *,
    until_ns: int | None = None,
    graph: StateGraph | None = None,
    twin: TwinEnds | None = None,
    moving: frozenset[int] = frozenset(),
) -> Tracks:
    """Parse a history. Costs a few microseconds per instance; metrics share the result.

    Observation ends with the run; but where nothing was left to happen, ``until_ns`` can extend it,
    so that runs which came to rest sooner or later are observed equally long. ``graph``: that of
    another run of the same system; it saves time and changes nothing. ``twin``: how the same
    instances end without faults (``twin.ends_of``). ``moving``: instances of a run that was cut
    which are known to move on.

    Raises:
        ValueError: ``graph`` belongs to other participants or steps.
    """
    if graph is None:
        graph = StateGraph(history)
    elif (graph.participants, graph.steps) != (history.participants, history.steps):
        raise ValueError("the graph was made for other participants or steps than the history's")
    rows = history.rows
    end_ns = int(rows[-1, 0]) if len(rows) else 0
    if until_ns is not None and came_to_rest(history):
        end_ns = max(end_ns, until_ns)
    rank = ranks_of(rows)
    arrivals = np.flatnonzero(rows[:, 1] == Kind.ARRIVE)
    arrivals = arrivals[rows[arrivals, 0] >= history.warm_up_ns]
    mine = index_of(rows[arrivals, 2], rows)[rows[:, 2]]
    last = arrivals.copy()
    own = np.flatnonzero(mine >= 0)
    last[mine[own]] = own  # positions ascend, so the last one written is the last row
    del own  # of a long workflow, each array of this length is tens of megabytes
    position, code, instance = _events(history, graph.views, mine, arrivals, last)
    del mine
    order = _order(instance, position, len(arrivals))
    position, code, instance = position[order], code[order], instance[order]
    del order
    bounds = np.searchsorted(instance, np.arange(len(arrivals) + 1))
    return Tracks(
        history=history,
        monitor=monitor or Monitor(),
        graph=graph,
        end_ns=end_ns,
        ids=rows[arrivals, 2],
        arrival_ns=rows[arrivals, 0],
        arrival_rank=rank[arrivals],
        last_ns=rows[last, 0],
        bounds=bounds,
        instance=instance,
        time_ns=rows[position, 0],
        rank=rank[position],
        edge=_walk(graph, code, bounds),
        twin=twin,
        moving=moving,
    )


def _events(
    history: History, views: Views, mine: Ints, arrivals: Ints, last: Ints
) -> tuple[Ints, Ints, Ints]:
    """(position, code, instance) of every event of measured instances, in no order yet."""
    position, code = encode(history, views)
    instance = mine[position]
    kept = instance >= 0
    if not kept.all():
        position, code, instance = position[kept], code[kept], instance[kept]
    recorded = position, code, instance
    if not forgetting(history):
        return recorded
    forgotten = _forgets(history, views, arrivals, last, recorded)
    position, code, instance = (
        np.concatenate(both) for both in zip(recorded, forgotten, strict=True)
    )
    return position, code, instance


def _forgets(
    history: History,
    views: Views,
    arrivals: Ints,
    last: Ints,
    recorded: tuple[Ints, Ints, Ints],
) -> tuple[Ints, Ints, Ints]:
    """(position, code, instance) of what crashes make memory stores forget.

    The record of an instance that has had a verdict is closed with its last row: what is forgotten
    after that changes nothing.
    """
    _, code, instance = recorded
    crashes = forgetting(history)
    of_view = code < code_of(Does.LAND, 0, 0)
    final = np.array(views.final, dtype=bool)[code[of_view] & code_of(Does.VIEW, 1, 0) - 1]
    open_ended = np.ones(len(arrivals), dtype=bool)
    open_ended[instance[of_view][final]] = False
    parts: list[tuple[Ints, Ints, Ints]] = []
    for position, participant in crashes:
        hit = np.flatnonzero((arrivals < position) & (open_ended | (last > position)))
        forget = code_of(Does.FORGET, participant, 0)
        parts.append((np.full_like(hit, position), np.full_like(hit, forget), hit))
    positions, forgotten, hits = (np.concatenate(column) for column in zip(*parts, strict=True))
    return positions, forgotten, hits


def _order(instance: Ints, position: Ints, count: int) -> Ints:
    """Events by instance, then as they stand in the history."""
    if len(position) < 2 or bool((position[1:] > position[:-1]).all()):
        small = instance.astype(np.uint16) if count <= 1 << 16 else instance  # sorted by radix
        return np.argsort(small, kind="stable")
    return np.argsort(instance * (int(position.max(initial=0)) + 1) + position, kind="stable")


def _walk(graph: StateGraph, code: Ints, bounds: Ints) -> Ints:
    """The edges that each instance takes, from the state that knows nothing."""
    words = code.tobytes()
    taken = [graph.path(words[start:stop]) for start, stop in pairwise((8 * bounds).tolist())]
    return np.frombuffer(b"".join(taken), dtype=np.int64)
