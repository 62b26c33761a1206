"""States of the model for what is left of a DAG run: one machine, with regions where it forks.

Each thing left becomes one state, its next task; equal things become one. The ends of a machine are
``success`` and ``failed``, as a DAG run's; those of a region say whether it counts for its join.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from wfmodel.importers.airflow.forks import Fork, Planner, TooManyCombinationsError
from wfmodel.importers.airflow.residual import EndState, Residual, TaskEnding
from wfmodel.model.source import Path
from wfmodel.model.workflow import FAILURE, Outcome, Parallel, Region
from wfmodel.model.workflow import Final as End
from wfmodel.model.workflow import State as ModelState

MOST_STATES: Final = 5_000
"""States of one workflow; beyond it the DAG is refused."""

DEEPEST: Final = 30
"""Forks inside forks."""


@dataclass(frozen=True, slots=True)
class Following:
    """Where a task leads: the state that comes next, by the way in which it ended."""

    ways: tuple[tuple[TaskEnding, str], ...]

    @property
    def branches(self) -> tuple[str, ...]:
        """Where its successes lead, one for each set of tasks that they skip."""
        return tuple(to for way, to in self.ways if way.ends == {EndState.SUCCESS})

    def after(self, end: EndState) -> str | None:
        """Where this end leads; None if the task cannot end so."""
        return next((to for way, to in self.ways if way.ends == {end}), None)


class Emitter(Protocol):
    """Makes the states of one task."""

    def __call__(
        self, task: str, name: str, following: Following, free: Callable[[str], str], at: Path
    ) -> Mapping[str, ModelState]:
        """The first state has the ``name``, others ``free`` ones; ``at`` is where they stand."""
        ...


@dataclass
class MachineBuilder:
    """Builds machines; ``origins`` notes which state stems from which tasks."""

    planner: Planner
    emit: Emitter
    cancels: bool = False
    """Whether a failure stops whatever else runs (``fail_fast``)."""
    weights: Mapping[str, int] = field(default_factory=dict)
    """Of tasks: who is told first of those that are ready at once."""
    label: Callable[[frozenset[str]], str] = lambda tasks: ""
    """A name for a region of these tasks; empty where there is none."""
    origins: dict[Path, str] = field(default_factory=dict)
    made: int = 0

    def machine(
        self,
        left: Residual,
        goal: Callable[[Residual], bool],
        ends: tuple[str, str] = ("success", "failed"),
        at: Path = (),
    ) -> tuple[str, dict[str, ModelState]]:
        """Initial state and states of what is left; ``goal`` says which ends are well."""
        if len(at) > DEEPEST * 4:
            raise TooManyCombinationsError
        return _Machine(self, goal, ends, at).build(left)


class _Machine:
    def __init__(
        self,
        builder: MachineBuilder,
        goal: Callable[[Residual], bool],
        ends: tuple[str, str],
        at: Path,
    ) -> None:
        self.builder, self.goal, self.ends, self.at = builder, goal, ends, at
        self.names: dict[Hashable, str] = {}
        self.taken: set[str] = set()
        self.states: dict[str, ModelState] = {}
        self.todo: list[tuple[str, Residual, str | Fork]] = []

    def build(self, left: Residual) -> tuple[str, dict[str, ModelState]]:
        self.taken |= {entry.task for entry in left.pending}
        first = self.name(left)
        while self.todo:
            name, here, step = self.todo.pop()
            before = len(self.todo)
            if isinstance(step, Fork):
                self.states[name] = self._fork(name, step)
            else:
                self._task(name, here, step)
            self.todo[before:] = reversed(self.todo[before:])  # what follows a success is first
        return first, self.states

    def same(self, left: Residual) -> Hashable:
        """What is equal for all that follows: without tasks, only whether it ended well."""
        return left if left.pending else self.goal(left)

    def name(self, left: Residual) -> str:
        """The name of the state for what is left, which is made if it is new."""
        key = self.same(left)
        known = self.names.get(key)
        if known is not None:
            return known
        self.builder.made += 1
        if self.builder.made > MOST_STATES:
            raise TooManyCombinationsError
        if not left.pending:
            well = self.goal(left)
            name = self.names[key] = self.free(self.ends[0 if well else 1])
            self.states[name] = End(outcome=Outcome.SUCCEEDED if well else Outcome.FAILED)
            return name
        step = self.builder.planner.next(left, self.same)
        if isinstance(step, Fork):
            name = self.free(self._title(step))
            self.builder.origins[(*self.at, "states", name)] = step.parts[0].pending[0].task
        else:
            used = any(todo[0] == step for todo in self.todo) or step in self.states
            name = self.free(step) if used else step
            self.builder.origins[(*self.at, "states", name)] = step
        self.names[key] = name
        self.todo.append((name, left, step))
        return name

    def free(self, wanted: str) -> str:
        """This name, or the first variant of it that nothing has."""
        name, number = wanted[:190], 2
        while name in self.taken:
            name, number = f"{wanted[:190]} {number}", number + 1
        self.taken.add(name)
        return name

    def _title(self, fork: Fork) -> str:
        joins = fork.met.ready or fork.missed.ready
        return f"before {joins[0]}" if joins else "all"

    def _task(self, name: str, here: Residual, task: str) -> None:
        dag = self.builder.planner.dag
        ways = dag.ways(task)
        to = {way: self.name(dag.ended(here, task, way)) for way in ways}
        following = Following(tuple((way, to[way]) for way in ways))
        made = self.builder.emit(task, name, following, self.free, self.at)
        self.states |= made
        for each in made:
            self.builder.origins[(*self.at, "states", each)] = task

    def _fork(self, name: str, fork: Fork) -> Parallel:
        met, missed = self.name(fork.met), self.name(fork.missed)
        at = (*self.at, "states", name)
        together = sorted(zip(fork.parts, fork.hoped, strict=True), key=self._turn)
        labels = [self.builder.label(part.tasks) for part, _ in together]
        regions = []
        for index, (part, hoped) in enumerate(together):
            inner = (*at, "regions", index)
            initial, states = self.builder.machine(
                part, hoped.__contains__, ("counted", "not counted"), inner
            )
            own = labels[index] if labels.count(labels[index]) == 1 else part.pending[0].task
            regions.append(Region(initial=initial, states=states, name=own))
        return Parallel(
            regions=tuple(regions),
            join=fork.join,
            siblings=self._siblings(fork),
            next=met,
            on={FAILURE: missed},
        )

    def _turn(self, region: tuple[Residual, frozenset[Residual]]) -> int:
        """One loop of the scheduler queues the heaviest of the tasks that are ready first."""
        weights = self.builder.weights
        return -max(weights.get(task, 0) for task in region[0].ready)

    def _siblings(self, fork: Fork) -> Literal["finish", "cancel", "wait"]:
        if self.builder.cancels and fork.join == "all":
            return "cancel"
        return "finish" if fork.early else "wait"
