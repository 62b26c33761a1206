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
from wfmodel.exploration.properties.fairness import Component, components
from wfmodel.exploration.properties.property_answer import Answer, Holds, Trace, Undecided, Violated
from wfmodel.exploration.properties.property_context import Explored
from wfmodel.exploration.properties.visible_state import Predicate
from wfmodel.exploration.step_graph import firsts, ranges

ENDED_WELL: Final = Predicate("a sound end", lambda seen: seen.verdict in CLEAN, only_at_ends=True)


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
        self.graph = explored.space.graph
        self.illegal = illegal
        self.starts = self._after_faults()
        self.inside = self.graph.spread(self.starts, illegal, along=~self.graph.faults).reached

    def _after_faults(self) -> NDArray[np.int64]:
        """Where a fault leads; the beginning, where there are none."""
        graph = self.graph
        found = graph.targets[graph.faults].astype(np.int64)
        if not any(left > 0 for left in self.space.budget(0).totals):
            found = np.append(0, found)
        found = found[self.illegal[found]]
        return found[firsts(found)]

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
        found = np.flatnonzero(self.inside & self.graph.ends)
        if not len(found):
            return None
        return self.explored.trace_to(int(found[0])), "it ends outside, and never comes back"

    def longest(self) -> Trace:
        """The longest way outside: from a fault's result to the first legal state."""
        if not len(self.starts):
            return Trace((), ())
        length = self._lengths()
        number = int(self.starts[np.lexsort((self.starts, -length[self.starts]))[0]])
        numbers, steps = [number], []
        while length[number]:
            step, number = next(
                (step, target)
                for step, target in self.space.successors(number)
                if not self.explored.is_fault(number, target)
                and length[number] == 1 + (length[target] if self.illegal[target] else 0)
            )
            steps.append(step)
            numbers.append(number)
            if not self.illegal[number]:
                break
        return Trace(tuple(numbers), tuple(steps))

    def _lengths(self) -> NDArray[np.int64]:
        """Per state inside, the most steps to a legal one. There are no cycles."""
        graph, inside = self.graph, self.inside
        arcs = np.flatnonzero(inside[graph.sources] & ~graph.faults)
        sources, targets = graph.sources[arcs], graph.targets[arcs]
        length = np.zeros(len(inside), dtype=np.int64)
        length[sources[~inside[targets]]] = 1
        sources, targets = sources[inside[targets]], targets[inside[targets]]
        waits = np.bincount(sources, minlength=len(inside))
        back = np.argsort(targets, kind="stable")
        sources, before = sources[back], np.searchsorted(targets[back], np.arange(len(inside) + 1))
        done = np.flatnonzero(inside & (waits == 0))
        while len(done):
            counts = before[done + 1] - before[done]
            places = ranges(before[done], counts)
            upward = sources[places]
            np.maximum.at(length, upward, 1 + np.repeat(length[done], counts))
            np.subtract.at(waits, upward, 1)
            candidates = np.unique(upward)
            done = candidates[waits[candidates] == 0]
        return length

    def whole(self, way: Trace) -> Trace:
        """The way with the run that leads to its beginning."""
        stem = self.explored.trace_to(way.numbers[0])
        return Trace((*stem.numbers, *way.numbers[1:]), (*stem.steps, *way.steps))
