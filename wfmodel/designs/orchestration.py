"""Orchestration: one participant controls every node; services do what they are told and reply."""

from __future__ import annotations

from wfmodel.designs.knobs import ORCHESTRATION, Knobs
from wfmodel.designs.participant import Participant
from wfmodel.designs.role import Role
from wfmodel.designs.system import Machine, System
from wfmodel.designs.watchdog import Watchdog
from wfmodel.model.flow import Flow, Node, NodeKind, build_flow
from wfmodel.model.workflow import Workflow


def services_of(flow: Flow) -> tuple[str, ...]:
    """Services that work on steps, in order of first appearance."""
    return tuple(dict.fromkeys(n.service for n in flow.nodes if n.service is not None))


def unused(name: str, taken: tuple[str, ...]) -> str:
    """A name for a coordinating participant that no service has."""
    while name in taken:
        name += "'"
    return name


def sound_flow(workflow: Workflow) -> Flow:
    """The flow of a workflow that can run.

    Raises:
        ValueError: a name leads nowhere (the checker tells where), or states that neither work,
            wait nor decide lead to one another in a circle.
    """
    flow = build_flow(workflow)
    if flow.problems:
        first = flow.problems[0]
        raise ValueError(
            f"workflow {workflow.name!r} cannot run: {first.kind} {first.name!r}"
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


def orchestrate(workflow: Workflow, knobs: Knobs | None = None) -> System:
    """The orchestrated system of a workflow.

    Raises:
        ValueError: the workflow cannot run (a name leads nowhere).
    """
    knobs = knobs or Knobs()
    flow = sound_flow(workflow)
    services = services_of(flow)
    orchestrator = unused("orchestrator", services)
    watchdog = unused("watchdog", services)
    observers = () if knobs.watchdog is None else (watchdog,)

    def controller(node: Node, holder: str) -> str:
        return orchestrator

    def role(me: str) -> Role:
        return Role(
            me,
            flow,
            controller,
            observers=observers,
            deduplicate=knobs.deduplicate,
            timeouts=knobs.timeouts,
        )

    machines: dict[str, Machine] = {
        name: Participant(role(name)) for name in (orchestrator, *services)
    }
    if observers:
        machines[watchdog] = Watchdog(role(watchdog), orchestrator)
    return System(ORCHESTRATION, flow, knobs, machines, services, (orchestrator, *observers))
