"""The semantics of one instance, untimed: each step is a pure function of a configuration.

A step that is not enabled raises ``Refused`` and says why. The explorer takes every enabled step;
acceptance takes those that a history names. ``docs/semantics.md`` is the same in prose.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from wfmodel.designs.knobs import Delivery, DualWriteOrder, Persistence, Publishing
from wfmodel.designs.messages import (
    Chosen,
    External,
    Received,
    Restarted,
    Start,
    TimerFired,
    WorkDone,
)
from wfmodel.designs.table import (
    CHOOSE,
    CLEAR_TIMER,
    EXPECT,
    SEND,
    SET_TIMER,
    WORK,
    Operation,
    Table,
)
from wfmodel.exploration.configuration import (
    Cell,
    Configuration,
    Item,
    Landing,
    Pending,
    Post,
    put,
    take,
)
from wfmodel.exploration.effects import land
from wfmodel.model.flow import BUSINESS_FAILURE, TRANSIENT_FAILURE
from wfmodel.model.workflow import DONE, Compensation, Task

NOTHING: Final = -1


class Refused(Exception):  # noqa: N818 - it is an answer, not an error of the program
    """The step is not enabled; the argument says why."""


class Wreck(NamedTuple):
    """What a crash takes with it, for the rows that must tell of it."""

    unpublished: tuple[Post, ...] = ()
    """Released, but not yet handed to the broker."""
    phantoms: tuple[Post, ...] = ()
    """Published before a commit that never came."""
    received: int = NOTHING
    """At most once: the message whose reaction was not committed."""


class Semantics:
    """The rules that a system's knobs select."""

    def __init__(self, table: Table) -> None:
        knobs = table.system.knobs
        self.table = table
        self.system = table.system
        self.flow = table.system.flow
        self.memory = knobs.persistence is Persistence.MEMORY
        self.log = knobs.persistence is Persistence.LOG
        self.synchronous = not (self.memory or self.log)
        self.at_least_once = knobs.delivery is Delivery.AT_LEAST_ONCE
        self.outbox = self.synchronous and knobs.publishing is Publishing.OUTBOX
        """One transaction holds the state, the effect and the messages; the queue is durable."""
        self.publish_first = (
            self.synchronous
            and not self.outbox
            and knobs.dual_write_order is DualWriteOrder.PUBLISH_FIRST
        )

    def initial(self) -> Configuration:
        """Nobody knows anything."""
        return Configuration(tuple(Cell() for _ in self.table.names))

    def start(self, config: Configuration) -> Configuration:
        """The instance arrives: whoever starts it is sent word."""
        message = self.table.message(Start())
        to = (self.table.index[name] for name in self.system.start)
        return config._replace(channel=put(config.channel, *((p, message) for p in to)))

    # --------------------------------------------------------------------------- reactions

    def react(
        self, config: Configuration, participant: int, event: int
    ) -> tuple[Configuration, Landing | None]:
        """A participant meets an event; also the record that changed, if an effect landed now."""
        cell = config.cells[participant]
        self._ready(cell, event)
        cell, received, finished = self._consume(config, participant, cell, event)
        after, operations, _ = self.table.entry(participant, cell.volatile, event)
        cell = cell._replace(volatile=after, restarting=False)
        landed = None
        if finished is not None and not self.outbox:
            config, landed = land(self.system, config, finished)
        if self.synchronous:
            sends = _posts(operations) if self.publish_first else ()
            finished = finished if self.outbox else None
            pending = Pending(received, operations, finished, sends)
            return config.with_cell(participant, cell._replace(pending=pending)), landed
        if received != NOTHING:
            config = self._acknowledge(config, participant, received)
        return self._release(config, participant, cell, operations), landed

    def _ready(self, cell: Cell, event: int) -> None:
        if cell.down:
            raise Refused("the participant is down")
        if cell.pending is not None:
            raise Refused("its last reaction is not committed")
        if cell.restarting and event != self.table.restarted:
            raise Refused("it has been restarted, and must react to that first")

    def _consume(
        self, config: Configuration, participant: int, cell: Cell, event: int
    ) -> tuple[Cell, int, Landing | None]:
        """The cell after it took up an event, the message received, the visit that succeeded."""
        content = self.table.events.values[event]
        match content:
            case Received(message):
                number = self.table.messages.number(message)
                if (participant, number) not in config.channel:
                    raise Refused("no such message is on its way to it")
                return cell, number, None
            case TimerFired(timer):
                timers = _without(cell.timers, self.table.timers.number(timer), "timer is not set")
                return cell._replace(timers=timers), NOTHING, None
            case WorkDone(node, epoch, attempt, outcome):
                if outcome not in self.outcomes(node):
                    raise Refused(f"the step cannot end with {outcome!r}")
                work = _without(cell.work, (node, epoch, attempt), "it is not working on that")
                landing = (node, epoch) if outcome == DONE else None
                return cell._replace(work=work), NOTHING, landing
            case Chosen(node, epoch, branch):
                if all(edge.event != branch for edge in self.flow.nodes[node].edges):
                    raise Refused(f"the choice has no branch {branch!r}")
                choices = _without(cell.choices, (node, epoch), "no such choice is pending")
                return cell._replace(choices=choices), NOTHING, None
            case Restarted():
                if not cell.restarting:
                    raise Refused("it was not restarted, or knows nothing of the instance")
                return cell, NOTHING, None

    def outcomes(self, node: int) -> tuple[str, ...]:
        """How an attempt at a step can end: well, as declared, or by an injected failure."""
        state = self.flow.nodes[node].state
        assert isinstance(state, Task | Compensation)
        return (DONE, *state.failures, BUSINESS_FAILURE, TRANSIENT_FAILURE)

    def _acknowledge(self, config: Configuration, participant: int, message: int) -> Configuration:
        return config._replace(channel=take(config.channel, (participant, message)))

    def _release(
        self,
        config: Configuration,
        participant: int,
        cell: Cell,
        operations: tuple[Operation, ...],
    ) -> Configuration:
        """Carry out a reaction's actions; messages go into the queue."""
        timers, expected = set(cell.timers), config.expected
        work, choices, queue = cell.work, cell.choices, cell.queue
        for operation in operations:
            code = operation[0]
            if code == SEND:
                queue = (*queue, (operation[1], operation[3]))
            elif code == WORK:
                work = put(work, (operation[1], operation[2], operation[3]))
            elif code == SET_TIMER:
                timers.add(operation[1])
            elif code == CLEAR_TIMER:
                timers.discard(operation[1])
            elif code == CHOOSE:
                choices = put(choices, (operation[1], operation[2]))
            else:
                assert code == EXPECT
                expected = put(expected, (participant, operation[1], operation[2]))
        cell = cell._replace(timers=tuple(sorted(timers)), work=work, choices=choices, queue=queue)
        return config._replace(expected=expected).with_cell(participant, cell)

    # --------------------------------------------------------- durability and publication

    def commit(
        self, config: Configuration, participant: int
    ) -> tuple[Configuration, Landing | None]:
        """The uncommitted reaction becomes durable; also the record that an effect changed."""
        cell = config.cells[participant]
        pending = cell.pending
        if cell.down or pending is None:
            raise Refused("it has nothing to commit")
        if pending.unpublished:
            raise Refused("it publishes first, and has not yet")
        if pending.received != NOTHING:
            config = self._acknowledge(config, participant, pending.received)
        landed = None
        if pending.landing is not None:
            config, landed = land(self.system, config, pending.landing)
        cell = cell._replace(durable=cell.volatile, pending=None)
        operations = pending.operations
        if self.publish_first:
            operations = tuple(o for o in operations if o[0] != SEND)
        return self._release(config, participant, cell, operations), landed

    def flush(self, config: Configuration, participant: int) -> Configuration:
        """Log: what is known so far becomes durable."""
        cell = config.cells[participant]
        if cell.down or not self.log:
            raise Refused("it has nothing to flush")
        return config.with_cell(participant, cell._replace(durable=cell.volatile))

    def publish(self, config: Configuration, participant: int, post: Post) -> Configuration:
        """One message of the queue reaches the broker, which owes it to every recipient."""
        cell = self._without_post(config.cells[participant], post)
        message, recipients = post
        channel = put(config.channel, *((recipient, message) for recipient in recipients))
        return config._replace(channel=channel).with_cell(participant, cell)

    def _without_post(self, cell: Cell, post: Post) -> Cell:
        if cell.down:
            raise Refused("the participant is down")
        pending = cell.pending
        if pending is not None and post in pending.unpublished:
            left = take(pending.unpublished, post)
            out = (*pending.published, post)
            return cell._replace(pending=pending._replace(unpublished=left, published=out))
        return cell._replace(queue=_without(cell.queue, post, "it has no such message to publish"))

    # -------------------------------------------------------------------------- the outside

    def answer(
        self, config: Configuration, participant: int, node: int, epoch: int, event: str
    ) -> Configuration:
        """The outside event that a receive awaits is sent."""
        wanted = (participant, node, epoch)
        expected = _without(config.expected, wanted, "nobody awaits this event")
        if all(edge.event != event for edge in self.flow.nodes[node].edges):
            raise Refused(f"the receive knows no event {event!r}")
        message = self.table.message(External(node, epoch, event))
        channel = put(config.channel, (participant, message))
        return config._replace(expected=expected, channel=channel)

    # ------------------------------------------------------------------------------- faults

    def crash(self, config: Configuration, participant: int) -> tuple[Configuration, Wreck]:
        """What is volatile is gone; a second crash of a process that is down changes nothing."""
        cell = config.cells[participant]
        if cell.down:
            return config.with_cell(participant, cell._replace(down=cell.down + 1)), Wreck()
        pending, received = cell.pending, NOTHING
        if pending is not None and not self.at_least_once and pending.received != NOTHING:
            received = pending.received
            config = self._acknowledge(config, participant, received)
        durable = 0 if self.memory else cell.durable
        left = Cell(durable, durable, 1, queue=cell.queue if self.outbox else ())
        wreck = Wreck(
            () if self.outbox else cell.queue,
            () if pending is None else pending.published,
            received,
        )
        return config.with_cell(participant, left), wreck

    def restart(self, config: Configuration, participant: int) -> Configuration:
        """One crash is over; with the last, the process is back with its durable state."""
        cell = config.cells[participant]
        if not cell.down:
            raise Refused("the participant is not down")
        down = cell.down - 1
        knows = not down and cell.volatile != 0
        return config.with_cell(participant, cell._replace(down=down, restarting=knows))

    def lose(self, config: Configuration, participant: int, message: int) -> Configuration:
        """At most once: a message on its way comes to nothing."""
        if self.at_least_once:
            raise Refused("a message that is delivered at least once is only delayed")
        item = (participant, message)
        return config._replace(
            channel=_without(config.channel, item, "no such message is on its way")
        )

    def duplicate(self, config: Configuration, participant: int, message: int) -> Configuration:
        """A message on its way is there once more."""
        item = (participant, message)
        if item not in config.channel:
            raise Refused("no such message is on its way")
        return config._replace(channel=put(config.channel, item))

    def restart_changes_nothing(self, cell: Cell, participant: int) -> bool:
        """Whether a restarted participant has nothing to go on with."""
        after, operations, _ = self.table.entry(participant, cell.volatile, self.table.restarted)
        return after == cell.volatile and not operations


def _posts(operations: tuple[Operation, ...]) -> tuple[Post, ...]:
    return tuple((o[1], o[3]) for o in operations if o[0] == SEND)


def _without(items: tuple[Item, ...], item: Item, otherwise: str) -> tuple[Item, ...]:
    if item not in items:
        raise Refused(otherwise)
    return take(items, item)
