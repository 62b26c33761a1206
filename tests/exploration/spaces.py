"""State spaces written down by hand: graphs with names on their edges."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from wfmodel.designs import Knobs, Table, orchestrate
from wfmodel.exploration import FaultBudget
from wfmodel.model.workflow import Final, Task, Workflow
from wfmodel.semantics.configuration import Cell, Configuration
from wfmodel.semantics.successors import Step, StepKind


def act(name: int) -> Step:
    """A step that is the action of that name: participant ``name`` restarts."""
    return Step(StepKind.RESTART, name)


def anything() -> Table:
    """Some table: graphs here use its names only."""
    states = {"work": Task(service="A", next="done"), "done": Final(outcome="succeeded")}
    return Table(orchestrate(Workflow(name="any", initial="work", states=states), Knobs()))


class Graph:
    """Edges by source: (action, target). Numbered as given, which must be breadth first."""

    def __init__(self, edges: Mapping[int, Sequence[tuple[int, int]]], actions: int = 3) -> None:
        self.table = anything()
        self.complete = True
        self.stopped = ""
        self.edges = edges
        self._came: dict[int, tuple[int, Step | None]] = {0: (-1, None)}
        queue = deque([0])
        while queue:
            source = queue.popleft()
            for step, target in self.successors(source):
                if target not in self._came:
                    self._came[target] = (source, step)
                    queue.append(target)
        self._config = Configuration(tuple(Cell() for _ in range(actions)), ((),) * actions)

    def __len__(self) -> int:
        return len(self.edges)

    def configuration(self, number: int) -> Configuration:
        return self._config

    def budget(self, number: int) -> FaultBudget:
        return FaultBudget()

    def successors(self, number: int) -> Sequence[tuple[Step, int]]:
        return [(act(name), target) for name, target in self.edges[number]]

    def came_from(self, number: int) -> tuple[int, Step | None]:
        return self._came[number]

    def is_open(self, number: int) -> bool:
        return False
