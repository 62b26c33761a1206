"""Knobs: what a team decides besides the style, the same for every design."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from wfmodel.designs.faults import ALL_PARTICIPANTS, ALL_SERVICES
from wfmodel.model.distributions import Constant, Distribution
from wfmodel.model.failures import Name
from wfmodel.model.strict import STRICT
from wfmodel.model.units import Duration, parse_duration

ORCHESTRATION: Final = "orchestration"
CHOREOGRAPHY: Final = "choreography"
MOST_REPLICAS: Final = 100


class Persistence(StrEnum):
    """When a participant's progress becomes durable."""

    MEMORY = "memory"
    """Never: a crash forgets it."""
    DATABASE = "database"
    """With each reaction, by a synchronous commit."""
    LOG = "log"
    """In batches: a crash loses what was not flushed (the loss window)."""
    EVENT_STREAM = "event-stream"
    """With each reaction, by an append; a restart replays the events of unfinished instances."""


DURABLE: Final = (Persistence.DATABASE, Persistence.EVENT_STREAM)
"""Each reaction is durable before anything follows from it."""


class Delivery(StrEnum):
    """What the broker does about a message that is not acknowledged."""

    AT_MOST_ONCE = "at-most-once"
    AT_LEAST_ONCE = "at-least-once"


class Acknowledge(StrEnum):
    """When a consumer tells the broker that it need not deliver a message again."""

    ON_RECEIPT = "on-receipt"
    """Before anything is done with it (auto-ack): a crash loses it, and the work that it asked for.
    """
    AFTER_COMMIT = "after-commit"
    """With the commit that accepts it: the job is durable, and goes on after a crash (an inbox)."""
    AFTER_WORK = "after-work"
    """When the work that it asks for is done, committed and published (late ack): a crash before
    that brings it again."""


class Order(StrEnum):
    """In which order messages about one instance reach a participant."""

    NONE = "none"
    """Any: each is delivered as soon as it can be."""
    PER_INSTANCE = "per-instance"
    """That in which the broker got them; each waits until the one before it is acknowledged (the
    instance is the ordering key: a Kafka key, a FIFO message group)."""


class Custody(StrEnum):
    """What ends a crashed consumer's hold on a message that it has not acknowledged."""

    LEASE = "lease"
    """Time: the redelivery time-out, counted from the delivery (SQS, NATS, Redis Streams)."""
    LINK = "link"
    """Its connection closes with it: the message is free at once (RabbitMQ, a session lock)."""


class KnownKey(StrEnum):
    """What a consumer does with a message whose idempotency key it has seen before."""

    USUAL = "usual"
    """A command is answered again, an event is skipped."""
    SKIP = "skip"
    """Nothing: what was to follow is taken to have followed."""
    ANSWER = "answer"
    """Whatever it published for that key is published again."""


class Early(StrEnum):
    """What becomes of an event from outside that comes before it is waited for."""

    DROPPED = "dropped"
    """Nobody waits for it, so it is gone (a message without a time to live)."""
    KEPT = "kept"
    """It is kept, and there when it is waited for (a buffered signal, a callback's row)."""


class Recovery(StrEnum):
    """What a step does about a failure that another attempt may mend."""

    DECLARED = "declared"
    """As the workflow says: so many attempts, then on to its handler."""
    FORWARD = "forward"
    """Tried again without end."""
    BACKWARD = "backward"
    """Not tried again: on to its handler, or, where there is none, everything is undone."""


class Unhandled(StrEnum):
    """What becomes of a failure for which the workflow has no edge."""

    FAIL = "fail"
    """The workflow ends as failed."""
    PARK = "park"
    """The message is set aside (a dead letter, an incident), and the instance stays where it is."""


class Interrupted(StrEnum):
    """What becomes of work that a crash of its service interrupts."""

    AGAIN = "again"
    """It is done again when the service is back: the job is durable."""
    FAILS = "fails"
    """The attempt has failed when the service is back, which may be at once (a supervisor sees that
    the task's process is gone); whether it is tried again is the step's retry's business."""


class Publishing(StrEnum):
    """How a state change and the messages that tell of it are tied together."""

    OUTBOX = "outbox"
    """One transaction; a relay publishes what was committed, again after a crash."""
    DUAL_WRITE = "dual-write"
    """Two operations; a crash between loses the message, or leaves one that tells of nothing."""


