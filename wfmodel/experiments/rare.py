"""Rare events by multilevel splitting: many walks that each climb a little, none need be lucky.

The chance of an event is the product of the chances to come one level nearer to it. Each stage
starts a fixed number of walks where walks of the stage before crossed its level (fixed effort:
Garvels, The splitting method in rare event simulation, 2000, after Villén-Altamirano & Villén-
Altamirano, RESTART, 1991), which is unbiased whatever the levels. A state's level is the
probability of the likeliest path from it to the event, by orders of magnitude. Repetitions are
independent, and the interval is that of their mean.

What it cannot see: a single jump that is itself that rare (``steepest`` says how rare the rarest
is): there is nothing on the way to split at.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from wfmodel.designs.anomalies import Terminal
from wfmodel.experiments.running import possible
from wfmodel.experiments.statistics import Estimate, interval
from wfmodel.experiments.walks import Draws, Walks
from wfmodel.exploration.markov import Chain, InstanceChain, hits, hits_within
from wfmodel.exploration.markov.chain import Marks, Vector

MOST_LEVELS: Final = 1000


@dataclass(frozen=True, slots=True)
class Splitting:
    """``walks`` start at each level, in each of ``repetitions``; ``factor`` is how much likelier
    the event is one level on.
    """

    walks: int = 500
    repetitions: int = 30
    factor: float = 5.0
    seed: int = 1

    def __post_init__(self) -> None:
        if self.walks < 10 or self.repetitions < 2 or not 1 < self.factor <= 1e6:
            raise ValueError(
                "splitting needs 10 walks, 2 repetitions and a factor between 1 and a million;"
                f" got {self.walks}, {self.repetitions} and {self.factor:g}"
            )


@dataclass(frozen=True, slots=True)
class RareEvent:
    """``estimate``: probability with its 95 % interval. ``levels``: how many there were.
    ``steepest``: the least probability of a jump on the likeliest path. ``missed``: repetitions in
    which no walk came to the event.
    """

    estimate: Estimate
    levels: int
    steepest: float
    missed: int


def probability_of(
    chain: Chain, event: Marks, *, splitting: Splitting | None = None, within_s: float | None = None
) -> RareEvent:
    """Estimate the probability of ever being in one of these states, or within a time.

    The same seed gives the same result, byte for byte.

    Raises:
        ValueError: no path leads to the event: its probability is 0.
    """
    how = splitting or Splitting()
    if within_s is not None and not within_s > 0:
        raise ValueError(f"the time must be greater than zero; got {within_s:g} s")
    ended = chain.without(event)
    far, steepest = nearness(ended, event)
    start = far[chain.initial > 0].min()
    if not math.isfinite(start):
        raise ValueError("no path leads to the event: its probability is 0")
    levels = _levels(far, start, how.factor)
    top = int(levels.max()) + 1
    heights = np.where(event, top, levels)
    walks = Walks(ended, math.inf if within_s is None else within_s)
    found = [_repetition(walks, heights, top, how, number) for number in range(how.repetitions)]
    missed = sum(each == 0 for each in found)
    estimate = interval(found)
    return RareEvent(possible(estimate, "fraction"), top, steepest, missed)


def of_end(built: InstanceChain, end: str) -> Marks:
    """States in which an instance is over for good and has ended so.

    Raises:
        ValueError: there is no such end.
    """
    if end not in {each.value for each in Terminal}:
        raise ValueError(f"no end {end!r}; there are {', '.join(Terminal)}")
    labels = built.chain.labels
    return labels[end] & labels["over"]


def exactly(chain: Chain, event: Marks, within_s: float | None = None) -> float:
    """The same probability, solved."""
    if within_s is not None:
        return hits_within(chain, event, within_s, error=1e-15)
    return float(chain.initial @ hits(chain, event))


def nearness(chain: Chain, event: Marks) -> tuple[Vector, float]:
    """How far each state is from the event: minus the logarithm of the likeliest path's
    probability (0 at the event, infinite where there is none); and the rarest jump on the
    likeliest path from the beginning.
    """
    exits = chain.exits
    jumps = sparse.csr_array(sparse.diags_array(1 / np.where(exits > 0, exits, 1.0)) @ chain.rates)
    # A jump that is certain costs nothing, but an explicit zero would be no edge at all.
    jumps.data = np.maximum(-np.log(jumps.data), 1e-12)
    n, edges = chain.size, sparse.coo_array(jumps.T)
    sinks = np.flatnonzero(event)
    ways = np.concatenate([edges.data, np.full(len(sinks), 1e-12)])
    rows = np.concatenate([edges.row, np.full(len(sinks), n)])
    columns = np.concatenate([edges.col, sinks])
    wider = sparse.csr_array((ways, (rows, columns)), shape=(n + 1, n + 1))
    lengths, befores = csgraph.dijkstra(wider, True, np.array([n]), True)
    far, before = np.maximum(lengths[0, :n] - 1e-12, 0.0), befores[0]
    at = int(np.argmin(np.where(chain.initial > 0, far, np.inf)))
    rarest = 0.0
    while not event[at] and math.isfinite(far[at]):
        after = int(before[at])
        rarest = max(rarest, float(far[at] - far[after]))
        at = after
    return far, math.exp(-rarest)


def _levels(far: Vector, start: float, factor: float) -> NDArray[np.int64]:
    """Levels count upwards from 0 at the beginning; only the event itself has the last."""
    most = max(1, min(MOST_LEVELS, math.ceil(start / math.log(factor))))
    height = np.where(np.isfinite(far), (start - far) / max(start, 1e-12), -1.0)
    levels = np.clip(np.floor(height * most + 1e-9).astype(np.int64), 0, most - 1)
    levels[far <= 1e-9] = most - 1
    return levels


def _repetition(
    walks: Walks, heights: NDArray[np.int64], top: int, how: Splitting, number: int
) -> float:
    draws = Draws(how.seed, number)
    states = walks.beginnings(draws.uniforms(0, how.walks))
    times = np.zeros(how.walks)
    probability = 1.0
    for level in range(1, top + 1):
        arrived, when = walks.climb(states, times, heights >= level, draws, level)
        if not len(arrived):
            return 0.0
        probability *= len(arrived) / how.walks
        chosen = (draws.uniforms(2 * level, how.walks) * len(arrived)).astype(np.int64)
        states, times = arrived[chosen], when[chosen]
    return probability
