"""What is known of a rare event before the first walk: certain bounds, and prospects.

States are looked into from the likeliest path down. Whoever comes to the event without leaving them
makes the lower bound; whoever leaves them might come to it, which makes the upper.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from wfmodel.experiments.importance_function import ImportanceFunction, LevelScale
from wfmodel.markov import KnownChain, hits
from wfmodel.markov.chain import Chain, Marks, Vector, backwards
from wfmodel.markov.most_probable_path import LikeliestFirst
from wfmodel.markov.partial_chain import S

FIRST_LOOK: Final = 1_000
"""States; then twice as many, and so on."""
NEAR_ENOUGH: Final = 1e-3
"""Of the lower bound: once bounds are no farther apart, nobody looks any further."""
MOST_LEVELS: Final = 1000
LEAST: Final = 1e-300
"""Chances that are less have no digits."""


class NoWayError(ValueError):
    """No way to the event was found, though there may be one."""


@dataclass(frozen=True)
class Survey:
    """``chain``: what is known, the event absorbing; ``event`` and ``into`` (what was looked into)
    mark its states; ``bounds``: of the chance to come to the event.
    """

    chain: Chain
    event: Marks
    into: Marks
    bounds: tuple[float, float]


def surveyed(known: KnownChain[S], event: Callable[[S], bool], *, most: int) -> Survey | None:
    """Look into ``most`` states, or as many as bring the bounds together; None: the event cannot
    happen.

    Raises:
        NoWayError: none of the states that were looked into is of the event.
        TooManyStatesError: the chain has met more states than it may.
    """
    search, look = LikeliestFirst(known, event), min(FIRST_LOOK, most)
    while True:
        search.go_on(look)
        if search.found:
            survey = _survey(known, event)
            low, high = survey.bounds
            if high - low <= NEAR_ENOUGH * low or look >= most:
                return survey
        elif search.whole:
            return None
        elif look >= most:
            raise NoWayError(f"not found among the {most:,} likeliest states")
        look = min(2 * look, most)


def ground_of(
    survey: Survey,
    known: KnownChain[S],
    event: Callable[[S], bool],
    sketch: Callable[[S], Hashable],
    factor: float,
) -> tuple[ImportanceFunction[S], LevelScale]:
    """What to walk on, and its scale of ``factor`` a level.

    Raises:
        NoWayError: the chance is too small for a number.
    """
    prospects = _prospects(survey)
    start = float(survey.chain.initial @ prospects)
    if start < LEAST:
        raise NoWayError(f"its chance is less than {LEAST:g}")
    top = max(1, min(MOST_LEVELS, math.ceil(-math.log(start) / math.log(factor))))
    hopeless = ~backwards(survey.chain.rates, survey.event | ~survey.into)
    scale = LevelScale(start, top)
    return ImportanceFunction(known, event, sketch, prospects, hopeless, scale), scale


def _survey(known: KnownChain[S], event: Callable[[S], bool]) -> Survey:
    into = known.looked_into()
    marks = np.zeros(len(known), dtype=np.bool_)
    marks[[i for i in np.flatnonzero(into).tolist() if event(known.states[i])]] = True
    chain = known.chain().without(marks)
    low = float(chain.initial @ hits(chain, marks))
    leaves = float(chain.initial @ hits(chain, ~into)) if not into.all() else 0.0
    return Survey(chain, marks, into, (low, min(1.0, low + leaves)))


def _prospects(survey: Survey) -> Vector:
    """The chance to come to the event, guessed where the chain goes on unknown.

    The first guess is that what was not looked into is like what leads to it: from there it jumps
    back. The second, that it is nowhere worse than the beginning by the first: else walks would
    shun those states from which the event can only be reached that way.
    """
    chain, event = survey.chain, survey.event
    unknown = (~survey.into).astype(np.float64)
    back = sparse.csr_array(sparse.diags_array(unknown) @ chain.rates.T)
    first = hits(Chain(chain.rates + back, chain.initial), event)
    guesses = unknown * np.maximum(first, chain.initial @ first)
    # From the unknown, a jump to the event or to nowhere: two more states.
    out = sparse.csr_array(np.column_stack([guesses, unknown - guesses]))
    rows = sparse.csr_array(sparse.hstack([chain.rates, out]))
    starts = np.concatenate([rows.indptr, rows.indptr[-1:], rows.indptr[-1:]])
    size = chain.size + 2
    rates = sparse.csr_array((rows.data, rows.indices, starts), shape=(size, size))
    wider = Chain(rates, np.concatenate([chain.initial, [0.0, 0.0]]))
    return hits(wider, np.concatenate([event, [True, False]]))[: chain.size]
