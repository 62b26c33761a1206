"""Writes and when views came to have them: the shared ground of all staleness metrics.

A write is the first landing of one visit of a step at its service. A view has it once the view's
status of that step is done, failed or compensated. Views that count are those that show the step at
all: whoever is never told of a step does not lack it (what should have been told and was not is
counted as lost, or as a lost event).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfmodel.designs.messages import StepStatus
from wfmodel.metrics.codes import Bools, Ints
from wfmodel.metrics.globalstate import StateGraph
from wfmodel.metrics.instance_paths import Tracks


@dataclass(frozen=True)
class Applied:
    """One entry per (write, view that counts)."""

    instance: Ints
    view: Ints
    """Instance and participant as one number: whose store it is."""
    write: Ints
    """Number of the write."""
    written_ns: Ints
    lag_ns: Ints
    """From the landing until the view had it; until the end of the run if it never did."""
    seen: Bools


@dataclass(frozen=True)
class _Writes:
    """Sorted by (instance, step), then time."""

    key: Ints
    rank: Ints
    time_ns: Ints
    instants: int
    nodes: int

    def latest(self, key: Ints, rank: Ints) -> Ints:
        """The last write of that instance and step at or before an instant; -1: there is none."""
        if not len(self.key):
            return np.full(len(key), -1, dtype=np.int64)
        mine = self.key * self.instants + self.rank
        place = np.searchsorted(mine, key * self.instants + rank, side="right") - 1
        return np.where((place >= 0) & (self.key[place] == key), place, -1)


def applied(tracks: Tracks) -> Applied:
    """Match every write with the views that came to have it, or wait for it still."""
    writes = _writes(tracks)
    had, lacking = _gained(tracks, writes), _lacking(tracks, writes)
    write, view, until = (np.concatenate(both) for both in zip(had, lacking, strict=True))
    participants = len(tracks.history.participants)
    # The first entry of a pair counts: events ascend, and what is lacking at the end comes last.
    _, once = np.unique(write * participants + view % participants, return_index=True)
    write, view, until = write[once], view[once], until[once]
    written = writes.time_ns[write]
    seen = once < len(had[0])
    return Applied(view // participants, view, write, written, until - written, seen)


def _writes(tracks: Tracks) -> _Writes:
    nodes = max(1, len(tracks.history.nodes))
    lands = tracks.graph.lands.array()[tracks.edge]
    events = np.flatnonzero(lands >= 0)
    key = tracks.instance[events] * nodes + lands[events]
    events, key = (column[np.argsort(key, kind="stable")] for column in (events, key))
    instants = int(tracks.rank.max(initial=0)) + 1
    return _Writes(key, tracks.rank[events], tracks.time_ns[events], instants, nodes)


def _gained(tracks: Tracks, writes: _Writes) -> tuple[Ints, Ints, Ints]:
    """(write, view, time) of each time that a view came to have a write."""
    graph = tracks.graph
    amount, first, steps = graph.gains.array(), graph.first_gains.array(), graph.gained.array()
    who = graph.participant.array()
    events = np.flatnonzero(amount[tracks.edge])
    times = amount[tracks.edge[events]]
    event = np.repeat(events, times)
    within = np.arange(len(event)) - np.repeat(np.cumsum(times) - times, times)
    edge = tracks.edge[event]
    key = tracks.instance[event] * writes.nodes + steps[first[edge] + within]
    write = writes.latest(key, tracks.rank[event])
    view = tracks.instance[event] * len(tracks.history.participants) + who[edge]
    kept = write >= 0
    return write[kept], view[kept], tracks.time_ns[event[kept]]


def _lacking(tracks: Tracks, writes: _Writes) -> tuple[Ints, Ints, Ints]:
    """(write, view, end of observation) of views that show a landed step, and not its result."""
    participants = len(tracks.history.participants)
    keys: list[int] = []
    views: list[int] = []
    final = tracks.final_state.tolist()
    expected = {number: waiting(tracks.graph, number) for number in set(final)}
    for i, number in enumerate(final):
        for participant, node in expected[number]:
            keys.append(i * writes.nodes + node)
            views.append(i * participants + participant)
    key = np.array(keys, dtype=np.int64)
    write = writes.latest(key, np.full_like(key, writes.instants - 1))
    kept = write >= 0
    view = np.array(views, dtype=np.int64)[kept]
    return write[kept], view, np.full_like(view, tracks.end_ns)


def waiting(graph: StateGraph, number: int) -> tuple[tuple[int, int], ...]:
    """(participant, step) of each view that would have to hear of a landed step's result."""
    state = graph.states[number]
    landed = {count.node for count in state.truth if count.landed}
    unfinished = (StepStatus.PENDING, StepStatus.RUNNING)
    return tuple(
        (participant, node)
        for participant, view in enumerate(state.every_view())
        for node, status in graph.view(view).steps
        if node in landed and status in unfinished
    )
