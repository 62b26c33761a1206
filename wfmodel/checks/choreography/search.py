"""A breadth-first search of a composition: the first run that shows something is a shortest one.

The search is bounded in configurations, in copies of one message, and in work: a step of a
choreography of 400 services costs a hundred times one of four. What it has seen is certain; where a
bound was hit, what it has not seen is undecided, and C115 says so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from wfmodel.checks.choreography.composition import Composition, CompositionState, Move

MOST_CONFIGURATIONS: Final = 20_000
"""The search stops here (about two seconds)."""

MOST_WORK: Final = 2_000_000
"""And here: states of services and messages in flight, summed over all steps (a few seconds)."""


@dataclass
class CompositionSpace:
    """What was reached, in order of distance from the start; edges by position."""

    composition: Composition
    reached: list[CompositionState] = field(default_factory=list)
    edges: list[list[tuple[Move, int]]] = field(default_factory=list)
    came: list[tuple[int, Move] | None] = field(default_factory=list)
    cut: set[int] = field(default_factory=set)
    """Where a bound kept some next step from being followed."""
    work: int = 0
    """States and messages that were looked at: for each step, those of the configuration."""

    @property
    def is_complete(self) -> bool:
        """Whether no bound was hit."""
        return not self.cut

    def run_to(self, index: int) -> tuple[str, ...]:
        """Words of a shortest run."""
        words: list[str] = []
        at = self.came[index]
        while at is not None:
            words.append(at[1].word)
            at = self.came[at[0]]
        return tuple(reversed(words))

    @cached_property
    def rests(self) -> tuple[int, ...]:
        """Configurations in which nothing more has to happen: only optional steps, if any."""
        return tuple(
            index
            for index, edges in enumerate(self.edges)
            if index not in self.cut and all(move.optional for move, _ in edges)
        )

    @cached_property
    def endless(self) -> int | None:
        """The nearest configuration from which no rest is reached, whatever is chosen."""
        before: list[list[int]] = [[] for _ in self.reached]
        for index, edges in enumerate(self.edges):
            for move, target in edges:
                if not move.optional:
                    before[target].append(index)
        ending = {*self.rests, *self.cut}
        work = list(ending)
        while work:
            for index in before[work.pop()]:
                if index not in ending:
                    ending.add(index)
                    work.append(index)
        return next((i for i in range(len(self.reached)) if i not in ending), None)

    def circle_from(self, index: int) -> tuple[list[Move], list[Move]]:
        """From an endless configuration: the steps to a circle, and once round it."""
        seen: dict[int, int] = {}
        steps: list[Move] = []
        while index not in seen:
            seen[index] = len(steps)
            move, index = next(edge for edge in self.edges[index] if not edge[0].optional)
            steps.append(move)
        return steps[: seen[index]], steps[seen[index] :]

    def steps(self) -> Iterator[tuple[int, Move, int]]:
        """Every step that was seen, nearest first."""
        for index, edges in enumerate(self.edges):
            for move, target in edges:
                yield index, move, target


def explore(
    composition: Composition, *, most: int = MOST_CONFIGURATIONS, most_work: int = MOST_WORK
) -> CompositionSpace:
    """Everything that a composition can reach, within ``most`` configurations and ``most_work``."""
    found = CompositionSpace(composition)
    index: dict[CompositionState, int] = {}
    queue: deque[int] = deque()

    def add(configuration: CompositionState, came: tuple[int, Move] | None) -> int:
        index[configuration] = number = len(found.reached)
        found.reached.append(configuration)
        found.edges.append([])
        found.came.append(came)
        queue.append(number)
        return number

    add(composition.start(), None)
    while queue and found.work < most_work:
        at = queue.popleft()
        configuration = found.reached[at]
        size = len(configuration.states) + len(configuration.bag)
        for move, after in composition.moves(configuration):
            found.work += size
            target = None if after is None else index.get(after)
            if target is None and after is not None and len(found.reached) < most:
                target = add(after, (at, move))
            if target is None:
                found.cut.add(at)
            else:
                found.edges[at].append((move, target))
    found.cut.update(queue)
    return found
