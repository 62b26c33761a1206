"""What a run's history is read by, as Airflow's tables have it: the order of a DAG, and which state
of the imported workflow stems from which task.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as FilePath
from typing import TypeAlias

from wfmodel.escaping import shell_line
from wfmodel.importers.airflow.dag_translation import translate
from wfmodel.importers.airflow.graph import EXITS, DagGraph, told_states
from wfmodel.importers.airflow.residual import EndState, Residual, TaskEnding
from wfmodel.importers.airflow.serialised import Operator
from wfmodel.importers.annotations import Annotations
from wfmodel.importers.any_format import beside
from wfmodel.importers.asl.asl_file import read_annotations
from wfmodel.importers.recognition import is_serialised_dag
from wfmodel.model.flow import Flow, NodeKind, build_flow
from wfmodel.model.reading import read_document
from wfmodel.model.source import Path
from wfmodel.model.workflow import Workflow

Unrun: TypeAlias = tuple[str, int, EndState]


@dataclass(frozen=True)
class DagOrder:
    """An imported DAG. ``tasks``: paths of the workflow's states, and the task of each."""

    workflow: Workflow
    graph: DagGraph
    tasks: Mapping[Path, str]
    operators: Mapping[str, Operator]
    fail_fast: bool = False
    """Whether the first task that fails stops the run."""

    @cached_property
    def flow(self) -> Flow:
        """The workflow's graph; a history's nodes are its."""
        return build_flow(self.workflow)

    @cached_property
    def passing(self) -> frozenset[str]:
        """Tasks without work, which take no time: no row of a history tells of them."""
        at = [node.path for node in self.flow.nodes if node.kind is NodeKind.PASS]
        return frozenset(self.tasks[path] for path in at if path in self.tasks)

    def copy_of(self, node: int) -> tuple[str, int] | None:
        """Of which mapped task (or group) a node is part, and of which of its instances."""
        scope = self.flow.scopes[self.flow.nodes[node].scope]
        while scope.fork is not None:
            fork = self.flow.nodes[scope.fork]
            task = self.tasks.get(fork.path, "")
            if task in self.graph.bodies:
                return task, scope.region
            scope = self.flow.scopes[fork.scope]
        return None


class DagProgress:
    """How far a run of a DAG is, as its tasks end one after the other.

    What is returned are the tasks that end without running: name, number of the mapped instance
    (-1: none), and state.
    """

    def __init__(self, order: DagOrder) -> None:
        self.graph, self.passing = order.graph, order.passing
        self.left = order.graph.dag.start()
        self.bodies: dict[tuple[str, int], Residual] = {}
        self.ends: dict[str, dict[int, frozenset[EndState]]] = {}

    def start(self) -> list[Unrun]:
        """Who ends before any task has run."""
        return self._passed()

    def end(
        self, task: str, end: EndState, way: int = 0, copy: tuple[str, int] | None = None
    ) -> list[Unrun]:
        """A task ends; where it branches, in its ``way``-th success."""
        if copy is None:
            return self._ended(task, _ending(self.graph.dag.ways(task), end, way))
        mapped, index = copy
        body = self.graph.bodies[mapped]
        ending = _ending(body.dag.ways(task), end, way)
        left, ends = body.dag.settled(self.bodies.get(copy, body.start), task, ending)
        self.bodies[copy] = left
        found = [
            (other, index, state)
            for other, states in ends.items()
            if other not in (task, EXITS)
            for state in sorted(states)
        ]
        together = self.ends.setdefault(mapped, {})
        if not left.pending:
            together[index] = told_states(left)
        if len(together) == body.copies:
            found += self._ended(mapped, TaskEnding(frozenset().union(*together.values())))
        return found

    def _ended(self, task: str, ending: TaskEnding) -> list[Unrun]:
        if task not in self.left.tasks:  # who was first has decided about it
            return []
        self.left, ends = self.graph.dag.settled(self.left, task, ending)
        found = [
            (inner, -1, state)
            for other, states in ends.items()
            if other != task
            for inner in self._inside(other)
            for state in sorted(states)
        ]
        return found + self._passed()

    def _passed(self) -> list[Unrun]:
        """Tasks without work are over when they may start."""
        for task in self.left.ready:
            if task in self.passing:
                ending = self.graph.dag.ways(task)[0]
                return [(task, -1, EndState.SUCCESS), *self._ended(task, ending)]
        return []

    def _inside(self, task: str) -> tuple[str, ...]:
        """The tasks of a mapped group, or a task itself."""
        if task not in self.graph.bodies:
            return (task,)
        return tuple(name for name in self.graph.bodies[task].dag.nodes if name != EXITS)


def _ending(ways: tuple[TaskEnding, ...], end: EndState, way: int) -> TaskEnding:
    if end is EndState.SUCCESS:
        return [each for each in ways if EndState.SUCCESS in each.ends][way]
    return TaskEnding(frozenset({end}))


def load_order(
    path: str | FilePath,
    annotations: str | FilePath | Annotations | None = None,
    text: str | None = None,
) -> DagOrder:
    """Of a file that holds a serialised DAG; annotations are found as by ``load_any``.

    Raises:
        ValueError: it holds none, or one that cannot be imported.
    """
    document, _ = read_document(path, text)
    if document is None or not is_serialised_dag(document.value):
        raise ValueError(f"{path} holds no serialised DAG of Airflow")
    notes, _, refused = read_annotations(beside(path) if annotations is None else annotations)
    done = translate(document.value, notes)
    if refused or done.workflow is None or done.graph is None or done.dag is None:
        check = shell_line("wfmodel", "check", file=str(path))
        raise ValueError(f"{path}: this DAG is not imported; `{check}` says why")
    fast = done.dag.get("fail_fast", False)
    return DagOrder(done.workflow, done.graph, done.tasks, done.dag.operators, fast)
