"""Walks through a chain, many at once; draws belong to (seed, repetition, stage, walk, step).

So a result depends on nothing else: not on how many walks are done at once, nor in which order.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from wfmodel.exploration.markov.chain import Chain, Marks, Vector
from wfmodel.simulation.randomness import stream

MOST_JUMPS: Final = 10_000_000
"""Of one walk, before it is given up as endless."""

Numbers = NDArray[np.int64]


class EndlessWalkError(ValueError):
    """A walk neither comes to the event nor to an end."""


class Draws:
    """Uniform numbers of one repetition: ``simulation.randomness.uniform`` for many at once."""

    def __init__(self, seed: int, repetition: int) -> None:
        self._seed = seed
        self._repetition = repetition

    def uniforms(self, stage: int, count: int) -> Vector:
        """One number in (0, 1) for each walk, in choosing where a stage begins."""
        return mixed(self.base("start", stage), np.arange(count, dtype=np.uint64), 0)

    def base(self, name: str, stage: int) -> int:
        """The base of a stage's stream."""
        return stream(self._seed, self._repetition, "splitting", name, stage)


def mixed(base: int, walks: NDArray[np.uint64], step: int) -> Vector:
    """The uniform numbers in (0, 1) of (stream, walk, step): SplitMix64's mixing function."""
    offset = np.uint64((base + step * 0xD1B5_4A32_D192_ED03) & 0xFFFF_FFFF_FFFF_FFFF)
    z = walks * np.uint64(0x9E37_79B9_7F4A_7C15) + offset
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
    bits = (z ^ (z >> np.uint64(31))) >> np.uint64(11)
    return np.asarray(bits * 2.0**-53 + 2.0**-54, dtype=np.float64)


class Walks:
    """A chain's jumps, laid out for drawing. A walk ends at ``within_s``, or where none is left."""

    def __init__(self, chain: Chain, within_s: float) -> None:
        rates = chain.rates
        self.within_s = within_s
        self._exits = chain.exits
        self._rows = rates.indptr.astype(np.int64)
        self._targets = rates.indices.astype(np.int64)
        # One ascending sequence: a state's own rates, summed up, from its number to the next.
        total = np.concatenate([[0.0], np.cumsum(self._shares(chain))])
        self._ends = total[1:]
        self._initial = np.cumsum(chain.initial)

    def _shares(self, chain: Chain) -> Vector:
        """Jump probabilities, entry by entry."""
        lengths = np.diff(chain.rates.indptr)
        return np.asarray(chain.rates.data / np.repeat(self._exits, lengths))

    def beginnings(self, draws: Vector) -> Numbers:
        """Where walks begin."""
        places = np.searchsorted(self._initial, draws * self._initial[-1], side="right")
        return np.asarray(np.minimum(places, len(self._initial) - 1), dtype=np.int64)

    def climb(
        self, states: Numbers, times_s: Vector, goal: Marks, draws: Draws, stage: int
    ) -> tuple[Numbers, Vector]:
        """Walk on until the goal; of those that come to it, where and when they do."""
        jumps, sojourns = draws.base("jump", stage), draws.base("sojourn", stage)
        walks = np.arange(len(states), dtype=np.uint64)
        arrived, when = [states[goal[states]]], [times_s[goal[states]]]
        order = [walks[goal[states]]]
        under_way = ~goal[states] & (self._exits[states] > 0)
        walks, at, now = walks[under_way], states[under_way], times_s[under_way]
        step = 0
        while len(at):
            now = now - np.log(mixed(sojourns, walks, step)) / self._exits[at]
            at = self._jumped(at, mixed(jumps, walks, step))
            in_time = now <= self.within_s
            there = goal[at] & in_time
            arrived.append(at[there])
            when.append(now[there])
            order.append(walks[there])
            left = in_time & ~there & (self._exits[at] > 0)
            walks, at, now = walks[left], at[left], now[left]
            step += 1
            if step > MOST_JUMPS:
                raise EndlessWalkError(f"a walk has no end after {MOST_JUMPS:,} jumps")
        by_walk = np.argsort(np.concatenate(order), kind="stable")
        return np.concatenate(arrived)[by_walk], np.concatenate(when)[by_walk]

    def _jumped(self, at: Numbers, draws: Vector) -> Numbers:
        first = self._rows[at]
        base = np.where(first > 0, self._ends[first - 1], 0.0)
        places = np.searchsorted(self._ends, base + draws, side="right")
        last = self._rows[at + 1] - 1
        found: Numbers = self._targets[np.clip(places, first, last)]
        return found
