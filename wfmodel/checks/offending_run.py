"""The shortest run of a flow that offends a watch: a product search, state = (node, status).

A ``RunWatch`` is a small automaton that reads the words of a run. Every run that is returned is
real: its words can be replayed on the flow, one token per region.

Regions of a fork are explored one after the other and summed up: what each can do to the status,
and whether it ends well. That is linear in the number of regions. It sees every status that
regions can bring about in order of declaration or in reverse; it does not see a status that only
a finer interleaving of two regions that both change it could bring about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from wfmodel.checks.context import Context, succeeded
from wfmodel.checks.crossings import Crossing, OffencePart, RunWatch, ScopeReach, State, Summary
from wfmodel.checks.fork_summary import cross
from wfmodel.model.flow import Edge, Node, NodeKind
from wfmodel.model.workflow import DONE


@dataclass(frozen=True, slots=True)
class OffendingRun:
    """A run's words, in order, and the watch's status at its end."""

    words: tuple[str, ...]
    node: int
    status: int


class Search:
    """One search for one watch; ``find`` is the entry."""

    def __init__(self, context: Context, watch: RunWatch) -> None:
        self.context = context
        self.watch = watch
        self.explored: dict[tuple[int, int], ScopeReach] = {}
        self.summaries: dict[State, Summary] = {}

    def find(self) -> OffendingRun | None:
        """The shortest offending run, or None."""
        if self.context.flow.scopes[0].initial is None:
            return None
        main = self.explore(0, 0, stop_at_offence=True)
        if main.offence is None:
            return None
        _, state, rest = main.offence
        words = (*main.words(state), *(rest.words() if rest else (self._name(state[0]),)))
        last = rest.last if rest else state
        return OffendingRun(words, *last)

    def _name(self, index: int) -> str:
        return self.context.flow.nodes[index].name

    def explore(self, scope: int, status: int, *, stop_at_offence: bool = False) -> ScopeReach:
        """Everything that a scope can do from a status, by the number of words."""
        key = (scope, status)
        if key not in self.explored:
            self.explored[key] = (
                ScopeReach()
            )  # a region never contains itself: not read before done
            self.explored[key] = self._explore(scope, status, stop_at_offence)
        return self.explored[key]

    def _explore(self, scope: int, status: int, stop_at_offence: bool) -> ScopeReach:
        found = ScopeReach()
        first = self.context.flow.scopes[scope].initial
        if first is None:
            return found
        ticket = count()
        queue: list[tuple[int, int, State]] = [(0, next(ticket), (first, status))]
        found.arrived[first, status] = (None, "")
        found.costs[first, status] = 0
        done: set[State] = set()
        while queue:
            cost, _, state = heappop(queue)
            if state in done:
                continue
            if stop_at_offence and found.offence is not None and found.offence[0] <= cost:
                break
            done.add(state)
            self.context.effort.spend(4)
            for target, step, link in self._moves(found, state, cost):
                total = cost + step
                self.context.effort.spend(5)
                if total < found.costs.get(target, total + 1):
                    found.costs[target] = total
                    found.arrived[target] = (state, link)
                    heappush(queue, (total, next(ticket), target))
        return found

    def _moves(
        self, found: ScopeReach, state: State, cost: int
    ) -> Iterator[tuple[State, int, Crossing | str]]:
        """Where one state leads; what it offends, ends or could be stopped at is noted."""
        node, status = self.context.flow.nodes[state[0]], state[1]
        found.visits.setdefault(status, state)
        if self.watch.offends(node, status):
            _note(found, cost, state, None)
        if node.kind is NodeKind.FINAL:
            found.ends.setdefault((succeeded(node), status), state)
        elif node.kind is NodeKind.FORK:
            yield from self._crossings(found, node, state, cost)
        else:
            for edge in self.context.edges[node.index]:
                after = self.watch.after(node, edge.event, status)
                yield (edge.target, after), 1, f"{node.name} -{edge.event}->"

    def _crossings(
        self, found: ScopeReach, node: Node, state: State, cost: int
    ) -> Iterator[tuple[State, int, Crossing | str]]:
        summary = self._summary(node, state[1])
        if summary.offence is not None:
            _note(found, cost + summary.offence.cost, state, summary.offence)
        for crossing in summary.crossings:
            edge = self._edge(node, crossing.event)
            if edge is not None:
                after = self.watch.after(node, crossing.event, crossing.status)
                yield (edge.target, after), crossing.cost, crossing

    def _summary(self, node: Node, status: int) -> Summary:
        key = (node.index, status)
        if key not in self.summaries:
            self.summaries[key] = cross(self, node, status)
        return self.summaries[key]

    def _edge(self, node: Node, event: str) -> Edge | None:
        edges = self.context.edges[node.index]
        return next((edge for edge in edges if edge.event == event), None)


def _note(found: ScopeReach, cost: int, state: State, rest: OffencePart | None) -> None:
    if found.offence is None or cost < found.offence[0]:
        found.offence = (cost, state, rest)


def shortest_run(context: Context, watch: RunWatch) -> OffendingRun | None:
    """The shortest run that offends a watch, or None if none does."""
    return Search(context, watch).find()


@dataclass(frozen=True)
class ReachesAfter(RunWatch):
    """Status 1 once one of ``first`` is done; offended by 1 on entering one of ``nodes``."""

    first: frozenset[int]
    nodes: frozenset[int]

    def after(self, node: Node, event: str, status: int) -> int:
        """One of the first is done."""
        return 1 if node.index in self.first and event == DONE else status

    def offends(self, node: Node, status: int) -> bool:
        """At the nodes."""
        return status == 1 and node.index in self.nodes


@dataclass(frozen=True)
class Reaches(RunWatch):
    """A watch that is offended by entering one of some nodes."""

    nodes: frozenset[int]

    def offends(self, node: Node, status: int) -> bool:
        """At the nodes."""
        return node.index in self.nodes
