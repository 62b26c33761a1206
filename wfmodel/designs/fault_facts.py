"""What follows from what each kind of fault is (``faults.FACTS``): sets that others ask for."""

from __future__ import annotations

from typing import Final

from wfmodel.designs.commit_policy import CommitPolicy
from wfmodel.designs.faults import FACTS, PER_REPLICA, Fault, FaultScope, of_scope
from wfmodel.designs.knobs import Knobs

PER_MESSAGE: Final = frozenset(of_scope(FaultScope.MESSAGE))
"""Kinds that strike single messages while they are on."""
PER_ATTEMPT: Final = frozenset(of_scope(FaultScope.STEP))
"""Kinds that strike single attempts while they are on."""
PER_PROCESS: Final = PER_REPLICA | frozenset(of_scope(FaultScope.STORE))
"""Kinds that every replica of a participant has to do with: its own, or their common store's."""
STOPPING: Final = frozenset(kind for kind, facts in FACTS.items() if facts.stops)
LATE: Final = frozenset(kind for kind, facts in FACTS.items() if facts.late)

HUNTED: Final = tuple(
    sorted((kind for kind in FACTS if FACTS[kind].hunted), key=lambda kind: FACTS[kind].hunted)
)
"""Kinds that a hunt draws, the plainest first. To reorder is to delay: it is left to that."""


def why_impossible(fault: Fault, knobs: Knobs) -> str:
    """Why a fault cannot be where these knobs hold; empty: it can."""
    if fault.unseen and CommitPolicy.of(knobs).after_work:
        return UNSEEN_AFTER_WORK
    return ""


UNSEEN_AFTER_WORK: Final = (
    "with acknowledge: after-work the worker is the consumer that holds the message; let that crash"
    " or stand still (crash, pause)"
)
