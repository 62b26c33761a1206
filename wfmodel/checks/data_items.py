"""Which data items may still be unwritten where: one pass for all, one exact search for each.

An item is *there from the start* if it is declared as input, or if the workflow declares no data
and never writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wfmodel.checks.context import Context, succeeded, waits_for_all
from wfmodel.checks.crossings import RunWatch
from wfmodel.checks.dataflow import solve
from wfmodel.model.flow import Edge, Node, NodeKind
from wfmodel.model.source import Path
from wfmodel.model.workflow import DONE, TIMEOUT, Choice, Compensation, Parallel, Receive, Task


@dataclass(frozen=True, slots=True)
class ItemRead:
    """A place where a node reads an item."""

    node: Node
    item: str
    path: Path


def reads_of(node: Node) -> Iterator[ItemRead]:
    """What a node reads on being entered, in order."""
    match node.state:
        case Task():
            for number, item in enumerate(node.state.reads):
                yield ItemRead(node, item, (*node.path, "reads", number))
        case Choice():
            for number, branch in enumerate(node.state.branches):
                at = (*node.path, "branches", number)
                for place, item in enumerate(branch.needs):
                    where = ("reads", place) if branch.reads else ("guard",)
                    yield ItemRead(node, item, (*at, *where))
        case Parallel(for_each=str(item)):
            yield ItemRead(node, item, (*node.path, "for_each"))


def writes_upon(node: Node, event: str) -> tuple[str, ...]:
    """What a node has written once it is left by an event."""
    match node.state:
        case Task() if event == DONE:
            return node.state.writes
        case Receive() if event != TIMEOUT:
            return node.state.writes
        case _:
            return ()


def missing_at_start(context: Context) -> tuple[str, ...]:
    """Items that somebody has to write before they can be read."""
    declared = context.workflow.data
    written = {
        item
        for node in context.flow.nodes
        for event in (DONE, "")
        for item in writes_upon(node, event)
    }
    read = dict.fromkeys(item for node in context.flow.nodes for item in _all_reads(node))
    return tuple(
        item
        for item in read
        if (not declared[item].input if item in declared else item in written and not declared)
    )


def _all_reads(node: Node) -> tuple[str, ...]:
    if isinstance(node.state, Compensation):
        return node.state.reads
    return tuple(read.item for read in reads_of(node))


@dataclass(frozen=True)
class ItemWatch(RunWatch):
    """Status 1 once the item is written; offended at some nodes while it is not."""

    item: str
    nodes: frozenset[int]

    def after(self, node: Node, event: str, status: int) -> int:
        """Written by whoever writes it."""
        return 1 if self.item in writes_upon(node, event) else status

    def offends(self, node: Node, status: int) -> bool:
        """At a node that reads it."""
        return status == 0 and node.index in self.nodes


class Unwritten:
    """Per node, the items that some run may not have written on entering it (a sound filter)."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.items = missing_at_start(context)
        self.bit = {item: 1 << number for number, item in enumerate(self.items)}
        self.region_out: dict[int, int] = {}
        everything = (1 << len(self.items)) - 1
        self.at = (
            solve(context, everything, 0, self._flow_out, lambda a, b: a | b) if self.items else []
        )

    def may_be(self, node: Node, item: str) -> bool:
        """Whether an item may be unwritten on entering a node."""
        return bool(self.bit.get(item, 0)) and bool(self.at[node.index] & self.bit[item])

    def _flow_out(self, node: Node, bits: int) -> Iterator[tuple[int, int]]:
        if node.kind is NodeKind.FORK:
            for first in self.context.flow.starts_of(node):
                yield first, bits
            for edge in self.context.edges[node.index]:
                if edge.event != DONE or not waits_for_all(node):
                    yield edge.target, bits
        elif node.kind is NodeKind.FINAL:
            yield from self._join(node, bits)
        else:
            for edge in self.context.edges[node.index]:
                yield edge.target, bits & ~self._written(node, edge)

    def _written(self, node: Node, edge: Edge) -> int:
        mask = 0
        for item in writes_upon(node, edge.event):
            mask |= self.bit.get(item, 0)
        return mask

    def _join(self, end: Node, bits: int) -> Iterator[tuple[int, int]]:
        """A join of all regions: what every region may have left unwritten."""
        fork = self.context.flow.scopes[end.scope].fork
        if fork is None or not succeeded(end) or not waits_for_all(self.context.flow.nodes[fork]):
            return
        holder = self.context.flow.nodes[fork]
        self.region_out[end.scope] = self.region_out.get(end.scope, 0) | bits
        left = -1
        for region in holder.regions:
            left &= self.region_out.get(region, 0)
        for edge in self.context.edges[fork]:
            if edge.event == DONE:
                yield edge.target, left
