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

ERROR: Final = 1e-12
"""Probability that may be left out."""

MOST_WORK: Final = 4_000_000_000
"""Steps times transitions beyond which a question is refused: it would take minutes."""


class TooStiffError(ValueError):
    """Rates and times differ by too much for uniformization."""


def transient(chain: Chain, time_s: float, *, error: float = ERROR) -> Vector:
    """Probability of being in each state after so many seconds; off by at most ``error`` in sum.

    Raises:
        ValueError: the time is negative.
        TooStiffError: it would take too many steps, and the chain does not settle before.
    """
    if not time_s >= 0 or math.isinf(time_s):
        raise ValueError(f"the time must be finite and not negative; got {time_s:g} s")
    rate = float(chain.exits.max(initial=0.0))
    mean = rate * time_s
    if mean == 0:
        return chain.initial.copy()
    most = MOST_WORK // (chain.rates.nnz + chain.size)
    first, weights = poisson(mean, error)
    jumps = sparse.csr_array((chain.generator() / rate).T)
    now, found = chain.initial.copy(), np.zeros(chain.size)
    for step in range(first + len(weights)):
        if step >= first:
            found += weights[step - first] * now
        after = now + jumps @ now
        if np.abs(after - now).sum() < error * 1e-3 / max(mean, 1.0):
            return np.asarray(found + weights[max(0, step + 1 - first) :].sum() * after)
        now = after
        if step > most:
            raise TooStiffError(
                f"{time_s:g} s at up to {rate:g} jumps a second are {mean:,.0f} steps, too many for"
                f" {chain.size:,} states: ask for a shorter time"
            )
    return found


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
