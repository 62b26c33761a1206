"""Orchestration: one participant controls every node; services do what they are told and reply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from wfmodel.designs.assembly import assemble
from wfmodel.designs.knobs import ORCHESTRATION, Knobs
from wfmodel.designs.placement import Placement, Undeclared, services_of, unused
from wfmodel.designs.system import System
from wfmodel.model.flow import Flow
from wfmodel.model.loading import LoadResult
from wfmodel.model.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Orchestrated(Undeclared):
    """One orchestrator, and services that know nothing of the workflow."""

    name: ClassVar[str] = ORCHESTRATION

    def place(self, flow: Flow) -> Placement:
        """Everything belongs to the orchestrator."""
        orchestrator = unused("orchestrator", services_of(flow))
        return Placement((orchestrator,), lambda node: orchestrator, orchestrator)


def orchestrate(workflow: Workflow | LoadResult, knobs: Knobs | None = None) -> System:
    """The orchestrated system of a workflow.

    Raises:
        ValueError: the workflow cannot run (a name leads nowhere).
    """
    return assemble(workflow, Orchestrated(), knobs)
