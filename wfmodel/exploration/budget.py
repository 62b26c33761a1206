"""How much may go wrong in one exploration: every fault costs, and what is spent stays spent."""

from __future__ import annotations

from typing import NamedTuple


class FaultBudget(NamedTuple):
    """Faults left. The default is a world in which nothing goes wrong but what the workflow says.

    ``timeouts`` bounds time-outs and watchdogs that fire *early*, while something is still on its
    way; when nothing else can happen, time passes and they fire at no cost. ``failures`` bounds
    injected failures of steps that do not declare them. ``duplicates`` covers a redelivery that
    overtakes its acknowledgement as well as a broker that delivers twice.
    """

    crashes: int = 0
    losses: int = 0
    duplicates: int = 0
    timeouts: int = 0
    failures: int = 0

    def spend(self, name: str) -> FaultBudget | None:
        """What is left after one more of these faults; None if there was none left."""
        left = int(getattr(self, name))
        return None if left <= 0 else self._replace(**{name: left - 1})
