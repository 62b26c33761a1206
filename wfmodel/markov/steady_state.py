"""Where a chain is in the long run: bottom components, how likely each is, and how each behaves.

A state whose component can be left is left for good in the end. Within a bottom component (BSCC)
the chain is irreducible and has one stationary distribution (Baier & Katoen, Principles of Model
Checking, 2008, ch. 10).
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph, linalg

from wfmodel.markov.chain import Chain, Marks, Matrix, Vector
from wfmodel.markov.hitting import hits


def bottom_components(rates: Matrix) -> list[Marks]:
    """Sets of states that cannot be left, and within which all reach all."""
    _, component = csgraph.connected_components(rates, directed=True, connection="strong")
    source, target = rates.nonzero()
    leaves = np.unique(component[source[component[source] != component[target]]])
    return [component == c for c in np.setdiff1d(np.unique(component), leaves)]


def stationary(chain: Chain, component: Marks) -> Vector:
    """Share of time in each state, once in this bottom component: ``p Q = 0``, adding up to 1."""
    places = np.flatnonzero(component)
    found = np.zeros(chain.size)
    if len(places) == 1:
        found[places] = 1.0
        return found
    balance = chain.generator()[places][:, places].T
    # With the first state's share set to 1, the other balance equations are regular.
    matrix = sparse.csc_array(balance[1:][:, 1:])
    right = -np.asarray(balance[1:][:, [0]].todense()).ravel()
    shares = np.concatenate([[1.0], np.asarray(linalg.splu(matrix).solve(right))])
    found[places] = shares / shares.sum()
    return found


def long_run(chain: Chain, reward: Vector) -> float:
    """Long-run average of a reward, in expectation over where the chain ends up."""
    total = 0.0
    components = bottom_components(chain.rates)
    single = np.zeros(chain.size, dtype=np.bool_)
    for component in components:
        if component.sum() == 1:
            single |= component
            continue
        ends_here = float(chain.initial @ hits(chain, component))
        total += ends_here * float(stationary(chain, component) @ reward)
    if single.any():
        total += float(chain.initial @ _reward_of_ends(chain, single, reward))
    return total


def _reward_of_ends(chain: Chain, ends: Marks, reward: Vector) -> Vector:
    """Expected reward of the absorbing state that is reached, by where one begins.

    Split by sign and scale into one hitting problem: a new target is reached from each end with a
    probability that is its reward's share of the largest.
    """
    most = float(np.abs(reward[ends]).max())
    if most == 0:
        return np.zeros(chain.size)
    found = np.zeros(chain.size)
    for sign in (1.0, -1.0):
        share = np.where(ends, np.maximum(sign * reward, 0.0) / most, 0.0)
        if share.any():
            found += sign * most * _weighted(chain, share)
    return found


def _weighted(chain: Chain, share: Vector) -> Vector:
    n = chain.size
    column, row = sparse.csr_array(share.reshape(-1, 1)), sparse.csr_array((1, n + 2))
    other = sparse.csr_array(np.where(share > 0, 1 - share, 0.0).reshape(-1, 1))
    rates = sparse.csr_array(sparse.vstack([sparse.hstack([chain.rates, column, other]), row, row]))
    targets = np.zeros(n + 2, dtype=np.bool_)
    targets[n] = True
    wider = Chain(rates, np.concatenate([chain.initial, [0.0, 0.0]]))
    return hits(wider, targets)[:n]
