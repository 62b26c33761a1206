"""The classes of a control-flow graph; ``flow`` builds it from a Workflow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from wfmodel.model.source import Path
from wfmodel.model.workflow import FAILURE, Compensation, Outcome, Parallel, State, Workflow


class NodeKind(StrEnum):
    """What the holder of a token does at a node."""

    TASK = "task"
    CHOICE = "choice"
    FORK = "fork"
    WAIT = "wait"
    RECEIVE = "receive"
    PASS = "pass"
    """Goes on at once: a wait of no time, or the end of an inlined sub-workflow."""
    FINAL = "final"
    """Ends its scope; ``Node.outcome`` says how."""
    ROLLBACK = "rollback"
    """Runs handlers of what the token's run has completed, latest first; then its edge ``done``."""
    COMPENSATION = "compensation"
    """A task's handler; only a rollback leads here, so it has no edges of its own."""


@dataclass(frozen=True, slots=True)
class Edge:
    """What follows a node upon an event. ``path`` is where the target is written."""

    event: str
    target: int
    path: Path = ()
    implicit: bool = False
    back: bool = False
    """Closes a loop: a token that takes it begins a new epoch."""


@dataclass(frozen=True, slots=True)
class Node:
    """One place where a token can be. ``name`` is unique in the flow: ``fork.region/state``."""

    index: int
    name: str
    kind: NodeKind
    path: Path
    scope: int
    state: State | Compensation | None = None
    edges: tuple[Edge, ...] = ()
    service: str | None = None
    outcome: Outcome | None = None
    implicit: bool = False
    undoes: int | None = None
    """The task node whose effect this node takes back (a compensation, explicit or handler)."""
    handler: int | None = None
    """The compensation node of this task."""
    regions: tuple[int, ...] = ()
    """Scopes that this fork starts."""
    cause: int | None = None
    """The task whose work sets the event going for which this receive waits."""

    def after(self, event: str) -> Edge:
        """The edge taken upon an event: its own, else ``failure``'s.

        Raises:
            KeyError: the node raises no such event.
        """
        fallback = None
        for edge in self.edges:
            if edge.event == event:
                return edge
            if edge.event == FAILURE:
                fallback = edge
        if fallback is None:
            raise KeyError(f"{self.name} has no transition for {event!r}")
        return fallback


@dataclass(frozen=True, slots=True)
class Scope:
    """The main machine (index 0) or one region of a fork."""

    index: int
    name: str
    path: Path
    initial: int | None
    fork: int | None = None
    region: int = 0
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class FlowProblem:
    """A name that leads nowhere. ``kind`` is the name of the rule that reports it."""

    kind: str
    path: Path
    name: str
    candidates: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True)
class Flow:
    """The graph. Node and scope indices are positions in ``nodes`` and ``scopes``."""

    workflow: Workflow
    nodes: tuple[Node, ...]
    scopes: tuple[Scope, ...]
    problems: tuple[FlowProblem, ...] = ()
    by_name: Mapping[str, int] = field(default_factory=dict)
    interruptions: tuple[str, ...] = ()
    """What may end the whole at any moment (``with_interruptions``): events, in the order of the
    regions beside the body of the fork that is then around it."""
    deadline: int | None = None
    """The wait that is the workflow's own time-out, in a flow that has it."""

    def node(self, name: str) -> Node:
        """The node of this name.

        Raises:
            KeyError: there is none.
        """
        return self.nodes[self.by_name[name]]

    @property
    def initial(self) -> int:
        """Index of the first node of the main scope.

        Raises:
            ValueError: the initial state is unknown.
        """
        first = self.scopes[0].initial
        if first is None:
            raise ValueError(f"workflow {self.workflow.name!r} has no initial state")
        return first

    def steps(self) -> tuple[Node, ...]:
        """Task nodes that do forward work (not compensations), in order of declaration."""
        return tuple(n for n in self.nodes if n.kind is NodeKind.TASK and n.undoes is None)

    def undoings(self) -> Iterator[tuple[Node, Node]]:
        """Task nodes that compensate, each with the node whose effect it takes back."""
        for node in self.nodes:
            if node.kind is NodeKind.TASK and node.undoes is not None:
                yield node, self.nodes[node.undoes]

    def forks(self) -> Iterator[tuple[Node, Parallel]]:
        """Forks in order of declaration, each with what is declared of it."""
        for node in self.nodes:
            if node.kind is NodeKind.FORK and isinstance(node.state, Parallel):
                yield node, node.state

    def in_scope(self, scope: int) -> Iterator[Node]:
        """Nodes of one scope, regions inside it excluded."""
        return (node for node in self.nodes if node.scope == scope)

    def initial_of(self, scope: int) -> int:
        """First node of a scope.

        Raises:
            ValueError: it is unknown.
        """
        first = self.scopes[scope].initial
        if first is None:
            raise ValueError(f"scope {self.scopes[scope].name!r} has no initial state")
        return first

    def starts_of(self, fork: Node) -> tuple[int, ...]:
        """First nodes of a fork's regions, where they are known."""
        initials = (self.scopes[region].initial for region in fork.regions)
        return tuple(first for first in initials if first is not None)


def with_back_edges(nodes: Sequence[Node], scopes: Iterable[Scope]) -> list[Node]:
    """Nodes whose edges that close a loop are marked, by depth-first search in order."""
    marked = list(nodes)
    state = [0] * len(marked)  # 0 new, 1 on the search path, 2 finished
    starts = [scope.initial for scope in scopes if scope.initial is not None]
    for start in (*starts, *range(len(marked))):
        if state[start]:
            continue
        stack: list[tuple[int, int]] = [(start, 0)]
        state[start] = 1
        while stack:
            index, position = stack.pop()
            edges = marked[index].edges
            if position == len(edges):
                state[index] = 2
                continue
            stack.append((index, position + 1))
            target = edges[position].target
            if state[target] == 1:
                back = replace(edges[position], back=True)
                changed = (*edges[:position], back, *edges[position + 1 :])
                marked[index] = replace(marked[index], edges=changed)
            elif state[target] == 0:
                state[target] = 1
                stack.append((target, 0))
    return marked
