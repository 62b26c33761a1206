"""Recovery: once the faults are over, how many steps until the system is in a legal state again.

The explorer's twin of the measured recovery time (Arora & Gouda, IEEE TSE 1993): the longest way
outside the legal states, without end where it can go round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wfmodel.designs.anomalies import CLEAN
from wfmodel.exploration.ends import is_end
from wfmodel.exploration.moves import Step
from wfmodel.exploration.properties.answer import Answer, Holds, Trace, Undecided, Violated
from wfmodel.exploration.properties.explored import Explored
from wfmodel.exploration.properties.fairness import Component, components
from wfmodel.exploration.properties.observation import Predicate

ENDED_WELL: Final = Predicate("a sound end", lambda seen: seen.verdict in CLEAN)


@dataclass(frozen=True)
class RecoversWithin:
    """After the last fault at most ``steps`` steps lead to a ``legal`` state, whatever comes next.

    None asks only that there is a bound; the answer tells it. Any fault may be the last: the budget
    need not be spent. Without faults, from the beginning.

    Cannot see: time; that a legal state is left again without a fault; a run that only fairness
    brings back counts as one without a bound, and the answer says which it is.
    """

    steps: int | None = None
    legal: Predicate = ENDED_WELL

    @property
    def title(self) -> str:
        """What is claimed."""
        within = "a bound" if self.steps is None else f"{self.steps} steps"
        return f"{self.legal.words} within {within} of the last fault"

    def predicates(self) -> tuple[Predicate, ...]:
        """What is asked of every configuration."""
        return (self.legal,)

    def decide(self, explored: Explored) -> Answer:
        """The answer."""
        outside = _Outside(explored, ~explored.where(self.legal))
        bad = outside.endless() or outside.stuck()
        if bad is not None:
            return Violated(self.title, explored.bounds, *bad)
        longest = outside.longest()
        note = f"at most {len(longest.steps)} steps"
        if self.steps is not None and len(longest.steps) > self.steps:
            run = outside.whole(longest)
            return Violated(self.title, explored.bounds, run, f"{len(longest.steps)} steps")
        if not explored.bounds.complete:
            return Undecided(
                self.title, explored.bounds, f"the search stopped: {explored.bounds.stopped}"
            )
        witness = outside.whole(longest) if longest.steps else None
        return Holds(self.title, explored.bounds, witness, note)


class _Outside:
    """Illegal states that can be reached after the last fault, and the steps between them."""

    def __init__(self, explored: Explored, illegal: NDArray[np.bool_]) -> None:
        self.explored = explored
        self.space = explored.space
        self.illegal = illegal
        self.starts = self._after_faults()
        self.inside = self._reachable()

    def _after_faults(self) -> list[int]:
        """Where a fault leads; the beginning, where there are none."""
        found = {0: None} if not any(self.space.budget(0)) else {}
        for source in range(len(self.space)):
            for _, target in self.space.successors(source):
                if self.illegal[target] and self.explored.is_fault(source, target):
                    found[target] = None
        return [number for number in found if self.illegal[number]]

    def _steps(self, number: int) -> list[tuple[Step, int]]:
        """Steps that are no faults."""
        return [
            (step, target)
            for step, target in self.space.successors(number)
            if not self.explored.is_fault(number, target)
        ]

    def _reachable(self) -> NDArray[np.bool_]:
        inside = np.zeros(len(self.illegal), dtype=np.bool_)
        inside[self.starts] = True
        stack = list(self.starts)
        while stack:
            for _, target in self._steps(stack.pop()):
                if self.illegal[target] and not inside[target]:
                    inside[target] = True
                    stack.append(target)
        return inside

    def endless(self) -> tuple[Trace, str] | None:
        """A run that goes round outside, and whether fairness would end it."""
        for members in components(self.space, self.inside):
            component = Component(self.space, members)
            start = min(members)
            fair = component.is_fair()
            cycle = component.cycle(start) if fair else component.loop(start)
            stem = self.explored.trace_to(start)
            run = Trace(
                (*stem.numbers, *cycle.numbers[1:]),
                (*stem.steps, *cycle.steps),
                len(stem.numbers) - 1,
            )
            why = "it can go round for ever" if fair else "no bound: fairness alone ends the loop"
            return run, why
        return None

    def stuck(self) -> tuple[Trace, str] | None:
        """A run that ends outside."""
        for number in np.flatnonzero(self.inside).tolist():
            if is_end(self.space, number):
                return self.explored.trace_to(number), "it ends outside, and never comes back"
        return None

    def longest(self) -> Trace:
        """The longest way outside: from a fault's result to the first legal state."""
        length, then = self._lengths()
        start = max(self.starts, key=lambda n: (length[n], -n), default=None)
        if start is None:
            return Trace((), ())
        numbers, steps = [start], []
        while numbers[-1] in then:
            step, target = then[numbers[-1]]
            steps.append(step)
            numbers.append(target)
        return Trace(tuple(numbers), tuple(steps))

    def _lengths(self) -> tuple[dict[int, int], dict[int, tuple[Step, int]]]:
        """Per illegal state, the most steps to a legal one, and the first of them. No cycles."""
        length: dict[int, int] = {}
        then: dict[int, tuple[Step, int]] = {}
        stack = list(self.starts)
        while stack:
            number = stack[-1]
            if number in length:
                stack.pop()
                continue
            ahead = self._steps(number)
            missing = [t for _, t in ahead if self.illegal[t] and t not in length]
            if missing:
                stack.extend(missing)
                continue
            stack.pop()
            length[number] = 0
            for step, target in ahead:
                way = 1 + (length[target] if self.illegal[target] else 0)
                if way > length[number]:
                    length[number], then[number] = way, (step, target)
        return length, then

    def whole(self, way: Trace) -> Trace:
        """The way with the run that leads to its beginning."""
        stem = self.explored.trace_to(way.numbers[0])
        return Trace((*stem.numbers, *way.numbers[1:]), (*stem.steps, *way.steps))
