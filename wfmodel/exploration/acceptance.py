"""A history is accepted if, row by row, the semantics allow what it records.

A row may leave open which of several configurations the instance is in, so a set of them is
carried along; the history is refused at the first row that none of them allows. Time plays a part
in one place only (``deliveries``).

What it cannot see: how long anything took, which worker was free, and that a random draw was fair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from wfmodel.designs.history import CRASHES, Drop, History, Kind, Row
from wfmodel.designs.messages import External, Received, Start, WorkDone
from wfmodel.designs.system import System
from wfmodel.designs.table import Table
from wfmodel.exploration.debts import Debt, Possible, debts_of
from wfmodel.exploration.deliveries import Deliveries
from wfmodel.exploration.holders import Holders
from wfmodel.exploration.initial_messages import Opened
from wfmodel.exploration.outside_effects import died, kind_of, landed_outside, landed_unseen
from wfmodel.exploration.recorded_rest import check_at_rest
from wfmodel.semantics.after import NOTHING, Refused
from wfmodel.semantics.configuration import Configuration, Landing, put, take
from wfmodel.semantics.instance_rules import CrashLosses, InstanceRules

OUTSIDE = -1
SHARED = (Kind.FAULT_ON, Kind.FAULT_OFF, Kind.LAPSE, Kind.BOOT, Kind.END)
"""Kinds of rows that concern every instance."""

Downfall: TypeAlias = Callable[[Configuration, int], tuple[Configuration, CrashLosses]]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The answer for one instance. ``row`` is the first row refused: its place in the history."""

    accepted: bool
    instance: int
    row: int | None = None
    message: str = ""


def accepts(system: System, history: History, instance: int) -> Acceptance:
    """Whether one instance's rows are a path of the semantics.

    ``system`` must be the one that was simulated.

    Raises:
        KeyError: no such instance arrived.
    """
    return Acceptor(system, history).of(instance)


def refusals(system: System, history: History) -> Iterator[Acceptance]:
    """The instances that are not accepted."""
    answers = map(Acceptor(system, history).of, range(history.instances()))
    return (answer for answer in answers if not answer.accepted)


class Acceptor:
    """Judges the instances of one history; they share what has been tabulated."""

    def __init__(self, system: System, history: History, table: Table | None = None) -> None:
        self.history = history
        self.table = table or Table(system.as_recorded())
        kinds = history.rows[:, 1]
        self.semantics = InstanceRules(self.table, backups=Kind.RESTORE in kinds)
        self.states: dict[tuple[int, int], int] = {(p, 0): 0 for p in range(len(self.table.names))}
        """(participant, the history's number of a state) to the table's number."""
        self._shared = np.isin(kinds, SHARED)
        unseen = (kinds == Kind.DIE) & (history.rows[:, 5] == 0)
        self.short_of_workers = frozenset(history.rows[unseen, 3].tolist())
        """Who has lost a worker and does not know: what waits for that one waits for ever."""

    def of(self, instance: int) -> Acceptance:
        """The answer for one instance.

        Raises:
            KeyError: no such instance arrived.
        """
        mine = self.history.rows[:, 2] == instance
        if instance < 0 or not mine.any():
            raise KeyError(f"no instance {instance}; there are {self.history.instances()}, from 0")
        run = Walk(self)
        for place in np.flatnonzero(mine | self._shared).tolist():
            row = Row(*self.history.rows[place].tolist())
            try:
                run.take(row)
            except Refused as refusal:
                return Acceptance(False, instance, place, f"{self.describe(row)}: {refusal}")
        return Acceptance(True, instance)

    def describe(self, row: Row) -> str:
        """A row in words."""
        names, kind = self.table.names, Kind(row.kind)
        who = names[row.participant] if row.participant >= 0 else "outside"
        text = f"{row.time_ns} ns {kind.name} {who}"
        match kind:
            case Kind.REACT:
                return f"{text} {self.history.events[row.a]}"
            case Kind.SEND | Kind.DROP | Kind.DUPLICATE | Kind.PHANTOM | Kind.ACKNOWLEDGE:
                return f"{text} {self.history.messages[row.a]}"
            case Kind.BEGIN | Kind.EFFECT | Kind.UNDO:
                return f"{text} {self.history.nodes[row.a]} epoch {row.b}"
            case _:
                return text

    def check_state(self, participant: int, recorded: int, state: int) -> None:
        """The history's number of a state must mean this state wherever it appears."""
        known = self.states.get((participant, recorded))
        if known is None:
            view = self.history.views[participant][recorded]
            if self.table.view(participant, state) != view:
                raise Refused("the recorded view is not that of the state which follows")
            self.states[participant, recorded] = state
        elif known != state:
            raise Refused("the recorded state is not the one that follows")


