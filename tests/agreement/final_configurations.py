"""Where a history leaves an instance: the configurations that its rows allow at the end."""

from __future__ import annotations

import numpy as np

from wfmodel.designs.history import History, Row
from wfmodel.designs.system import System
from wfmodel.designs.table import Table
from wfmodel.exploration.acceptance import Acceptor, Walk
from wfmodel.semantics.configuration import Configuration


def configurations_at_end(
    system: System, history: History, instance: int = 0, *, table: Table | None = None
) -> frozenset[Configuration]:
    """The configurations, in the numbers of ``table``.

    Raises:
        Refused: a row is not allowed; the history is no run of the system.
    """
    acceptor = Acceptor(system, history, table)
    rows = history.rows
    walk = Walk(acceptor)
    shared = (rows[:, 2] == instance) | (rows[:, 2] == -1)
    for place in np.flatnonzero(shared).tolist():
        walk.take(Row(*rows[place].tolist()))
    return frozenset(_told(acceptor, possible.config) for possible in walk.possible)


def _told(acceptor: Acceptor, config: Configuration) -> Configuration:
    """The explorer does not tell a participant of a restart that changes nothing for it."""
    for number, cell in enumerate(config.cells):
        if cell.restarting and acceptor.semantics.restart_changes_nothing(cell, number):
            config = config.with_cell(number, cell._replace(restarting=False))
    return config
