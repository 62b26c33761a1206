"""The semantics of one instance, untimed: each step is a pure function of a configuration.

What a step does to the participant that takes it is in ``cell_rules``; this is what it does to the
whole. A step that is not enabled raises ``Refused`` and says why. The explorer takes every enabled
step; acceptance takes those that a history names. ``docs/semantics.md`` is the same in prose.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from wfmodel.designs.messages import External, Received, Start
from wfmodel.designs.table import Table
from wfmodel.semantics.after import NOTHING, After, Refused
from wfmodel.semantics.cell_rules import CellRules
from wfmodel.semantics.channels import Channels
from wfmodel.semantics.configuration import (
    ANYONE,
    Cell,
    Configuration,
    Inbox,
    Landing,
    Parcel,
    Post,
    Work,
    take,
)
from wfmodel.semantics.death_rules import death
from wfmodel.semantics.effect_rules import land
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.restore_rules import gone_back
from wfmodel.semantics.takeover_rules import land_late, lapse, publish_late


class CrashLosses(NamedTuple):
    """What a crash takes with it, for the rows that must tell of it."""

    unpublished: tuple[Post, ...] = ()
    """Released, but not yet handed to the broker."""
    phantoms: tuple[Post, ...] = ()
    """Published before a commit that never came."""
    received: int = NOTHING
    """At most once: the message whose reaction was not committed."""


class InstanceRules:
    """The rules that a system's knobs select; ``backups``: a restore may come."""

    def __init__(self, table: Table, *, backups: bool = False) -> None:
        self.table = table
        self.system = table.system
        self.flow = table.system.flow
        self.cell_rules = CellRules(table, backups=backups)
        self.channels = Channels(table.system.channel)
        self.policy = self.cell_rules.policy

    @classmethod
    def under(cls, table: Table, budget: FaultBudget) -> InstanceRules:
        """The rules for an exploration: stores keep backups where one may be restored."""
        return cls(table, backups=budget.rewinds)

    def apply(
        self, config: Configuration, participant: int, after: After
    ) -> tuple[Configuration, Landing | None]:
        """Carry out a local step; also the record that changed, if an effect landed."""
        config, landed = config.with_cell(participant, after.cell), None
        if after.taken is not None:
            inbox = self.channels.take(config.inboxes[participant], after.taken)
            config = config.with_inbox(participant, inbox)
        for parcel in after.returned:
            inbox = self.channels.put(config.inboxes[participant], self.channels.returned(parcel))
            config = config.with_inbox(participant, inbox)
        for message, recipients in after.sent:
            config = self.posted(config, participant, message, recipients)
        if after.landing is not None:
            world, landed = land(self.system, config.world, after.landing)
            config = config._replace(world=world)
        return config, landed

    def posted(
        self, config: Configuration, sender: int, message: int, recipients: tuple[int, ...]
    ) -> Configuration:
        """The same with a message on its way to each recipient."""
        parcel = self.channels.parcel(sender, message)
        for recipient in recipients:
            inbox = self.channels.put(config.inboxes[recipient], parcel)
            config = config.with_inbox(recipient, inbox)
        return config

    def _applied(self, config: Configuration, participant: int, after: After) -> Configuration:
        return self.apply(config, participant, after)[0]

    # ---------------------------------------------------------------------- the beginning

    def initial(self) -> Configuration:
        """Nobody knows anything but what the system opens with."""
        nobody = tuple(Cell() for _ in self.table.names)
        config = Configuration(nobody, ((),) * len(nobody))
        for name in self.system.opening:
            participant = self.table.index[name]
            after = self.cell_rules.opening(self.table.opening(name))
            config = self._applied(config, participant, after)
        return config

    def start(self, config: Configuration) -> Configuration:
        """The instance arrives: whoever starts it is sent word."""
        to = tuple(self.table.index[name] for name in self.system.start)
        return self.posted(config, ANYONE, self.table.message(Start()), to)

    # --------------------------------------------------------------------------- reactions

    def react(
        self, config: Configuration, participant: int, event: int, *, sender: int | None = None
    ) -> tuple[Configuration, Landing | None]:
        """A participant meets an event; also the record that changed, if an effect landed now.

        ``sender``: whose message it is; None: the first who has sent such a one.
        """
        cell = config.cells[participant]
        content = self.table.events.values[event]
        if isinstance(content, Received):
            message = self.table.messages.number(content.message)
            if not self.table.takes(participant, cell.volatile, message):
                raise Refused("it does not take that message now")
            if sender is None:
                parcels = self.channels.next(config.inboxes[participant])
                sender = _sender_of(parcels, message, "no such message is on its way to it")
        sender = ANYONE if sender is None else sender
        after = self.cell_rules.react(participant, cell, event, sender)
        return self.apply(config, participant, after)

    def land(
        self, config: Configuration, participant: int, work: Work
    ) -> tuple[Configuration, Landing | None]:
        """Outside, an attempt has its effect; also the record that changed, if one did."""
        return self.apply(
            config, participant, self.cell_rules.land(config.cells[participant], work)
        )

    # --------------------------------------------------------- durability and publication

    def commit(
        self, config: Configuration, participant: int
    ) -> tuple[Configuration, Landing | None]:
        """The uncommitted reaction becomes durable; also the record that an effect changed."""
        return self.apply(config, participant, self.cell_rules.commit(config.cells[participant]))

    def flush(self, config: Configuration, participant: int) -> Configuration:
        """Log: what is known so far becomes durable."""
        return self._applied(config, participant, self.cell_rules.flush(config.cells[participant]))

    def publish(self, config: Configuration, participant: int, post: Post) -> Configuration:
        """One message of the queue reaches the broker, which owes it to every recipient."""
        after = self.cell_rules.publish(config.cells[participant], post)
        return self._applied(config, participant, after)

    def publish_late(self, config: Configuration, participant: int, post: Post) -> Configuration:
        """What a holder that was taken for dead had decided reaches the broker all the same."""
        after = publish_late(config.cells[participant], post)
        return self._applied(config, participant, after)

    def acknowledge(self, config: Configuration, participant: int, message: int) -> Configuration:
        """After the work: the broker hears that a message need not come again."""
        cell = config.cells[participant]
        sender = _sender_of(cell.unacknowledged, message, "it has not finished such a message")
        return self._applied(
            config, participant, self.cell_rules.acknowledge(cell, (sender, message))
        )

    # -------------------------------------------------------------------------- the outside

    def answer(
        self, config: Configuration, participant: int, node: int, epoch: int, event: str
    ) -> Configuration:
        """The outside event that a receive awaits is sent."""
        cell = self.cell_rules.answered(config.cells[participant], node, epoch)
        if all(edge.event != event for edge in self.flow.nodes[node].edges):
            raise Refused(f"the receive knows no event {event!r}")
        message = self.table.message(External(node, epoch, event))
        config = config.with_cell(participant, cell)
        to = (self.table.hearer(participant, node),)
        return self.posted(config, ANYONE, message, to)

    # ------------------------------------------------------------------------------- faults

    def crash(self, config: Configuration, participant: int) -> tuple[Configuration, CrashLosses]:
        """What is volatile is gone; a second crash of a process that is down changes nothing."""
        cell = config.cells[participant]
        after = self.cell_rules.crash(cell)
        if not cell.down:
            after = after._replace(sent=self.table.notices(participant))
        config = self._applied(config, participant, after)
        if cell.down:
            return config, CrashLosses()
        return config, self._losses(cell, after)

    def gone_back(self, config: Configuration, participant: int, state: int) -> Configuration:
        """The store of a participant that is down holds a state that it held before."""
        return config.with_cell(participant, gone_back(config.cells[participant], state))

    def die(
        self, config: Configuration, participant: int, work: Work, *, landed: bool, known: bool
    ) -> Configuration:
        """The worker of an attempt dies."""
        cell, late = config.cells[participant], self.policy.after_work
        after = death(cell, work, landed=landed, known=known, after_work=late)
        return self._applied(config, participant, after)

    def lapse(self, config: Configuration, participant: int) -> tuple[Configuration, CrashLosses]:
        """Whoever holds the instance there stood still for too long: others go on with it."""
        cell = config.cells[participant]
        after = lapse(self.cell_rules, cell)
        return self._applied(config, participant, after), self._losses(cell, after)

    def land_late(
        self, config: Configuration, participant: int, work: Work
    ) -> tuple[Configuration, Landing | None]:
        """An attempt of a holder that was fenced has its effect outside."""
        after = land_late(config.cells[participant], work)
        return self.apply(config, participant, after)

    def _losses(self, cell: Cell, after: After) -> CrashLosses:
        return CrashLosses(
            () if self.policy.outbox else cell.queue,
            () if cell.pending is None else cell.pending.published,
            NOTHING if after.taken is None or self.policy.at_least_once else after.taken[1],
        )

    def restart(self, config: Configuration, participant: int) -> Configuration:
        """One crash is over; with the last, the process is back with its durable state."""
        after = self.cell_rules.restart(participant, config.cells[participant])
        return self._applied(config, participant, after)

    def losable(self, config: Configuration, participant: int) -> tuple[Parcel, ...]:
        """What is on its way to a participant, and not in its hands already."""
        pending, inbox = config.cells[participant].pending, config.inboxes[participant]
        if pending is not None and pending.received != NOTHING:
            inbox = take(inbox, (pending.sender, pending.received))
        return tuple(dict.fromkeys(inbox))

    def lose(
        self, config: Configuration, participant: int, message: int
    ) -> Iterator[Configuration]:
        """At most once: a message on its way comes to nothing; for each who may have sent it."""
        if self.policy.at_least_once:
            raise Refused("a message that is delivered at least once is only delayed")
        inbox = config.inboxes[participant]
        for parcel in _parcels_of(inbox, message):
            yield config.with_inbox(participant, self.channels.lose(inbox, parcel))

    def set_aside(self, config: Configuration, participant: int, message: int) -> Configuration:
        """The broker gives a message up: it was delivered too often, as the caller knows."""
        if self.cell_rules.max_deliveries is None:
            raise Refused("messages are delivered without limit")
        parcels = self.losable(config, participant)
        sender = _sender_of(parcels, message, "no such message is on its way")
        inbox = self.channels.lose(config.inboxes[participant], (sender, message))
        return config.with_inbox(participant, inbox)

    def duplicate(
        self, config: Configuration, participant: int, message: int
    ) -> Iterator[Configuration]:
        """A message on its way is there once more; for each who may have sent it."""
        inbox = config.inboxes[participant]
        for parcel in _parcels_of(inbox, message):
            yield config.with_inbox(participant, self.channels.double(inbox, parcel))

    def restart_changes_nothing(self, cell: Cell, participant: int) -> bool:
        """Whether a restarted participant has nothing to go on with."""
        return self.cell_rules.restart_changes_nothing(participant, cell)


def _parcels_of(inbox: Inbox, message: int) -> tuple[Parcel, ...]:
    """The parcels with a message, one for each sender.

    Raises:
        Refused: there is none.
    """
    found = tuple(dict.fromkeys(parcel for parcel in inbox if parcel[1] == message))
    if not found:
        raise Refused("no such message is on its way")
    return found


def _sender_of(parcels: tuple[Parcel, ...], message: int, otherwise: str) -> int:
    for sender, content in parcels:
        if content == message:
            return sender
    raise Refused(otherwise)
