"""The shortest run to a configuration; of several the one with the fewest context switches.

A context switch is a step of another participant than the step before: a story with few of them is
easier to follow. Where the space is large, the first shortest run that the search met is taken.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final, TypeAlias

from wfmodel.exploration.properties.property_answer import Trace
from wfmodel.exploration.state_space import StateSpace, depths_of, path_to
from wfmodel.semantics.successors import Step

MOST_STATES: Final = 250_000
"""Beyond this many configurations nobody looks for fewer context switches."""

Best: TypeAlias = dict[int, tuple[int, int, int, Step | None]]
"""Participant of the last step to (switches, previous number, its last participant, the step)."""

NOBODY: Final = -1


class Shortest:
    """Shortest runs from the initial configuration of one space."""

    def __init__(self, space: StateSpace) -> None:
        self.space = space

    def to(self, number: int) -> Trace:
        """The run to a configuration."""
        if len(self.space) > MOST_STATES:
            path = path_to(self.space, number)
            return Trace((0, *(n for _, n in path)), tuple(step for step, _ in path))
        return self._fewest_switches(number)

    @cached_property
    def depths(self) -> list[int]:
        """Steps from the initial configuration, by number."""
        return depths_of(self.space)

    @cached_property
    def _best(self) -> list[Best]:
        """For every configuration, its cheapest arrivals over shortest runs."""
        depths = self.depths
        best: list[Best] = [{} for _ in depths]
        best[0][NOBODY] = (0, -1, NOBODY, None)
        for number, arrivals in enumerate(best):
            for step, target in self.space.successors(number):
                if depths[target] == depths[number] + 1:
                    _relax(best[target], number, step, arrivals)
        return best

    def _fewest_switches(self, number: int) -> Trace:
        numbers, steps = [number], list[Step]()
        arrivals = self._best[number]
        last = min(arrivals, key=lambda participant: (arrivals[participant][0], participant))
        while True:
            _, number, before, step = self._best[number][last]
            if step is None:
                return Trace(tuple(reversed(numbers)), tuple(reversed(steps)))
            numbers.append(number)
            steps.append(step)
            last = before


def _relax(best: Best, number: int, step: Step, arrivals: Best) -> None:
    who = step.participant
    for last, (switches, *_) in arrivals.items():
        cost = switches + (last not in (who, NOBODY))
        if who not in best or cost < best[who][0]:
            best[who] = (cost, number, last, step)
