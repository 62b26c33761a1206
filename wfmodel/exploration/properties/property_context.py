"""What several properties ask of one state space, worked out once: marks, edges, shortest runs.

Predicates are evaluated in one pass over the configurations, because taking a configuration out of
a packed space costs more than asking it ten questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from wfmodel.designs.anomalies import CLEAN, Anomaly, Terminal
from wfmodel.exploration.properties.cached_space import Remembered
from wfmodel.exploration.properties.property_answer import Bounds, Trace, taken_for_granted
from wfmodel.exploration.properties.shortest import Shortest
from wfmodel.exploration.properties.visible_state import Observation, Predicate, sight
from wfmodel.exploration.state_space import StateSpace, is_fault
from wfmodel.exploration.terminal_states import Ends, Path, ends_of, shows
from wfmodel.semantics.successors import Step

Edge = tuple[int, Step, int]


class Explored:
    """A state space with what has been asked of it."""

    def __init__(self, space: StateSpace, *, laps: int = 1) -> None:
        self.space = Remembered(space)
        self._laps = laps
        self._marks: dict[Predicate, NDArray[np.bool_]] = {}

    @cached_property
    def bounds(self) -> Bounds:
        """What was searched."""
        space = self.space
        cut = space.cut if space.complete else 0
        alike = "" if space.reduction is None else space.reduction.words()
        return Bounds(
            space.space.budget(0),
            self._laps,
            len(space),
            space.transitions,
            cut,
            space.stopped,
            alike,
            taken_for_granted(space.table.system),
        )

    def mark(self, predicates: Iterable[Predicate]) -> None:
        """Evaluate predicates everywhere; ``where`` then answers at once."""
        fresh = [each for each in dict.fromkeys(predicates) if each not in self._marks]
        at_ends = [each for each in fresh if each.only_at_ends]
        self._evaluate(at_ends, np.flatnonzero(self.space.graph.ends).tolist() if at_ends else ())
        anywhere = [each for each in fresh if not each.only_at_ends]
        by_names = [each for each in anywhere if each.by_names and self.space.told is not None]
        self._evaluate_by_names(by_names)
        others = [each for each in anywhere if each not in by_names]
        self._evaluate(others, range(len(self.space)) if others else ())

    def _evaluate_by_names(self, predicates: Sequence[Predicate]) -> None:
        space = self.space
        if not predicates or space.told is None:
            return

        def said(number: int) -> tuple[bool, ...]:
            seen = Observation(space, number)
            return tuple(bool(predicate(seen)) for predicate in predicates)

        places, answers = space.told(said, sight(space.table), space.graph.ends)
        for predicate, holds in zip(predicates, zip(*answers, strict=True), strict=True):
            self._marks[predicate] = np.array(holds, dtype=np.bool_)[places]

    def _evaluate(self, predicates: Sequence[Predicate], numbers: Iterable[int]) -> None:
        marks = [np.zeros(len(self.space), dtype=np.bool_) for _ in predicates]
        for number in numbers:
            seen = Observation(self.space, number)
            for predicate, mark in zip(predicates, marks, strict=True):
                if predicate(seen):
                    mark[number] = True
        self._marks.update(zip(predicates, marks, strict=True))

    def where(self, predicate: Predicate) -> NDArray[np.bool_]:
        """Whether a predicate holds, by number: an array of shape (states,)."""
        self.mark((predicate,))
        return self._marks[predicate]

    def first(self, predicate: Predicate) -> int | None:
        """The number of a nearest configuration in which a predicate holds."""
        found = np.flatnonzero(self.where(predicate))
        return int(found[0]) if len(found) else None

    def is_fault(self, source: int, target: int) -> bool:
        """Whether a step was paid for: a fault, which nobody owes."""
        return is_fault(self.space, source, target)

    @cached_property
    def shortest(self) -> Shortest:
        """Shortest runs."""
        return Shortest(self.space)

    @cached_property
    def ends(self) -> Ends:
        """How runs end."""
        return ends_of(self.space)

    def trace_to_end(self, terminal: Terminal) -> tuple[Trace | None, str]:
        """A shortest run that ends in this way, and what else is to be said of it.

        Of those after which nobody knows of the instance, only that there are such, if others are
        left to tell.
        """
        if terminal in CLEAN:
            return self._calmed(terminal, self.ends.paths.get(terminal)), ""
        anomaly = Anomaly[terminal.name]
        shortest = self.ends.anomalies.get(anomaly)
        told = self.ends.remembered.get(anomaly, shortest)
        if told is shortest or shortest is None:
            return self._calmed(terminal, shortest), ""
        return self._calmed(terminal, told), f"in {len(shortest)} where its start is lost"

    def _calmed(self, terminal: Terminal, path: Path | None) -> Trace | None:
        """The run with the fewest changes of participant, if it still shows the end (a run by
        another way may not have heard the same).
        """
        if path is None:
            return None
        calm = self.trace_to(path[-1][1] if path else 0)
        if len(calm) == len(path) and shows(self.space, calm.numbers, terminal):
            return calm
        return Trace((0, *(number for _, number in path)), tuple(step for step, _ in path))

    def trace_to(self, number: int) -> Trace:
        """A shortest run to a configuration, among those with the fewest changes of participant."""
        return self.shortest.to(number)
