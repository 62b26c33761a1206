"""What a design's participants cannot know: a projection is sound if whoever decides was told.

Control always projects (``choreography``): the token travels with the events. Knowledge need not:
a choice reads data that its decider never wrote and no event brought (knowledge of choice; Honda,
Yoshida & Carbone, Multiparty Asynchronous Session Types, POPL 2008), or an answer from outside is
awaited by whoever happens to hold the token. Who decides is the design's ``Placement``: services of
a choreography, groups of a hybrid; an orchestrator has been told everything.

What it cannot see: data that services exchange in ways of their own (shared databases, queries).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from wfmodel.designs.knobs import CHOREOGRAPHY, EventContent
from wfmodel.designs.known_designs import design_of
from wfmodel.designs.placement import Design, Placement
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Flow, Node, NodeKind, build_flow
from wfmodel.model.workflow import Choice, Receive, Task, Workflow


@dataclass(frozen=True)
class Knowledge:
    """Who knows which items on every way here; ``last``: what the latest step wrote."""

    known: frozenset[tuple[str, str]]
    last: frozenset[str] = frozenset()

    def items_of(self, participant: str) -> frozenset[str]:
        """What one participant knows."""
        return frozenset(item for who, item in self.known if who == participant)

    def told(self, participant: str, items: Iterable[str]) -> Knowledge:
        """After a participant has heard of items."""
        return replace(self, known=self.known | {(participant, item) for item in items})

    def on_every_way(self, other: Knowledge) -> Knowledge:
        """What holds whichever of two ways was taken."""
        return Knowledge(self.known & other.known, self.last & other.last)


def projection_findings(
    workflow: Workflow,
    event_content: EventContent = EventContent.CARRY_STATE,
    design: str | Design = CHOREOGRAPHY,
) -> tuple[Finding, ...]:
    """Where a design's participants would have to know what nobody tells them.

    Returns nothing for a workflow that cannot run; the checker says why.

    Raises:
        ValueError: there is no such design, or it does not fit the workflow.
    """
    flow, chosen = build_flow(workflow), design_of(design)
    if flow.problems:
        return ()
    for misfit in chosen.misfits(flow):
        raise ValueError(f"design {chosen.name!r}: {misfit.message}")
    placement = chosen.place(flow)
    reached = _Projection(flow, placement, event_content).reached()
    told = _Telling(flow, f"as a {chosen.name}", placement.unit, reached)
    return (*_uninformed(told, event_content), *_unaddressed(told))


Reached: TypeAlias = Mapping[tuple[int, str], Knowledge]
"""Per node and controlling participant, what it has been told by then."""


@dataclass(frozen=True)
class _Telling:
    """What was found, and the words for it."""

    flow: Flow
    as_design: str
    unit: str
    reached: Reached


class _Projection:
    """A forward pass over (node, holder): the greatest knowledge that holds on every way there."""

    def __init__(self, flow: Flow, placement: Placement, content: EventContent) -> None:
        self.flow = flow
        self.placement = placement
        self.carries_state = content is EventContent.CARRY_STATE
        self._knowledge: dict[tuple[int, str], Knowledge] = {}
        self._queue: deque[tuple[int, str]] = deque()

    def reached(self) -> dict[tuple[int, str], Knowledge]:
        """Per node and controlling participant, what it has been told by then."""
        starter = self.placement.starter
        inputs = [name for name, item in self.flow.workflow.data.items() if item.input]
        self._meet(self.flow.initial, starter, Knowledge(frozenset()).told(starter, inputs))
        while self._queue:
            index, me = self._queue.popleft()
            self._leave(self.flow.nodes[index], me, self._knowledge[index, me])
        return self._knowledge

    def _meet(self, index: int, holder: str, knowledge: Knowledge) -> None:
        """A token comes to a node; its controller hears what the event says."""
        me = self.placement.controller(self.flow.nodes[index], holder)
        if me != holder:
            told = knowledge.items_of(holder) if self.carries_state else knowledge.last
            knowledge = knowledge.told(me, told)
        before = self._knowledge.get((index, me))
        after = knowledge if before is None else before.on_every_way(knowledge)
        if after != before:
            self._knowledge[index, me] = after
            self._queue.append((index, me))

    def _leave(self, node: Node, me: str, knowledge: Knowledge) -> None:
        writes = node.state.writes if isinstance(node.state, Task | Receive) else ()
        if writes or isinstance(node.state, Task):
            knowledge = replace(knowledge.told(me, writes), last=frozenset(writes))
        for scope in node.regions:
            self._meet(self.flow.initial_of(scope), me, knowledge)
        if node.kind is NodeKind.FORK:  # arrivals tell the keeper of the join what regions wrote
            knowledge = knowledge.told(me, self._written_in(node.regions))
        for edge in node.edges:
            self._meet(edge.target, me, knowledge)

    def _written_in(self, regions: tuple[int, ...]) -> Iterator[str]:
        inside = set(regions)
        for scope in self.flow.scopes:
            if scope.parent in inside:
                inside.add(scope.index)
        for node in self.flow.nodes:
            if node.scope in inside and isinstance(node.state, Task | Receive):
                yield from node.state.writes


def _uninformed(told: _Telling, content: EventContent) -> Iterator[Finding]:
    flow = told.flow
    written = {item for node in flow.nodes for item in _writes(node)}
    written |= {name for name, item in flow.workflow.data.items() if item.input}
    for (index, me), knowledge in sorted(told.reached.items(), key=lambda entry: entry[0]):
        node = flow.nodes[index]
        if not isinstance(node.state, Choice):
            continue
        known = knowledge.items_of(me)
        for number, branch in enumerate(node.state.branches):
            for item in sorted({*branch.needs} & written - known):
                yield Finding(
                    code="C101",
                    name="uninformed-choice",
                    severity=Severity.WARNING,
                    message=f"{told.as_design}, {me!r} decides {node.name!r} by {item!r}, which no"
                    f" event tells it on some way there (event_content: {content})",
                    path=(*node.path, "branches", number),
                    help=f"let the {told.unit} that knows it decide, or let events carry state",
                )


def _writes(node: Node) -> tuple[str, ...]:
    return node.state.writes if isinstance(node.state, Task | Receive) else ()


def _unaddressed(told: _Telling) -> Iterator[Finding]:
    for node in told.flow.nodes:
        awaiting = sorted(me for index, me in told.reached if index == node.index)
        if isinstance(node.state, Receive) and len(awaiting) > 1:
            yield Finding(
                code="C102",
                name="unaddressed-receive",
                severity=Severity.WARNING,
                message=f"{told.as_design}, the answer to {node.name!r} goes to whoever holds the"
                f" token, {' or '.join(map(repr, awaiting))}: the outside cannot know which",
                path=node.path,
                help=f"name the {told.unit} that awaits it",
            )
