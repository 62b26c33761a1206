"""The control-flow graph of a Workflow: what can follow what, and by which event.

One graph serves rules and designs, so both mean the same by "path". Sub-workflows are inlined,
regions become scopes between a fork and its join, and every event that a state can raise has an
edge: where nothing handles it, an ``implicit`` edge to an implicit ``failed`` end of its scope.

Building never fails: names that lead nowhere become ``problems`` for rules to report. Designs take
only a flow without problems.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final as Constant

from wfmodel.model.flow_graph import Edge, Flow, FlowProblem, Node, NodeKind, Scope, with_back_edges
from wfmodel.model.row_problems import row_problems
from wfmodel.model.source import Path
from wfmodel.model.state_events import (
    BUSINESS_FAILURE,
    TRANSIENT_FAILURE,
    interruption,
    name_of_injected,
    raised_events,
    retries,
)
from wfmodel.model.workflow import (
    DONE,
    FAILURE,
    ROLLBACK,
    Choice,
    Final,
    Outcome,
    Parallel,
    Receive,
    State,
    SubWorkflow,
    Task,
    Wait,
    Workflow,
)

__all__ = [
    "BUSINESS_FAILURE",
    "TRANSIENT_FAILURE",
    "Edge",
    "Flow",
    "FlowProblem",
    "Node",
    "NodeKind",
    "Scope",
    "build_flow",
    "interruption",
    "name_of_injected",
    "raised_events",
    "retries",
]

MOST_NODES: Constant = 200_000
"""Expansion of copies and sub-workflows stops here, with a problem."""


def build_flow(
    workflow: Workflow,
    *,
    expand_copies: bool = True,
    count: Callable[[int], None] = lambda states: None,
    rollback: bool = True,
) -> Flow:
    """The control-flow graph of a workflow.

    ``expand_copies`` gives every copy of a ``for_each`` region nodes of its own (designs need it);
    without it one copy stands for all (rules need no more). ``count`` is told how many states are
    laid out next, calls by calls, and may refuse by raising. Other formats have no built-in target
    ``rollback``: in them it is a name like any other.
    """
    return _Builder(workflow, expand_copies, count, rollback).build()


@dataclass
class _Machine:
    """A set of states being laid out: the main machine, a region, or an inlined sub-workflow."""

    states: Mapping[str, State]
    path: Path
    prefix: str
    scope: int
    returns: Mapping[str, tuple[str, Path, bool]] | None = None
    """For an inlined sub-workflow: outcome to (target in the caller, where written, implicit)."""
    caller: _Machine | None = None
    indices: dict[str, int] = field(default_factory=dict)
    calls: tuple[str, ...] = ()


class _Builder:
    def __init__(
        self,
        workflow: Workflow,
        expand_copies: bool,
        count: Callable[[int], None],
        rollback: bool,
    ) -> None:
        self.built_in = (ROLLBACK,) if rollback else ()
        self.count = count
        self.workflow = workflow
        self.expand_copies = expand_copies
        self.nodes: list[Node] = []
        self.scopes: list[Scope] = []
        self.problems: list[FlowProblem] = []
        self.implicit: dict[tuple[int, NodeKind, Outcome | None], int] = {}

    def build(self) -> Flow:
        w = self.workflow
        self._scope("", (), None, 0, None)
        main = _Machine(w.states, (), "", 0)
        self._lay_out(main, w.initial)
        self.nodes = with_back_edges(self.nodes, self.scopes)
        self.problems += row_problems(self.nodes, w.rows)
        unique: dict[tuple[str, Path, str], FlowProblem] = {}
        for problem in self.problems:
            unique.setdefault((problem.kind, problem.path, problem.name), problem)
        by_name = {node.name: node.index for node in self.nodes}
        return Flow(w, tuple(self.nodes), tuple(self.scopes), tuple(unique.values()), by_name)

    def _scope(
        self, name: str, path: Path, fork: int | None, region: int, parent: int | None
    ) -> int:
        index = len(self.scopes)
        self.scopes.append(Scope(index, name, path, None, fork, region, parent))
        return index

    def _add(self, name: str, kind: NodeKind, path: Path, scope: int, **rest: object) -> int:
        index = len(self.nodes)
        self.nodes.append(Node(index, name, kind, path, scope, **rest))  # type: ignore[arg-type]
        return index

    def _update(self, index: int, **changes: object) -> None:
        self.nodes[index] = replace(self.nodes[index], **changes)  # type: ignore[arg-type]

    def _lay_out(self, machine: _Machine, initial: str) -> int | None:
        """Nodes of a machine first, then their edges; returns the index of its initial node."""
        if len(self.nodes) + len(machine.states) > MOST_NODES:
            self.problems.append(
                FlowProblem(
                    "workflow-too-large", machine.path, machine.prefix or self.workflow.name
                )
            )
            return None
        self.count(len(machine.states))
        for name, state in machine.states.items():
            path = (*machine.path, "states", name)
            machine.indices[name] = self._node(machine, name, state, path)
        for name, state in machine.states.items():
            if isinstance(state, Task) and state.compensates is not None:
                self._resolve_compensates(machine, name, state)
            if isinstance(state, Receive) and state.caused_by is not None:
                self._resolve_cause(machine, name, state.caused_by)
        for name, state in machine.states.items():
            self._edges(machine, name, state)
        first = machine.indices.get(initial)
        if first is None:
            self.problems.append(
                FlowProblem(
                    "unknown-initial", (*machine.path, "initial"), initial, tuple(machine.states)
                )
            )
        elif machine.returns is None:
            scope = self.scopes[machine.scope]
            self.scopes[machine.scope] = replace(scope, initial=first)
        return first

    def _node(self, machine: _Machine, name: str, state: State, path: Path) -> int:
        full, scope = machine.prefix + name, machine.scope
        match state:
            case Task():
                index = self._add(
                    full, NodeKind.TASK, path, scope, state=state, service=state.service
                )
                if state.compensation is not None:
                    handler = self._add(
                        f"{full}~undo",
                        NodeKind.COMPENSATION,
                        (*path, "compensation"),
                        scope,
                        state=state.compensation,
                        service=state.compensation.service or state.service,
                        undoes=index,
                    )
                    self._update(index, handler=handler)
                return index
            case Choice():
                kind = NodeKind.CHOICE
            case Parallel():
                kind = NodeKind.FORK
            case Wait():
                instant = state.duration.mean_ns() == 0
                kind = NodeKind.PASS if instant else NodeKind.WAIT
            case Receive():
                kind = NodeKind.RECEIVE
            case SubWorkflow():
                kind = NodeKind.PASS
            case Final():
                ends = machine.returns is None
                return self._add(
                    full,
                    NodeKind.FINAL if ends else NodeKind.PASS,
                    path,
                    scope,
                    state=state,
                    outcome=state.outcome if ends else None,
                )
        service = getattr(state, "service", None)
        return self._add(full, kind, path, scope, state=state, service=service)

    def _resolve_compensates(self, machine: _Machine, name: str, state: Task) -> None:
        assert state.compensates is not None
        holder: _Machine | None = machine
        while holder is not None:
            target = holder.indices.get(state.compensates)
            if target is not None and isinstance(self.nodes[target].state, Task):
                self._update(machine.indices[name], undoes=target)
                return
            holder = holder.caller
        path = (*machine.path, "states", name, "compensates")
        tasks = tuple(n for n, s in machine.states.items() if isinstance(s, Task) and n != name)
        self.problems.append(
            FlowProblem("unknown-compensated-task", path, state.compensates, tasks)
        )

    def _resolve_cause(self, machine: _Machine, name: str, cause: str) -> None:
        target = machine.indices.get(cause)
        if target is not None and isinstance(self.nodes[target].state, Task):
            self._update(machine.indices[name], cause=target)
            return
        tasks = tuple(n for n, s in machine.states.items() if isinstance(s, Task))
        path = (*machine.path, "states", name, "caused_by")
        self.problems.append(FlowProblem("unknown-cause", path, cause, tasks))

    def _edges(self, machine: _Machine, name: str, state: State) -> None:
        index, path = machine.indices[name], (*machine.path, "states", name)
        edges: list[Edge] = []
        match state:
            case Choice():
                for i, branch in enumerate(state.branches):
                    at = (*path, "branches", i, "next")
                    edges += self._edge(machine, str(i), branch.next, at)
                if state.default is not None:
                    edges += self._edge(machine, "default", state.default, (*path, "default"))
            case Receive():
                for event, reaction in state.events.items():
                    at = (*path, "events", event, "next")
                    edges += self._edge(machine, event, reaction.next, at)
                edges += self._handlers(machine, state, path)
            case Final():
                if machine.returns is not None:
                    edges += self._return(machine, state)
            case SubWorkflow():
                edges += self._call(machine, name, state, path)
            case Parallel():
                self._fork(machine, name, state, path)
                edges += self._done(machine, state.next, path)
                edges += self._handlers(machine, state, path)
            case Task():
                edges += self._done(machine, state.next, path)
                edges += self._handlers(machine, state, path)
            case Wait():
                edges += self._done(machine, state.next, path)
        self._update(index, edges=tuple(edges))

    def _done(self, machine: _Machine, target: str | None, path: Path) -> list[Edge]:
        if target is None:
            return []
        return self._edge(machine, DONE, target, (*path, "next"))

    def _handlers(
        self, machine: _Machine, state: Task | Parallel | Receive, path: Path
    ) -> list[Edge]:
        edges: list[Edge] = []
        for event, target in state.on.items():
            edges += self._edge(machine, event, target, (*path, "on", event))
        handled = set(state.on)
        for event in raised_events(state):
            if event not in handled and FAILURE not in handled:
                edges.append(Edge(event, self._ending(machine, Outcome.FAILED), path, True))
            elif event not in handled:
                target = state.on[FAILURE]
                edges += self._edge(machine, event, target, (*path, "on", FAILURE))
        return edges

    def _edge(self, machine: _Machine, event: str, target: str, path: Path) -> list[Edge]:
        index = machine.indices.get(target)
        if index is None and target in self.built_in:
            index = self._rollback(machine)
        if index is None:
            candidates = (*machine.states, *self.built_in)
            self.problems.append(FlowProblem("unknown-target", path, target, candidates))
            return []
        return [Edge(event, index, path)]

    def _rollback(self, machine: _Machine) -> int:
        key = (machine.scope, NodeKind.ROLLBACK, None)
        if machine.returns is None and key in self.implicit:
            return self.implicit[key]
        index = self._add(
            f"{machine.prefix}{ROLLBACK}", NodeKind.ROLLBACK, machine.path, machine.scope
        )
        if machine.returns is None:
            self.implicit[key] = index
        else:
            machine.indices[ROLLBACK] = index
        end = self._ending(machine, Outcome.ABORTED)
        self._update(index, edges=(Edge(DONE, end, machine.path, True),), implicit=True)
        return index

    def _ending(self, machine: _Machine, outcome: Outcome) -> int:
        """The implicit end of a machine: a final of its scope, or a return to its caller."""
        if machine.returns is not None and machine.caller is not None:
            target, path, implicit = machine.returns[outcome]
            if implicit:
                return self._ending(machine.caller, Outcome.FAILED)
            edges = self._edge(machine.caller, DONE, target, path)
            if edges:
                return edges[0].target
        key = (machine.scope, NodeKind.FINAL, outcome)
        if key not in self.implicit:
            name = f"{self.scopes[machine.scope].name}({outcome})"
            self.implicit[key] = self._add(
                name,
                NodeKind.FINAL,
                self.scopes[machine.scope].path,
                machine.scope,
                outcome=outcome,
                implicit=True,
            )
        return self.implicit[key]

    def _return(self, machine: _Machine, state: Final) -> list[Edge]:
        assert machine.returns is not None
        assert machine.caller is not None
        target, path, implicit = machine.returns[state.outcome]
        if implicit:
            return [Edge(DONE, self._ending(machine.caller, Outcome.FAILED), path, True)]
        return self._edge(machine.caller, DONE, target, path)

    def _call(self, machine: _Machine, name: str, state: SubWorkflow, path: Path) -> list[Edge]:
        definition = self.workflow.workflows.get(state.workflow)
        at = (*path, "workflow")
        if definition is None:
            known = tuple(self.workflow.workflows)
            self.problems.append(FlowProblem("unknown-workflow", at, state.workflow, known))
            return []
        if state.workflow in machine.calls:
            chain = " -> ".join((*machine.calls, state.workflow))
            self.problems.append(FlowProblem("recursive-workflow", at, state.workflow, (), chain))
            return []
        returns: dict[str, tuple[str, Path, bool]] = {
            Outcome.SUCCEEDED: (state.next or "", (*path, "next"), state.next is None)
        }
        for outcome in (Outcome.ABORTED, Outcome.FAILED):
            event = outcome.value if outcome.value in state.on else FAILURE
            target = state.on.get(event)
            returns[outcome] = (target or "", (*path, "on", event), target is None)
        inner = _Machine(
            definition.states,
            ("workflows", state.workflow),
            f"{machine.prefix}{name}/",
            machine.scope,
            returns,
            machine,
            calls=(*machine.calls, state.workflow),
        )
        first = self._lay_out(inner, definition.initial)
        return [] if first is None else [Edge(DONE, first, at)]

    def _fork(self, machine: _Machine, name: str, state: Parallel, path: Path) -> None:
        fork = machine.indices[name]
        copies = state.copies if self.expand_copies else 1
        scopes: list[int] = []
        for number in range(len(state.regions) * copies):
            region = state.regions[number // copies]
            at = (*path, "regions", number // copies)
            label = region.name or str(number // copies)
            if copies > 1:
                label = f"{label}[{number % copies}]"
            prefix = f"{machine.prefix}{name}.{label}/"
            scope = self._scope(prefix, at, fork, number, machine.scope)
            inner = _Machine(region.states, at, prefix, scope, caller=machine, calls=machine.calls)
            self._lay_out(inner, region.initial)
            scopes.append(scope)
        self._update(fork, regions=tuple(scopes))
