"""Choreography: each service controls its own steps and hands control on by publishing events.

The projection is endpoint projection with the token made explicit: a step is controlled by its
service; a choice, fork, wait or end by whoever holds the token when it is reached, unless the
declaration names a service. So every control flow can be projected. What may not be projectable
is knowledge: a choice over data that the deciding participant was never told (``projection``).
"""

from __future__ import annotations

from wfmodel.designs.knobs import CHOREOGRAPHY, Knobs
from wfmodel.designs.orchestration import services_of, sound_flow, unused
from wfmodel.designs.participant import Participant
from wfmodel.designs.role import Role
from wfmodel.designs.system import Machine, System
from wfmodel.designs.watchdog import Watchdog
from wfmodel.model.flow import Flow, Node
from wfmodel.model.workflow import Workflow


def controller(node: Node, holder: str) -> str:
    """Who controls a node: its service, or whoever holds the token."""
    return node.service or holder


def starter_of(flow: Flow) -> str:
    """Who hears of a new instance: the service of the first step that is reached.

    A workflow without any step is held by a participant of its own, ``initiator``.
    """
    queue, met = [flow.initial], {flow.initial}
    while queue:
        node = flow.nodes[queue.pop(0)]
        if node.service is not None:
            return node.service
        inner = [flow.initial_of(scope) for scope in node.regions]
        for target in (*inner, *(edge.target for edge in node.edges)):
            if target not in met:
                met.add(target)
                queue.append(target)
    return "initiator"


def choreograph(workflow: Workflow, knobs: Knobs | None = None) -> System:
    """The choreographed system of a workflow.

    Raises:
        ValueError: the workflow cannot run (a name leads nowhere).
    """
    knobs = knobs or Knobs()
    flow = sound_flow(workflow)
    services = services_of(flow)
    starter = starter_of(flow)
    participants = services if starter in services else (starter, *services)
    watchdog = unused("watchdog", participants)
    observers = () if knobs.watchdog is None else (watchdog,)

    def role(me: str) -> Role:
        return Role(
            me,
            flow,
            controller,
            audience=participants,
            observers=observers,
            deduplicate=knobs.deduplicate,
            timeouts=knobs.timeouts,
        )

    machines: dict[str, Machine] = {name: Participant(role(name)) for name in participants}
    if observers:
        machines[watchdog] = Watchdog(role(watchdog), starter)
    return System(CHOREOGRAPHY, flow, knobs, machines, services, (starter, *observers))
