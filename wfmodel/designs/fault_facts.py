"""Each fault once: what it strikes, what follows from that everywhere, and what it is called.

A kind of fault (``faults.FaultKind``) has one entry here. Metrics read from it which faults
something has to recover from, hunts where a kind strikes, answers what it can cause, pages how it
is called. What it does to a process is in ``simulation/faults`` and ``semantics``.

>>> FACTS[FaultKind.PAUSE].scope.value, FACTS[FaultKind.PAUSE].stops
('process', True)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from wfmodel.designs.faults import PER_REPLICA, Fault, FaultKind
from wfmodel.designs.knobs import Acknowledge, Knobs


class Scope(StrEnum):
    """What a fault strikes."""

    PROCESS = "process"
    """A participant's process, for all instances at once."""
    LINK = "link"
    """The way between a process and the broker, or other processes."""
    STORE = "store"
    BROKER = "broker"
    PARTICIPANT = "participant"
    """The store of a participant, and all processes that run on it."""
    MESSAGE = "message"
    """Single messages, each with a probability, while the fault is on."""
    STEP = "step"
    """Single attempts at a step, each with a probability, while the fault is on."""


@dataclass(frozen=True, slots=True)
class FaultFacts:
    """What is to be known of one kind of fault."""

    scope: Scope
    plural: str
    """In prose."""
    stops: bool = False
    """Something stands still that has to be set going again: recovery is what follows."""
    slows: bool = False
    """Everything of its scope takes ``factor`` times as long while it is on."""
    late: bool = False
    """An acknowledgement can come too late because of it, so that a message comes again."""


FACTS: Final = {
    FaultKind.CRASH: FaultFacts(Scope.PROCESS, "crashes", stops=True),
    FaultKind.PAUSE: FaultFacts(Scope.PROCESS, "pauses", stops=True, late=True),
    FaultKind.LOSS: FaultFacts(Scope.MESSAGE, "message losses"),
    FaultKind.DUPLICATION: FaultFacts(Scope.MESSAGE, "duplicated messages"),
    FaultKind.DELAY: FaultFacts(Scope.MESSAGE, "delayed messages"),
    FaultKind.REORDERING: FaultFacts(Scope.MESSAGE, "reordered messages"),
    FaultKind.PARTITION: FaultFacts(Scope.LINK, "partitions", stops=True, late=True),
    FaultKind.STORE_OUTAGE: FaultFacts(Scope.STORE, "store outages", stops=True, late=True),
    FaultKind.SLOW_STORE: FaultFacts(Scope.STORE, "periods of a slow store", slows=True, late=True),
    FaultKind.BROKER_OUTAGE: FaultFacts(Scope.BROKER, "broker outages", stops=True, late=True),
    FaultKind.SLOW_SERVICE: FaultFacts(Scope.PROCESS, "periods of a slow service", slows=True),
    FaultKind.BUSINESS_FAILURE: FaultFacts(Scope.STEP, "business failures"),
    FaultKind.TRANSIENT_FAILURE: FaultFacts(Scope.STEP, "transient failures"),
    FaultKind.RESTORE: FaultFacts(Scope.PARTICIPANT, "restores from a backup", stops=True),
    FaultKind.WORKER_CRASH: FaultFacts(Scope.PROCESS, "crashes of workers", stops=True),
}
assert tuple(FACTS) == tuple(FaultKind)


def of_scope(*scopes: Scope) -> tuple[FaultKind, ...]:
    """The kinds that strike one of these."""
    return tuple(kind for kind, facts in FACTS.items() if facts.scope in scopes)


PER_MESSAGE: Final = frozenset(of_scope(Scope.MESSAGE))
"""Kinds that strike single messages while they are on."""
PER_ATTEMPT: Final = frozenset(of_scope(Scope.STEP))
"""Kinds that strike single attempts while they are on."""
assert frozenset(of_scope(Scope.PROCESS, Scope.LINK)) == PER_REPLICA
PER_PROCESS: Final = PER_REPLICA | frozenset(of_scope(Scope.STORE))
"""Kinds that every replica of a participant has to do with: its own, or their common store's."""
STOPPING: Final = frozenset(kind for kind, facts in FACTS.items() if facts.stops)
SLOWING: Final = frozenset(kind for kind, facts in FACTS.items() if facts.slows)
LATE: Final = frozenset(kind for kind, facts in FACTS.items() if facts.late)


def why_impossible(fault: Fault, knobs: Knobs) -> str:
    """Why a fault cannot be where these knobs hold; empty: it can."""
    if fault.unseen and knobs.acknowledge is Acknowledge.AFTER_WORK:
        return UNSEEN_AFTER_WORK
    return ""


UNSEEN_AFTER_WORK: Final = (
    "with acknowledge: after-work the worker is the consumer that holds the message; let that crash"
    " or stand still (crash, pause)"
)
