"""What can still go wrong after the pivot: the analysis behind W8.

After a pivot is done, some nodes are *lost*: whichever way a run goes on from them, it ends
unsuccessfully or compensates what came before. The defects are the edges that lead from a node that
is not lost into one that is: each is one decision too late.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wfmodel.checks.context import Context, waits_for_all
from wfmodel.checks.graph_search import search_from
from wfmodel.checks.saga import effectful_steps
from wfmodel.model.flow import Edge, Node, NodeKind
from wfmodel.model.workflow import DONE, FAILURE, Effect, Outcome, Parallel, Task


@dataclass(frozen=True)
class AfterPivot:
    """One pivot: where a run can be after it, and what must not happen there."""

    context: Context
    pivot: Node
    bad: frozenset[int]
    """Unsuccessful ends of the workflow, and compensations of what came before the pivot."""
    region: frozenset[int]
    """Nodes that a run can be at after the pivot and before anything bad."""
    lost: frozenset[int]
    """Nodes from which something bad cannot be avoided any more."""

    def culprits(self) -> Iterator[tuple[Node, Edge]]:
        """Edges that lead into what is lost, in order of declaration; the pivot's own first."""
        for edge in self.context.edges[self.pivot.index]:
            if edge.event == DONE and edge.target in self.lost:
                yield self.pivot, edge
        around = {fork.index for fork in _forks_around(self.context, self.pivot)}
        for index in sorted((self.region | around) - self.lost):
            node = self.context.flow.nodes[index]
            for edge in self._ways_to_lose(node, index in around):
                if edge.target in self.lost:
                    yield node, edge

    def _ways_to_lose(self, node: Node, around: bool) -> tuple[Edge, ...]:
        """Edges that a run can take after the pivot.

        A fork's own are left to the ends of its regions, which lead there; but not where it takes
        several regions to fail, or another copy of the one that holds the pivot.
        """
        edges = self.context.edges[node.index]
        if node.kind is not NodeKind.FORK:
            again = node.index == self.pivot.index
            return tuple(edge for edge in edges if not again or edge.event != DONE)
        assert isinstance(node.state, Parallel)
        several = node.state.needed < node.state.width or (around and node.state.copies > 1)
        return tuple(edge for edge in edges if several and edge.event == FAILURE)

    def skipping(self) -> Iterator[tuple[Node, Edge]]:
        """Failures of retriable steps that are neither fatal nor lead back to the step."""
        for index in sorted(self.region - self.lost):
            node = self.context.flow.nodes[index]
            state = node.state
            if isinstance(state, Task) and state.effect is Effect.RETRIABLE:
                for edge in self.context.edges[index]:
                    if edge.event != DONE and edge.target not in self.lost:
                        yield node, edge


def pivots(context: Context) -> tuple[Node, ...]:
    """Steps declared as pivots, in order."""
    return tuple(
        step
        for step in effectful_steps(context)
        if isinstance(step.state, Task) and step.state.effect is Effect.PIVOT
    )


def after_pivot(context: Context, pivot: Node) -> AfterPivot:
    """The analysis of one pivot."""
    before = _before(context, pivot)
    bad = frozenset(
        node.index for node in context.flow.nodes if _is_bad(context, node, before | {pivot.index})
    )
    starts = [e.target for e in context.edges[pivot.index] if e.event == DONE]
    starts += _beside(context, pivot)
    region = search_from(starts, lambda index: () if index in bad else context.follows(index))
    return AfterPivot(context, pivot, bad, frozenset(region), _lost(context, bad))


def _beside(context: Context, pivot: Node) -> list[int]:
    """First nodes of the regions that run side by side with the pivot's: they may come after it."""
    regions = [region for fork in _forks_around(context, pivot) for region in fork.regions]
    holding = {s.index for s in context.flow.scopes if pivot.scope in context.nested[s.index]}
    initials = (context.flow.scopes[r].initial for r in regions if r not in holding)
    return [initial for initial in initials if initial is not None]


def _forks_around(context: Context, node: Node) -> Iterator[Node]:
    """Forks that hold a node in a region, the innermost first."""
    fork = context.flow.scopes[node.scope].fork
    while fork is not None:
        holder = context.flow.nodes[fork]
        yield holder
        fork = context.flow.scopes[holder.scope].fork


def _before(context: Context, pivot: Node) -> frozenset[int]:
    """Nodes from which a run can come to the pivot."""
    backwards: dict[int, list[int]] = {}
    for node in context.flow.nodes:
        for target in context.follows(node.index):
            backwards.setdefault(target, []).append(node.index)
    found = search_from((pivot.index,), lambda index: backwards.get(index, ()))
    return frozenset(found) - {pivot.index}


def _is_bad(context: Context, node: Node, before: frozenset[int]) -> bool:
    if node.kind is NodeKind.FINAL:
        return node.scope == 0 and node.outcome is not Outcome.SUCCEEDED
    if node.kind is NodeKind.ROLLBACK:
        inside = context.nested[node.scope]
        steps = (context.flow.nodes[index] for index in before)
        return any(step.handler is not None and step.scope in inside for step in steps)
    return node.kind is NodeKind.TASK and node.undoes is not None and node.undoes in before


def _lost(context: Context, bad: frozenset[int]) -> frozenset[int]:
    """Least set: bad, or with nothing to do but enter the set."""
    sources: dict[int, list[int]] = {}
    open_ways: dict[int, int] = {}
    for node in context.flow.nodes:
        targets = set(context.follows(node.index))
        all_needed = node.kind is not NodeKind.FORK or not waits_for_all(node)
        open_ways[node.index] = len(targets) if all_needed else min(1, len(targets))
        for target in targets:
            sources.setdefault(target, []).append(node.index)
    lost = set(bad)
    work = sorted(bad)
    while work:
        for source in sources.get(work.pop(), ()):
            open_ways[source] -= 1
            if open_ways[source] <= 0 and source not in lost:
                lost.add(source)
                work.append(source)
    return frozenset(lost)
