"""Choreography: each service controls its own steps and hands control on by publishing events.

The projection is endpoint projection with the token made explicit: a step is controlled by its
service; a choice, fork, wait or end by whoever holds the token when it is reached, unless the
declaration names a service. So every control flow can be projected. What may not be projectable
is knowledge: a choice over data that the deciding participant was never told (``projection``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from wfmodel.designs.assembly import assemble
from wfmodel.designs.knobs import CHOREOGRAPHY, Knobs
from wfmodel.designs.placement import Placement, Undeclared, first_owner, services_of
from wfmodel.designs.system import System
from wfmodel.model.flow import Flow, Node
from wfmodel.model.loading import LoadResult
from wfmodel.model.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Choreographed(Undeclared):
    """No orchestrator: services that know their own steps and whom they tell."""

    name: ClassVar[str] = CHOREOGRAPHY

    def place(self, flow: Flow) -> Placement:
        """Every node belongs to its service.

        The service of the first step that is reached hears of a new instance. A workflow without
        any step is held by a participant of its own, ``initiator``.
        """
        services = services_of(flow)
        starter = first_owner(flow, _service) or "initiator"
        coordinators = () if starter in services else (starter,)
        return Placement(coordinators, _service, starter, (*coordinators, *services))


def _service(node: Node) -> str | None:
    return node.service


def choreograph(workflow: Workflow | LoadResult, knobs: Knobs | None = None) -> System:
    """The choreographed system of a workflow.

    Raises:
        ValueError: the workflow cannot run (a name leads nowhere).
    """
    return assemble(workflow, Choreographed(), knobs)
