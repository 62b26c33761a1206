"""The closed set of faults. Each has a target, an instant or a rate, a duration, and a bound.

The explorer spends them from a budget, the simulator draws them. Nothing else can go wrong. What a
kind strikes, what follows from that everywhere, and what it is called is one entry of ``FACTS``:
metrics read from it which faults something has to recover from, hunts where a kind strikes, answers
what it can cause, pages how it is called. What it does to a process is in
``simulation/fault_injection`` and ``semantics``.

>>> FACTS[FaultKind.PAUSE].scope.value, FACTS[FaultKind.PAUSE].stops
('process', True)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from wfmodel.model.distributions import Constant, Distribution
from wfmodel.model.failures import FailureKind, Name, Probability
from wfmodel.model.strict import STRICT
from wfmodel.model.units import Duration

ALL_PARTICIPANTS: Final = "*"
ALL_SERVICES: Final = "services"


class FaultKind(StrEnum):
    """What goes wrong."""

    # Saved histories hold positions in this list: a new kind goes to its end.
    CRASH = "crash"
    PAUSE = "pause"
    LOSS = "loss"
    DUPLICATION = "duplication"
    DELAY = "delay"
    REORDERING = "reordering"
    PARTITION = "partition"
    STORE_OUTAGE = "store-outage"
    SLOW_STORE = "slow-store"
    BROKER_OUTAGE = "broker-outage"
    SLOW_SERVICE = "slow-service"
    BUSINESS_FAILURE = "business-failure"
    TRANSIENT_FAILURE = "transient-failure"
    RESTORE = "restore"
    WORKER_CRASH = "worker-crash"


class FaultScope(StrEnum):
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


@dataclasses.dataclass(frozen=True, slots=True)
class FaultFacts:
    """What is to be known of one kind of fault."""

    scope: FaultScope
    plural: str
    """In prose."""
    page: str
    """What happens: its row of docs/faults-and-knobs.md."""
    keys: tuple[str, ...] = ()
    """Its own keys: with other kinds they have no meaning."""
    keys_page: str = ""
    """What the page says of them, where more than their names."""
    stops: bool = False
    """Something stands still that has to be set going again: recovery is what follows."""
    slows: bool = False
    """Everything of its scope takes ``factor`` times as long while it is on."""
    late: bool = False
    """An acknowledgement can come too late because of it, so that a message comes again."""
    downs: bool = False
    """It takes what is volatile, and leaves a process down until it ends."""
    instant: bool = False
    """It takes something in the instant in which it strikes, however short it lasts."""
    kills: bool = False
    """It takes single workers: the end that was set for an attempt may find nobody."""
    fails: FailureKind | None = None
    """How an attempt fails that it strikes."""
    costs: tuple[str, ...] = ()
    """What it costs an exploration (``fault_costs.COSTS``) besides what may follow from it."""
    hunted: int = 0
    """Its place among those that a hunt draws, the plainest first; 0: none does."""


FACTS: Final[Mapping[FaultKind, FaultFacts]] = {
    FaultKind.CRASH: FaultFacts(
        FaultScope.PROCESS,
        "crashes",
        "the process stops, loses what is volatile, and restarts when the fault ends",
        stops=True,
        downs=True,
        costs=("crashes",),
        hunted=1,
    ),
    FaultKind.PAUSE: FaultFacts(
        FaultScope.PROCESS,
        "pauses",
        "the process stands still, then goes on with stale state (a zombie)",
        stops=True,
        late=True,
        hunted=4,
    ),
    FaultKind.LOSS: FaultFacts(
        FaultScope.MESSAGE,
        "message losses",
        "a message to the target vanishes",
        keys=("probability",),
        costs=("losses",),
        hunted=2,
    ),
    FaultKind.DUPLICATION: FaultFacts(
        FaultScope.MESSAGE,
        "duplicated messages",
        "a delivery to the target, a repeated one too, comes twice",
        keys=("probability",),
        costs=("duplicates",),
        hunted=3,
    ),
    FaultKind.DELAY: FaultFacts(
        FaultScope.MESSAGE,
        "delayed messages",
        "a message to the target takes longer",
        keys=("probability", "delay"),
        hunted=5,
    ),
    FaultKind.REORDERING: FaultFacts(
        FaultScope.MESSAGE,
        "reordered messages",
        "a message to the target is overtaken by later ones",
        keys=("probability", "delay"),
    ),
    FaultKind.PARTITION: FaultFacts(
        FaultScope.LINK,
        "partitions",
        "the target cannot exchange messages with the rest",
        keys=("peers",),
        keys_page="`peers`: with these only",
        stops=True,
        late=True,
        hunted=8,
    ),
    FaultKind.STORE_OUTAGE: FaultFacts(
        FaultScope.STORE,
        "store outages",
        "the target's store takes no commit",
        stops=True,
        late=True,
        hunted=9,
    ),
    FaultKind.SLOW_STORE: FaultFacts(
        FaultScope.STORE,
        "periods of a slow store",
        "commits of the target take longer",
        keys=("factor",),
        slows=True,
        late=True,
        hunted=12,
    ),
    FaultKind.BROKER_OUTAGE: FaultFacts(
        FaultScope.BROKER,
        "broker outages",
        "the broker neither takes nor delivers",
        stops=True,
        late=True,
        hunted=10,
    ),
    FaultKind.SLOW_SERVICE: FaultFacts(
        FaultScope.PROCESS,
        "periods of a slow service",
        "work at the target takes longer",
        keys=("factor",),
        slows=True,
        hunted=11,
    ),
    FaultKind.BUSINESS_FAILURE: FaultFacts(
        FaultScope.STEP,
        "business failures",
        "steps at the target fail for good",
        keys=("probability", "step"),
        fails=FailureKind.BUSINESS,
        costs=("failures",),
        hunted=7,
    ),
    FaultKind.TRANSIENT_FAILURE: FaultFacts(
        FaultScope.STEP,
        "transient failures",
        "attempts at the target fail",
        keys=("probability", "step"),
        fails=FailureKind.TRANSIENT,
        costs=("failures",),
        hunted=6,
    ),
    FaultKind.RESTORE: FaultFacts(
        FaultScope.PARTICIPANT,
        "restores from a backup",
        "the target crashes, and its store goes back to a backup: to what it held `age`"
        " ago, or at the latest of the backups that are taken every `backups` (from the"
        " beginning on)",
        keys=("age", "backups"),
        keys_page="`age` or `backups`",
        stops=True,
        downs=True,
        costs=(
            "crashes",
            "restores",
        ),
        hunted=13,
    ),
    FaultKind.WORKER_CRASH: FaultFacts(
        FaultScope.PROCESS,
        "crashes of workers",
        "the target's workers die, each with the attempt it works on (a task's process, a"
        " pod); the target goes on, and counts the attempts as failed, at the cost of a"
        " retry, as soon as it knows: at once, or with `unseen: true` by the knob"
        " `heartbeat`, or never. With `acknowledge: after-work` the consumer is its own"
        " worker: use `crash`",
        keys=("unseen",),
        stops=True,
        instant=True,
        kills=True,
        costs=("worker_crashes",),
        hunted=14,
    ),
}
assert tuple(FACTS) == tuple(FaultKind)


def of_scope(*scopes: FaultScope) -> tuple[FaultKind, ...]:
    """The kinds that strike one of these."""
    return tuple(kind for kind, facts in FACTS.items() if facts.scope in scopes)


OF_KINDS: Final[Mapping[str, tuple[FaultKind, ...]]] = {
    key: tuple(kind for kind, facts in FACTS.items() if key in facts.keys)
    for key in sorted({key for facts in FACTS.values() for key in facts.keys})
}
"""Keys that have a meaning with some kinds only, and with which."""

PER_REPLICA: Final = frozenset(of_scope(FaultScope.PROCESS, FaultScope.LINK))
"""Kinds that strike each replica of a participant for itself."""

CRASHING: Final = frozenset(kind for kind, facts in FACTS.items() if facts.downs)
"""Kinds that take what is volatile and leave a process down until they end."""

AT_INSTANTS: Final = CRASHING | {kind for kind, facts in FACTS.items() if facts.instant}
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
        if "age" in FACTS[self.kind].keys and (self.age is None) == (self.backups is None):
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
        if FACTS[self.kind].slows and self.factor == 1.0:
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
    def goes_back_ns(self) -> int:
        """How far a store may go back; 0: it does not."""
        return self.age or self.backups or 0

    @property
    def whom(self) -> tuple[str, ...]:
        """Its targets, as they are declared."""
        return (self.target,) if isinstance(self.target, str) else self.target

    def targets(self, participants: tuple[str, ...], services: tuple[str, ...]) -> tuple[str, ...]:
        """Names that it strikes in a system; none where the system has no such participant."""
        if FACTS[self.kind].scope is FaultScope.BROKER:
            return ("broker",)
        if ALL_PARTICIPANTS in self.whom:
            return participants
        named: dict[str, None] = {}
        for name in self.whom:
            named.update(dict.fromkeys(services if name == ALL_SERVICES else (name,)))
        return tuple(name for name in named if name in participants)


DEFAULTS: Final = {field.name: field.default for field in dataclasses.fields(Fault)}
"""What a key is where it is not given."""

KEYS: Final[Mapping[str, str]] = {
    "kind": "What happens.",
    "target": "A participant, a list of them, services, or * for everybody.",
    "at": "When it strikes.",
    "every": "Time from the end of one to the start of the next.",
    "lasts": "How long it lasts.",
    "probability": "Of each message or attempt, 0 to 1.",
    "factor": "How many times slower.",
    "delay": "How much longer a message takes.",
    "peers": "Of a partition: only from these.",
    "step": "Of a failure: only at this step.",
    "replica": "Of what strikes processes: only this one, from 0.",
    "together": "All targets at the same instants: the loss of a zone, a common cause.",
    "unseen": "Of a worker-crash: nobody sees the worker end; its heartbeat stops.",
    "age": "Of a restore: how old the backup is.",
    "backups": "Of a restore: time between two backups, of which it is the latest.",
}
"""What each key means, in a file."""
assert KEYS.keys() == DEFAULTS.keys()
