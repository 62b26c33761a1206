"""Weak fairness: whatever could go on for ever being done, and is never done, does not stay undone.

A run that never ends is *fair* if every action that is enabled throughout from some moment on is
taken again and again. In a finite graph such runs live in strongly connected components in which
each action is taken inside, or disabled somewhere: whether one exists is decided per component,
because an action that is enabled everywhere in a component and never taken in it is so in every
part of it too. Faults, and time-outs that fire early, are never owed, and cannot lie on a cycle,
because they cost.

An action is not what it leads to: that an attempt ends is owed, not that it succeeds; that a branch
is taken, not which. A participant whose last reaction is not yet committed has not disabled its
other reactions, it only comes to them later; nor has a search that shows a commit alone.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from wfmodel.designs.messages import Chosen, WorkDone
from wfmodel.exploration.state_space import StateSpace, is_fault
from wfmodel.exploration.step_graph import graph_of
from wfmodel.semantics.enabled_steps import ABOUT_EVENTS
from wfmodel.semantics.successors import Step, StepKind

Act: TypeAlias = tuple[Hashable, ...]
"""An action that may be owed: the participant first but one."""

Goal: TypeAlias = Callable[[int, Step | None, int], bool]
"""Whether a step (source, step, target) does what is sought."""

INTERNAL = (StepKind.COMMIT, StepKind.PUBLISH, StepKind.ACKNOWLEDGE)


def act_of(space: StateSpace, source: int, step: Step, target: int) -> Act:
    """The action of which a step is one turn-out."""
    if step.kind is StepKind.ANSWER:
        before, after = (space.configuration(n).cells[step.participant] for n in (source, target))
        gone = Counter(before.expected) - Counter(after.expected)
        return (step.kind, step.participant, *gone)
    if step.kind in ABOUT_EVENTS:
        match space.table.events.values[step.number]:
            case WorkDone(node, epoch, attempt, _):
                return ("work", step.participant, node, epoch, attempt)
            case Chosen(node, epoch, _):
                return ("choice", step.participant, node, epoch)
            case _:
                pass
    return tuple(step)


@dataclass(frozen=True, slots=True)
class Cycle:
    """A fair loop: ``numbers[0]`` is where it begins and ends; one step fewer than numbers."""

    numbers: tuple[int, ...]
    steps: tuple[Step, ...]


def components(space: StateSpace, inside: NDArray[np.bool_]) -> Iterator[frozenset[int]]:
    """Strongly connected components with a cycle, among the configurations that are ``inside``.

    In order of their first number.
    """
    graph = graph_of(space)
    within = inside[graph.sources] & inside[graph.targets]
    sources, targets = graph.sources[within], graph.targets[within]
    size = len(space)
    matrix = coo_array((np.ones(len(sources), dtype=np.int8), (sources, targets)), (size, size))
    count, labels = connected_components(matrix, directed=True, connection="strong")
    cyclic = np.bincount(labels, minlength=count) > 1
    cyclic[labels[sources[sources == targets]]] = True
    members: dict[int, list[int]] = {}
    for number in np.flatnonzero(cyclic[labels] & inside).tolist():
        members.setdefault(int(labels[number]), []).append(number)
    return (frozenset(found) for found in members.values())


class Component:
    """One strongly connected component, looked at for a fair cycle."""

    def __init__(self, space: StateSpace, members: frozenset[int]) -> None:
        self.space = space
        self.members = members
        self._acts = {
            number: {
                act_of(space, number, step, target)
                for step, target in space.successors(number)
                if not is_fault(space, number, target)
            }
            for number in members
        }
        self._taken = {
            act_of(space, number, step, target)
            for number in members
            for step, target in space.successors(number)
            if target in members
        }

    def owed(self) -> set[Act]:
        """Actions that are enabled throughout."""
        every = set().union(*self._acts.values())
        return {a for a in every if not any(self._disables(n, a) for n in self.members)}

    def is_fair(self) -> bool:
        """Whether some run stays here for ever and owes nothing."""
        return self.owed() <= self._taken

    def _disables(self, number: int, act: Act) -> bool:
        if act in self._acts[number] or self._is_reduced(number):
            return False
        participant = act[1]
        assert isinstance(participant, int)
        return self.space.configuration(number).cells[participant].pending is None

    def _is_reduced(self, number: int) -> bool:
        """The search shows one internal step here and hides what else is enabled."""
        found = self.space.successors(number)
        return len(found) == 1 and found[0][0].kind in INTERNAL

    # --------------------------------------------------------------------------- the cycle

    def loop(self, start: int) -> Cycle:
        """The shortest way from a member back to itself, fair or not."""
        steps, numbers = zip(*self._walk(start, lambda s, step, t: t == start), strict=True)
        return Cycle((start, *numbers), steps)

    def cycle(self, start: int) -> Cycle:
        """A fair loop from a member: it takes, or sees disabled, every action; not the shortest.

        The component must be fair.
        """
        numbers, steps = [start], list[Step]()
        every = sorted(set().union(*self._acts.values()), key=repr)
        goals = [self._goal(act) for act in every] or [lambda source, step, target: True]
        goals.append(lambda source, step, target: target == start)
        for goal in goals:
            done = any(goal(a, s, b) for a, s, b in zip(numbers, steps, numbers[1:], strict=False))
            if done and goal is not goals[-1]:
                continue
            if goal is goals[-1] and numbers[-1] == start and steps:
                continue
            for step, number in self._walk(numbers[-1], goal):
                steps.append(step)
                numbers.append(number)
        return Cycle(tuple(numbers), tuple(steps))

    def _goal(self, act: Act) -> Goal:
        if act in self._taken:
            return lambda source, step, target: (
                step is not None and act_of(self.space, source, step, target) == act
            )
        return lambda source, step, target: self._disables(target, act)

    def _walk(self, start: int, goal: Goal) -> list[tuple[Step, int]]:
        """The shortest walk inside whose last step does what is sought."""
        came: dict[int, tuple[int, Step]] = {}
        queue = deque([start])
        while queue:
            number = queue.popleft()
            for step, target in self.space.successors(number):
                if target not in self.members:
                    continue
                if goal(number, step, target):
                    return [*_back(came, start, number), (step, target)]
                if target not in came and target != start:
                    came[target] = (number, step)
                    queue.append(target)
        raise AssertionError("a component is strongly connected")


def _back(came: dict[int, tuple[int, Step]], start: int, number: int) -> Iterable[tuple[Step, int]]:
    found = []
    while number != start:
        source, step = came[number]
        found.append((step, number))
        number = source
    return found[::-1]
