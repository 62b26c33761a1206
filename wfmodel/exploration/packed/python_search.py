"""The search over vectors in plain Python: for small spaces, and where numba is missing.

It numbers states exactly as the compiled search does, and can hand over to it at any state.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from wfmodel.exploration.packed.bit_layout import layout_of
from wfmodel.exploration.packed.expansion import Expanded
from wfmodel.exploration.packed.snapshot import Snapshot, column, pack
from wfmodel.semantics.numbering import Vector

BYTES_PER_STATE = 250
"""A tuple, its place in a dictionary and three lists, roughly; its numbers are mostly shared."""


class Sizes(Protocol):
    """How much there is of what vectors are made of."""

    def sizes(self) -> list[int]:
        """How many values each place of a vector has had so far."""
        ...

    def size_bytes(self) -> int:
        """Memory, roughly."""
        ...


class Expanding(Protocol):
    """A successor function over vectors."""

    @property
    def tables(self) -> Sizes:
        """What vectors are made of."""
        ...

    def of(self, vector: Vector) -> Expanded:
        """All successors, whether it rests, and whether it is cut."""
        ...


E = TypeVar("E", bound=Expanding)


class PlainSearch(Generic[E]):
    """States in the order in which they were met, breadth first."""

    def __init__(self, expansion: E, first: Vector) -> None:
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

    def run(self, allowed: Callable[[], int]) -> None:
        """Expand as many states as ``allowed`` says, again and again until it says 0."""
        while most := allowed():
            for number in range(self.next, min(self.next + most, len(self.vectors))):
                self._expand(number)
                self.next = number + 1

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
        per_state = BYTES_PER_STATE + 8 * len(self.vectors[0])
        return per_state * len(self.vectors) + self.expansion.tables.size_bytes()

    def snapshot(self) -> Snapshot:
        """All of it, as arrays."""
        sizes = self.expansion.tables.sizes()
        layout = layout_of(tuple((size - 1).bit_length() for size in sizes))
        return Snapshot(
            layout,
            pack(layout, np.array(self.vectors, dtype=np.uint64)),
            np.array(self.parents, dtype=np.uint32),
            np.array(self.actions, dtype=np.uint32),
            np.array(self.resting, dtype=np.uint32),
            np.array(self.cut, dtype=np.uint32),
            self.next,
            self.transitions,
        )

    @classmethod
    def of(cls, expansion: E, snapshot: Snapshot) -> PlainSearch[E]:
        """The search that a snapshot was taken of."""
        places = range(len(snapshot.layout.widths))
        columns = [_shared(column(snapshot.layout, snapshot.words, place)) for place in places]
        vectors = list(zip(*columns, strict=True))
        search = cls(expansion, vectors[0])
        search.vectors = vectors
        search.numbers = {vector: number for number, vector in enumerate(vectors)}
        search.parents = snapshot.parents.tolist()
        search.actions = snapshot.actions.tolist()
        search.resting = snapshot.resting.tolist()
        search.cut = snapshot.cut.tolist()
        search.next, search.transitions = snapshot.next, snapshot.transitions
        return search


class PlainSpace(Generic[E]):
    """What a plain search found, by number; 0 is the beginning."""

    def __init__(self, engine: PlainSearch[E], stopped: str, laps: int) -> None:
        self.engine = engine
        self.stopped = stopped
        """Why it is not complete; empty where it is."""
        self.laps = laps
        self._cut = frozenset(engine.cut)

    @property
    def complete(self) -> bool:
        """Whether all that is known was looked into (but for what lies beyond the laps)."""
        return not self.stopped

    @property
    def transitions(self) -> int:
        """Steps between what was found."""
        return self.engine.transitions

    @property
    def cut(self) -> int:
        """How much was not looked into, because a loop has gone round too often there."""
        return len(self._cut)

    def __len__(self) -> int:
        """How many are known."""
        return len(self.engine)

    def is_open(self, number: int) -> bool:
        """Whether its successors are not known: beyond the laps, or the search stopped."""
        return number >= self.engine.next or number in self._cut


def _shared(numbers: NDArray[Any]) -> list[int]:
    """The numbers as Python has them, each one object however often it stands there."""
    known = list(range(int(numbers.max()) + 1))
    return [known[number] for number in numbers.tolist()]


def plain_arcs(
    search: PlainSearch[Any],
) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.uint32]]:
    """Offsets, targets and actions of all states, in the order of the successor function."""
    offsets = np.zeros(len(search) + 1, dtype=np.int64)
    arcs: list[tuple[int, int]] = []
    for number in range(search.next):
        found = search.expansion.of(search.vectors[number]).arcs
        arcs += ((action, search.numbers[vector]) for action, vector in found)
        offsets[number + 1] = len(arcs)
    offsets[search.next + 1 :] = len(arcs)
    table = np.array(arcs, dtype=np.uint32).reshape(-1, 2)
    return offsets, np.ascontiguousarray(table[:, 1]), np.ascontiguousarray(table[:, 0])
