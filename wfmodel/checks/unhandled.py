"""Failures and time-outs that end the whole workflow because nothing handles them."""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.checks.context import Context
from wfmodel.model.flow import Edge, Node
from wfmodel.model.workflow import DONE, FAILURE, Parallel


def unhandled_edges(context: Context) -> Iterator[tuple[Node, Edge]]:
    """Implicit edges of reachable states along which the workflow ends ``failed``.

    A failure inside a region is handled if a parallel state around it handles `failure`, or can
    spare the region. Failures of compensations are left to W6.
    """
    for node in context.reachable_nodes:
        for edge in node.edges if node.undoes is None else ():
            if edge.implicit and edge.event != DONE and _ends_everything(context, edge):
                yield node, edge


def _ends_everything(context: Context, edge: Edge) -> bool:
    while True:
        end = context.flow.nodes[edge.target]
        if not end.implicit or end.outcome is None:
            return False
        fork = context.flow.scopes[end.scope].fork
        if fork is None:
            return True
        holder = context.flow.nodes[fork]
        assert isinstance(holder.state, Parallel)
        if holder.state.needed < holder.state.width:
            return False
        failing = next((e for e in holder.edges if e.event == FAILURE), None)
        if failing is None or not failing.implicit:  # None: its target leads nowhere
            return False
        edge = failing
