"""What follows from the knobs for one reaction: when it is durable, published and acknowledged.

Every part of the semantics asks here, so that a setting means the same wherever it is met.

>>> from wfmodel.designs.knobs import Knobs
>>> CommitPolicy.of(Knobs()).outbox
True
>>> careless = CommitPolicy.of(Knobs(persistence="memory"))
>>> careless.memory, careless.synchronous, careless.outbox
(True, False, False)
"""

from __future__ import annotations

from dataclasses import dataclass

from wfmodel.designs.knobs import (
    DURABLE,
    Acknowledge,
    Custody,
    Delivery,
    DualWriteOrder,
    Knobs,
    Persistence,
    Publishing,
)


@dataclass(frozen=True, slots=True)
class CommitPolicy:
    """How a participant stores what it knows, tells of it, and lets go of the message."""

    memory: bool
    """Nothing is stored: a crash forgets everything."""
    log: bool
    """What is known is stored in batches: a crash forgets what was not flushed."""
    synchronous: bool
    """What follows from a reaction waits for its commit."""
    outbox: bool
    """State, effect and messages are one transaction; a relay publishes what was committed."""
    publish_first: bool
    """Dual write: the messages are out before the commit begins."""
    gap: bool
    """Dual write: the messages go out after the state changed, and a crash between loses them."""
    on_receipt: bool
    """A message is acknowledged when it is taken up."""
    after_work: bool
    """A message is acknowledged when all that it asked for is done and published."""
    at_least_once: bool
    """A message that is not acknowledged comes again."""
    linked: bool
    """A crash frees at once what was not acknowledged; else a lease holds it."""
    replays: bool
    """A restart reads again what happened to the instances under way, which takes time."""

    @classmethod
    def of(cls, knobs: Knobs, *, atomic: bool = False) -> CommitPolicy:
        """What a team's knobs come to.

        ``atomic``: a reaction, its commit and its messages are one step, so nothing of them can be
        interrupted (``System.atomic``).
        """
        synchronous = knobs.persistence in DURABLE and not atomic
        dual = knobs.publishing is Publishing.DUAL_WRITE
        first = knobs.dual_write_order is DualWriteOrder.PUBLISH_FIRST
        publish_first = synchronous and dual and first
        return cls(
            memory=knobs.persistence is Persistence.MEMORY,
            log=knobs.persistence is Persistence.LOG and not atomic,
            synchronous=synchronous,
            outbox=synchronous and not dual,
            publish_first=publish_first,
            gap=dual and not publish_first,
            on_receipt=synchronous and knobs.acknowledge is Acknowledge.ON_RECEIPT,
            after_work=synchronous and knobs.acknowledge is Acknowledge.AFTER_WORK,
            at_least_once=knobs.delivery is Delivery.AT_LEAST_ONCE,
            linked=knobs.custody is Custody.LINK,
            replays=knobs.persistence is Persistence.EVENT_STREAM,
        )
