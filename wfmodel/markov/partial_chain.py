"""A chain as far as it has been looked into; it grows where somebody goes on.

A state has a number from the moment it is met, and its jumps once it has been looked into. So a
walk can go where nobody could enumerate all states; an enumeration looks into all, in order.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Hashable, Iterable
from typing import Final, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from wfmodel.markov.chain import Chain, Marks, Matrix, Vector

NOT_YET: Final = -1

S = TypeVar("S", bound=Hashable)


class TooManyStatesError(ValueError):
    """The chain is larger than allowed."""


class Source(Protocol[S]):
    """Where a chain comes from."""

    def initial(self) -> Iterable[tuple[float, S]]:
        """Where it begins: states with their probabilities."""
        ...

    def jumps(self, state: S) -> Iterable[tuple[float, S, bool]]:
        """Rates per second, the states after, and whether it is a fault that begins."""
        ...


class KnownChain(Generic[S]):
    """States by number, and the jumps of those that were looked into, row by row."""

    def __init__(self, source: Source[S], *, limit: int) -> None:
        """``limit``: how many states may be met."""
        self.states: list[S] = []
        self.first, self.last = array("q"), array("q")
        """By state: where its row begins and ends in the next four."""
        self.targets, self.rates, self.strikes = array("q"), array("d"), array("b")
        self.sums = array("d")
        """Of a row's rates, up to and with each."""
        self._source = source
        self._limit = limit
        self._numbers: dict[S, int] = {}
        self.initial = [(p, self._meet(state)) for p, state in source.initial() if p > 0]

    def __len__(self) -> int:
        """How many states have been met."""
        return len(self.states)

    def looked_into(self) -> Marks:
        """Which states have been looked into."""
        return np.asarray(np.array(self.first) != NOT_YET)

    def in_order(self) -> NDArray[np.int64]:
        """The states that have been looked into, in the order of their rows."""
        first = np.array(self.first)
        into: NDArray[np.int64] = np.flatnonzero(first != NOT_YET)
        return into[np.argsort(first[into], kind="stable")]

    def look_into(self, number: int) -> None:
        """Find a state's jumps, if they are not known yet.

        Raises:
            TooManyStatesError: they lead to more states than are allowed.
            ValueError: a rate is negative, or no number.
        """
        if self.first[number] != NOT_YET:
            return
        row = []  # An error on the way must leave no half of it.
        for rate, after, strikes in self._source.jumps(self.states[number]):
            if not 0 <= rate < math.inf:
                raise ValueError(f"a rate is {rate:g}")
            target = self._meet(after)
            if target != number and rate:
                row.append((target, rate, strikes))
        self.first[number] = len(self.targets)
        total = 0.0
        for target, rate, strikes in row:
            total += rate
            self.targets.append(target)
            self.rates.append(rate)
            self.strikes.append(strikes)
            self.sums.append(total)
        self.last[number] = len(self.targets)

    def look_into_all(self, most: int | None = None) -> bool:
        """Look into every state; whether that was done before ``most`` states had been met.

        Raises:
            TooManyStatesError: there are more than are allowed.
        """
        number = 0
        while number < len(self) and (most is None or len(self) <= most):
            self.look_into(number)
            number += 1
        return number == len(self)

    def jumps_of(self, number: int) -> list[tuple[float, int]]:
        """Where a known state's next jump may lead, with probabilities."""
        row = range(self.first[number], self.last[number])
        return [(self.rates[i] / self.sums[row[-1]], self.targets[i]) for i in row]

    def chain(self) -> Chain:
        """What is known: a state that was met but not looked into has no jumps."""
        return Chain(self.matrix(np.ones(len(self.rates), dtype=np.bool_)), self.beginning())

    def beginning(self) -> Vector:
        """The probability to begin in each state."""
        initial = np.zeros(len(self))
        for probability, number in self.initial:
            initial[number] += probability
        return initial

    def matrix(self, wanted: Marks) -> Matrix:
        """The rates of these jumps, per second."""
        rows, lengths = self.in_order(), np.array(self.last) - np.array(self.first)
        sources = np.repeat(rows, lengths[rows])
        entries = (np.array(self.rates)[wanted], (sources[wanted], np.array(self.targets)[wanted]))
        return sparse.csr_array(entries, shape=(len(self), len(self)))

    def _meet(self, state: S) -> int:
        number = self._numbers.get(state)
        if number is None:
            if len(self.states) >= self._limit:
                raise TooManyStatesError(
                    f"the chain has more than {self._limit:,} states: allow more, or ask for fewer"
                    " stages, laps, attempts or participants that crash"
                )
            number = self._numbers[state] = len(self.states)
            self.states.append(state)
            self.first.append(NOT_YET)
            self.last.append(NOT_YET)
        return number
