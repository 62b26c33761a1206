"""What a recorded instance met, in the coin of the explorer: which budget its run would have cost.

An exploration speaks about an instance only if its budget covers what the instance met. So every
count here is an upper bound: in doubt a thing is counted, and the instance is then not covered. A
delay, a pause, a partition, a slow store cost nothing by themselves, since the explorer tries every
order; what they cause (a message given up, delivered again, a time-out that fires) is counted.

What it cannot see: the instance's neighbours, which the explorer does not know either.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfmodel.designs.commit_policy import CommitPolicy
from wfmodel.designs.history import CRASHES, Drop, History, Kind, Row
from wfmodel.designs.messages import (
    Chosen,
    External,
    Message,
    PeerGone,
    Received,
    TimerFired,
    WorkDone,
)
from wfmodel.designs.system import System
from wfmodel.model.workflow import DONE, Compensation, Task
from wfmodel.semantics.enabled_steps import is_detector
from wfmodel.semantics.fault_budget import FAULTS, UNLIMITED, FaultBudget
from wfmodel.semantics.loop_bound import laps_of
from wfmodel.semantics.nondeterminism import is_endless


class Spent(NamedTuple):
    """What one instance met. ``patience``: failed attempts at a step that is retried without end;
    ``laps``: how often a loop was gone round.
    """

    faults: FaultBudget
    laps: int = 0
    patience: int = 0

    def is_within(self, budget: FaultBudget, *, laps: int = 1, patience: int = 1) -> bool:
        """Whether an exploration with these bounds has looked at all that the instance met.

        Bounds for single participants are not looked through: with any, the answer is no.
        """
        enough = not budget.bounds and is_part(self.faults, budget)
        return enough and self.laps <= laps and self.patience <= patience


def is_part(one: FaultBudget, other: FaultBudget) -> bool:
    """Whether the totals of a budget allow nothing that the other's do not."""
    mine, theirs = one._asdict(), other._asdict()
    return all(theirs[kind] == UNLIMITED or 0 <= mine[kind] <= theirs[kind] for kind in FAULTS)


class Spending:
    """The bookkeeping of one history. ``system`` must be the one that was simulated."""

    def __init__(self, system: System, history: History) -> None:
        self.system = system
        self.history = history
        rows = history.rows
        self._crashes = (rows[:, 1] == Kind.FAULT_ON) & np.isin(rows[:, 4], CRASHES)
        self._messages = {message: number for number, message in enumerate(history.messages)}

    def of(self, instance: int) -> Spent:
        """What an instance met from its arrival to its end.

        Raises:
            KeyError: no such instance arrived.
        """
        rows = self.history.rows
        mine = rows[:, 2] == instance
        if instance < 0 or not mine.any():
            known = self.history.instances()
            raise KeyError(f"no instance {instance}; there are {known}, from 0")
        crashes = self._crashes
        if self._concluded(rows[mine]):
            crashes = crashes.copy()
            crashes[np.flatnonzero(mine)[-1] :] = False
        purse = _Purse(self.system, self.history, self._messages)
        for row in rows[mine | crashes].tolist():
            purse.take(Row(*row))
        return purse.total()

    def _concluded(self, rows: NDArray[np.int64]) -> bool:
        """Whether anybody ever knew a verdict: then what comes after its last row is no part of
        the instance.
        """
        reacted = rows[rows[:, 1] == Kind.REACT].tolist()
        return any(self.history.views[row[3]][row[5]].status.is_final for row in reacted)


