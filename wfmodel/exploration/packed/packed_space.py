"""What a packed search found, as a ``StateSpace``: numbered configurations, and steps between them.

Configurations are unpacked when they are asked for. What concerns all of them is asked once for
each distinct content of a few places, not once for each state.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfmodel.designs.anomalies import EffectCount
from wfmodel.designs.node_trie import NodeTrie
from wfmodel.designs.state import View
from wfmodel.designs.table import Interned, Table
from wfmodel.exploration.packed.expansion import Expansion
from wfmodel.exploration.packed.python_search import PlainSearch, plain_arcs
from wfmodel.exploration.packed.snapshot import Snapshot, column
from wfmodel.exploration.state_space import NumberedSpace
from wfmodel.exploration.step_graph import Projection, StepGraph, check_room
from wfmodel.exploration.symmetry import Reduction
from wfmodel.semantics.configuration import Cell, Configuration
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.successors import Step

if TYPE_CHECKING:
    from wfmodel.exploration.packed.compiled import CompiledSearch

CHUNK = 1 << 20


class ObservableState(NamedTuple):
    """What can be seen from outside: views of what runs, effects, and who is up."""

    views: tuple[View, ...]
    effects: NodeTrie[EffectCount]
    up: tuple[bool, ...]


class PackedSpace(NumberedSpace):
    """The states of one search, by number, 0 the initial one, in breadth-first order."""

    def __init__(
        self,
        engine: PlainSearch[Expansion] | CompiledSearch,
        stopped: str,
        levels: int,
        memory_bytes: int,
    ) -> None:
        self.engine = engine
        self.memory_bytes = memory_bytes
        """What the states, and beside them ``graph``, may take."""
        self.stopped = stopped
        """Why it is not complete; empty where it is."""
        self.levels = levels
        """Steps to the farthest state that was looked into."""
        self.expansion: Expansion = engine.expansion
        self.tables = engine.expansion.tables
        self.table: Table = self.tables.table
        self._snapshot: Snapshot = engine.snapshot()
        self.cut = frozenset(self._snapshot.cut.tolist())

    @property
    def reduction(self) -> Reduction | None:
        """How participants that are not told apart were reduced to one; None where none are."""
        return self.expansion.reduction

    @property
    def complete(self) -> bool:
        """Whether all that is known was looked into (but for what lies beyond the laps)."""
        return not self.stopped

    @property
    def looked_into(self) -> int:
        """States whose successors are known."""
        return self._snapshot.next

    @property
    def transitions(self) -> int:
        """Steps between them, those that lead back to the same state included."""
        return self._snapshot.transitions

    @property
    def compiled(self) -> bool:
        """Whether the compiled search has made it."""
        return not isinstance(self.engine, PlainSearch)

    def size_bytes(self) -> int:
        """Memory that it takes, roughly where Python's own objects are concerned."""
        return self.engine.size_bytes()

    def __len__(self) -> int:
        """How many configurations are known."""
        return len(self.engine)

    def configuration(self, number: int) -> Configuration:
        """The configuration of a number."""
        return self.tables.configuration(self.engine.vector(number))

    def budget(self, number: int) -> FaultBudget:
        """The faults that are left there."""
        return self.tables.budget(self.engine.vector(number))

    @cached_property
    def graph(self) -> StepGraph:
        """All steps, as arrays.

        Raises:
            TooManySteps: they do not fit into the memory that the search was given.
        """
        check_room(len(self), self.transitions, self.size_bytes(), self.memory_bytes)
        if isinstance(self.engine, PlainSearch):
            arcs = plain_arcs(self.engine)
        else:
            from wfmodel.exploration.packed.arcs import arcs_of

            arcs = arcs_of(self.engine)
        snapshot = self._snapshot
        budgets = column(snapshot.layout, snapshot.words, len(self.tables.sizes()) - 1)
        unknown = np.zeros(len(self), dtype=np.bool_)
        unknown[self.looked_into :] = True
        unknown[snapshot.cut] = True
        steps, left = self.tables.steps.values, self.tables.budgets.values
        return StepGraph(*arcs, steps, budgets.astype(np.uint32), left, unknown)

    def successors(self, number: int) -> Sequence[tuple[Step, int]]:
        """Every step from there and where it leads; empty where it was not looked into."""
        if number >= self.looked_into:
            return ()
        arcs = self.expansion.of(self.engine.vector(number)).arcs
        steps = self.tables.steps.values
        return tuple((steps[action], self.engine.find(vector)) for action, vector in arcs)

    def came_from(self, number: int) -> tuple[int, Step | None]:
        """The number from which it was first met, and the step; (-1, None) for 0."""
        if not number:
            return -1, None
        parent, action = self.engine.came_from(number)
        return parent, self.tables.steps.values[action]

    def is_open(self, number: int) -> bool:
        """Whether its successors are not known: beyond the laps, or the search stopped."""
        return number >= self.looked_into or number in self.cut

    @property
    def resting(self) -> NDArray[np.uint32]:
        """Numbers of the states in which nothing can happen any more, ascending."""
        return self._snapshot.resting

    # ------------------------------------------------------------------- of many states at once

    def keys(
        self, classes: Sequence[NDArray[np.int64]], numbers: NDArray[np.uint32] | slice
    ) -> NDArray[np.int64]:
        """States with equal ``classes[place][value]`` at every place given have equal keys."""
        words = self._snapshot.words[numbers]
        keys = np.zeros(len(words), dtype=np.int64)
        span = 1
        for place, known in enumerate(classes):
            distinct = int(known.max()) + 1
            if span * distinct >= 1 << 62:
                _, keys = np.unique(keys, return_inverse=True)
                span = int(keys.max()) + 1 if len(keys) else 1
            keys = keys * distinct + known[column(self._snapshot.layout, words, place)]
            span *= distinct
        return keys

    def groups(
        self, of: Callable[[int], object], numbers: NDArray[np.uint32]
    ) -> dict[object, tuple[int, int]]:
        """What ``of`` says of some states, with how many there are and the first of them.

        ``of`` may depend on cells and the world, not on what is on its way or on the budget.
        """
        found: dict[object, tuple[int, int]] = {}
        if not len(numbers):
            return found
        n = self.tables.size
        classes = [
            np.zeros(size, dtype=np.int64) if n <= place < 2 * n else np.arange(size)
            for place, size in enumerate(self.tables.sizes()[:-1])
        ]
        keys = self.keys(classes, numbers)
        _, first, counts = np.unique(keys, return_index=True, return_counts=True)
        for place, count in sorted(zip(first.tolist(), counts.tolist(), strict=True)):
            number = int(numbers[place])
            what = of(number)
            before, earliest = found.get(what, (0, number))
            found[what] = (before + count, earliest)
        return found

    def told(
        self, question: Callable[[int], Hashable], sight: Projection, also: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.int64], list[Any]]:
        """What ``question`` says of every state, as places in a list of all that it says.

        It is asked once for states that look alike: ``sight`` says what it sees of the tables, and
        ``also``, of shape (states,), what it sees besides.
        """
        tables = self.tables
        cells = [_classes(partial(sight.cell, p), c.values) for p, c in enumerate(tables.cells)]
        inboxes = [_classes(sight.inbox, inbox.values) for inbox in tables.inboxes]
        world = _classes(sight.world, tables.worlds.values)
        classes = [*cells, *inboxes, world, _classes(sight.budget, tables.budgets.values)]
        answers: Interned[Any] = Interned()
        result = np.zeros(len(self), dtype=np.int64)
        for start in range(0, len(self), CHUNK):
            chunk = slice(start, start + CHUNK)
            _, keys = np.unique(self.keys(classes, chunk), return_inverse=True)
            if also is not None:
                keys = 2 * keys + also[chunk]
            _, first, place = np.unique(keys, return_index=True, return_inverse=True)
            said = [answers.number(question(start + where)) for where in first.tolist()]
            result[chunk] = np.array(said)[place]
        return result, answers.values

    def observation(self, number: int) -> ObservableState:
        """What can be seen from outside in a state."""
        config = self.configuration(number)
        views = tuple(self.table.view(p, cell.volatile) for p, cell in enumerate(config.cells))
        up = tuple(not cell.down and not cell.paused for cell in config.cells)
        return ObservableState(views, config.effects, up)

    def holds(self, predicate: Callable[[ObservableState], bool]) -> NDArray[np.bool_]:
        """For every state whether a predicate holds; asked once for each observation in a chunk."""

        def is_so(number: int) -> bool:
            return bool(predicate(self.observation(number)))

        def seen(p: int, cell: Cell) -> Hashable:
            return self.table.view(p, cell.volatile), not cell.down and not cell.paused

        outside = Projection(seen, world=lambda world: world.effects)
        places, said = self.told(is_so, outside, None)
        return np.array(said, dtype=np.bool_)[places]


def _classes(of: Callable[[Any], Hashable], values: Sequence[Any]) -> NDArray[np.int64]:
    """Equal numbers where ``of`` says the same."""
    seen: Interned[Hashable] = Interned()
    return np.array([seen.number(of(value)) for value in values], dtype=np.int64)
