"""What walks to a rare event are done on: a chain that grows, and how near its states are.

A state's prospect is the chance to come to the event from there: solved where the chain was looked
into beforehand, elsewhere that of states with the same sketch, and where there is none unknown.
Wrong prospects leave estimates unbiased; they cost precision, and an interval may not show it.
"""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final, Generic, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wfmodel.markov.chain import Marks, Vector
from wfmodel.markov.partial_chain import NOT_YET, KnownChain, S

AS_BEFORE: Final = -1
"""The level of a state that has none of its own: that of the state before it."""
LEANING: Final = 0.7
"""Share of a leaning walk's jumps."""

Numbers: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LevelScale:
    """Levels are orders of magnitude of prospects, from 0 at ``start`` to ``top`` at the event."""

    start: float
    top: int

    def level(self, prospect: float) -> int:
        """The level of a state that is not the event."""
        if not prospect > 0:
            return AS_BEFORE
        climbed = math.log(prospect / self.start) / max(-math.log(self.start), 1e-12)
        return min(max(math.floor(climbed * self.top + 1e-9), 0), self.top - 1)


class ImportanceFunction(Generic[S]):
    """Of a leaning walk, ``LEANING`` of the jumps go where the event is near: each as likely as its
    rate times the prospect there. Without them a single rare jump, such as a crash within a few
    milliseconds, would find nobody.
    """

    def __init__(
        self,
        known: KnownChain[S],
        event: Callable[[S], bool],
        sketch: Callable[[S], Hashable],
        prospects: Vector,
        hopeless: Marks,
        scale: LevelScale,
    ) -> None:
        """``prospects`` of the states that have been met; from those that are ``hopeless`` no way
        leads to the event.
        """
        self._known = known
        self._event = event
        self._sketch = sketch
        self._scale = scale
        self._hopeless = array("b", hopeless.astype(np.int8).tobytes())
        self._prospects = array("d", prospects.tolist())
        self._levels = array("q", map(scale.level, self._prospects))
        self._by_sketch = self._sketched()
        self._towards, self._sums = array("d"), array("d")
        """By jump: its rate times the prospect of where it leads, and up to it in its row; 0 where
        a prospect is unknown.
        """
        for number in known.in_order().tolist():
            self._note(number)

    def heights(self, at: Numbers, level: Numbers, prospect: Vector) -> tuple[Numbers, Vector]:
        """Levels and prospects of states; given are those of the walks that come to them, which
        they keep where a state has none of its own.
        """
        known = self._known
        fresh = np.unique(at[np.frombuffer(known.first, dtype=np.int64)[at] == NOT_YET])
        for number in fresh.tolist():
            known.look_into(number)
            self._note(number)
        levels = np.frombuffer(self._levels, dtype=np.int64)[at]
        own = levels != AS_BEFORE
        prospects = np.frombuffer(self._prospects)[at]
        return np.where(own, levels, level), np.where(own, prospects, prospect)

    def exits(self, at: Numbers) -> Vector:
        """Total rates per second; 0 from where there is no point in going on."""
        first, last = self._rows(at)
        going = (last > first) & (np.frombuffer(self._hopeless, dtype=np.int8)[at] == 0)
        sums = np.frombuffer(self._known.sums, dtype=np.float64)
        return np.where(going, sums[np.where(going, last - 1, 0)], 0.0)

    def begun(self, draws: Vector, *, leaning: Marks) -> tuple[Numbers, Vector]:
        """Where walks begin, and how much likelier a leaning walk does so than the chain."""
        chances, places = map(np.array, zip(*self._known.initial, strict=True))
        towards = chances * np.frombuffer(self._prospects, dtype=np.float64)[places]
        rows = np.zeros(len(draws), dtype=np.int64), np.full(len(draws), len(places) - 1)
        sums = np.cumsum(chances), np.cumsum(towards)
        found, ratios = _leant(*rows, (chances, towards), sums, draws, leaning)
        return places[found], ratios

    def jumped(self, at: Numbers, draws: Vector, *, leaning: Marks) -> tuple[Numbers, Vector]:
        """Where a jump leads, and how much likelier a leaning walk takes it than the chain."""
        first, last = self._rows(at)
        known = self._known
        entries = np.frombuffer(known.rates), np.frombuffer(self._towards)
        sums = np.frombuffer(known.sums), np.frombuffer(self._sums)
        found, ratios = _leant(first, last - 1, entries, sums, draws, leaning)
        return np.frombuffer(known.targets, dtype=np.int64)[found], ratios

    def _rows(self, at: Numbers) -> tuple[Numbers, Numbers]:
        first = np.frombuffer(self._known.first, dtype=np.int64)[at]
        return first, np.frombuffer(self._known.last, dtype=np.int64)[at]

    def _sketched(self) -> dict[Hashable, float]:
        """The mean prospect of the states with each sketch."""
        found: dict[Hashable, list[float]] = defaultdict(list)
        for number in np.flatnonzero(self._known.looked_into()).tolist():
            found[self._sketch(self._known.states[number])].append(self._prospects[number])
        return {sketch: math.fsum(each) / len(each) for sketch, each in found.items()}

    def _note(self, number: int) -> None:
        """What a state that has just been looked into adds; rows follow the chain's."""
        known = self._known
        for state in known.states[len(self._prospects) :]:
            prospect = self._by_sketch.get(self._sketch(state), math.nan)
            self._prospects.append(prospect)
            self._levels.append(self._scale.level(prospect))
            self._hopeless.append(0)
        if self._event(known.states[number]):
            self._levels[number], self._prospects[number] = self._scale.top, 1.0
        row = range(known.first[number], known.last[number])
        own, total = self._prospects[number], 0.0
        prospects = [self._prospects[known.targets[jump]] for jump in row]
        prospects = [own if math.isnan(each) else each for each in prospects]
        blind = any(map(math.isnan, prospects))
        for jump, prospect in zip(row, prospects, strict=True):
            towards = 0.0 if blind else known.rates[jump] * prospect
            total += towards
            self._towards.append(towards)
            self._sums.append(total)


def _leant(
    low: Numbers,
    high: Numbers,
    entries: tuple[Vector, Vector],
    sums: tuple[Vector, Vector],
    draws: Vector,
    leaning: Marks,
) -> tuple[Numbers, Vector]:
    """Places from ``low`` to ``high`` and how much likelier a leaning walk chooses them; entries
    are the chain's own and those towards the event, ``sums`` theirs in each row.
    """
    may = sums[1][high] > 0
    towards = leaning & may & (draws < LEANING)
    rest = leaning & may & ~towards
    draws = np.where(towards, draws / LEANING, draws)
    draws = np.where(rest, (draws - LEANING) / (1 - LEANING), draws)
    places = np.empty_like(low)
    places[towards] = _chosen(low[towards], high[towards], sums[1], draws[towards])
    places[~towards] = _chosen(low[~towards], high[~towards], sums[0], draws[~towards])
    own = entries[0][places] / sums[0][high]
    lent = entries[1][places] / np.where(may, sums[1][high], 1.0)
    return places, np.where(may, LEANING * lent / own + (1 - LEANING), 1.0)


def _chosen(low: Numbers, high: Numbers, sums: Vector, draws: Vector) -> Numbers:
    """Places from ``low`` to ``high``, each as likely as it adds to the row's sum: bisection."""
    aims = draws * sums[high]
    while (low < high).any():
        middle = (low + high) // 2
        beyond = (sums[middle] <= aims) & (low < high)
        low, high = np.where(beyond, middle + 1, low), np.where(beyond, high, middle)
    return low