class DualWriteOrder(StrEnum):
    """Which of the two operations of a dual write comes first."""

    COMMIT_FIRST = "commit-first"
    PUBLISH_FIRST = "publish-first"


class EventContent(StrEnum):
    """What an event of a choreography carries."""

    CARRY_STATE = "carry-state"
    """All data that the publisher knows (event-carried state transfer)."""
    THIN = "thin"
    """Only what the publishing step wrote."""


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Lease:
    """How a process holds the instances that it works on, and when another life of it may go on.

    Nobody sees a crash: the lease ends ``lasts`` after its last renewal, and the first look at or
    after that takes the instances over. Whoever starts looks at once, and then every ``look``.
    """

    renewed: Annotated[Duration, Field(gt=0)]
    """Time between two heartbeats."""
    lasts: Annotated[Duration, Field(gt=0)]
    """Without a heartbeat for this long, the holder is taken for dead."""
    look: Annotated[Duration, Field(gt=0)]
    """Time between two looks for what nobody holds any more."""
    of: Name = ALL_PARTICIPANTS
    """Whose instances: a participant's, those of ``services``, or all."""

    @model_validator(mode="after")
    def _outlives(self) -> Lease:
        if self.lasts <= self.renewed:
            raise ValueError("a lease must last longer than the time between its renewals")
        return self


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Poll:
    """A process asks for messages, from its start on, and is not sent them in between."""

    every: Annotated[Duration, Field(gt=0)]
    """Time between two times that it asks."""
    of: Name = ALL_PARTICIPANTS
    """Who asks: a participant, the ``services``, or all."""


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Knobs:
    """One setting of all knobs: types and defaults, which are the careful choice.

    What each means, and where its number comes from, is in ``knob_registry.KNOBS``.
    """

    persistence: Persistence = Persistence.DATABASE
    commit: Distribution = Constant(parse_duration("1ms"))
    connections: Annotated[int, Field(ge=1)] | None = None
    flush_interval: Annotated[Duration, Field(gt=0)] = parse_duration("1s")
    replay: Duration = parse_duration("1ms")
    lease: Lease | None = None
    replicas: Mapping[Name, Annotated[int, Field(ge=1, le=MOST_REPLICAS)]] = Field(
        default_factory=dict
    )
    fenced: bool = True
    heartbeat: Lease | None = None
    delivery: Delivery = Delivery.AT_LEAST_ONCE
    redelivery_timeout: Annotated[Duration, Field(gt=0)] = parse_duration("30s")
    redelivery_look: Duration = 0
    poll: Poll | None = None
    handling: Duration = 0
    max_deliveries: Annotated[int, Field(ge=1, le=1000)] | None = None
    order: Order = Order.NONE
    partitions: Annotated[int, Field(ge=1, le=100_000)] | None = None
    custody: Custody = Custody.LEASE
    publishing: Publishing = Publishing.OUTBOX
    dual_write_order: DualWriteOrder = DualWriteOrder.COMMIT_FIRST
    publish: Distribution = Constant(parse_duration("1ms"))
    relay_delay: Distribution = Constant(0)
    acknowledge: Acknowledge = Acknowledge.AFTER_COMMIT
    deduplicate: bool = True
    known_key: KnownKey = KnownKey.USUAL
    tombstones: bool = False
    timeouts: bool = True
    recovery: Recovery = Recovery.DECLARED
    unhandled: Unhandled = Unhandled.FAIL
    interrupted: Interrupted = Interrupted.AGAIN
    early: Early = Early.DROPPED
    watchdog: Annotated[Duration, Field(gt=0)] | None = None
    correlation: bool = True
    event_content: EventContent = EventContent.CARRY_STATE

    def __hash__(self) -> int:
        """Of what a file would say."""
        return hash(repr(self))

    def replicas_of(self, name: str, services: tuple[str, ...]) -> int:
        """How many processes play a participant."""
        of_all = self.replicas.get(ALL_PARTICIPANTS, 1)
        of_kind = self.replicas.get(ALL_SERVICES, of_all) if name in services else of_all
        return self.replicas.get(name, of_kind)

    @property
    def can_have_replicas(self) -> bool:
        """Whether there is a store that replicas could share."""
        return self.persistence in DURABLE

    def lease_of(self, name: str, services: tuple[str, ...]) -> Lease | None:
        """How a participant's processes hold their instances."""
        return self.lease if _is_of(self.lease, name, services) else None

    def heartbeat_of(self, name: str, services: tuple[str, ...]) -> Lease | None:
        """How the death of a participant's worker is noticed that nobody saw."""
        return self.heartbeat if _is_of(self.heartbeat, name, services) else None

    def poll_of(self, name: str, services: tuple[str, ...]) -> int:
        """How often a participant asks for messages, in nanoseconds; 0: it is handed them."""
        return self.poll.every if self.poll and _is_of(self.poll, name, services) else 0

    @model_validator(mode="after")
    def _no_clash(self) -> Knobs:
        for _, why in clashes(self):
            raise ValueError(why)
        return self


