"""A run of several instances: whose step comes next, and where each instance then stands.

A search without names says what happens, not to whom; ``run_to`` gives everybody a name and keeps
it: each step is one that the search allows, from where the step before led to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from wfmodel.designs.table import Table
from wfmodel.exploration.instances.product_space import JointSpace
from wfmodel.exploration.instances.product_steps import EVERYBODY
from wfmodel.exploration.instances.single_instance import SHARED
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.successors import Step


@dataclass(frozen=True)
class JointRun:
    """``steps[k]`` leads from ``configs[k]`` to ``configs[k + 1]``, each with one per instance.

    A step is (instance, counted from 0, or ``EVERYBODY``; what happens).
    """

    table: Table
    steps: tuple[tuple[int, Step], ...]
    configs: tuple[tuple[Configuration, ...], ...]

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def instances(self) -> int:
        """How many there are."""
        return len(self.configs[0])


def run_to(space: JointSpace, number: int) -> JointRun:
    """A shortest run to a configuration of a search, every instance under its own name."""
    at = list(space.vector(0)[:-1])
    steps, stands = [], [tuple(at)]
    path = space.path_to(number)
    for source, target in pairwise(path):
        _, act = space.came_from(target)
        assert act is not None
        vector, goal = space.vector(source), space.vector(target)
        looked = [space.singles.look(single) for single in vector[:-1]]
        after = next(
            after
            for found, after in space.together.acts(vector, looked)
            if found == act and space.together.canonical(after) == goal
        )
        if act.instance == EVERYBODY:
            who = EVERYBODY
            at = [space.singles.struck(single, act.step) for single in at]
        else:
            who = act.instance if not space.symmetry else at.index(vector[act.instance])
            at[who] = after[act.instance]
        steps.append((who, act.step))
        stands.append(tuple(at))
    config = space.singles.config
    configs = tuple(tuple(config(single) for single in each) for each in stands)
    return JointRun(space.table, tuple(steps), configs)


class Moment(NamedTuple):
    """A step of a single instance's run, and where it leads."""

    step: Step
    config: Configuration

    @property
    def shared(self) -> bool:
        """Whether every instance takes it."""
        return self.step.kind in SHARED


def interleaved(table: Table, first: Configuration, lives: Sequence[Sequence[Moment]]) -> JointRun:
    """Runs of single instances, whose processes do the same, as one run of all of them.

    One instance goes on until its processes do something, then the next; then all are struck.
    """
    at, places = [first] * len(lives), [0] * len(lives)
    steps, configs = list[tuple[int, Step]](), [tuple(at)]
    while True:
        for who, life in enumerate(lives):
            while places[who] < len(life) and not life[places[who]].shared:
                at[who] = life[places[who]].config
                steps.append((who, life[places[who]].step))
                configs.append(tuple(at))
                places[who] += 1
        coming = [life[place] for life, place in zip(lives, places, strict=True) if life[place:]]
        if not coming:
            return JointRun(table, tuple(steps), tuple(configs))
        [step] = {each.step for each in coming}
        assert len(coming) == len(lives), "their processes do the same"
        at = [each.config for each in coming]
        places = [place + 1 for place in places]
        steps.append((EVERYBODY, step))
        configs.append(tuple(at))
