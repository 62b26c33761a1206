"""Where a chain is at a time: uniformization, with a bound on what its sum leaves out.

Jensen, Skandinavisk Aktuarietidskrift 36, 1953: with a rate L no less than any exit rate, the
chain is a discrete one, P = I + Q / L, at the jumps of a Poisson process. Its weights are computed
outwards from the mode, so that none underflows, and cut where the tails are below ``error``
(Fox & Glynn, CACM 31, 1988).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from scipy import sparse, stats

from wfmodel.markov.chain import Chain, Marks, Vector
from wfmodel.markov.implicit_steps import TooStiffError, stepped

ERROR: Final = 1e-12
"""Probability that may be left out."""

MOST_JUMPS: Final = 20_000
"""Jumps beyond which implicit steps are less work."""
MOST_WORK: Final = 4_000_000_000
"""Jumps times transitions beyond which a question is not followed: it would take minutes."""


def transient(chain: Chain, time_s: float, *, error: float = ERROR) -> Vector:
    """Probability of being in each state after so many seconds; off by at most ``error`` in sum.

    Where the jumps are too many to be followed, and the chain does not settle before, it takes
    implicit steps, which are off by some 1e-11; unless ``error`` asks for less than ``ERROR``.

    Raises:
        ValueError: the time is negative.
        TooStiffError: it would take too many steps.
    """
    if not time_s >= 0 or math.isinf(time_s):
        raise ValueError(f"the time must be finite and not negative; got {time_s:g} s")
    rate = float(chain.exits.max(initial=0.0))
    mean = rate * time_s
    if mean == 0:
        return chain.initial.copy()
    most = MOST_WORK // (chain.rates.nnz + chain.size)
    found = _followed(chain, rate, mean, error, most if error < ERROR else min(most, MOST_JUMPS))
    if found is not None:
        return found
    if error < ERROR:
        raise TooStiffError(
            f"{time_s:g} s at up to {rate:g} jumps a second are {mean:,.0f} steps, too many for"
            f" {chain.size:,} states: ask for a shorter time"
        )
    try:
        return stepped(chain, time_s)
    except TooStiffError:
        found = _followed(chain, rate, mean, error, most) if mean <= most else None
        if found is None:
            raise
        return found


def _followed(chain: Chain, rate: float, mean: float, error: float, most: int) -> Vector | None:
    """The sum over the jumps; None: they are more than ``most``, and it has not settled by then."""
    known = mean <= most
    first, weights = poisson(mean, error) if known else (most + 1, np.ones(1))
    jumps = sparse.csr_array((chain.generator() / rate).T)
    now, found = chain.initial.copy(), np.zeros(chain.size)
    for step in range(first + len(weights)):
        if step >= first:
            found += weights[step - first] * now
        after = now + jumps @ now
        if np.abs(after - now).sum() < error * 1e-3 / max(mean, 1.0):
            return np.asarray(found + weights[max(0, step + 1 - first) :].sum() * after)
        now = after
    return found if known else None


def poisson(mean: float, error: float) -> tuple[int, Vector]:
    """The first number of jumps that counts, and the weights from there on; they add up to 1."""
    first = max(0, int(stats.poisson.ppf(error / 2, mean)) - 1)
    last = int(stats.poisson.isf(error / 2, mean)) + 1
    mode = int(mean)
    up = np.cumsum(np.log(mean) - np.log(np.arange(mode + 1, last + 1)))
    down = np.cumsum(np.log(np.arange(mode, first, -1)) - np.log(mean))[::-1]
    weights = np.exp(np.concatenate([down, [0.0], up]))
    return first, weights / weights.sum()


def hits_within(chain: Chain, targets: Marks, time_s: float, *, error: float = ERROR) -> float:
    """Probability of being in a target at some moment of the first ``time_s`` seconds."""
    return float(transient(chain.without(targets), time_s, error=error)[targets].sum())
