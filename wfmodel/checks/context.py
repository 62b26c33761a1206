"""What rules know about a workflow: its flow, and facts of the flow that several rules ask for.

Every fact is computed once, when the first rule asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeVar, cast

from wfmodel.checks.effort import Effort
from wfmodel.checks.graph_search import repairs, search_from, strong_components, suggestions
from wfmodel.checks.guards import Verdicts, decide
from wfmodel.checks.raised_events import possible_edges
from wfmodel.model.flow import Edge, Flow, FlowProblem, Node, NodeKind, build_flow
from wfmodel.model.source import Path
from wfmodel.model.workflow import (
    DONE,
    FAILURE,
    Choice,
    Outcome,
    Parallel,
    Region,
    SubDefinition,
    Workflow,
)

T = TypeVar("T")

_LAID_OUT: Final = 8
"""Steps for a state that is laid out; one that is called counts as often as it is called."""


@dataclass(frozen=True)
class Context:
    """A workflow under check: sub-workflows inlined, one copy of ``for_each`` for all."""

    workflow: Workflow
    flow: Flow
    alone: dict[str, frozenset[Path]] = field(default_factory=dict, compare=False)
    """Per called workflow, what ``called_workflows`` found in it alone."""
    kept: dict[object, object] = field(default_factory=dict, compare=False)
    """What ``once`` has computed, by what computed it."""
    decided: dict[int, Verdicts | None] = field(default_factory=dict, compare=False)
    """What ``guards`` has decided so far, by node."""
    effort: Effort = field(default_factory=Effort, compare=False)
    """What work may still be done; who does some counts it."""

    @classmethod
    def of(
        cls, workflow: Workflow, effort: Effort | None = None, *, imported: bool = False
    ) -> Context:
        """The context of a workflow; one that was imported knows no ``rollback``."""
        budget = effort or Effort()
        flow = build_flow(
            workflow,
            expand_copies=False,
            count=lambda states: budget.spend(_LAID_OUT * states),
            rollback=not imported,
        )
        return cls(workflow, flow, effort=budget)

    def once(self, fact: Callable[[Context], T]) -> T:
        """A fact that an analysis above this file finds: computed when it is first asked for."""
        if fact not in self.kept:
            self.kept[fact] = fact(self)
        return cast(T, self.kept[fact])

    @cached_property
    def edges(self) -> tuple[tuple[Edge, ...], ...]:
        """Per node, the edges that a run can take: those whose event can be raised."""
        return tuple(possible_edges(node) for node in self.flow.nodes)

    @cached_property
    def repaired(self) -> dict[int, tuple[int, ...]]:
        """Per node, targets that misspelt names most likely meant."""
        return repairs(self.flow, self.meant)

    @cached_property
    def meant(self) -> dict[FlowProblem, str]:
        """Per name that leads nowhere, the name that was most likely meant."""
        return suggestions(self.flow, self.effort)

    @cached_property
    def reachable(self) -> frozenset[int]:
        """Nodes that the graph connects to the initial state; regions only through their fork."""
        first = self.flow.scopes[0].initial
        if first is None:
            return frozenset(node.index for node in self.flow.nodes)
        return frozenset(search_from((first,), self.successors))

    @cached_property
    def reachable_nodes(self) -> tuple[Node, ...]:
        """The same in order of declaration."""
        return tuple(self.flow.nodes[index] for index in sorted(self.reachable))

    def successors(self, index: int) -> tuple[int, ...]:
        """Nodes that can come next: targets, first states of regions, and repaired targets."""
        self.effort.spend()
        return self._successors[index]

    @cached_property
    def _successors(self) -> list[tuple[int, ...]]:
        found = []
        for node in self.flow.nodes:
            targets = (edge.target for edge in node.edges)
            repaired = self.repaired.get(node.index, ())
            found.append((*targets, *self.flow.starts_of(node), *repaired))
        return found

    def follows(self, index: int) -> tuple[int, ...]:
        """Nodes that a run can enter next, where regions end at whatever follows their fork."""
        self.effort.spend()
        node = self.flow.nodes[index]
        if node.kind is NodeKind.FORK:
            return self.flow.starts_of(node)
        fork = self.flow.scopes[node.scope].fork
        if node.kind is NodeKind.FINAL and fork is not None:
            return tuple(edge.target for edge in self.joined(self.flow.nodes[fork], node))
        return tuple(edge.target for edge in self.edges[index])

    def joined(self, fork: Node, end: Node) -> tuple[Edge, ...]:
        """Edges of a fork that the end of one of its regions can lead to."""
        assert isinstance(fork.state, Parallel)
        if fork.state.needed < fork.state.width:
            return self.edges[fork.index]
        event = DONE if succeeded(end) else FAILURE
        return tuple(edge for edge in self.edges[fork.index] if edge.event == event)

    @cached_property
    def circles(self) -> dict[int, frozenset[int]]:
        """Per node on a cycle, all nodes that share one with it."""
        found: dict[int, frozenset[int]] = {}
        for members in strong_components(self.reachable, self.follows):
            if len(members) > 1 or members[0] in self.follows(members[0]):
                found |= dict.fromkeys(members, frozenset(members))
        return found

    @cached_property
    def rollbacks(self) -> tuple[Node, ...]:
        """Every rollback."""
        return tuple(node for node in self.flow.nodes if node.kind is NodeKind.ROLLBACK)

    def rollbacks_over(self, step: Node) -> tuple[Node, ...]:
        """Those that run the handler of a step."""
        return tuple(node for node in self.rollbacks if step.scope in self.nested[node.scope])

    @cached_property
    def broken(self) -> frozenset[int]:
        """Nodes with a name that leads nowhere: where they go on is not known."""
        paths = {problem.path for problem in self.flow.problems}
        prefixes = {path[:length] for path in paths for length in range(len(path) + 1)}
        return frozenset(n.index for n in self.flow.nodes if n.path in prefixes)

    def guards(self) -> Iterator[tuple[Node, Choice, Verdicts]]:
        """Reachable choices with guards, and what is certain about them, decided one by one."""
        for node in self.reachable_nodes:
            index, state = node.index, node.state
            if isinstance(state, Choice):
                if index not in self.decided:
                    with self.effort.held():
                        self.decided[index] = decide(state, self.workflow.data, self.effort)
                verdicts = self.decided[index]
                if verdicts is not None:
                    yield node, state, verdicts

    @cached_property
    def main_ends(self) -> tuple[Node, ...]:
        """Ends of the whole workflow."""
        return tuple(self.ends(0))

    def ends(self, scope: int) -> tuple[Node, ...]:
        """Ends of one scope."""
        return tuple(n for n in self.flow.in_scope(scope) if n.kind is NodeKind.FINAL)

    @cached_property
    def nested(self) -> tuple[frozenset[int], ...]:
        """Per scope, the scopes inside it, itself included."""
        inside: list[set[int]] = [{scope.index} for scope in self.flow.scopes]
        for scope in reversed(self.flow.scopes):
            if scope.parent is not None:
                inside[scope.parent] |= inside[scope.index]
        return tuple(frozenset(members) for members in inside)

    def inside(self, scope: int) -> Iterator[Node]:
        """Nodes of a scope and of the scopes inside it, in order of declaration."""
        indices = sorted(i for each in self.nested[scope] for i in self._members[each])
        self.effort.spend(len(indices))
        return (self.flow.nodes[index] for index in indices)

    @cached_property
    def _members(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in self.flow.scopes]
        for node in self.flow.nodes:
            found[node.scope].append(node.index)
        return found


def succeeded(node: Node) -> bool:
    """Whether a final node ends its scope well."""
    return node.outcome is Outcome.SUCCEEDED


def waits_for_all(fork: Node) -> bool:
    """Whether a join needs every region to succeed: one that is lost is enough to lose it."""
    return isinstance(fork.state, Parallel) and fork.state.needed == fork.state.width


def machine_at(workflow: Workflow, path: Path) -> Workflow | SubDefinition | Region:
    """The machine whose states stand at a path: the workflow, a called one, or a region."""
    holder: Any = workflow
    for part in path:
        inside = isinstance(holder, Mapping | tuple)
        holder = cast(Any, holder)[part] if inside else getattr(holder, str(part))
    assert isinstance(holder, Workflow | SubDefinition | Region)
    return holder
