"""The closed set of faults. Each has a target, an instant or a rate, a duration, and a bound.

The explorer spends them from a budget, the simulator draws them. Nothing else can go wrong.
"""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from wfmodel.model.distributions import Constant, Distribution
from wfmodel.model.failures import Name, Probability
from wfmodel.model.strict import STRICT
from wfmodel.model.units import Duration

ALL_PARTICIPANTS: Final = "*"
ALL_SERVICES: Final = "services"


class FaultKind(StrEnum):
    """What goes wrong."""

    CRASH = "crash"
    """The process stops and loses what is volatile; it restarts when the fault ends."""
    PAUSE = "pause"
    """The process stands still, then goes on with stale state (a zombie)."""
    LOSS = "loss"
    """A message vanishes on its way to the target, with ``probability``."""
    DUPLICATION = "duplication"
    """A message to the target is delivered twice, with ``probability``."""
    DELAY = "delay"
    """A message to the target takes ``delay`` longer, with ``probability``."""
    REORDERING = "reordering"
    """A message to the target is overtaken: held for ``delay`` while later ones pass."""
    PARTITION = "partition"
    """The target cannot exchange messages with the rest (or with ``peers`` only)."""
    STORE_OUTAGE = "store-outage"
    """The target's store takes no commit."""
    SLOW_STORE = "slow-store"
    """Commits of the target take ``factor`` times as long."""
    BROKER_OUTAGE = "broker-outage"
    """The broker neither takes nor delivers messages."""
    SLOW_SERVICE = "slow-service"
    """Steps at the target take ``factor`` times as long."""
    BUSINESS_FAILURE = "business-failure"
    """Steps at the target fail for good, with ``probability``."""
    TRANSIENT_FAILURE = "transient-failure"
    """Attempts at the target fail, with ``probability``; a further attempt may succeed."""
    RESTORE = "restore"
    """The target crashes, and its store goes back to a backup: what it held ``age`` ago, or at the
    latest of the backups that are taken every ``backups``."""
    WORKER_CRASH = "worker-crash"
    """The workers of the target die, each with the attempt that it works on; the target goes on,
    and counts the attempts as failed as soon as it knows: at once, or if nobody saw it (``unseen``)
    when their heartbeat has been missing for too long."""


PER_REPLICA: Final = frozenset(
    {
        FaultKind.CRASH,
        FaultKind.PAUSE,
        FaultKind.PARTITION,
        FaultKind.SLOW_SERVICE,
        FaultKind.WORKER_CRASH,
    }
)
"""Kinds that strike each replica of a participant for itself."""

CRASHING: Final = frozenset({FaultKind.CRASH, FaultKind.RESTORE})
"""Kinds that take what is volatile and leave a process down until they end."""

_OF_MESSAGES: Final = (
    FaultKind.LOSS,
    FaultKind.DUPLICATION,
    FaultKind.DELAY,
    FaultKind.REORDERING,
)
_OF_STEPS: Final = (FaultKind.BUSINESS_FAILURE, FaultKind.TRANSIENT_FAILURE)
OF_KINDS: Final[dict[str, tuple[FaultKind, ...]]] = {
    "probability": (*_OF_MESSAGES, *_OF_STEPS),
    "factor": (FaultKind.SLOW_STORE, FaultKind.SLOW_SERVICE),
    "delay": (FaultKind.DELAY, FaultKind.REORDERING),
    "peers": (FaultKind.PARTITION,),
    "step": _OF_STEPS,
    "unseen": (FaultKind.WORKER_CRASH,),
    "age": (FaultKind.RESTORE,),
    "backups": (FaultKind.RESTORE,),
}
"""Keys that have a meaning with some kinds only."""

AT_INSTANTS: Final = CRASHING | {FaultKind.WORKER_CRASH}
"""Kinds that take something in the instant in which they strike, however short they last."""


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Fault:
    """One fault process. Give ``at`` (a schedule), or ``every`` (time from the end of one to the
    start of the next), or neither: then it is on throughout the phase of faults.

    ``target``: a participant, several, ``services``, or ``*``; ``step`` narrows step failures to
    one step, ``replica`` (from 0) what strikes processes to one of a participant's. Otherwise each
    target, and each replica, is struck for itself; ``together``, all at the same instants and for
    as long, as by the loss of the node or the zone in which they run (a common cause). At the times
    of a schedule that is so anyway. ``unseen``: nobody sees the workers of a worker-crash end.
    ``age`` or ``backups`` say which backup a restore goes back to.
    """

    kind: FaultKind
    target: Name | Annotated[tuple[Name, ...], Field(min_length=1)] = ALL_PARTICIPANTS
    at: tuple[Duration, ...] = ()
    every: Distribution | None = None
    lasts: Distribution = Constant(0)
    probability: Probability = 1.0
    factor: Annotated[float, Field(gt=0, le=1e6)] = 1.0
    delay: Distribution = Constant(0)
    peers: tuple[Name, ...] = ()
    step: Name | None = None
    replica: Annotated[int, Field(ge=0)] | None = None
    together: bool = False
    unseen: bool = False
    age: Duration | None = None
    backups: Duration | None = None

    @model_validator(mode="after")
    def _meaning(self) -> Fault:
        if self.at and self.every is not None:
            raise ValueError("give either at (a schedule) or every (a rate), not both")
        if self.every is not None and self.every.mean_ns() <= 0:
            raise ValueError("the time between two faults (every) must be greater than zero")
        if self.kind in AT_INSTANTS and not self.at and self.every is None:
            raise ValueError(f"a {self.kind} needs an instant (at) or a rate (every)")
        if self.kind is FaultKind.RESTORE and (self.age is None) == (self.backups is None):
            raise ValueError(
                "a restore goes back either to what was stored some time ago (age) or to the latest"
                " of regular backups (backups)"
            )
        for key, kinds in OF_KINDS.items():
            if getattr(self, key) != DEFAULTS[key] and self.kind not in kinds:
                known = ", ".join(kinds)
                raise ValueError(f"{key} has no meaning with {self.kind}: it belongs to {known}")
        if self.age == 0 or self.backups == 0:
            raise ValueError("a backup's age, and the time between two, are greater than zero")
        if self.kind in (FaultKind.SLOW_STORE, FaultKind.SLOW_SERVICE) and self.factor == 1.0:
            raise ValueError(f"{self.kind} needs a factor")
        if self.replica is not None and self.kind not in PER_REPLICA:
            raise ValueError(f"replica has no meaning with {self.kind}: it strikes no one process")
        if self.together and self.every is None:
            raise ValueError(
                "together needs a rate (every): at the instants of a schedule (at), and throughout,"
                " all that is struck is struck at once"
            )
        return self

    @property
    def whom(self) -> tuple[str, ...]:
        """Its targets, as they are declared."""
        return (self.target,) if isinstance(self.target, str) else self.target

    def targets(self, participants: tuple[str, ...], services: tuple[str, ...]) -> tuple[str, ...]:
        """Names that it strikes in a system; none where the system has no such participant."""
        if self.kind is FaultKind.BROKER_OUTAGE:
            return ("broker",)
        if ALL_PARTICIPANTS in self.whom:
            return participants
        named: dict[str, None] = {}
        for name in self.whom:
            named.update(dict.fromkeys(services if name == ALL_SERVICES else (name,)))
        return tuple(name for name in named if name in participants)


DEFAULTS: Final = {field.name: field.default for field in dataclasses.fields(Fault)}
"""What a key is where it is not given."""
