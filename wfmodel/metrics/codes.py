"""A code is what one row does to an instance's global state, as one integer.

Four things can happen: a participant's store now says this view, an effect landed, an effect was
taken back, a store forgot everything. Everything else in a history leaves the global state alone.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from wfmodel.designs.commit_policy import CommitPolicy
from wfmodel.designs.history import CRASHES, History, Kind
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


DOES_BITS, SUBJECT_BITS = 58, 40
"""Where a code's fields begin, in bits: what it does, who or which node, which view or epoch."""
_FIELD = (1 << (DOES_BITS - SUBJECT_BITS)) - 1
_VALUE = (1 << SUBJECT_BITS) - 1


def code_of(does: Does, subject: int, value: int) -> int:
    """VIEW: participant, number of the view. LAND, UNDO: node, epoch. FORGET: participant, 0."""
    return does << DOES_BITS | subject << SUBJECT_BITS | value


def read(code: int) -> tuple[Does, int, int]:
    """What ``code_of`` was given."""
    return Does(code >> DOES_BITS), code >> SUBJECT_BITS & _FIELD, code & _VALUE


class Views:
    """Views numbered in order of first use, the empty one first. Shared by histories of one system,
    whose states have other numbers in each run.
    """

    def __init__(self) -> None:
        self.values: list[View] = [View()]
        self.final: list[bool] = [False]
        """By number: the view holds a verdict."""
        self._numbers: dict[View, int] = {View(): 0}

    def number(self, view: View) -> int:
        """The number of a view, new or known."""
        found = self._numbers.get(view)
        if found is None:
            found = self._numbers[view] = len(self.values)
            self.values.append(view)
            self.final.append(view.status.is_final)
        return found

    def tables(self, history: History) -> tuple[Ints, ...]:
        """Per participant: state to number of view."""
        return tuple(
            np.array([self.number(view) for view in views], dtype=np.int64)
            for views in history.views
        )


def store_rows(history: History) -> tuple[Kind, int]:
    """The kind of row that says what a store holds, and the column of the state.

    With persistence ``memory`` the store is the process itself.
    """
    if CommitPolicy.of(history.knobs).memory:
        return Kind.REACT, 5
    return Kind.COMMIT, 4


def encode(history: History, views: Views) -> tuple[Ints, Ints]:
    """Positions of the rows that change a global state, ascending, and the code of each."""
    rows = history.rows
    kind, state_column = store_rows(history)
    does = np.full(len(Kind), -1, dtype=np.int64)
    does[kind], does[Kind.RESTORE] = Does.VIEW, Does.VIEW
    does[Kind.EFFECT], does[Kind.UNDO] = Does.LAND, Does.UNDO
    done = does[rows[:, 1]]
    positions = np.flatnonzero(done >= 0)
    # A column at a time: whole rows would be six times the memory.
    done, subject, value = done[positions], rows[positions, 4], rows[positions, 5]
    says = done == Does.VIEW
    saying = positions[says]
    subject[says] = rows[saying, 3]
    tables = views.tables(history)
    first = np.cumsum([0, *map(len, tables)])
    places = first[subject[says]] + rows[saying, state_column]
    value[says] = np.concatenate((*tables, np.zeros(0, dtype=np.int64)))[places]
    return positions, done << DOES_BITS | subject << SUBJECT_BITS | value


def forgetting(history: History) -> list[tuple[int, int]]:
    """(position, participant) of each crash that empties a store: memory loses all it holds."""
    if not CommitPolicy.of(history.knobs).memory:
        return []
    rows = history.rows
    found = np.flatnonzero((rows[:, 1] == Kind.FAULT_ON) & np.isin(rows[:, 4], CRASHES))
    return [(int(position), int(rows[position, 3])) for position in found]
