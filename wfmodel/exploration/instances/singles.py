"""One instance's configurations as integers, and what each allows, tabulated once for all searches.

The rules are those of ``Moves``: a configuration is looked into by asking it for its moves with one
fault of every kind to spend, and each move is noted with the kind that it spent. Which moves are
taken together, and at whose cost, is for ``expansion`` and ``runs`` to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from wfmodel.designs.table import Interned, Table
from wfmodel.exploration.budget import FAULTS, FaultBudget
from wfmodel.exploration.configuration import Configuration
from wfmodel.exploration.instances.bounds import Own, spend_own
from wfmodel.exploration.laps import is_beyond
from wfmodel.exploration.moves import Move, Moves, Step, StepKind

SHARED: Final = frozenset({StepKind.CRASH, StepKind.RESTART, StepKind.PAUSE, StepKind.RESUME})
"""Steps of a process: every instance takes them at once."""

BYTES_PER_SINGLE: Final = 4_000
"""Of a configuration with its parts and its moves; roughly."""


class Single(NamedTuple):
    """One instance as it stands: its configuration, and what its own bounds leave."""

    config: Configuration
    own: Own


class Arc(NamedTuple):
    """A step of one instance, the number of the single that follows, the fault that it spends."""

    step: Step
    target: int
    cost: str = ""


class Looked(NamedTuple):
    """What a single allows, in the order of ``Moves``."""

    internal: tuple[Arc, ...]
    """Publications, commits and flushes."""
    settled: tuple[Arc, ...]
    """The same when no crash is to come: without flushes."""
    progress: tuple[Arc, ...]
    waited: tuple[Arc, ...]
    """Failure detectors that run out because nothing else happens."""
    early: tuple[Arc, ...]
    """The same while something is on its way, which costs."""
    faults: tuple[Arc, ...]
    struck: dict[Step, int]
    """What follows each step of a process."""
    up: bool
    """Nobody is down or paused."""
    paused: bool
    beyond: bool
    """A loop has gone round too often: not looked into."""


class Singles:
    """The configurations of one instance met so far. ``total`` says which faults there are."""

    def __init__(self, moves: Moves, total: FaultBudget, own: Own, laps: int) -> None:
        self.moves = moves
        self.table: Table = moves.table
        self.laps = laps
        self.known: Interned[Single] = Interned()
        self._looks: dict[int, Looked] = {}
        self._any = FaultBudget._make((*(int(getattr(total, kind) != 0) for kind in FAULTS), ()))
        semantics = moves.semantics
        self.first = self.known.number(Single(semantics.start(semantics.initial()), own))

    def __len__(self) -> int:
        """How many are known."""
        return len(self.known.values)

    def config(self, number: int) -> Configuration:
        """The configuration of a number."""
        return self.known.values[number].config

    def look(self, number: int) -> Looked:
        """What a single allows."""
        found = self._looks.get(number)
        if found is None:
            found = self._looks[number] = self._look(self.known.values[number])
        return found

    def _look(self, single: Single) -> Looked:
        config, own = single
        cells = config.cells
        if any(is_beyond(cell, self.laps) for cell in cells):
            return Looked((), (), (), (), (), (), {}, up=True, paused=False, beyond=True)
        moves, plenty = self.moves, self._any
        calm = plenty._replace(crashes=0)
        progress = self._arcs(own, plenty, moves.progress(config, plenty))
        faults = self._arcs(own, plenty, moves.faults(config, plenty))
        return Looked(
            self._arcs(own, plenty, moves.internal(config, plenty)),
            self._arcs(own, calm, moves.internal(config, calm)),
            progress,
            self._arcs(own, plenty, moves.detections(config, plenty, "")),
            self._arcs(own, plenty, moves.detections(config, plenty, "timeouts")),
            faults,
            {arc.step: arc.target for arc in (*progress, *faults) if arc.step.kind in SHARED},
            up=not any(cell.down or cell.paused for cell in cells),
            paused=any(cell.paused for cell in cells),
            beyond=False,
        )

    def _arcs(self, own: Own, budget: FaultBudget, moves: Iterable[Move]) -> tuple[Arc, ...]:
        """The moves of a configuration with a budget that has one fault of each kind at most."""
        found = []
        for step, config, left in moves:
            cost = next(
                (kind for kind in FAULTS if getattr(left, kind) < getattr(budget, kind)), ""
            )
            after = spend_own(own, cost)
            if after is not None:
                found.append(Arc(step, self.known.number(Single(config, after)), cost))
        return tuple(found)

    def size_bytes(self) -> int:
        """Memory, roughly."""
        return BYTES_PER_SINGLE * len(self)
