"""What rules know about a choreography: its composition, what the search saw, and its workflow.

Every fact is computed once, when the first rule asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from wfmodel.checks.choreography.composition import Composition
from wfmodel.checks.choreography.conformance import Conformance
from wfmodel.checks.choreography.search import CompositionSpace, explore
from wfmodel.model.declared_choreography import Choreography, Outside, ServiceReaction
from wfmodel.model.flow import Flow, Node, NodeKind, build_flow
from wfmodel.model.source import Path
from wfmodel.model.workflow import Compensation, Effect, Task, Workflow


@dataclass(frozen=True)
class ChoreographyContext:
    """A choreography under check, with its workflow; ``trouble`` says why there is none."""

    choreography: Choreography
    workflow: Workflow | None = None
    trouble: str = ""

    @cached_property
    def broken(self) -> tuple[tuple[Path, str, str], ...]:
        """Names of states that do not exist: path, service, name. Then there is no search."""
        found: list[tuple[Path, str, str]] = []
        for name, service in self.choreography.services.items():
            if service.initial not in service.states:
                found.append((("services", name, "initial"), name, service.initial))
            for path, reaction in self.reactions_of(name):
                for outcome, way in reaction.ways().items():
                    if way.to is not None and way.to not in service.states:
                        at = (*path, "outcomes", outcome, "to") if outcome else (*path, "to")
                        found.append((at, name, way.to))
        return tuple(found)

    def reactions_of(self, service: str) -> Iterator[tuple[Path, ServiceReaction]]:
        """Reactions of a service with their paths, in order."""
        for state, declared in self.choreography.services[service].states.items():
            for event, reaction in declared.on.items():
                yield ("services", service, "states", state, "on", event), reaction

    @cached_property
    def reactions(self) -> tuple[tuple[str, Path, ServiceReaction], ...]:
        """Every reaction with its service and path, in order."""
        services = self.choreography.services
        return tuple((s, path, each) for s in services for path, each in self.reactions_of(s))

    @cached_property
    def published(self) -> dict[str, tuple[Path, ...]]:
        """Per event, where it is published: ways of reactions, or the outside's declaration."""
        found: dict[str, list[Path]] = {}
        for event, declared in self.choreography.events.items():
            if declared.outside is Outside.PUBLISHES:
                found.setdefault(event, []).append(("events", event))
        for _, path, reaction in self.reactions:
            for outcome, way in reaction.ways().items():
                base = (*path, "outcomes", outcome) if outcome else path
                for number, event in enumerate(way.publishes):
                    found.setdefault(event, []).append((*base, "publishes", number))
        return {event: tuple(paths) for event, paths in found.items()}

    @cached_property
    def consumed(self) -> dict[str, tuple[Path, ...]]:
        """Per event, where it is awaited: reactions, the outside, or an outside event after it."""
        found: dict[str, list[Path]] = {}
        for event, declared in self.choreography.events.items():
            if declared.outside is Outside.CONSUMES:
                found.setdefault(event, []).append(("events", event))
            if declared.after is not None:
                found.setdefault(declared.after, []).append(("events", event, "after"))
        for _, path, _ in self.reactions:
            found.setdefault(str(path[-1]), []).append(path)
        return {event: tuple(paths) for event, paths in found.items()}

    @cached_property
    def flow(self) -> Flow | None:
        """The workflow's flow, where it has one without problems."""
        if self.workflow is None:
            return None
        flow = build_flow(self.workflow, expand_copies=False)
        return None if flow.problems else flow

    @cached_property
    def tasks(self) -> dict[str, Node]:
        """Tasks by name: the whole one, and the state's own where it names only one."""
        if self.flow is None:
            return {}
        nodes = [node for node in self.flow.nodes if node.kind is NodeKind.TASK]
        short: dict[str, list[Node]] = {}
        for node in nodes:
            short.setdefault(str(node.path[-1]), []).append(node)
        unique = {name: group[0] for name, group in short.items() if len(group) == 1}
        return unique | {node.name: node for node in nodes}

    @cached_property
    def undoable(self) -> frozenset[str]:
        """Tasks with a compensatable effect; without a workflow, those that some service undoes."""
        if self.flow is None:
            return frozenset(each.undoes for _, _, each in self.reactions if each.undoes)
        return frozenset(
            name
            for name, node in self.tasks.items()
            if isinstance(node.state, Task)
            and (node.state.effect is Effect.COMPENSATABLE or node.state.compensation is not None)
        )

    def handler_of(self, task: Node) -> Compensation | None:
        """The declared handler of a task."""
        return task.state.compensation if isinstance(task.state, Task) else None

    @cached_property
    def exploration(self) -> CompositionSpace | None:
        """What the composition can do; None where names of states lead nowhere."""
        if self.broken:
            return None
        conformance = None
        if self.flow is not None:
            indices = {name: node.index for name, node in self.tasks.items()}
            conformance = Conformance(self.flow, indices)
        return explore(Composition(self.choreography, self.undoable, conformance))
