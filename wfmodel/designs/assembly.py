"""From a design to a System: the same machine for every participant, each in its role."""

from __future__ import annotations

from wfmodel.designs.knobs import Early, Interrupted, Knobs, Order, Unhandled
from wfmodel.designs.participant import Participant
from wfmodel.designs.placement import Design, services_of, unused
from wfmodel.designs.recovery_strategy import with_recovery
from wfmodel.designs.role import Role
from wfmodel.designs.row_rules import uses_of_rows
from wfmodel.designs.system import Channel, Machine, System
from wfmodel.designs.watchdog import Watchdog
from wfmodel.model.at_hand import the_workflow
from wfmodel.model.flow import Flow, Node, NodeKind, build_flow
from wfmodel.model.interruptions import with_interruptions
from wfmodel.model.loading import LoadResult
from wfmodel.model.state_events import lands_outside, tolerates_absence
from wfmodel.model.workflow import Compensation, Task, Workflow


def sound_flow(workflow: Workflow) -> Flow:
    """The flow of a workflow that can run.

    Raises:
        ValueError: a name leads nowhere (the checker tells where), or states that neither work,
            wait nor decide lead to one another in a circle.
    """
    flow = build_flow(workflow)
    if flow.problems:
        first = flow.problems[0]
        what = first.message or repr(first.name)
        raise ValueError(
            f"workflow {workflow.name!r} cannot run: {first.kind} {what}"
            f" (check it for all of {len(flow.problems)} such problems)"
        )
    if (around := _circle_of_no_time(flow)) is not None:
        raise ValueError(
            f"workflow {workflow.name!r} cannot run: states around {around!r} pass control in a"
            " circle of no time"
        )
    return flow


def _circle_of_no_time(flow: Flow) -> str | None:
    """A state from which control comes back at once, whatever happens; None: there is none."""
    after = {
        node.index: node.edges[0].target
        for node in flow.nodes
        if node.kind is NodeKind.PASS and len(node.edges) == 1
    }
    known: set[int] = set()
    for first in after:
        way: dict[int, None] = {}
        at: int | None = first
        while at is not None and at not in known and at not in way:
            way[at] = None
            at = after.get(at)
        if at in way:
            return flow.nodes[at].name
        known |= way.keys()
    return None


def assemble(workflow: Workflow | LoadResult, design: Design, knobs: Knobs | None = None) -> System:
    """The system of a workflow in a design.

    Raises:
        TypeError: it is no workflow.
        ValueError: the workflow cannot run, or the design's declaration does not fit it.
    """
    knobs, workflow = knobs or Knobs(), the_workflow(workflow, asks="build")
    flow = sound_flow(with_recovery(workflow, knobs.recovery))
    flow = with_interruptions(flow, timeouts=knobs.timeouts)
    _check_fit(flow, design)
    placement, services = design.place(flow), services_of(flow)
    participants = (*placement.coordinators, *services)
    watchdog = unused("watchdog", participants)
    observers = () if knobs.watchdog is None else (watchdog,)

    causes = _caused(flow)
    lagging = frozenset(node.index for node in flow.nodes if _may_lag(flow, node))
    rows = uses_of_rows(flow)
    finds = {} if knobs.tombstones or not knobs.can_have_replicas else must_find(flow)

    def role(me: str) -> Role:
        return Role(
            me,
            flow,
            placement.controller,
            audience=placement.audience,
            observers=observers,
            deduplicate=knobs.deduplicate,
            timeouts=knobs.timeouts,
            known_key=knobs.known_key,
            parks=knobs.unhandled is Unhandled.PARK,
            fails_interrupted=knobs.interrupted is Interrupted.FAILS,
            keeps_early=knobs.early is Early.KEPT,
            causes=causes,
            lagging=lagging,
            finds=finds,
            rows=rows,
        )

    machines: dict[str, Machine] = {name: Participant(role(name)) for name in participants}
    if observers:
        machines[watchdog] = Watchdog(role(watchdog), placement.starter)
    start = (placement.starter, *observers)
    channel = Channel.QUEUE if knobs.order is Order.PER_INSTANCE else Channel.MULTISET
    return System(design.name, flow, knobs, machines, services, start, channel, declared=design)


def _caused(flow: Flow) -> dict[int, tuple[int, ...]]:
    caused: dict[int, tuple[int, ...]] = {}
    for node in flow.nodes:
        if node.cause is not None:
            caused[node.cause] = (*caused.get(node.cause, ()), node.index)
    return caused


def _may_lag(flow: Flow, receive: Node) -> bool:
    """Whether a run may go round a loop between the work that sets an event going and its receive.

    Then the receive's visit has a later epoch than the work's.
    """
    if receive.cause is None:
        return False
    met, ahead = set[tuple[int, bool]](), [(receive.cause, False)]
    while ahead:
        place, again = ahead.pop()
        for edge in flow.nodes[place].edges:
            reached = (edge.target, again or edge.back)
            if reached == (receive.index, True):
                return True
            if edge.target != receive.cause and reached not in met:
                met.add(reached)
                ahead.append(reached)
    return False


def must_find(flow: Flow) -> dict[int, int]:
    """Undos that fail where there is nothing to undo, and the step that each undoes.

    An undo that is said to tolerate it (``tolerates_absence``) succeeds, and so does one whose step
    can be looked up by its key first (``idempotent`` with a ``status_query``); one that leaves a
    tombstone does so where it finds nothing. Only of own steps that land with a commit does a
    service know whether they took effect: of what lands outside, or at another service, nothing is
    assumed.
    """
    pairs = ((node, flow.nodes[node.undoes]) for node in flow.nodes if node.undoes is not None)
    return {
        undo.index: step.index
        for undo, step in pairs
        if undo.service == step.service
        and isinstance(undo.state, Task | Compensation)
        and isinstance(step.state, Task)
        and not tolerates_absence(undo.state, step.state)
        and not lands_outside(step.state)
    }


def _check_fit(flow: Flow, design: Design) -> None:
    misfits = tuple(design.misfits(flow))
    if misfits:
        more = f" (and {len(misfits) - 1} more)" if len(misfits) > 1 else ""
        what = f"design {design.name!r} does not fit workflow {flow.workflow.name!r}"
        raise ValueError(f"{what}: {misfits[0].message}{more}")