class Walk:
    """One instance, row after row."""

    def __init__(self, acceptor: Acceptor) -> None:
        self.acceptor = acceptor
        self.semantics, self.table = acceptor.semantics, acceptor.table
        self.possible = {Possible(acceptor.semantics.initial())}
        self.deliveries = Deliveries(acceptor.semantics, acceptor.history.knobs.redelivery_timeout)
        self.faults_on = 0
        self.holders = Holders(len(self.table.names))
        self.opened = Opened(acceptor.semantics)

    def take(self, row: Row) -> None:
        """Keep the configurations that a row allows.

        Raises:
            Refused: there is none; the reason is that of the last one tried.
        """
        self.deliveries.now_ns = row.time_ns
        told = row.kind == Kind.SEND and self.opened.tells(row.participant, self._message(row))
        after: set[Possible] = set()
        refusal = Refused("no configuration is left")
        for possible in self.possible:
            try:
                after.update(self._step(possible, row, told=told))
            except Refused as reason:
                refusal = reason
        if not after:
            raise refusal
        self.possible = after
        self.holders.note(row)
        self.faults_on += (row.kind == Kind.FAULT_ON) - (row.kind == Kind.FAULT_OFF)

    def _step(self, possible: Possible, row: Row, *, told: bool) -> Iterable[Possible]:
        beside = row.kind in (Kind.EFFECT, Kind.UNDO, Kind.REACT)
        if possible.effect is not None and not beside:
            raise Refused(f"the effect {possible.effect[1]} of its neighbour is missing")
        match row.kind:
            case Kind.ARRIVE:
                return (possible._replace(config=self.opened.at_arrival(possible.config)),)
            case Kind.REACT:
                return self._react(possible, row)
            case Kind.COMMIT:
                return self._commit(possible, row)
            case Kind.ACKNOWLEDGE:
                return self._acknowledge(possible, row)
            case Kind.SEND:
                return self._send(possible, row, told=told)
            case Kind.DROP:
                return self._drop(possible, row)
            case Kind.DUPLICATE:
                return self._duplicate(possible, row)
            case Kind.PHANTOM:
                return (self._pay(possible, ("phantom", row.participant, self._message(row))),)
            case Kind.BEGIN:
                return self._begin(possible, row)
            case Kind.EFFECT | Kind.UNDO:
                return self._effect(possible, row)
            case Kind.FAULT_ON | Kind.FAULT_OFF if row.a in CRASHES and self.holders.is_struck(row):
                return self._crash_or_restart(possible, row)
            case Kind.RESTORE:
                state = self.acceptor.states.get((row.participant, row.a), NOTHING)
                config = self.semantics.gone_back(possible.config, row.participant, state)
                return (possible._replace(config=config),)
            case Kind.DIE:
                ended = self.acceptor.history.events[row.a]
                config = died(self.semantics, possible.config, row, ended)
                return (possible._replace(config=config),)
            case Kind.LAPSE if self.holders.is_struck(row):
                return self._down(possible, row.participant, self.semantics.lapse)
            case Kind.TAKE | Kind.BOOT if self.holders.goes_on(row):
                return self._goes_on(possible, row.participant)
            case Kind.END if row.a:
                return self._end(possible)
            case _:
                return (possible,)

    def _message(self, row: Row) -> int:
        return self.table.message(self.acceptor.history.messages[row.a])

    # ------------------------------------------------------------------ reactions, commits

    def _react(self, possible: Possible, row: Row) -> Iterable[Possible]:
        content = self.acceptor.history.events[row.a]
        event, config, received = self.table.events.number(content), possible.config, NOTHING
        is_copy = False
        if isinstance(content, Received):
            received = self.table.message(content.message)
            event = self.table.received(received)
            before = self.deliveries.without_spare(config, row.participant, received)
            config = self.deliveries.with_copy(before, row.participant, received)
            is_copy = config is not before
        config = landed_unseen(self.semantics, config, row.participant, content)
        config = self._unless_restarting(config, row.participant, event)
        p = row.participant
        for sender in self.deliveries.senders(config, p, received):
            after, landed = self.semantics.react(config, p, event, sender=sender)
            if is_copy:
                after = self.deliveries.forgotten(after, p)
            if self._recorded(landed, content) != possible.effect:
                raise Refused(f"the effect of {content} is not the one recorded")
            self.acceptor.check_state(p, row.b, after.cells[p].volatile)
            yield possible._replace(config=after, effect=None)
        early = not self.semantics.policy.synchronous or self.semantics.policy.on_receipt
        if received != NOTHING and early:
            self.deliveries.acknowledge(p, received)

    def _unless_restarting(self, config: Configuration, p: int, event: int) -> Configuration:
        """A participant with nothing to go on with need not be told of its restart."""
        cell = config.cells[p]
        if not cell.restarting or event == self.table.restarted:
            return config
        if not self.semantics.restart_changes_nothing(cell, p):
            return config
        return config.with_cell(p, cell._replace(restarting=False))

    def _recorded(self, landed: Landing | None, content: object) -> tuple[int, Landing] | None:
        if landed is None:
            return None
        assert isinstance(content, WorkDone)
        return kind_of(self.semantics, content.node), landed

    def _commit(self, possible: Possible, row: Row) -> Iterable[Possible]:
        p, config = row.participant, possible.config
        effect = None
        if self.semantics.policy.synchronous:
            pending = config.cells[p].pending
            config, landed = self.semantics.commit(config, p)
            assert pending is not None
            if landed is not None and pending.landing is not None:
                effect = (kind_of(self.semantics, pending.landing[0]), landed)
            if pending.received != NOTHING and not self.semantics.policy.after_work:
                self.deliveries.acknowledge(row.participant, pending.received)
        else:
            config = self.semantics.flush(config, p)
        self.acceptor.check_state(p, row.a, config.cells[p].durable)
        return (possible._replace(config=config, effect=effect),)

    def _acknowledge(self, possible: Possible, row: Row) -> Iterable[Possible]:
        message = self._message(row)
        config = self.semantics.acknowledge(possible.config, row.participant, message)
        self.deliveries.acknowledge(row.participant, message)
        return (possible._replace(config=config),)

    def _effect(self, possible: Possible, row: Row) -> Iterable[Possible]:
        """With an outbox the row follows its commit, otherwise it precedes its reaction."""
        effect = (row.kind, (row.a, row.b))
        outside = landed_outside(self.semantics, possible.config, row.participant, effect)
        found = [possible._replace(config=config) for config in outside]
        outbox = self.semantics.policy.outbox
        if possible.effect == (effect if outbox else None):
            found.append(possible._replace(effect=None if outbox else effect))
        if not found:
            raise Refused(f"no such effect {'was committed' if outbox else 'belongs here'}")
        return found

    def _begin(self, possible: Possible, row: Row) -> Iterable[Possible]:
        work = possible.config.cells[row.participant].work
        if all((node, epoch) != (row.a, row.b) for node, epoch, _ in work):
            raise Refused("nothing asked for this attempt")
        return (possible,)

    # ---------------------------------------------------------------------------- messages

    def _send(self, possible: Possible, row: Row, *, told: bool) -> Iterable[Possible]:
        message, before = self._message(row), possible.config
        for config in (before,) if told else self._sent(before, row, message):
            self.deliveries.note_published(config)
            yield possible._replace(config=config)

    def _sent(self, config: Configuration, row: Row, message: int) -> Iterator[Configuration]:
        p = row.participant
        if p == OUTSIDE:
            yield from self._sent_from_outside(config, message)
            return
        cell = config.cells[p]
        waiting = (*(cell.pending.unpublished if cell.pending else ()), *cell.queue)
        posts = [post for post in dict.fromkeys(waiting) if post[0] == message]
        late = [post for post in dict.fromkeys(cell.decided) if post[0] == message]
        if not (posts or late):
            raise Refused("it has no such message to publish")
        yield from (self.semantics.publish_late(config, p, each) for each in late)
        down = cell.down if self.semantics.cell_rules.others_relay(p) else 0
        config = config.with_cell(p, cell._replace(down=cell.down - down))
        for post in posts:
            after = self.semantics.publish(config, p, post)
            yield after.with_cell(p, after.cells[p]._replace(down=cell.down))

    def _sent_from_outside(self, config: Configuration, message: int) -> Iterator[Configuration]:
        content = self.table.messages.values[message]
        if isinstance(content, Start):
            yield self.opened.start(config)
            return
        assert isinstance(content, External)
        node, epoch = content.node, content.epoch
        awaiting = [p for p, cell in enumerate(config.cells) if (node, epoch) in cell.expected]
        if not awaiting:
            raise Refused("nobody awaits this event")
        yield from (self.semantics.answer(config, p, node, epoch, content.event) for p in awaiting)

    def _drop(self, possible: Possible, row: Row) -> Iterable[Possible]:
        p, message, config = row.participant, self._message(row), possible.config
        match row.b:
            case Drop.UNPUBLISHED:
                return (self._pay(possible, ("unpublished", p, message)),)
            case Drop.BROKER_DOWN:
                return self._given_up(possible, p, message)
            case Drop.SET_ASIDE:
                return map(possible.at, self.deliveries.set_aside(config, p, message))
            case _:
                pass
        debt: Debt = ("received", p, message)
        if debt in possible.debts:
            return (self._pay(possible, debt),)
        return map(possible.at, self.semantics.lose(config, p, message))

    def _given_up(self, possible: Possible, p: int, message: int) -> Iterable[Possible]:
        """At most once, and the broker was out of reach: the sender does not try again."""
        if self.semantics.policy.at_least_once or self.semantics.policy.outbox:
            raise Refused("a message that must not be lost is kept until the broker is back")
        config = possible.config
        for after in self._sent(config, Row(0, Kind.SEND, 0, p, 0, 0), message):
            cell, before = after.cells[p], config.cells[p].pending
            if before is not None and cell.pending is not None:  # nothing of it is out
                cell = cell._replace(pending=cell.pending._replace(published=before.published))
            yield possible._replace(
                config=after.with_cell(p, cell)._replace(inboxes=config.inboxes)
            )

    def _duplicate(self, possible: Possible, row: Row) -> Iterable[Possible]:
        p, message = row.participant, self._message(row)
        config = self.deliveries.with_copy(possible.config, p, message)
        self.deliveries.copied.add((p, message))
        return map(possible.at, self.semantics.duplicate(config, p, message))

    # ---------------------------------------------------------------- crashes, and the end

    def _crash_or_restart(self, possible: Possible, row: Row) -> Iterable[Possible]:
        p = row.participant
        if row.kind == Kind.FAULT_OFF:
            return (possible._replace(config=self.semantics.restart(possible.config, p)),)
        return self._down(possible, p, self.semantics.crash)

    def _down(self, possible: Possible, p: int, how: Downfall) -> Iterable[Possible]:
        config, wreck = how(possible.config, p)
        self.deliveries.note_published(config)
        debts = put(possible.debts, *debts_of(p, wreck))
        return (possible._replace(config=config, debts=debts),)

    def _goes_on(self, possible: Possible, p: int) -> Iterable[Possible]:
        """Another replica takes the instance, or the one that was fenced starts anew."""
        cell = possible.config.cells[p]
        if not cell.down:
            return (possible,)
        config = possible.config.with_cell(p, cell._replace(down=1))
        return (possible._replace(config=self.semantics.restart(config, p)),)

    def _pay(self, possible: Possible, debt: Debt) -> Possible:
        if debt not in possible.debts:
            raise Refused("no crash explains it")
        return possible._replace(debts=take(possible.debts, debt))

    def _end(self, possible: Possible) -> Iterable[Possible]:
        """Nothing was left to happen, so nothing may be left to do."""
        if not self.faults_on:
            short = self.acceptor.short_of_workers
            check_at_rest(self.semantics, possible, self.deliveries.spare, short)
        return (possible,)
