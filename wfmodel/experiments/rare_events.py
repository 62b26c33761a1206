"""Rare events by multilevel splitting: many walks that each climb a little, none need be lucky.

The chance of an event is the product of the chances to come one level nearer to it. Each stage
starts a fixed number of walks where walks of the stage before crossed its level (fixed effort:
Garvels, The splitting method in rare event simulation, 2000, after Villén-Altamirano & Villén-
Altamirano, RESTART, 1991), which is unbiased whatever the levels. Repetitions are independent, and
the interval is that of their mean.

The chain need be neither enumerated nor finite. The states whose likeliest paths are about as
likely as the event's are looked into first. Among them the chance of the event is solved: that is a
lower bound, and with a guess of what lies beyond it gives every state a prospect. Its orders of
magnitude are the levels. Half of the walks lean towards better prospects and count less (importance
sampling), so that a single rare jump is found; the other half do not, so that no walk counts more
than twice, however wrong the prospects are.

What it cannot see: events whose chance lies in very many ways that are each far less likely than
the likeliest, and that start where prospects are bad. Then intervals are too narrow now and then.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from wfmodel.designs.anomalies import Terminal
from wfmodel.designs.table import Table
from wfmodel.display import Tabular
from wfmodel.experiments.importance_function import ImportanceFunction
from wfmodel.experiments.pilot import ground_of, surveyed
from wfmodel.experiments.replications import possible
from wfmodel.experiments.scenario import Scenario, Variant, system_of
from wfmodel.experiments.splitting_walks import Bits, WalkDraws, Walkers, climb, leaning
from wfmodel.experiments.statistics import Estimate, Method, interval
from wfmodel.markov import (
    KnownChain,
    Life,
    Surroundings,
    TooManyStatesError,
    hits,
    hits_within,
)
from wfmodel.markov.chain import Vector
from wfmodel.markov.chain_state import State
from wfmodel.markov.jumps import Jumps
from wfmodel.markov.partial_chain import S
from wfmodel.markov.rates import Rates
from wfmodel.model.workflow import Workflow

MOST_LOOKED_INTO: Final = 20_000
SOLVED_UP_TO: Final = 20_000
"""States of a chain that is solved too."""
TRUNCATED: Final = 1e-15
"""Of a probability within a time."""


@dataclass(frozen=True, slots=True)
class Splitting:
    """``walks`` start at each level, in each of ``repetitions``; ``factor`` is how much likelier
    the event is one level on. At most ``most`` states are looked into first.
    """

    walks: int = 500
    repetitions: int = 30
    factor: float = 5.0
    seed: int = 1
    most: int = MOST_LOOKED_INTO

    def __post_init__(self) -> None:
        if self.walks < 10 or self.repetitions < 2 or not 1 < self.factor <= 1e6:
            raise ValueError(
                "splitting needs 10 walks, 2 repetitions and a factor between 1 and a million;"
                f" got {self.walks}, {self.repetitions} and {self.factor:g}"
            )
        if self.walks % 2:
            raise ValueError(f"half of the walks lean: their number must be even; got {self.walks}")


@dataclass(frozen=True, slots=True, repr=False)
class RareEvent(Tabular):
    """``estimate``: probability with its 95 % interval. ``bounds``: between these it is for sure,
    by what was looked into first (None: not known within a time).

    ``narrowest``: the least share of walks that came through a level, by their weights: so many
    that count the same would say as much. ``missed``: repetitions without a walk that came to the
    event.
    """

    estimate: Estimate
    bounds: tuple[float, float] | None
    levels: int
    narrowest: float
    missed: int

    @property
    def is_beyond(self) -> bool:
        """Most of the estimate lies beyond what was looked into first: guesses were to be made, and
        the interval may be too narrow.
        """
        if self.bounds is None:
            return False
        low, high = self.bounds
        return self.estimate.mean > 2 * low and high > 2 * low


def probability_of(
    known: KnownChain[S],
    event: Callable[[S], bool],
    *,
    sketch: Callable[[S], Hashable] | None = None,
    splitting: Splitting | None = None,
    within_s: float | None = None,
) -> RareEvent | None:
    """Estimate the probability of ever being in a state of the event, or within a time; None: it
    cannot happen.

    ``sketch``: states with the same one have about the same prospects (None: nothing is known of
    that); where that is wrong it costs precision. Of a chain that nobody has looked into before,
    the same seed gives the same, byte for byte.

    Raises:
        NoWayError: none of the states that were looked into is of the event.
        TooManyStatesError: walks came to more states than the chain may have.
        ValueError: the time is not positive.
    """
    how = splitting or Splitting()
    if within_s is not None and not within_s > 0:
        raise ValueError(f"the time must be greater than zero; got {within_s:g} s")
    survey = surveyed(known, event, most=how.most)
    if survey is None:
        return None
    ground, scale = ground_of(survey, known, event, sketch or _alone, how.factor)
    draws = WalkDraws(how.seed, how.repetitions)
    walkers = _beginning(ground, scale.start, draws, how)
    found, narrowest, doubt = np.zeros(how.repetitions), 1.0, 1.0
    for level in range(1, scale.top + 1):
        if not len(walkers.at):
            break
        doubt = float(walkers.mass.sum()) / (how.walks * how.repetitions)
        arrived = climb(ground, walkers, level, draws, level, within_s)
        arrived = arrived.those(arrived.weight > 0)  # Some weigh less than any number.
        narrowest = min(narrowest, _effective(arrived.weight) / len(walkers.at))
        there = arrived.level == scale.top
        found += _of_each(arrived.those(there), arrived.weight[there], how) / how.walks
        walkers = _forked(arrived.those(~there), draws.uniforms(2 * level, how.walks), how)
    return RareEvent(
        _interval(found, doubt, how),
        None if within_s is not None else survey.bounds,
        scale.top,
        narrowest,
        int(np.count_nonzero(found == 0)),
    )


def life_of(
    scenario: Scenario, workflow: Workflow, variant: Variant, *, stages: int | None = None
) -> Life:
    """The life of one instance of a variant, with faults that never stop; ``stages``: Erlang stages
    for what is not exponential.

    Raises:
        NotExponentialError: a time or a fault has no finite chain; the text names its place.
    """
    system = system_of(workflow, variant)
    around = Surroundings(scenario.setting.network, scenario.setting.faults)
    return Life(Jumps(Table(system), Rates(system, around, stages=stages)))


def check_end(end: str) -> None:
    """Refuse what is no end.

    Raises:
        ValueError: naming those there are.
    """
    if end not in {each.value for each in Terminal}:
        raise ValueError(f"no end {end!r}; there are {', '.join(Terminal)}")


def ended_as(life: Life, end: str) -> Callable[[State], bool]:
    """The event that an instance is over for good and has ended so.

    Raises:
        ValueError: there is no such end.
    """
    check_end(end)
    return lambda state: life.is_over(state) and life.end_of(state) == end


def solved(
    known: KnownChain[S], event: Callable[[S], bool], within_s: float | None = None
) -> float | None:
    """``exactly``, where the chain is small enough and the answer has digits; None otherwise."""
    try:
        whole = known.look_into_all(most=SOLVED_UP_TO)
    except TooManyStatesError:
        return None
    found = exactly(known, event, within_s) if whole else 0.0
    return found if found > (0.0 if within_s is None else 1e3 * TRUNCATED) else None


def exactly(
    known: KnownChain[S], event: Callable[[S], bool], within_s: float | None = None
) -> float:
    """The same probability, solved, of a chain that was looked into as a whole."""
    chain = known.chain()
    marks = np.fromiter(map(event, known.states), dtype=np.bool_, count=len(known))
    if within_s is not None:
        return hits_within(chain, marks, within_s, error=TRUNCATED)
    return float(chain.initial @ hits(chain, marks))


def _alone(state: Hashable) -> Hashable:
    """A sketch that is like no other state's."""
    return state


