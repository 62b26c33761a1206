"""On what the views of one instance differ, taken over from one global state to the next.

A step of a walk changes one view about one or two nodes. So only what was changed is compared anew,
with those who say anything of it: work follows what changes, and not the pairs of views.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from wfmodel.designs.node_trie import NodeTrie
from wfmodel.designs.state import Status, View
from wfmodel.metrics.distance import differ_about, statuses_differ

Pair: TypeAlias = tuple[int, int]
"""Two participants, the one with the smaller number first."""


class Apart(NamedTuple):
    """What is between the views of a state. ``disputes`` holds (node, one, other) where the views
    of two participants differ about a node; ``nodes`` how many those are, by pair; ``statuses`` how
    many views hold each status that is known.
    """

    disputes: NodeTrie[tuple[int, int, int]] = NodeTrie()
    nodes: frozenset[tuple[Pair, int]] = frozenset()
    statuses: frozenset[tuple[Status, int]] = frozenset()


class Disputes:
    """Of the states of one graph, by number; state 0 knows nothing. ``view`` gives the view of a
    participant in a state.
    """

    def __init__(self, view: Callable[[int, int], View]) -> None:
        self._view = view
        self._by_state = [Apart()]
        self._same: dict[Apart, Apart] = {}
        """Few things are in dispute at a time, in many states: those that are equal are one."""
        self._sayers: dict[int, tuple[int, ...]] = {}
        """By node: participants whose views have ever said something of it."""

    def append(self, source: int, participant: int, changed: Iterable[int]) -> tuple[int, int]:
        """Of the next state, which is met from ``source`` when this participant's view changes
        about these nodes: the largest distance of two views, and how many pairs differ.
        """
        number, before = len(self._by_state), self._by_state[source]
        apart = before
        mine, earlier = self._view(number, participant), self._view(source, participant)
        if mine.status is not earlier.status:
            apart = apart._replace(statuses=_moved(apart.statuses, earlier.status, mine.status))
        for node in changed:
            apart = self._about(apart, number, participant, node)
        if apart is not before:
            apart = self._same.setdefault(apart, apart)
        self._by_state.append(apart)
        return self._distances(apart, number)

    def append_same(self, source: int) -> None:
        """The next state is one whose views are those of ``source``."""
        self._by_state.append(self._by_state[source])

    def _about(self, apart: Apart, number: int, participant: int, node: int) -> Apart:
        """The same when a participant's view of a node has changed."""
        mine, sayers = self._view(number, participant), self._sayers.get(node, ())
        said = mine.steps.at(node)
        if said and participant not in sayers:
            self._sayers[node] = (*sayers, participant)
        before = apart.disputes.at(node) if apart.nodes else ()
        if not before and not (said and sayers):
            return apart
        others = [each for each in before if participant not in each[1:]]
        mine_now = [
            (node, min(participant, other), max(participant, other))
            for other in sayers
            if other != participant and differ_about(node, mine, self._view(number, other))
        ]
        after = tuple(sorted(others + mine_now))
        if after == before:
            return apart
        counts = dict(apart.nodes)
        for items, more in ((before, -1), (after, 1)):
            for _, one, other in items:
                counts[one, other] = counts.get((one, other), 0) + more
        left = frozenset((pair, count) for pair, count in counts.items() if count)
        return apart._replace(disputes=apart.disputes.filed(node, after), nodes=left)

    def _distances(self, apart: Apart, number: int) -> tuple[int, int]:
        held = [count for _, count in apart.statuses]
        pairs = (sum(held) ** 2 - sum(count * count for count in held)) // 2
        largest = min(pairs, 1)
        for (one, other), count in apart.nodes:
            differ = statuses_differ(self._view(number, one), self._view(number, other))
            largest = max(largest, count + differ)
            pairs += not differ
        return largest, pairs


def _moved(
    statuses: frozenset[tuple[Status, int]], before: Status, after: Status
) -> frozenset[tuple[Status, int]]:
    """One view has another status than before; an unknown one does not count."""
    counts = dict(statuses)
    for status, more in ((before, -1), (after, 1)):
        if status is not Status.UNKNOWN:
            counts[status] = counts.get(status, 0) + more
    return frozenset((status, count) for status, count in counts.items() if count)
