"""A workflow's own time-out in its graph: a fork around the whole, and a wait beside it.

What ends first decides, as in a fork with ``join: first``. Nodes of the workflow keep their numbers
and names, so what is said of them (placements, faults, stories) holds with and without a time-out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final as Constant_

from wfmodel.model.distributions import Constant
from wfmodel.model.flow_graph import Edge, Flow, Node, NodeKind, Scope
from wfmodel.model.workflow import DONE, ROLLBACK, TIMEOUT, Final, Outcome, Parallel, Region, Wait

BODY_REGION: Constant_ = 0
"""The region of the fork around the whole in which the workflow itself runs."""

DEADLINE_REGION: Constant_ = 1
"""The one in which its time runs out."""

WHOLE: Constant_ = "the whole"
"""Name of the fork."""

LIMIT: Constant_ = "the time-out of the whole"
"""Name of the wait."""


def with_deadline(flow: Flow) -> Flow:
    """The flow with its workflow's time-out around it; as it is where there is none.

    An instance whose time is up ends as failed at once and keeps its effects; with
    ``on: {timeout: rollback}`` all that may have happened is undone, and it ends as aborted. What
    is under way is no longer waited for, and what comes of it is late.
    """
    limit = flow.workflow.timeout
    if limit is None or flow.problems:
        return flow
    fork = len(flow.nodes)
    inside = [_moved_in(node) for node in flow.nodes]
    beside = len(flow.scopes) + 1
    outside = _around(flow, fork, beside, limit)
    scopes = (
        Scope(0, "", (), fork),
        *(_scope_moved_in(scope, fork) for scope in flow.scopes),
        Scope(beside, "", ("timeout",), fork + 1, fork, DEADLINE_REGION, 0),
    )
    nodes = (*inside, *outside)
    by_name = {**{node.name: node.index for node in outside}, **flow.by_name}
    return Flow(flow.workflow, nodes, scopes, (), by_name, deadline=fork + 1)


def _moved_in(node: Node) -> Node:
    regions = tuple(region + 1 for region in node.regions)
    return replace(node, scope=node.scope + 1, regions=regions)


def _scope_moved_in(scope: Scope, fork: int) -> Scope:
    if scope.parent is None:
        return replace(scope, index=1, fork=fork, region=BODY_REGION, parent=0)
    return replace(scope, index=scope.index + 1, parent=scope.parent + 1)


def _around(flow: Flow, fork: int, beside: int, limit: int) -> Sequence[Node]:
    workflow = flow.workflow
    over = Region(initial=LIMIT, states={LIMIT: Final(outcome=Outcome.FAILED)})
    body = Region(initial=workflow.initial, states=workflow.states)
    state = Parallel(regions=(body, over), join="first", siblings="cancel")
    place = ("timeout",)
    ended, undone = fork + 2, fork + 3
    finals = {outcome: fork + 4 + number for number, outcome in enumerate(Outcome)}
    late = undone if TIMEOUT in workflow.on else finals[Outcome.FAILED]
    edges = (
        Edge(DONE, finals[Outcome.SUCCEEDED], place),
        Edge(Outcome.ABORTED, finals[Outcome.ABORTED], place),
        Edge(TIMEOUT, late, place),
        Edge(Outcome.FAILED, finals[Outcome.FAILED], place),
    )
    return (
        Node(fork, WHOLE, NodeKind.FORK, place, 0, state, edges, regions=(1, beside)),
        Node(
            fork + 1,
            LIMIT,
            NodeKind.WAIT,
            place,
            beside,
            Wait(duration=Constant(limit), next=LIMIT),
            (Edge(DONE, ended, place),),
        ),
        Node(ended, f"{LIMIT} (over)", NodeKind.FINAL, place, beside, outcome=Outcome.FAILED),
        Node(
            undone,
            f"{WHOLE}: {ROLLBACK}",
            NodeKind.ROLLBACK,
            place,
            0,
            edges=(Edge(DONE, finals[Outcome.ABORTED], place),),
        ),
        *(
            Node(index, f"{WHOLE} ({outcome})", NodeKind.FINAL, place, 0, outcome=outcome)
            for outcome, index in finals.items()
        ),
    )
