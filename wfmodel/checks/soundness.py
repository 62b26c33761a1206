"""Whether parallel parts complete: exact, and linear in the number of regions.

A workflow's parallel parts are blocks: a fork, regions, a join. So the marking space need not be
walked through. Whatever the interleaving, a join sees of a region only how it ended; what all
regions together can do to the join follows from what each can do alone. Seventeen regions are
seventeen small questions, not 2^17 markings. (Regions share no places: their markings are a
product, and each of the properties below is a property of one factor or of the count of factors
that can end well or badly.)

- *dead*: a state that the graph connects to the start, and that no run enters;
- *option to complete* of a join: enough regions can end well (``done``), or too many badly
  (``failure``);
- *proper completion* and *safeness*: only a join that does not wait can leave a region running, at
  the end or when its fork is entered again.

Tests compare this with the whole marking space, by our own token game and by pm4py.

Source: van der Aalst et al., *Soundness of workflow nets*, Formal Aspects of Computing 23 (2011).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from wfmodel.checks.context import Context, succeeded
from wfmodel.model.flow import Edge, Node, NodeKind
from wfmodel.model.workflow import DONE, Parallel


@dataclass(frozen=True, slots=True)
class Liveness:
    """Nodes that some run enters; per fork, how many regions can end well, and how many badly."""

    entered: frozenset[int]
    wells: dict[int, int]
    bads: dict[int, int]

    def can_join(self, fork: Node) -> bool:
        """Whether enough regions can end well."""
        assert isinstance(fork.state, Parallel)
        return self.wells[fork.index] * fork.state.copies >= fork.state.needed

    def can_fail(self, fork: Node) -> bool:
        """Whether so many regions can end badly that the join is out of reach."""
        assert isinstance(fork.state, Parallel)
        return self.bads[fork.index] * fork.state.copies > spare_of(fork.state)


def spare_of(state: Parallel) -> int:
    """How many regions may fail without failing the join."""
    return 0 if state.join == "first" else state.width - state.needed


def may_be_empty(fork: Node) -> bool:
    """Whether the join may go on without any region: how many items there are is data."""
    return isinstance(fork.state, Parallel) and fork.state.for_each is not None


def liveness_of(context: Context) -> Liveness:
    """Which nodes runs enter, joins taken exactly; found once for a context."""
    return context.once(liveness)


def liveness(context: Context) -> Liveness:
    """What runs enter: whatever is entered goes on, and joins go on that can be reached."""
    flow = context.flow
    first = flow.scopes[0].initial
    entered: set[int] = set()
    wells: dict[int, int] = {fork.index: 0 for fork, _ in flow.forks()}
    bads = dict(wells)
    found = Liveness(frozenset(), wells, bads)
    ended: set[tuple[int, bool]] = set()
    queue = deque(() if first is None else (first,))
    entered.update(queue)

    def enter(index: int) -> None:
        if index not in entered:
            entered.add(index)
            queue.append(index)

    while queue:
        node = flow.nodes[queue.popleft()]
        context.effort.spend(2 + len(node.edges))
        for target in context.repaired.get(node.index, ()):
            enter(target)
        if node.kind is NodeKind.FORK:
            for start in flow.starts_of(node):
                enter(start)
            for edge in context.edges[node.index] if may_be_empty(node) else ():
                if edge.event == DONE:
                    enter(edge.target)
            continue
        for edge in context.edges[node.index]:
            enter(edge.target)
        fork = flow.scopes[node.scope].fork
        ending = (node.scope, succeeded(node))
        if node.kind is NodeKind.FINAL and fork is not None and ending not in ended:
            ended.add(ending)
            counts = wells if ending[1] else bads
            counts[fork] += 1
            for edge in taken(context, flow.nodes[fork], found):
                enter(edge.target)
    return Liveness(frozenset(entered), wells, bads)


def taken(context: Context, fork: Node, found: Liveness) -> tuple[Edge, ...]:
    """Edges of a fork that its join can take."""
    done, failure = found.can_join(fork), found.can_fail(fork)
    edges = context.edges[fork.index]
    return tuple(edge for edge in edges if (done if edge.event == DONE else failure))


def leaves_running(fork: Node) -> bool:
    """Whether a join may go on while a region runs, and lets it run."""
    state = fork.state
    if not isinstance(state, Parallel) or state.siblings in ("cancel", "wait"):
        return False
    return state.needed < state.width
