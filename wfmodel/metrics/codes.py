"""A code is what one row does to an instance's global state, as one integer.

Four things can happen: a participant's store now says this view, an effect landed, an effect was
taken back, a store forgot everything. Everything else in a history leaves the global state alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from wfmodel.designs.faults import FaultKind
from wfmodel.designs.history import FAULT_KINDS, History, Kind
from wfmodel.designs.knobs import Persistence
from wfmodel.designs.state import View

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Does(IntEnum):
    """What a row does to a global state."""

    VIEW = 0
    LAND = 1
    UNDO = 2
    FORGET = 3


@dataclass(frozen=True)
class Codes:
    """The numbering of one history's codes: four blocks, one per ``Does``.

    ``views`` are the distinct views, the empty one first; ``epochs`` the distinct epochs of
    effects, ascending (they are sparse: a region's epochs begin at a multiple of 1024).
    """

    participants: int
    nodes: int
    views: tuple[View, ...]
    epochs: tuple[int, ...]
    view_of_state: tuple[Ints, ...]
    """Per participant: state to number of view."""

    @property
    def blocks(self) -> tuple[int, int, int, int]:
        """First code of each block."""
        land = self.participants * len(self.views)
        undo = land + self.nodes * len(self.epochs)
        return 0, land, undo, undo + self.nodes * len(self.epochs)

    def read(self, code: int) -> tuple[Does, int, int]:
        """(VIEW, participant, view) | (LAND or UNDO, node, epoch) | (FORGET, participant, 0)."""
        _, land, undo, forget = self.blocks
        if code < land:
            return Does.VIEW, *divmod(code, len(self.views))
        if code < undo:
            node, epoch = divmod(code - land, len(self.epochs))
            return Does.LAND, node, self.epochs[epoch]
        if code < forget:
            node, epoch = divmod(code - undo, len(self.epochs))
            return Does.UNDO, node, self.epochs[epoch]
        return Does.FORGET, code - forget, 0


def codes_of(history: History) -> Codes:
    """The numbering that a history needs."""
    numbers: dict[View, int] = {View(): 0}
    tables = tuple(
        np.array([numbers.setdefault(view, len(numbers)) for view in views], dtype=np.int64)
        for views in history.views
    )
    kinds = history.rows[:, 1]
    effects = (kinds == Kind.EFFECT) | (kinds == Kind.UNDO)
    epochs = tuple(np.unique(history.rows[effects, 5]).tolist())
    return Codes(len(history.participants), len(history.nodes), tuple(numbers), epochs, tables)


def store_rows(history: History) -> tuple[Kind, int]:
    """The kind of row that says what a store holds, and the column of the state.

    With persistence ``memory`` the store is the process itself.
    """
    if history.knobs.persistence is Persistence.MEMORY:
        return Kind.REACT, 5
    return Kind.COMMIT, 4


def encode(history: History, codes: Codes) -> tuple[Ints, Ints]:
    """Positions of the rows that change a global state, ascending, and the code of each."""
    rows = history.rows
    kind, state_column = store_rows(history)
    does = np.full(len(Kind), -1)
    does[kind], does[Kind.EFFECT], does[Kind.UNDO] = Does.VIEW, Does.LAND, Does.UNDO
    done = does[rows[:, 1]]
    positions = np.flatnonzero(done >= 0)
    done, chosen = done[positions], rows[positions]
    code = np.empty(len(positions), dtype=np.int64)
    for participant, table in enumerate(codes.view_of_state):
        mine = (done == Does.VIEW) & (chosen[:, 3] == participant)
        code[mine] = participant * len(codes.views) + table[chosen[mine, state_column]]
    for which in (Does.LAND, Does.UNDO):
        mine = done == which
        epochs = np.searchsorted(codes.epochs, chosen[mine, 5])
        code[mine] = codes.blocks[which] + chosen[mine, 4] * len(codes.epochs) + epochs
    return positions, code


def forgetting(history: History) -> list[tuple[int, int]]:
    """(position, participant) of each crash that empties a store: memory loses all it holds."""
    if history.knobs.persistence is not Persistence.MEMORY:
        return []
    rows = history.rows
    crash = FAULT_KINDS.index(FaultKind.CRASH)
    found = np.flatnonzero((rows[:, 1] == Kind.FAULT_ON) & (rows[:, 4] == crash))
    return [(int(position), int(rows[position, 3])) for position in found]
