"""Where an absorbing chain ends and how long it takes: one sparse linear system per question.

Kemeny & Snell, Finite Markov Chains, 1960, ch. 3, in continuous time: with Q the generator among
transient states, the expected reward until a target h solves ``-Q h = r``, and the probability of
ever hitting it ``-Q h = R 1`` with R the rates into it.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

from wfmodel.markov.chain import Chain, Marks, Vector, backwards


def hits(chain: Chain, targets: Marks) -> Vector:
    """Probability, from each state, of ever being in a target."""
    will = backwards(chain.rates, targets)
    may_miss = backwards(chain.without(targets).rates, ~will)
    # What is certain is known from the graph alone: equations would only come near it.
    found = np.where(may_miss, 0.0, 1.0)
    inside = will & may_miss & ~targets
    if inside.any():
        into = chain.rates @ found
        found[inside] = _solved(chain, inside, into[inside])
    return np.clip(found, 0.0, 1.0)


def expected_reward(chain: Chain, reward: Vector, targets: Marks) -> Vector:
    """Expected reward gathered, per second and by state, until a target is hit.

    Infinite from where the targets may never be hit. ``reward`` has a row for each state; with
    columns, each is a reward of its own, and the equations are factorised once for all.
    """
    never = ~targets & ~backwards(chain.rates, targets)
    lost = backwards(chain.without(targets).rates, never)
    inside = ~lost & ~targets
    found = np.full(reward.shape, np.inf)
    found[targets] = 0.0
    if inside.any():
        found[inside] = _solved(chain, inside, reward[inside])
    return found


def expected_time_if_hit(chain: Chain, targets: Marks) -> tuple[float, float]:
    """Probability of ever hitting a target, and the mean time to it, in seconds, where it is hit.

    ``E[T; hit]`` is the expected reward of being where one will hit, at rate ``P(hit)``.
    """
    will = hits(chain, targets)
    inside = (will > 0) & ~targets
    found = np.zeros(chain.size)
    if inside.any():
        found[inside] = _solved(chain, inside, will[inside])
    probability = float(chain.initial @ will)
    return probability, float(chain.initial @ found) / probability if probability else math.nan


def _solved(chain: Chain, inside: Marks, right: Vector) -> Vector:
    """Solve ``-Q h = right`` among the states inside, from each of which there is a way out."""
    places = np.flatnonzero(inside)
    among = sparse.csr_array(chain.rates[places][:, places])
    exits = chain.exits[places]
    # Rows are scaled by the exit rates, so that the matrix is I - P and rates may differ greatly.
    jumps = sparse.csr_array(sparse.diags_array(1 / exits) @ among)
    matrix = sparse.csc_array(sparse.eye_array(len(places)) - jumps)
    scaled = (right.T / exits).T
    try:
        factorised = linalg.splu(matrix)
    except RuntimeError:
        raise ArithmeticError("rates differ by too much for the equations to be solved") from None
    return np.asarray(factorised.solve(scaled))