def _beginning(
    ground: ImportanceFunction[S], start: float, draws: WalkDraws, how: Splitting
) -> Walkers:
    numbers, repetition = _numbers(how), np.repeat(np.arange(how.repetitions), how.walks)
    at, ratio = ground.begun(draws.uniforms(0, how.walks), leaning=leaning(numbers))
    ones = np.ones(len(at))
    level, prospect = ground.heights(at, np.zeros_like(at), start * ones)
    return Walkers(repetition, numbers, at, 0 * ones, level, prospect, ones, np.log(ratio))


def _of_each(arrived: Walkers, amounts: Vector, how: Splitting) -> Vector:
    """Sums by repetition."""
    return np.bincount(arrived.repetition, amounts, how.repetitions).astype(np.float64)


def _forked(arrived: Walkers, draws: Vector, how: Splitting) -> Walkers:
    """As many walks as before in each repetition, each from where one of its walks arrived.

    Walks are chosen by what is to be expected of them, weight times prospect, and count as much
    less as they are chosen more often: a light walk that has come far is as good as a heavy one.
    """
    hope = arrived.weight * arrived.prospect
    hopes = _of_each(arrived, hope, how)
    alive = np.repeat(hopes > 0, how.walks)
    repetition = np.repeat(np.arange(how.repetitions), how.walks)[alive]
    arrived = arrived.those(hopes[arrived.repetition] > 0)
    hope = arrived.weight * arrived.prospect
    sums = np.cumsum(hope / hopes[arrived.repetition])
    ranks = np.cumsum(hopes > 0) - 1
    places = np.searchsorted(sums, ranks[repetition] + draws[alive], side="right")
    first = np.searchsorted(arrived.repetition, repetition, side="left")
    last = np.searchsorted(arrived.repetition, repetition, side="right") - 1
    chosen = arrived.those(np.clip(places, first, last))  # Sums of ones are rounded.
    return chosen._replace(
        number=_numbers(how)[alive],
        mass=hopes[repetition] / how.walks / chosen.prospect,
        log_ratio=np.zeros(len(chosen.at)),
    )


def _interval(found: Vector, doubt: float, how: Splitting) -> Estimate:
    """Of the mean of repetitions. Where all are equal, what no walk did is still possible: with
    three of the chain's own walks at the last level (the rule of three; half are its own).
    """
    largest = float(found.max())
    scale = largest or 1.0  # so that no square underflows
    made = interval((found / scale).tolist())
    low, high = made.low * scale, made.high * scale
    if made.method is Method.CONSTANT:
        margin = 6 * doubt / (how.walks * how.repetitions)
        low, high = low - margin, high + margin
    return possible(replace(made, mean=made.mean * scale, low=low, high=high), 1.0)


def _effective(weights: Vector) -> float:
    """How many walks that count the same say as much (Kish, Survey Sampling, 1965)."""
    if not len(weights):
        return 0.0
    scaled = weights / weights.max()  # so that no square underflows
    return float(scaled.sum() ** 2 / (scaled**2).sum())


def _numbers(how: Splitting) -> Bits:
    """Of each walk in its repetition."""
    return np.tile(np.arange(how.walks, dtype=np.uint64), how.repetitions)
