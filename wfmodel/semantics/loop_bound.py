"""Laps: how often the loops around a step have been gone round, read off its epoch."""

from __future__ import annotations

from wfmodel.designs.messages import LAPS
from wfmodel.semantics.configuration import Cell


def is_beyond(cell: Cell, laps: int) -> bool:
    """Whether a loop has gone round more than ``laps`` times where a cell stands."""
    epochs = [w[1] for w in (*cell.work, *cell.dead, *cell.choices)] + [e for _, e in cell.expected]
    return any(laps_of(epoch) > laps for epoch in epochs)


def laps_of(epoch: int) -> int:
    """The most laps of any loop that an epoch stands for."""
    most = 0
    while epoch:
        epoch, digit = divmod(epoch, LAPS)
        most = max(most, digit)
    return most
