"""Knobs: what a team decides besides the style, the same for every design."""

from __future__ import annotations

from collections.abc import Mapping
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
    """One setting of all knobs. Defaults: the careful choice; numbers as in docs/defaults.md."""

    persistence: Persistence = Persistence.DATABASE
    commit: Distribution = Constant(parse_duration("1ms"))
    """Latency of a synchronous commit or append (PostgreSQL: 0.2 to 5 ms)."""
    connections: Annotated[int, Field(ge=1)] | None = None
    """How many commits each process has under way at once: its connections to its store."""
    flush_interval: Annotated[Duration, Field(gt=0)] = parse_duration("1s")
    """Log: the loss window."""
    replay: Duration = parse_duration("1ms")
    """Event stream: time to replay one unfinished instance after a restart."""
    lease: Lease | None = None
    """Who restarts has to wait for the lease of its earlier life; None: it knows its own work by a
    stable name, and goes on with it at once."""
    replicas: Mapping[Name, Annotated[int, Field(ge=1, le=MOST_REPLICAS)]] = Field(
        default_factory=dict
    )
    """So many processes play a participant, or each of the ``services``, or of all (``*``). They
    share its store and its queue; each instance that is under way there is held by one of them."""
    fenced: bool = True
    """What a replica still ends that was taken for dead is refused at the participant's store (it
    compares a token that grows with each hand-over); if not, its effect lands there all the same.
    """
    heartbeat: Lease | None = None
    """How a participant notices that a worker of its has died unseen: each attempt is heard of as
    often as ``renewed`` says; missing for as long as it ``lasts``, it counts as failed at the next
    ``look``. None: never, and only the step's own time-out helps."""
    delivery: Delivery = Delivery.AT_LEAST_ONCE
    redelivery_timeout: Annotated[Duration, Field(gt=0)] = parse_duration("30s")
    """An unacknowledged message is delivered again after this (SQS visibility time-out: 30 s)."""
    redelivery_look: Duration = 0
    """How often a consumer looks for messages whose time-out is over, from its start on (a claim
    loop); 0: the broker has a timer for each message."""
    poll: Poll | None = None
    """Who asks for messages now and then (a scheduler's loop); None: they are handed over at once,
    as by a broker that pushes, or to a consumer that asks and waits (long polling)."""
    handling: Duration = 0
    """How long the broker is busy with each delivery, one after the other: others wait."""
    max_deliveries: Annotated[int, Field(ge=1, le=1000)] | None = None
    """A message that was delivered so often, and never acknowledged, is set aside as a dead letter
    (SQS: maxReceiveCount; RabbitMQ: delivery-limit); None: it comes again without end."""
    order: Order = Order.NONE
    """What the broker promises about messages of one instance to one participant."""
    partitions: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """With ``order: per-instance``: instances share so many lines (partitions of a topic), each in
    the one that its key falls into; a message waits for whoever's message is before it there. None:
    each instance has a line of its own."""
    custody: Custody = Custody.LEASE
    """How the broker learns that a consumer with a message in hand is gone."""
    publishing: Publishing = Publishing.OUTBOX
    dual_write_order: DualWriteOrder = DualWriteOrder.COMMIT_FIRST
    publish: Distribution = Constant(parse_duration("1ms"))
    """Latency of handing a message to the broker: the gap of a dual write."""
    relay_delay: Distribution = Constant(0)
    """Outbox: from commit to publication (0: log tailing; Debezium polls every 500 ms)."""
    acknowledge: Acknowledge = Acknowledge.AFTER_COMMIT
    """At least once: when a message is out of the broker's hands."""
    deduplicate: bool = True
    """Receivers and effects recognise a repeated idempotency key."""
    known_key: KnownKey = KnownKey.USUAL
    """What a receiver that recognises a key does about it."""
    tombstones: bool = False
    """A handler that finds nothing to undo leaves word: an effect of its step that comes later is
    refused (anti-hanging, in TCC)."""
    timeouts: bool = True
    """Whoever waits for a step applies the step's time-out."""
    recovery: Recovery = Recovery.DECLARED
    """What a step does about a failure that another attempt may mend."""
    unhandled: Unhandled = Unhandled.FAIL
    """What becomes of a failure that no state handles."""
    interrupted: Interrupted = Interrupted.AGAIN
    """What becomes of an attempt whose process is gone."""
    early: Early = Early.DROPPED
    """What becomes of an event from outside that comes before it is waited for."""
    watchdog: Annotated[Duration, Field(gt=0)] | None = None
    """Repeat the last open message of an instance that has been silent for this long."""
    correlation: bool = True
    """Records carry the instance's identity, so that a monitor can join them."""
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
        return self.persistence in (Persistence.DATABASE, Persistence.EVENT_STREAM)

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
    def _window(self) -> Knobs:
        if self.publishing is Publishing.OUTBOX and self.dual_write_order is not (
            DualWriteOrder.COMMIT_FIRST
        ):
            raise ValueError("dual_write_order has no meaning with publishing: outbox")
        if self.order is Order.PER_INSTANCE and self.delivery is Delivery.AT_MOST_ONCE:
            raise ValueError(
                "order: per-instance has no meaning with delivery: at-most-once: no message waits"
                " for another's acknowledgement"
            )
        if self.partitions is not None and self.order is not Order.PER_INSTANCE:
            raise ValueError("partitions has no meaning without order: per-instance")
        if self.max_deliveries is not None and self.delivery is Delivery.AT_MOST_ONCE:
            raise ValueError(
                "max_deliveries has no meaning with delivery: at-most-once: nothing comes again"
            )
        if self.known_key is not KnownKey.USUAL and not self.deduplicate:
            raise ValueError("known_key has no meaning with deduplicate: false: no key is known")
        if self.lease is not None and self.persistence is Persistence.MEMORY:
            raise ValueError("lease has no meaning with persistence: memory: nothing is taken over")
        durable = self.can_have_replicas
        if not durable and any(count > 1 for count in self.replicas.values()):
            raise ValueError(
                f"replicas has no meaning with persistence: {self.persistence}: they share no store"
            )
        if not self.fenced and all(count == 1 for count in self.replicas.values()):
            raise ValueError("fenced has no meaning without replicas: nobody takes anything over")
        if not durable and self.connections is not None:
            raise ValueError(
                f"connections has no meaning with persistence: {self.persistence}: no reaction"
                " waits for a commit"
            )
        self._check_acknowledge()
        if self.interrupted is Interrupted.FAILS and (
            self.acknowledge is not Acknowledge.AFTER_COMMIT
            or self.persistence is Persistence.MEMORY
        ):
            raise ValueError(
                "interrupted: fails has no meaning unless the job is durable (acknowledge:"
                " after-commit, and a store): nobody knows what was interrupted"
            )
        return self

    def _check_acknowledge(self) -> None:
        if self.acknowledge is Acknowledge.AFTER_COMMIT:
            return
        what = f"acknowledge: {self.acknowledge} has no meaning with "
        if self.delivery is Delivery.AT_MOST_ONCE:
            raise ValueError(f"{what}delivery: at-most-once: nothing is ever acknowledged")
        if self.persistence not in (Persistence.DATABASE, Persistence.EVENT_STREAM):
            raise ValueError(
                f"{what}persistence: {self.persistence}: there is no commit of a single reaction"
            )
        if self.dual_write_order is DualWriteOrder.PUBLISH_FIRST:
            raise ValueError(f"{what}dual_write_order: publish-first")


def _is_of(rule: Lease | Poll | None, name: str, services: tuple[str, ...]) -> bool:
    """Whether a participant is among those that something holds for."""
    if rule is None:
        return False
    return rule.of in (name, ALL_PARTICIPANTS) or (rule.of == ALL_SERVICES and name in services)
