"""What faults cost an exploration: each kind that a budget bounds, once, in words and as an option.

The numbers are ``semantics.FaultBudget``; this module needs nothing, so that a command line knows
its options before anything is loaded.

>>> COSTS["losses"].told, COSTS["restores"].of_process
(('lost message', 'lost messages'), True)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FaultCost:
    """What is to be known of one kind of fault that an exploration spends."""

    option: str
    """Of every command that explores."""
    one: str
    many: str
    """One and many of them, as a budget says it."""
    told: tuple[str, str]
    """The same, as an answer tells what happened."""
    of_process: bool = False
    """It strikes a process, which all instances share."""
    forgets: bool = False
    """A process may lose what is volatile."""
    stalls: bool = False
    """A process may stand still, and go on with what it knew."""
    rewinds: bool = False
    """A store may hold again what it held before: it needs one, and one that remembers."""
    alone: bool = False
    """Explored of one instance only."""
    exported: bool = True
    """Promela and TLA+ know it."""


COSTS: Final[Mapping[str, FaultCost]] = {
    "crashes": FaultCost(
        "crash", "crash", "crashes", ("crash", "crashes"), of_process=True, forgets=True
    ),
    "pauses": FaultCost(
        "pause", "pause", "pauses", ("pause", "pauses"), of_process=True, stalls=True
    ),
    "restores": FaultCost(
        "restore",
        "restore from a backup",
        "restores from a backup",
        ("restore from a backup", "restores from a backup"),
        of_process=True,
        forgets=True,
        rewinds=True,
        alone=True,
        exported=False,
    ),
    "worker_crashes": FaultCost(
        "worker_crash",
        "crash of a worker",
        "crashes of workers",
        ("crash of a worker", "crashes of workers"),
        exported=False,
    ),
    "losses": FaultCost("loss", "loss", "losses", ("lost message", "lost messages")),
    "duplicates": FaultCost(
        "duplicate", "duplicate", "duplicates", ("repeated message", "repeated messages")
    ),
    "timeouts": FaultCost(
        "early_timeout", "early time-out", "timeouts", ("early time-out", "early time-outs")
    ),
    "failures": FaultCost(
        "failure", "failure", "failures", ("injected failure", "injected failures")
    ),
}
"""By the field of a budget, in the order in which a comparison tries and tells them."""

PROCESS_FAULTS: Final = tuple(kind for kind, cost in COSTS.items() if cost.of_process)
"""Faults of a process, which all instances share."""
