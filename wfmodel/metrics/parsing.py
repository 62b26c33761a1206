"""From rows to tracks, once per history, without an object per row."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from wfmodel.designs.history import History, Kind
from wfmodel.metrics.codes import Codes, Does, Ints, codes_of, encode, forgetting
from wfmodel.metrics.globalstate import StateGraph
from wfmodel.metrics.tracks import Monitor, Tracks, came_to_rest, index_of


def tracks_of(
    history: History, monitor: Monitor | None = None, *, until_ns: int | None = None
) -> Tracks:
    """Parse a history. Costs a few microseconds per instance; metrics share the result.

    Observation ends with the run; but where nothing was left to happen, ``until_ns`` can extend it,
    so that runs which came to rest sooner or later are observed equally long.
    """
    rows = history.rows
    end_ns = int(rows[-1, 0]) if len(rows) else 0
    if until_ns is not None and came_to_rest(history):
        end_ns = max(end_ns, until_ns)
    rank = np.zeros(len(rows), dtype=np.int64)
    np.cumsum(rows[1:, 0] != rows[:-1, 0], out=rank[1:])
    arrivals = np.flatnonzero(rows[:, 1] == Kind.ARRIVE)
    arrivals = arrivals[rows[arrivals, 0] >= history.warm_up_ns]
    mine = index_of(rows[arrivals, 2], rows)[rows[:, 2]]
    last = arrivals.copy()
    own = np.flatnonzero(mine >= 0)
    last[mine[own]] = own  # positions ascend, so the last one written is the last row
    codes = codes_of(history)
    position, code, instance = _events(history, codes, mine, arrivals, last)
    order = np.argsort(instance * (int(rank.max(initial=0)) + 1) + rank[position], kind="stable")
    position, code, instance = position[order], code[order], instance[order]
    bounds = np.searchsorted(instance, np.arange(len(arrivals) + 1))
    graph = StateGraph(history, codes)
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
        edge=_walk(graph, code.tolist(), bounds.tolist()),
    )


def _events(
    history: History, codes: Codes, mine: Ints, arrivals: Ints, last: Ints
) -> tuple[Ints, Ints, Ints]:
    """(position, code, instance) of every event of measured instances, in no order yet."""
    position, code = encode(history, codes)
    instance = mine[position]
    kept = instance >= 0
    recorded = position[kept], code[kept], instance[kept]
    forgotten = _forgets(history, codes, arrivals, last, recorded)
    position, code, instance = (
        np.concatenate(both) for both in zip(recorded, forgotten, strict=True)
    )
    return position, code, instance


def _forgets(
    history: History,
    codes: Codes,
    arrivals: Ints,
    last: Ints,
    recorded: tuple[Ints, Ints, Ints],
) -> tuple[Ints, Ints, Ints]:
    """(position, code, instance) of what crashes make memory stores forget.

    The record of an instance that has had a verdict is closed with its last row: what is forgotten
    after that changes nothing.
    """
    _, code, instance = recorded
    views = len(codes.views)
    final = np.array([view.status.is_final for view in codes.views], dtype=bool)
    of_view = code < codes.blocks[Does.LAND]
    open_ended = np.ones(len(arrivals), dtype=bool)
    open_ended[instance[of_view][final[code[of_view] % views]]] = False
    parts: list[tuple[Ints, Ints, Ints]] = []
    for position, participant in forgetting(history):
        hit = np.flatnonzero((arrivals < position) & (open_ended | (last > position)))
        forget = codes.blocks[Does.FORGET] + participant
        parts.append((np.full_like(hit, position), np.full_like(hit, forget), hit))
    nothing = np.zeros(0, dtype=np.int64)
    if not parts:
        return nothing, nothing, nothing
    positions, forgotten, hits = (np.concatenate(column) for column in zip(*parts, strict=True))
    return positions, forgotten, hits


def _walk(graph: StateGraph, codes: list[int], bounds: list[int]) -> Ints:
    """The edges that each instance takes, from the state that knows nothing."""
    outgoing, targets = graph.outgoing, graph.targets
    taken: list[int] = []
    for start, stop in pairwise(bounds):
        state = 0
        for code in codes[start:stop]:
            edge = outgoing[state].get(code)
            if edge is None:
                edge = graph.add(state, code)
            taken.append(edge)
            state = targets[edge]
    return np.array(taken, dtype=np.int64)
