"""A simulated instance told again without time: the acts, in order, that the explorer follows.

So whatever was simulated becomes a story, a schedule and a regression test like any counterexample.
Rows are nearly acts already. What is added: a copy of a message that the broker delivered again
after it had been taken up; the word that an outside event will never come. What is left out: a
flush after the last crash, and a pause that the run without time does not need.

What it cannot do: retell every history (``Untellable``). A step that is retried without end and
failed more than once is beyond what the explorer follows.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np

from wfmodel.designs.commit_policy import CommitPolicy
from wfmodel.designs.history import CRASHES, FAULT_KINDS, Drop, History, Kind, Row
from wfmodel.designs.messages import External, Message, Received, Send, WorkDone
from wfmodel.designs.system import System
from wfmodel.designs.table import Table
from wfmodel.designs.trace_script import (
    DOWNING,
    SWITCHED,
    Act,
    Deed,
    act_of_attempt,
    act_on_event,
    act_on_message,
    backup_words,
    message_words,
)
from wfmodel.exploration.holders import Holders
from wfmodel.exploration.trace_space import RunSpace
from wfmodel.model.workflow import DONE
from wfmodel.semantics.after import Refused
from wfmodel.semantics.fault_budget import FAULTS, FaultBudget

PLENTY: Final = 1_000
"""Faults of each kind that a retelling may spend before it is known how many there were."""
MOST_COPIES: Final = 20
MOST_CLOSING: Final = 50
"""Acts that may follow the last row: answers that never come, copies that nobody needs."""

Copy = tuple[int, Message]
"""(recipient, message)."""


class Untellable(Exception):  # noqa: N818 - it is an answer, not an error of the program
    """The explorer cannot follow the history; the argument is the act that it refuses."""


class _NeedsCopy(Exception):  # noqa: N818 - as above
    """A message was taken up once more often than it was sent."""


def retell(
    system: System, history: History, instance: int = 0, *, table: Table | None = None
) -> tuple[tuple[Act, ...], RunSpace]:
    """The acts of one instance, and the state space of that run with just the faults it spends.

    Raises:
        Untellable: the explorer cannot follow the history.
    """
    system = system.as_recorded()
    table = table or Table(system)
    why = f"messages were taken up more than {MOST_COPIES} times more often than they were sent"
    for stalls in (True, False):
        copies: Counter[Copy] = Counter()
        for _ in range(MOST_COPIES):
            retelling = _Retelling(system, history, instance, copies, table, stalls=stalls)
            try:
                return _exactly(system, retelling.run(), table)
            except _NeedsCopy as missing:
                copies[missing.args[0]] += 1
            except Refused as refusal:
                why = str(refusal)
                break
    raise Untellable(why)


def _exactly(
    system: System, acts: tuple[tuple[Act, ...], FaultBudget], table: Table
) -> tuple[tuple[Act, ...], RunSpace]:
    """The run again, with no fault left at its end."""
    space, kept = RunSpace(system, acts[1], table), []
    for act in acts[0]:
        if act.deed is Deed.FLUSH and act not in space.options():
            continue
        space.take(act)
        kept.append(act)
    closed = _closed(space, kept)  # before the acts are handed out: it adds some
    return tuple(kept), closed


def _closed(space: RunSpace, acts: list[Act]) -> RunSpace:
    """Let the rest happen that a rested history leaves open."""
    for _ in range(MOST_CLOSING):
        owed = space.owed()
        if not owed:
            break
        act = next((each for each in owed if each.deed is Deed.SILENCE), owed[0])
        space.take(act)
        acts.append(act)
    space.follow(())
    return space


class _Retelling:
    """Goes through the rows of one instance, and finds the act that each stands for."""

    def __init__(
        self,
        system: System,
        history: History,
        instance: int,
        copies: Counter[Copy],
        table: Table,
        *,
        stalls: bool,
    ) -> None:
        self.history, self.flow, self.names = history, system.flow, system.participants
        plenty = FaultBudget(**dict.fromkeys(FAULTS, PLENTY))  # type: ignore[arg-type]
        self.space = RunSpace(system, plenty, table)
        self.plenty, self.copies, self.stalls = plenty, copies.copy(), stalls
        self.logs = CommitPolicy.of(history.knobs).log
        self.on: Counter[tuple[int, int, int]] = Counter()
        """By participant, kind and replica."""
        self.holders = Holders(len(self.names))
        self.stored: list[list[int]] = [[0] for _ in self.names]
        """What each store has held, as the history numbers it, the latest last."""
        rows = history.rows
        restores = rows[(rows[:, 1] == Kind.RESTORE) & (rows[:, 2] == instance)]
        self.restored = {(row[0], row[3]) for row in restores.tolist()}
        self.acts: list[Act] = []
        self.opened = Counter(
            (self.names.index(name), action.message)
            for name, actions in system.opening.items()
            for action in actions
            if isinstance(action, Send)
        )
        rows = history.rows
        faults = np.isin(rows[:, 1], (Kind.FAULT_ON, Kind.FAULT_OFF, Kind.LAPSE, Kind.BOOT))
        mine = rows[:, 2] == instance
        arrival = int(np.flatnonzero(mine)[0])
        for began in (Row(*row) for row in rows[:arrival][faults[:arrival]].tolist()):
            self.holders.note(began)
            if began.kind in (Kind.FAULT_ON, Kind.FAULT_OFF):
                on = began.kind == Kind.FAULT_ON
                self.on[began.participant, began.a, began.b] += 1 if on else -1
        faults[:arrival] = False
        self.rows = [Row(*row) for row in rows[mine | faults].tolist()]
        self.lost = [
            name
            for number, name in enumerate(self.names)
            if name in system.opening or system.watchers_of(name)
            if any(self.on[number, kind, 0] for kind in CRASHES)
        ]
        """Who was down when the instance arrived: it has nothing of what it opens with, and whoever
        watches it hears that it is gone."""

    def run(self) -> tuple[tuple[Act, ...], FaultBudget]:
        """The acts, and the faults that they spend.

        Whoever was down at the arrival has not begun yet: that it does nothing until it is back is
        an order of events like any other.
        """
        for name in self.lost:
            self._do(Act(name, Deed.CRASH))
        for row in self.rows:
            self._take(row)
            self.holders.note(row)
        left = self.space.budget(self.space.last)
        spent = {kind: getattr(self.plenty, kind) - getattr(left, kind) for kind in FAULTS}
        return tuple(self.acts), FaultBudget(**spent)

    def _take(self, row: Row) -> None:
        match row.kind:
            case Kind.REACT:
                self._react(row)
            case Kind.COMMIT:
                if self.stored[row.participant][-1] != row.a:
                    self.stored[row.participant].append(row.a)
                deed = Deed.FLUSH if self.logs else Deed.COMMIT
                self._do(Act(self.names[row.participant], deed), optional=self.logs)
            case Kind.SEND:
                self._send(row)
            case Kind.DROP:
                self._drop(row)
            case Kind.EFFECT | Kind.UNDO:
                self._land(row)
            case Kind.ACKNOWLEDGE:
                self._do(self._about(row, Deed.ACKNOWLEDGE))
            case Kind.DUPLICATE:
                self._do(self._about(row, Deed.DUPLICATE))
            case Kind.FAULT_ON | Kind.FAULT_OFF if FAULT_KINDS[row.a] in SWITCHED:
                self._fault(row)
            case Kind.RESTORE:
                self._restore(row)
            case Kind.DIE:
                self._die(row)
            case Kind.TAKE:
                for deed in (Deed.RESTART, Deed.GO_ON):  # whoever held it may be down, or stand
                    self._do(Act(self.names[row.participant], deed), optional=True)
            case Kind.LAPSE if self.stalls and self.holders.is_struck(row):
                self._do(Act(self.names[row.participant], Deed.LAPSE))
            case _:
                pass  # rows beside one of these: begun work, phantoms

    def _do(self, act: Act, *, optional: bool = False) -> None:
        if optional and not any(act.is_like(known) for known in self.space.options()):
            return
        self.space.take(act)
        self.acts.append(act)

    def _land(self, row: Row) -> None:
        """An effect outside is an act of its own; any other comes with its reaction or commit."""
        who = self.names[row.participant]
        mine = [act for act in self.space.options() if act.deed is Deed.LAND]
        for act in (act for act in mine if act.participant == who):
            if self._is_of(act, row):
                self._do(act)
                return

    def _is_of(self, act: Act, row: Row) -> bool:
        names = [node.name for node in self.flow.nodes if row.a in (node.index, node.undoes)]
        starts = tuple(f"{name}{end}" for name in names for end in (" (", ","))
        return act.what in names or act.what.startswith(starts)

    def _about(self, row: Row, deed: Deed) -> Act:
        message = self.history.messages[row.a]
        return act_on_message(self.flow, self.names[row.participant], deed, message)

    def _react(self, row: Row) -> None:
        event, who = self.history.events[row.a], self.names[row.participant]
        act = act_on_event(self.flow, who, event)
        if isinstance(event, Received):
            copy = (row.participant, event.message)
            for _ in range(self.copies.pop(copy, 0)):
                self._do(act_on_message(self.flow, who, Deed.DUPLICATE, event.message))
            if not any(act.is_like(known) for known in self.space.options()):
                raise _NeedsCopy(copy)
        if isinstance(event, WorkDone) and event.outcome == DONE:
            landing = act_of_attempt(self.flow, who, event)  # known outside: no row told of it
            self._do(landing, optional=True)
        self._do(act)

    def _send(self, row: Row) -> None:
        message = self.history.messages[row.a]
        if self.opened[row.participant, message]:
            self.opened[row.participant, message] -= 1  # on its way from the beginning
        elif row.participant >= 0:
            self._do(self._about(row, Deed.PUBLISH))
        elif isinstance(message, External):
            words = message_words(self.flow, message)
            asked = [a for a in self.space.options() if (a.deed, a.what) == (Deed.ANSWER, words)]
            if not asked:
                raise Refused(f"nobody awaits {words}")
            self._do(asked[0])

    def _drop(self, row: Row) -> None:
        if row.b == Drop.UNPUBLISHED:
            return  # the crash that it belongs to says so
        if row.b == Drop.SET_ASIDE:
            self._do(self._about(row, Deed.SET_ASIDE))
            return
        if row.b == Drop.BROKER_DOWN:
            before = Counter(self.space.options())
            self._do(self._about(row, Deed.PUBLISH))
            for act in Counter(self.space.options()) - before:
                if act.deed is Deed.LOSE:
                    self._do(act)
            return
        self._do(self._about(row, Deed.LOSE), optional=True)  # or the crash took it along

    def _die(self, row: Row) -> None:
        ended, who = self.history.events[row.a], self.names[row.participant]
        assert isinstance(ended, WorkDone)
        if ended.outcome == DONE:
            self._do(act_of_attempt(self.flow, who, ended), optional=True)
        deed = Deed.DIE if row.b else Deed.DIE_UNSEEN
        self._do(act_of_attempt(self.flow, who, ended, deed))

    def _restore(self, row: Row) -> None:
        """Its beginning was passed over; which backup it is follows from what was stored before."""
        past = self.stored[row.participant]
        back = past[::-1].index(row.a)
        self._do(Act(self.names[row.participant], Deed.RESTORE, backup_words(back)))
        past.append(row.a)

    def _fault(self, row: Row) -> None:
        begins, (on, off) = row.kind == Kind.FAULT_ON, SWITCHED[FAULT_KINDS[row.a]]
        key = (row.participant, row.a, row.b)
        self.on[key] += 1 if begins else -1
        restored = begins and (row.time_ns, row.participant) in self.restored
        if restored or not self.holders.is_struck(row):
            return
        if self.on[key] != int(begins) or not (on in DOWNING or self.stalls):
            return
        self._do(Act(self.names[row.participant], on if begins else off), optional=True)
