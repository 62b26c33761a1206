"""The search over vectors in plain Python: for small spaces, and where numba is missing.

It numbers states exactly as the compiled search does, and can hand over to it at any state.
"""

from __future__ import annotations

from collections.abc import Callable

from wfmodel.exploration.packed.expansion import Expansion
from wfmodel.exploration.packed.parts import Vector

BYTES_PER_PLACE = 8
BYTES_PER_STATE = 250
"""A tuple, its place in a dictionary and three lists, roughly; its numbers are mostly shared."""


class PlainSearch:
    """States in the order in which they were met, breadth first."""

    def __init__(self, expansion: Expansion, first: Vector) -> None:
        self.expansion = expansion
        self.vectors: list[Vector] = [first]
        self.numbers: dict[Vector, int] = {first: 0}
        self.parents: list[int] = [0]
        self.actions: list[int] = [0]
        self.resting: list[int] = []
        self.cut: list[int] = []
        self.next = 0
        self.transitions = 0

    def __len__(self) -> int:
        """States met."""
        return len(self.vectors)

    def run(self, until: Callable[[], bool]) -> None:
        """Expand state after state, until there is none or ``until`` says so."""
        while self.next < len(self.vectors) and not until():
            self._expand(self.next)
            self.next += 1

    def _expand(self, number: int) -> None:
        arcs, rests, cut = self.expansion.of(self.vectors[number])
        if rests:
            self.resting.append(number)
        if cut:
            self.cut.append(number)
        self.transitions += len(arcs)
        for action, vector in arcs:
            if vector not in self.numbers:
                self.numbers[vector] = len(self.vectors)
                self.vectors.append(vector)
                self.parents.append(number)
                self.actions.append(action)

    def find(self, vector: Vector) -> int:
        """The number of a vector, -1 if it was not met."""
        return self.numbers.get(vector, -1)

    def vector(self, number: int) -> Vector:
        """The vector of a number."""
        return self.vectors[number]

    def came_from(self, number: int) -> tuple[int, int]:
        """The number from which it was first met, and the number of the step."""
        return self.parents[number], self.actions[number]

    def size_bytes(self) -> int:
        """Memory, roughly."""
        per_state = BYTES_PER_STATE + BYTES_PER_PLACE * len(self.vectors[0])
        return per_state * len(self.vectors) + 600 * len(self.expansion.parts.log)
