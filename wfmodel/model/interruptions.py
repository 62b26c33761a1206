"""What may end an instance at any moment, in its graph: its own time-out, a cancellation.

A fork is put around the whole, with a region beside it for each of them. What ends first decides,
as in a fork with ``join: first``. Nodes of the workflow keep their numbers and names, so what is
said of them (placements, faults, stories) holds with and without.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final as Constant_

from wfmodel.model.distributions import Constant
from wfmodel.model.flow_graph import Edge, Flow, Node, NodeKind, Scope
from wfmodel.model.source import Path
from wfmodel.model.workflow import (
    CANCEL,
    DONE,
    ROLLBACK,
    TIMEOUT,
    Final,
    Outcome,
    Parallel,
    Reaction,
    Receive,
    Region,
    Wait,
    Workflow,
)

BODY_REGION: Constant_ = 0
"""The region of the fork around the whole in which the workflow itself runs."""

WHOLE: Constant_ = "the whole"
"""Name of the fork."""

LIMIT: Constant_ = "the time-out of the whole"
"""Name of the wait."""

CANCELLED: Constant_ = "the cancellation"
"""Name of the receive."""


@dataclass(frozen=True)
class _Interruption:
    """One of them: the event by which the fork is left, and the node that waits for it."""

    event: str
    name: str
    kind: NodeKind
    state: Wait | Receive
    ends: str
    """The event by which that node ends."""

    @property
    def path(self) -> Path:
        return (self.event,)


def _declared(workflow: Workflow, timeouts: bool) -> Iterator[_Interruption]:
    if timeouts and workflow.timeout is not None:
        wait = Wait(duration=Constant(workflow.timeout), next=LIMIT)
        yield _Interruption(TIMEOUT, LIMIT, NodeKind.WAIT, wait, DONE)
    if workflow.cancel is not None:
        comes = Reaction(next=CANCELLED, probability=workflow.cancel.probability)
        receive = Receive(events={CANCEL: comes}, delay=workflow.cancel.delay)
        yield _Interruption(CANCEL, CANCELLED, NodeKind.RECEIVE, receive, CANCEL)


def with_interruptions(flow: Flow, *, timeouts: bool = True) -> Flow:
    """The flow with what may end it early around it; as it is where nothing may.

    An instance that is interrupted ends as failed at once and keeps its effects; with ``rollback``
    for the event (``on``), all that may have happened is undone, and it ends as aborted. What is
    under way is no longer waited for, and what comes of it is late.
    """
    declared = tuple(_declared(flow.workflow, timeouts))
    if not declared or flow.problems:
        return flow
    fork = len(flow.nodes)
    inside = [_moved_in(node) for node in flow.nodes]
    first_beside = len(flow.scopes) + 1
    waits, scopes = list[Node](), list[Scope]()
    for number, each in enumerate(declared):
        scope, at = first_beside + number, fork + 1 + 2 * number
        ended = (Edge(each.ends, at + 1, each.path),)
        waits.append(Node(at, each.name, each.kind, each.path, scope, each.state, ended))
        over = f"{each.name} (over)"
        waits.append(Node(at + 1, over, NodeKind.FINAL, each.path, scope, outcome=Outcome.FAILED))
        scopes.append(Scope(scope, "", each.path, at, fork, number + 1, 0))
    outside = _around(flow, fork, declared, tuple(scope.index for scope in scopes))
    nodes = (*inside, outside[0], *waits, *outside[1:])
    by_name = {**{node.name: node.index for node in nodes[fork:]}, **flow.by_name}
    all_scopes = (
        Scope(0, "", (), fork),
        *(_scope_moved_in(scope, fork) for scope in flow.scopes),
        *scopes,
    )
    return Flow(
        flow.workflow,
        nodes,
        all_scopes,
        (),
        by_name,
        interruptions=tuple(each.event for each in declared),
        deadline=fork + 1 if declared[0].event == TIMEOUT else None,
    )


def _moved_in(node: Node) -> Node:
    regions = tuple(region + 1 for region in node.regions)
    return replace(node, scope=node.scope + 1, regions=regions)


def _scope_moved_in(scope: Scope, fork: int) -> Scope:
    if scope.parent is None:
        return replace(scope, index=1, fork=fork, region=BODY_REGION, parent=0)
    return replace(scope, index=scope.index + 1, parent=scope.parent + 1)


def _around(
    flow: Flow, fork: int, declared: Sequence[_Interruption], beside: tuple[int, ...]
) -> Sequence[Node]:
    """The fork, and behind what stands beside it the rollback and the ends."""
    workflow = flow.workflow
    over = {each.name: Final(outcome=Outcome.FAILED) for each in declared}
    regions = tuple(Region(initial=name, states={name: final}) for name, final in over.items())
    body = Region(initial=workflow.initial, states=workflow.states)
    state = Parallel(regions=(body, *regions), join="first", siblings="cancel")
    place = declared[0].path
    undone = fork + 1 + 2 * len(declared)
    finals = {outcome: undone + 1 + number for number, outcome in enumerate(Outcome)}
    edges = (
        Edge(DONE, finals[Outcome.SUCCEEDED], place),
        Edge(Outcome.ABORTED, finals[Outcome.ABORTED], place),
        *(
            Edge(
                each.event,
                undone if each.event in workflow.on else finals[Outcome.FAILED],
                each.path,
            )
            for each in declared
        ),
        Edge(Outcome.FAILED, finals[Outcome.FAILED], place),
    )
    return (
        Node(fork, WHOLE, NodeKind.FORK, place, 0, state, edges, regions=(1, *beside)),
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
