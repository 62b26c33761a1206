"""Does the workflow allow this order of tasks? Its flow is followed along, all its choices at once.

A marking is a set of tokens on the flow's nodes; ``Markings`` are all that agree with what was done
so far (the subset construction). Choices, waits and receives go on by themselves; only tasks need a
reaction of the choreography. Where it cannot tell, it allows: compensations of a rollback come in
any order, a task with retries may fail and be done again, ``for_each`` is one copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from wfmodel.model.declared_choreography import ServiceReaction
from wfmodel.model.flow import Edge, Flow, Node, NodeKind
from wfmodel.model.workflow import DONE, Outcome, Parallel, Task

Marking: TypeAlias = frozenset[int]
Markings: TypeAlias = frozenset[Marking]

MOST_MARKINGS: Final = 2_000
"""A workflow that can be in more places at once is followed no longer (and allows everything)."""

EVERYTHING: Final[Markings] = frozenset({frozenset({-1})})
"""Not followed any more."""


@dataclass
class Conformance:
    """A flow, and its nodes by the name that a choreography gives a task."""

    flow: Flow
    tasks: Mapping[str, int]
    _known: dict[tuple[Markings, str | None, str | None, bool], Markings] = field(
        default_factory=dict
    )

    def start(self) -> Markings:
        """Where the workflow can be before anything was done."""
        return self._closed([frozenset({self.flow.initial})])

    def after(self, at: Markings, reaction: ServiceReaction, *, failed: bool) -> Markings:
        """Where it can be after a reaction; nowhere, if it does not allow it."""
        if (reaction.does is None and reaction.undoes is None) or at == EVERYTHING:
            return at
        key = (at, reaction.does, reaction.undoes, failed)
        if key not in self._known:
            self._known[key] = self._closed(
                after for marking in at for after in self._after(marking, reaction, failed)
            )
        return self._known[key]

    def may_end(self, at: Markings) -> bool:
        """Whether the workflow can be at an end."""
        nodes = self.flow.nodes
        return at == EVERYTHING or any(
            nodes[token].kind is NodeKind.FINAL and nodes[token].scope == 0
            for marking in at
            for token in marking
        )

    def _after(
        self, marking: Marking, reaction: ServiceReaction, failed: bool
    ) -> Iterator[Marking]:
        target = self.tasks.get(reaction.does or reaction.undoes or "")
        for token in marking:
            node = self.flow.nodes[token]
            fits = target is not None and (
                token == target if reaction.does is not None else node.undoes == target
            )
            if fits and isinstance(node.state, Task):
                for edge in node.edges:
                    if (edge.event == DONE) is not failed:
                        yield (marking - {token}) | {edge.target}
                if failed and node.state.retry is not None:
                    yield marking
            elif node.kind is NodeKind.ROLLBACK and reaction.undoes is not None:
                yield marking

    def _closed(self, markings: Iterable[Marking]) -> Markings:
        """With everything that happens by itself."""
        seen = set(markings)
        work = list(seen)
        while work:
            marking = work.pop()
            for after in self._silent(marking):
                if after not in seen:
                    seen.add(after)
                    work.append(after)
            if len(seen) > MOST_MARKINGS:
                return EVERYTHING
        return frozenset(seen)

    def _silent(self, marking: Marking) -> Iterator[Marking]:
        for token in marking:
            node = self.flow.nodes[token]
            if node.kind is NodeKind.FORK:
                yield from self._fork(marking, node)
            elif node.kind not in (NodeKind.TASK, NodeKind.FINAL):
                for edge in node.edges:
                    yield (marking - {token}) | {edge.target}

    def _fork(self, marking: Marking, fork: Node) -> Iterator[Marking]:
        assert isinstance(fork.state, Parallel)
        nodes = self.flow.nodes
        inside = frozenset(t for t in marking if self._is_inside(nodes[t].scope, fork))
        if not inside:
            yield marking | {self.flow.initial_of(region) for region in fork.regions}
            return
        ended = [nodes[t] for t in inside if nodes[t].kind is NodeKind.FINAL]
        ended = [node for node in ended if node.scope in fork.regions]
        good = sum(node.outcome is Outcome.SUCCEEDED for node in ended)
        joins = good >= min(fork.state.needed, len(fork.regions))
        for edge in fork.edges:
            if joins if edge.event == DONE else good < len(ended):
                yield from _left(marking, fork.index, inside, edge)

    def _is_inside(self, scope: int | None, fork: Node) -> bool:
        while scope is not None and scope not in fork.regions:
            scope = self.flow.scopes[scope].parent
        return scope is not None


def _left(marking: Marking, fork: int, inside: Marking, edge: Edge) -> Iterator[Marking]:
    """A fork is left: the regions that still run are stopped, or finish."""
    yield (marking - inside - {fork}) | {edge.target}
    yield (marking - {fork}) | {edge.target}