class _Purse:
    def __init__(self, system: System, history: History, messages: dict[Message, int]) -> None:
        self.flow, self.nodes = system.flow, system.flow.nodes
        self.events = history.events
        self.messages = messages
        self.commits = CommitPolicy.of(system.knobs).synchronous
        self.notices: dict[int, Any] = {
            number: PeerGone(name)
            for number, name in enumerate(system.participants)
            if system.watchers_of(name)
        }
        self.met: Counter[str] = Counter()
        self.present: set[int] = set()
        self.uncommitted: dict[int, int] = {}
        """Participant to the message whose reaction is not durable: a crash gives it back."""
        self.given_back: Counter[tuple[int, int]] = Counter()
        self.sent: Counter[int] = Counter()
        self.received: Counter[tuple[int, int]] = Counter()
        self.dead: Counter[tuple[int, int, int, int]] = Counter()
        """Attempts whose worker died, and whose end is not known yet."""
        self.laps = 0
        self.failed: Counter[tuple[int, int]] = Counter()

    def take(self, row: Row) -> None:
        match row.kind:
            case Kind.FAULT_ON:
                self._crash(row.participant)
            case Kind.RESTORE:  # its beginning was counted as a mere crash
                self.met.update(crashes=-1, restores=1)
            case Kind.DIE:
                self._die(row)
            case Kind.TAKE:  # by another replica, from what is durable
                self._forget_deaths(row.participant)
            case Kind.REACT:
                self._react(row)
            case Kind.COMMIT:
                self.uncommitted.pop(row.participant, None)
            case Kind.SEND:
                self.sent[row.a] += 1
            case Kind.DROP if row.b not in (Drop.UNPUBLISHED, Drop.SET_ASIDE):
                self._drop(row)
            case Kind.BEGIN:
                self.laps = max(self.laps, laps_of(row.b))
            case _:
                pass

    def _crash(self, participant: int) -> None:
        """One that has not heard of the instance has nothing of it to lose; but who watches it
        hears.
        """
        notice = self.notices.get(participant)
        if notice is not None:
            self.sent[self.messages.get(notice, -1)] += 1
        elif participant not in self.present:
            return
        self._forget_deaths(participant)
        self.met["crashes"] += 1
        message = self.uncommitted.pop(participant, None)
        if message is not None:
            self.received[participant, message] -= 1
            self.given_back[participant, message] += 1

    def _forget_deaths(self, participant: int) -> None:
        """Nobody hears any more how those attempts ended."""
        for attempt in [attempt for attempt in self.dead if attempt[0] == participant]:
            del self.dead[attempt]

    def _die(self, row: Row) -> None:
        self.met["worker_crashes"] += 1
        ended = self.events[row.a]
        assert isinstance(ended, WorkDone)
        if row.b:
            self.dead[row.participant, ended.node, ended.epoch, ended.attempt] += 1

    def _drop(self, row: Row) -> None:
        """Delivery at most once: a message that the crash took back is part of the crash."""
        key = (row.participant, row.a)
        if self.given_back[key]:
            self.given_back[key] -= 1
        else:
            self.met["losses"] += 1

    def _react(self, row: Row) -> None:
        self.present.add(row.participant)
        event = self.events[row.a]
        match event:
            case Received(message):
                number = self.messages[message]
                self.received[row.participant, number] += 1
                if self.commits:
                    self.uncommitted[row.participant] = number
                if isinstance(message, External):
                    self.laps = max(self.laps, laps_of(message.epoch))
            case TimerFired(timer):
                self.met["timeouts"] += is_detector(timer, self.flow)
            case WorkDone():
                self._work(row.participant, event)
            case Chosen(_, epoch, _):
                self.laps = max(self.laps, laps_of(epoch))
            case _:
                pass

    def _work(self, participant: int, event: WorkDone) -> None:
        """Attempts whose worker died cost that, whatever they count as; a crash may come first."""
        self.laps = max(self.laps, laps_of(event.epoch))
        state = self.nodes[event.node].state
        assert isinstance(state, Task | Compensation)
        if event.outcome == DONE:
            return
        attempt = (participant, event.node, event.epoch, event.attempt)
        if self.dead[attempt]:
            self.dead[attempt] -= 1
        elif event.outcome not in state.failures:
            self.met["failures"] += 1
        if is_endless(state.retry):
            self.failed[event.node, event.epoch] += 1

    def total(self) -> Spent:
        again = (count - self.sent[message] for (_, message), count in self.received.items())
        self.met["duplicates"] = sum(max(0, copies) for copies in again)
        faults = FaultBudget(**{kind: self.met[kind] for kind in FAULTS})  # type: ignore[arg-type]
        return Spent(faults, self.laps, max(self.failed.values(), default=0))
