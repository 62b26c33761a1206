"""Knobs: what a team decides besides the style, the same for every design."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from wfmodel.model.distributions import Constant, Distribution
from wfmodel.model.strict import STRICT
from wfmodel.model.units import Duration, parse_duration

ORCHESTRATION: Final = "orchestration"
CHOREOGRAPHY: Final = "choreography"


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
class Knobs:
    """One setting of all knobs. Defaults: the careful choice; numbers as in docs/defaults.md."""

    persistence: Persistence = Persistence.DATABASE
    commit: Distribution = Constant(parse_duration("1ms"))
    """Latency of a synchronous commit or append (PostgreSQL: 0.2 to 5 ms)."""
    flush_interval: Annotated[Duration, Field(gt=0)] = parse_duration("1s")
    """Log: the loss window."""
    replay: Duration = parse_duration("1ms")
    """Event stream: time to replay one unfinished instance after a restart."""
    delivery: Delivery = Delivery.AT_LEAST_ONCE
    redelivery_timeout: Annotated[Duration, Field(gt=0)] = parse_duration("30s")
    """An unacknowledged message is delivered again after this (SQS visibility time-out: 30 s)."""
    publishing: Publishing = Publishing.OUTBOX
    dual_write_order: DualWriteOrder = DualWriteOrder.COMMIT_FIRST
    publish: Distribution = Constant(parse_duration("1ms"))
    """Latency of handing a message to the broker: the gap of a dual write."""
    relay_delay: Distribution = Constant(0)
    """Outbox: from commit to publication (0: log tailing; Debezium polls every 500 ms)."""
    deduplicate: bool = True
    """Receivers and effects recognise a repeated idempotency key."""
    timeouts: bool = True
    """Whoever waits for a step applies the step's time-out."""
    watchdog: Annotated[Duration, Field(gt=0)] | None = None
    """Repeat the last open message of an instance that has been silent for this long."""
    correlation: bool = True
    """Records carry the instance's identity, so that a monitor can join them."""
    event_content: EventContent = EventContent.CARRY_STATE

    @model_validator(mode="after")
    def _window(self) -> Knobs:
        if self.publishing is Publishing.OUTBOX and self.dual_write_order is not (
            DualWriteOrder.COMMIT_FIRST
        ):
            raise ValueError("dual_write_order has no meaning with publishing: outbox")
        return self
