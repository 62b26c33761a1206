"""Liveness under weak fairness: what is promised comes, unless a run ends or goes round without it.

A counterexample is a run that ends too early, or a lasso: a run into a fair loop (``fairness``)
that never meets what was promised.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wfmodel.exploration.properties.fairness import Component, components
from wfmodel.exploration.properties.property_answer import Answer, Trace, Violated
from wfmodel.exploration.properties.property_context import Explored
from wfmodel.exploration.properties.safety_properties import AT_REST, held
from wfmodel.exploration.properties.visible_state import Predicate
from wfmodel.exploration.step_graph import steps_along

BEGUN: Final = Predicate("the instance has arrived", lambda seen: seen.number == 0)


@dataclass(frozen=True)
class LeadsTo:
    """Whenever ``cause`` holds, ``effect`` holds then or later, on every fair run.

    Cannot see: how long it takes; runs that go round a loop of the workflow more often than the
    laps allow. Time-outs without a budget of their own fire only when nothing else can happen, so
    a part that is never still starves them: a run that only an earlier time-out would end counts.
    """

    cause: Predicate
    effect: Predicate
    name: str = ""

    @property
    def title(self) -> str:
        """What is claimed."""
        return self.name or f"{self.cause.words} leads to {self.effect.words}"

    def predicates(self) -> tuple[Predicate, ...]:
        """What is asked of every configuration."""
        return (self.cause, self.effect)

    def decide(self, explored: Explored) -> Answer:
        """The answer."""
        waiting = _Waiting(explored, explored.where(self.cause), explored.where(self.effect))
        end = waiting.end()
        lasso = waiting.lasso() if end is None else None
        run = end or lasso
        if run is not None:
            note = "a fair run goes round for ever" if run.loop is not None else "the run ends"
            return Violated(self.title, explored.bounds, run, note)
        found = explored.first(self.cause)
        why = "" if found is not None else f"{self.cause.words} was never reached"
        return held(self.title, explored, found, why)


@dataclass(frozen=True)
class Eventually:
    """On every fair run ``effect`` holds at some time.

    Cannot see: as ``LeadsTo``; that it holds for good.
    """

    effect: Predicate
    name: str = ""

    @property
    def title(self) -> str:
        """What is claimed."""
        return self.name or f"eventually {self.effect.words}"

    def predicates(self) -> tuple[Predicate, ...]:
        """What is asked of every configuration."""
        return (BEGUN, self.effect)

    def decide(self, explored: Explored) -> Answer:
        """The answer; its witness is a run to ``effect``."""
        answer = LeadsTo(BEGUN, self.effect, self.title).decide(explored)
        if isinstance(answer, Violated):
            return answer
        return held(self.title, explored, explored.first(self.effect))


def comes_to_rest() -> Eventually:
    """Every fair run ends: nothing goes round for ever."""
    return Eventually(AT_REST, "every run comes to an end")


class _Waiting:
    """Runs that owe something: the cause was met, and the effect has not been met since."""

    def __init__(
        self, explored: Explored, cause: NDArray[np.bool_], effect: NDArray[np.bool_]
    ) -> None:
        self.explored = explored
        self.space = explored.space
        self.graph = explored.space.graph
        begins = np.flatnonzero(cause & ~effect)
        self._spread = self.graph.spread(begins, ~effect)
        """What can be reached without the effect, nearest to a beginning first."""
        self.owing = self._spread.reached

    @cached_property
    def _came(self) -> dict[int, int]:
        """The arc by which each was reached, but for the beginnings."""
        order, arcs = self._spread.order, self._spread.arcs
        later = arcs >= 0
        return dict(zip(order[later].tolist(), arcs[later].tolist(), strict=True))

    def end(self) -> Trace | None:
        """A shortest run that ends and still owes."""
        order = self._spread.order
        runs = (self._run_to(n) for n in order[self.graph.ends[order]].tolist())
        return min(runs, key=len, default=None)

    def lasso(self) -> Trace | None:
        """A run into a fair loop that owes throughout: the one that is soonest there."""
        best = None
        for members in components(self.space, self.owing):
            component = Component(self.space, members)
            if component.is_fair():
                run = min((self._run_to(n) for n in members), key=len)
                best = run if best is None or len(run) < len(best) else best
                if best is run:
                    chosen = component
        if best is None:
            return None
        cycle = chosen.cycle(best.numbers[-1])
        loop = len(best.numbers) - 1
        return Trace((*best.numbers, *cycle.numbers[1:]), (*best.steps, *cycle.steps), loop)

    def _run_to(self, number: int) -> Trace:
        arcs = []
        while number in self._came:
            arcs.append(self._came[number])
            number = int(self.graph.sources[arcs[-1]])
        stem = self.explored.trace_to(number)
        steps = list(steps_along(self.graph, arcs[::-1]))
        return Trace(
            (*stem.numbers, *(target for _, target in steps)),
            (*stem.steps, *(step for step, _ in steps)),
            None,
        )
