"""Writes a run's rows; at the end, puts the tables beside them that give them meaning."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfmodel.designs.history import History, steps_of
from wfmodel.designs.table import RunTable
from wfmodel.simulation.setting import Setting

COLUMNS = 6


class Recorder:
    """Rows as one flat array of 64-bit integers; ``row`` appends one."""

    def __init__(self) -> None:
        self._rows = array("q")
        self.row: Callable[[tuple[Any, ...]], None] = self._rows.extend

    def rows(self) -> NDArray[np.int64]:
        """All rows so far, a copy of shape (n, 6)."""
        flat = np.frombuffer(self._rows, dtype=np.int64) if self._rows else np.zeros(0, np.int64)
        return flat.reshape(-1, COLUMNS).copy()

    def last_time_ns(self) -> int:
        """When the last row was written; 0 before the first."""
        return self._rows[-COLUMNS] if self._rows else 0

    @staticmethod
    def history(
        table: RunTable,
        rows: NDArray[np.int64],
        *,
        seed: int,
        replication: int,
        setting: Setting | None = None,
    ) -> History:
        """The finished history."""
        system = table.system
        flow = system.flow
        return History(
            flow.workflow.name,
            system.design,
            seed,
            replication,
            system.knobs,
            table.names,
            steps_of(flow),
            tuple(node.name for node in flow.nodes),
            rows,
            table.seen_views(),
            table.seen_events(),
            table.seen_messages(),
            0 if setting is None else setting.warm_up,
            0 if setting is None else setting.convergence,
        )
