"""A continuous-time Markov chain as numbers: rates between states, where it begins, what is what.

Rates are per second. It knows nothing of machines, so that any chain can be solved, exported and
tested. One that fails twice an hour and is repaired in ten minutes:

>>> rates = sparse.csr_array(np.array([[0, 2 / 3600], [1 / 600, 0]]))
>>> chain = Chain(rates, np.array([1.0, 0.0]))
>>> (1 / chain.exits).round().tolist()  # how many seconds it stays in each state
[1800.0, 600.0]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Matrix: TypeAlias = sparse.csr_array
Vector: TypeAlias = NDArray[np.float64]
Marks: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Chain:
    """``rates[i, j]``: per second, from i to j, without the diagonal. ``initial`` adds up to 1.

    ``labels`` mark states by name. Where a search was cut, ``cut`` marks the states that were not
    looked into: they are absorbing, and the probability of ever getting there bounds the error.

    Raises:
        ValueError: sizes differ, a rate is negative or not finite, or there is one on the diagonal.
    """

    rates: Matrix
    initial: Vector
    labels: Mapping[str, Marks] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = self.rates.shape[0]
        if self.rates.shape != (n, n) or self.initial.shape != (n,):
            raise ValueError(f"{self.rates.shape} rates and {self.initial.shape} beginnings")
        if not np.isfinite(self.rates.data).all() or (self.rates.data < 0).any():
            raise ValueError("a rate is negative or not finite")
        if self.rates.diagonal().any():
            raise ValueError("a state has a rate to itself")
        if abs(self.initial.sum() - 1) > 1e-9 or (self.initial < 0).any():
            raise ValueError("the initial probabilities do not add up to 1")

    @property
    def size(self) -> int:
        """How many states there are."""
        return len(self.initial)

    @property
    def exits(self) -> Vector:
        """Total rate out of each state, per second."""
        return np.asarray(self.rates @ np.ones(self.size), dtype=np.float64)

    def generator(self) -> Matrix:
        """The infinitesimal generator: rates, and on the diagonal minus their sums."""
        return sparse.csr_array(self.rates - sparse.diags_array(self.exits))

    def without(self, absorbing: Marks) -> Chain:
        """The same with these states made absorbing."""
        kept = sparse.diags_array((~absorbing).astype(np.float64))
        rates = sparse.csr_array(kept @ self.rates)
        rates.eliminate_zeros()
        return Chain(rates, self.initial, self.labels)


def backwards(rates: Matrix, targets: Marks) -> Marks:
    """States from which a target can be reached (targets included)."""
    found = targets.copy()
    before = sparse.csr_array(rates.T)
    frontier: NDArray[np.int64] = np.flatnonzero(found)
    while len(frontier):
        spans = [before.indices[before.indptr[i] : before.indptr[i + 1]] for i in frontier]
        fresh = np.unique(np.concatenate(spans)).astype(np.int64)
        frontier = fresh[~found[fresh]]
        found[frontier] = True
    return found
