"""Look into a chain from the likeliest path down (Dijkstra, Numerische Mathematik 1, 1959).

A chain that nobody can enumerate still has few states that are as likely as the event one asks for:
they are looked into first, however large the rest is.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from typing import Generic

from wfmodel.markov.partial_chain import KnownChain, S


class LikeliestFirst(Generic[S]):
    """``found``: a state of the event has been looked into; behind those nobody looks."""

    def __init__(self, known: KnownChain[S], event: Callable[[S], bool]) -> None:
        self.found = False
        self._known = known
        self._event = event
        self._costs: dict[int, float] = {}
        self._waiting: list[tuple[float, int]] = []
        self._settled: set[int] = set()
        for probability, number in known.initial:
            self._meet(number, -math.log(probability))

    @property
    def whole(self) -> bool:
        """Every state that can be come to has been looked into."""
        return all(number in self._settled for _, number in self._waiting)

    def go_on(self, most: int) -> None:
        """Look into states in the order of their likeliest paths' probabilities, until ``most``
        have been looked into, or all.

        Raises:
            TooManyStatesError: the chain has met more states than it may.
        """
        while self._waiting and len(self._settled) < most:
            cost, number = heapq.heappop(self._waiting)
            if number in self._settled:
                continue
            self._settled.add(number)
            self._known.look_into(number)
            if self._event(self._known.states[number]):
                self.found = True
                continue
            for probability, target in self._known.jumps_of(number):
                self._meet(target, cost - math.log(probability))

    def _meet(self, number: int, cost: float) -> None:
        if cost < self._costs.get(number, math.inf):
            self._costs[number] = cost
            heapq.heappush(self._waiting, (cost, number))
