"""Walks through a chain, many at once; draws belong to (seed, repetition, stage, walk, step).

So a result depends on nothing else: not on how many walks are done at once, nor in which order.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from wfmodel.experiments.importance_function import ImportanceFunction, Numbers
from wfmodel.markov.chain import Marks, Vector
from wfmodel.markov.partial_chain import S
from wfmodel.simulation.randomness import stream

MOST_JUMPS: Final = 100_000
"""Of one walk, before it is given up as endless."""
_MASK: Final = 0xFFFF_FFFF_FFFF_FFFF

Bits = NDArray[np.uint64]


class EndlessWalkError(ValueError):
    """A walk neither comes to the event nor to an end."""


class WalkDraws:
    """Uniform numbers of many repetitions: ``simulation.randomness.uniform`` for many at once."""

    def __init__(self, seed: int, repetitions: int) -> None:
        self._seed = seed
        self._repetitions = repetitions

    def bases(self, name: str, stage: int) -> Bits:
        """The base of a stage's stream, by repetition."""
        found = (
            stream(self._seed, repetition, "splitting", name, stage)
            for repetition in range(self._repetitions)
        )
        return np.fromiter(found, dtype=np.uint64, count=self._repetitions)

    def uniforms(self, stage: int, walks: int) -> Vector:
        """One number in (0, 1) for each walk of each repetition, to choose where a stage begins."""
        numbers = np.tile(np.arange(walks, dtype=np.uint64), self._repetitions)
        return mixed(np.repeat(self.bases("start", stage), walks), numbers, 0)


def mixed(bases: Bits, walks: Bits, step: int) -> Vector:
    """The uniform numbers in (0, 1) of (stream, walk, step): SplitMix64's mixing function."""
    offset = bases + np.uint64((step * 0xD1B5_4A32_D192_ED03) & _MASK)
    z = walks * np.uint64(0x9E37_79B9_7F4A_7C15) + offset
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
    bits = (z ^ (z >> np.uint64(31))) >> np.uint64(11)
    return np.asarray(bits * 2.0**-53 + 2.0**-54, dtype=np.float64)


class Walkers(NamedTuple):
    """Walks by row: of which repetition, its number there, where it is, since when (in seconds),
    how high it has come and its prospect there, how much it counted when its stage began, and how
    much likelier a leaning walk is to have come this way since than the chain's own (a logarithm).
    """

    repetition: Numbers
    number: Bits
    at: Numbers
    since: Vector
    level: Numbers
    prospect: Vector
    mass: Vector
    log_ratio: Vector

    def those(self, which: Marks | Numbers) -> Walkers:
        """Some of them."""
        return Walkers._make(column[which] for column in self)

    @property
    def weight(self) -> Vector:
        """How much each counts: half of the walks lean, so none counts more than twice what it did
        (the balance heuristic: Veach & Guibas, SIGGRAPH 1995).
        """
        return np.asarray(self.mass * 2 * special.expit(-self.log_ratio))


def leaning(numbers: Bits) -> Marks:
    """Which walks of a repetition lean towards the event: half of them."""
    return np.asarray(numbers % 2 == 1)


def climb(
    ground: ImportanceFunction[S],
    walkers: Walkers,
    goal: int,
    draws: WalkDraws,
    stage: int,
    within_s: float | None,
) -> Walkers:
    """Walk on until the goal, a time or an end; those that come to the goal, in the same order.

    Half of the walks lean towards the event, the others are the chain's own.
    """
    deadline = math.inf if within_s is None else within_s
    jumps, sojourns = draws.bases("jump", stage), draws.bases("sojourn", stage)
    arrived, on, step = [], walkers, 0
    while True:
        there = on.level >= goal
        arrived.append(on.those(there))
        on = on.those(~there)
        exits = ground.exits(on.at)
        on, exits = on.those(exits > 0), exits[exits > 0]
        if not len(on.at):
            break
        if step >= MOST_JUMPS:
            raise EndlessWalkError(f"a walk has no end after {MOST_JUMPS:,} jumps")
        since = on.since - np.log(mixed(sojourns[on.repetition], on.number, step)) / exits
        on = on._replace(since=since).those(since <= deadline)
        uniform = mixed(jumps[on.repetition], on.number, step)
        at, ratios = ground.jumped(on.at, uniform, leaning=leaning(on.number))
        level, prospect = ground.heights(at, on.level, on.prospect)
        log_ratio = on.log_ratio + np.log(ratios)
        on = on._replace(at=at, level=level, prospect=prospect, log_ratio=log_ratio)
        step += 1
    found = Walkers(*map(np.concatenate, zip(*arrived, strict=True)))
    return found.those(np.lexsort((found.number, found.repetition)))
