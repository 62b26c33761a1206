"""Unfolding: a run of a reduced space, step by step in the system itself.

From one configuration to the next of a reduced run participants may have changed places. Unfolded,
everybody keeps its name: each step is one that the unreduced semantics allows, from the very
configuration that the step before led to, and leads to a configuration of the orbit that the
reduced run says.
"""

from __future__ import annotations

from collections.abc import Sequence

from wfmodel.exploration.properties.property_answer import Trace
from wfmodel.exploration.state_space import Listed, StateSpace
from wfmodel.exploration.symmetry.reduction import Reduction, reduction_of
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.instance_rules import InstanceRules
from wfmodel.semantics.nondeterminism import Anything
from wfmodel.semantics.successors import Step, Successors


class UnfoldedRun(Listed):
    """The configurations along one run, numbered in its order; beyond it nothing is looked into."""

    complete = True
    stopped = ""

    def __init__(self, space: StateSpace, trace: Trace, reduction: Reduction) -> None:
        super().__init__()
        self.table = space.table
        self._reduction = reduction
        first = trace.numbers[0]
        semantics = InstanceRules.under(self.table, space.budget(first))
        self._successors = Successors(semantics, Anything(), urgent=False)
        self._nodes.append((space.configuration(first), space.budget(first)))
        self.steps: list[Step] = []
        for step, target in zip(trace.steps, trace.numbers[1:], strict=True):
            self._go_on(step, (space.configuration(target), space.budget(target)))

    def _go_on(self, like: Step, orbit: tuple[Configuration, FaultBudget]) -> None:
        found = [
            (step, config, budget)
            for step, config, budget in self._successors.of(*self._nodes[-1])
            if self._reduction.of(config, budget) == orbit
        ]
        assert found, "an orbit's successors are the orbits of its successors"
        step, config, budget = min(found, key=lambda move: move[0].kind is not like.kind)
        self.steps.append(step)
        self._nodes.append((config, budget))

    def successors(self, number: int) -> Sequence[tuple[Step, int]]:
        """The step that the run takes."""
        return () if number == len(self.steps) else ((self.steps[number], number + 1),)

    def came_from(self, number: int) -> tuple[int, Step | None]:
        """The number before it, and the step; (-1, None) for 0."""
        return number - 1, self.steps[number - 1] if number else None

    def is_open(self, number: int) -> bool:
        """Whether something may happen there that the run leaves out: anything may."""
        return True


def unfolded(space: StateSpace, trace: Trace) -> tuple[StateSpace, Trace]:
    """A run with everybody under its own name, and the space that its numbers belong to.

    A run of a space that is not reduced is one already. Beginning at the initial configuration, the
    result is a run of the system; a reduced run never has a loop, for liveness is not asked of one.
    """
    reduction = reduction_of(space)
    if reduction is None:
        return space, trace
    run = UnfoldedRun(space, trace, reduction)
    return run, Trace(tuple(range(len(run))), tuple(run.steps))
