"""What may be done to a participant: crashes, pauses, losses, duplicates, as guarded commands."""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.designs.fault_costs import COSTS, PROCESS_FAULTS
from wfmodel.exploration.export.identifiers import is_, one_of, positive
from wfmodel.exploration.export.program import (
    All,
    Clear,
    Expression,
    GuardedCommand,
    Named,
    Negation,
    Put,
)
from wfmodel.exploration.export.transition_rules import Rules
from wfmodel.semantics.after import NOTHING


class FaultRules:
    """Faults that strike a participant, and its way back. ``own`` are its other rules."""

    def __init__(self, own: Rules) -> None:
        self.own = own

    def all(self) -> Iterator[GuardedCommand]:
        """Every rule."""
        yield from self._restarts()
        yield from self._crashes()
        yield from self._pauses()
        yield from self._channel_faults()

    def may_yet(self) -> Iterator[Expression]:
        """Faults that may still strike it when all is still."""
        for kind in (kind for kind in PROCESS_FAULTS if COSTS[kind].exported):
            yield All(self.own.budget.spend(kind, self.own.p)[0])
        lost = () if self.own.semantics.policy.at_least_once else ("losses",)
        doubled = () if self.own.semantics.channels.stays else ("duplicates",)
        on_the_way = self.own.inbox.filled()
        for kind in (*lost, *doubled):
            yield All((*self.own.budget.spend(kind, self.own.p)[0], on_the_way))

    def _restarts(self) -> Iterator[GuardedCommand]:
        states = self.own.part.states_after(self.own.tables.table.restarted).items()
        same = tuple(s for s, (after, actions, _) in states if after == s and not actions)
        opens = self.own.name in self.own.tables.table.system.opening
        idle = one_of(self.own.state, same if opens else (0, *same))
        up = Put(self.own.down, 0)
        words = f"{self.own.name} restarts"
        here = (positive(self.own.down), Named("GO"))
        yield GuardedCommand(f"{words} with nothing to go on with", All((*here, idle)), (up,))
        yield GuardedCommand(words, All((*here, Negation(idle))), (up, Put(self.own.restarting, 1)))

    def _crashes(self) -> Iterator[GuardedCommand]:
        may, cost = self.own.budget.spend("crashes", self.own.p)
        gone = (
            *(Put(name, 0) for name in self.own.lost_in_a_crash()),
            *(Put(name, 0) for name in (self.own.pending, self.own.restarting, self.own.paused)),
            *(() if self.own.semantics.policy.outbox else (Clear(self.own.queue),)),
            *(Put(self.own.state, self.own.durable), Put(self.own.down, 1), *cost),
        )
        words = f"{self.own.name} crashes"
        here = (*may, is_(self.own.down, 0), Named("GO"))
        taken = {} if self.own.semantics.policy.at_least_once else self._taken_up()
        others = Negation(
            one_of(self.own.pending, tuple(n for group in taken.values() for n in group))
        )
        yield GuardedCommand(words, All((*here, others)), gone)
        for message, numbers in taken.items():
            with_it = one_of(self.own.pending, tuple(numbers))
            told = f"{words}, and what it was reacting to is lost with it"
            yield GuardedCommand(
                told, All((*here, with_it)), (*self.own.inbox.acknowledged(message), *gone)
            )

    def _pauses(self) -> Iterator[GuardedCommand]:
        may, cost = self.own.budget.spend("pauses", self.own.p)
        guard = All((*may, self.own.runs, Named("GO")))
        yield GuardedCommand(f"{self.own.name} is paused", guard, (Put(self.own.paused, 1), *cost))
        on = All((positive(self.own.paused), Named("GO")))
        yield GuardedCommand(f"{self.own.name} goes on", on, (Put(self.own.paused, 0),))

    def _taken_up(self) -> dict[int, list[int]]:
        """Messages to the reactions under way that they caused."""
        found: dict[int, list[int]] = {}
        for pending, number in self.own.part.pendings.items():
            if pending.received != NOTHING:
                found.setdefault(pending.received, []).append(number)
        return found

    def _channel_faults(self) -> Iterator[GuardedCommand]:
        taken = self._taken_up()
        budget, name, p = self.own.budget, self.own.name, self.own.p
        for message in self.own.part.messages:
            what = self.own.tables.table.messages.values[message]
            if not self.own.semantics.policy.at_least_once:
                may, cost = budget.spend("losses", p)
                mine = one_of(self.own.pending, tuple(taken.get(message, ())))
                for here, change in self.own.inbox.lost(message, Negation(mine)):
                    guard = All((*may, here, Named("GO")))
                    yield GuardedCommand(f"{name} never gets {what}", guard, (change, *cost))
            if not self.own.semantics.channels.stays:
                may, cost = budget.spend("duplicates", p)
                for here, change in self.own.inbox.doubled(message):
                    guard = All((*may, here, Named("GO")))
                    yield GuardedCommand(f"{name} gets twice {what}", guard, (change, *cost))