def _is_of(rule: Lease | Poll | None, name: str, services: tuple[str, ...]) -> bool:
    """Whether a participant is among those that something holds for."""
    if rule is None:
        return False
    return rule.of in (name, ALL_PARTICIPANTS) or (rule.of == ALL_SERVICES and name in services)


def clashes(knobs: Knobs) -> Iterator[tuple[str, str]]:
    """Knobs that have no meaning beside the others, and why. With its default, none has any."""
    store, once = knobs.persistence, knobs.delivery is Delivery.AT_MOST_ONCE
    outbox = knobs.publishing is Publishing.OUTBOX
    if outbox and knobs.dual_write_order is not DualWriteOrder.COMMIT_FIRST:
        yield "dual_write_order", "dual_write_order has no meaning with publishing: outbox"
    if once and knobs.order is Order.PER_INSTANCE:
        yield (
            "order",
            "order: per-instance has no meaning with delivery: at-most-once: no message waits"
            " for another's acknowledgement",
        )
    if knobs.partitions is not None and knobs.order is not Order.PER_INSTANCE:
        yield "partitions", "partitions has no meaning without order: per-instance"
    if once and knobs.max_deliveries is not None:
        yield (
            "max_deliveries",
            "max_deliveries has no meaning with delivery: at-most-once: nothing comes again",
        )
    if knobs.known_key is not KnownKey.USUAL and not knobs.deduplicate:
        yield (
            "known_key",
            "known_key has no meaning with deduplicate: false: no key is known",
        )
    if knobs.lease is not None and store is Persistence.MEMORY:
        yield "lease", "lease has no meaning with persistence: memory: nothing is taken over"
    alone = all(count == 1 for count in knobs.replicas.values())
    if not alone and store not in DURABLE:
        yield (
            "replicas",
            f"replicas has no meaning with persistence: {store}: they share no store",
        )
    if not knobs.fenced and alone:
        yield "fenced", "fenced has no meaning without replicas: nobody takes anything over"
    if knobs.connections is not None and store not in DURABLE:
        yield (
            "connections",
            f"connections has no meaning with persistence: {store}: no reaction waits for a commit",
        )
    yield from _of_acknowledge(knobs)


def _of_acknowledge(knobs: Knobs) -> Iterator[tuple[str, str]]:
    usual = knobs.acknowledge is Acknowledge.AFTER_COMMIT
    what = f"acknowledge: {knobs.acknowledge} has no meaning with "
    if not usual and knobs.delivery is Delivery.AT_MOST_ONCE:
        yield "acknowledge", f"{what}delivery: at-most-once: nothing is ever acknowledged"
    if not usual and knobs.persistence not in DURABLE:
        why = f"persistence: {knobs.persistence}: there is no commit of a single reaction"
        yield "acknowledge", f"{what}{why}"
    if not usual and knobs.dual_write_order is DualWriteOrder.PUBLISH_FIRST:
        yield "acknowledge", f"{what}dual_write_order: publish-first"
    durable = usual and knobs.persistence is not Persistence.MEMORY
    if knobs.interrupted is Interrupted.FAILS and not durable:
        yield (
            "interrupted",
            "interrupted: fails has no meaning unless the job is durable (acknowledge:"
            " after-commit, and a store): nobody knows what was interrupted",
        )
