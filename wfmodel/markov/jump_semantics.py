"""One jump in the making: what follows from a clock that ran out, until only clocks are left.

The rules of a participant are the explorer's (``cell_rules``), in the order in which the simulator
takes things up: first come, first served, one reaction of a cell at a time. What takes no time
happens within the jump, so no state of the chain is a vanishing one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from wfmodel.designs.messages import Chosen, External, Proceed, Start, Timer, TimerFired
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
from wfmodel.markov.branching import Draws, Pick
from wfmodel.markov.chain_state import DIES_WITH_PROCESS, TIMERS, Clock, ClockKind, State, Waiting
from wfmodel.markov.phase_type import Erlang
from wfmodel.markov.rates import Rates
from wfmodel.model.workflow import TIMEOUT, Compensation, Task
from wfmodel.semantics.cell_rules import CellRules
from wfmodel.semantics.configuration import Landing, Post
from wfmodel.semantics.effect_rules import land
from wfmodel.semantics.outcome_monitor import OutcomeMonitor

MOST_AT_ONCE: Final = 1_000
"""Steps without time in one jump; more are taken for an endless loop."""

NONE: Final = -1


def _is_of(clock: Clock, p: int, timer: int) -> bool:
    """Whether a clock is that of a timer of a participant, in whatever shape."""
    return clock[0] in TIMERS and clock[1] == p and clock[2][0] == timer


Handler: TypeAlias = Callable[[int, tuple[Any, ...]], None]


class ZeroTimeLoopError(ValueError):
    """Things that take no time follow one another without end."""


class JumpRules:
    """What all jumps of a system share."""

    def __init__(self, table: Table, rates: Rates) -> None:
        self.table = table
        self.rates = rates
        self.cell_rules = CellRules(table)
        self.observer = OutcomeMonitor(table)
        self.draws = Draws(table)
        self.linked = self.cell_rules.policy.linked
        self.gap = self.cell_rules.policy.gap

    def asked_of(self, p: int, message: object) -> int:
        """The step with a time-out that a message asks of a participant itself; -1: none."""
        nodes = self.table.system.flow.nodes
        if isinstance(message, Proceed):
            node = nodes[message.node]
        elif isinstance(message, Start) and self.table.system.flow.nodes:
            node = nodes[self.table.system.flow.initial]
        else:
            return NONE
        timed = isinstance(node.state, Task | Compensation) and node.state.timeout is not None
        mine = node.service == self.table.names[p]
        return node.index if timed and mine and self.table.system.knobs.timeouts else NONE


class JumpState:
    """A state that is being changed. ``pick`` chooses among outcomes, by their probabilities."""

    def __init__(self, rules: JumpRules, state: State, pick: Pick) -> None:
        self.rules = rules
        self.table, self.cell_rules, self.rates = rules.table, rules.cell_rules, rules.rates
        self.pick = pick
        self.cells = list(state.cells)
        self.world = state.world
        self.clocks = list(state.clocks)
        self.queues = list(state.queues)
        self.drawn = state.drawn
        self.memory = state.memory
        self._agenda: deque[tuple[ClockKind, int, tuple[Any, ...]]] = deque()
        self._handlers: dict[ClockKind, Handler] = {
            ClockKind.DELIVER: self._deliver,
            ClockKind.REDELIVER: self._redeliver,
            ClockKind.WORK: self._worked,
            ClockKind.TIMER: self._fired,
            ClockKind.COMMIT: self._commit,
            ClockKind.PUBLISH: self._published,
            ClockKind.PUBLISH_FIRST: self._published_first,
            ClockKind.RELAY: self._relayed,
            ClockKind.ANSWER: self._answered,
            ClockKind.STRIKE: self._strike,
            ClockKind.HEAL: self._heal,
            ClockKind.DUE: self._passed,
        }

    def run_out(self, clock: Clock) -> None:
        """A clock's last stage is over; then whatever takes no time."""
        kind, p, about, _ = clock
        self._agenda.append((ClockKind(kind), p, about))
        self.settle()

    def settle(self) -> None:
        """Do all that takes no time, in the order in which it came up."""
        done = 0
        while self._agenda:
            kind, p, about = self._agenda.popleft()
            self._handlers[kind](p, about)
            done += 1
            if done > MOST_AT_ONCE:
                raise ZeroTimeLoopError(
                    f"more than {MOST_AT_ONCE:,} steps take no time, one after the other"
                    f" (the last at {self.table.names[p]!r}): give one of them a duration"
                )

    def state(self) -> State:
        """What it has come to."""
        now = State(
            tuple(self.cells),
            self.world,
            tuple(sorted(self.clocks)),
            tuple(self.queues),
            self.drawn,
        )
        seen = self.rules.observer.sees(now.configuration)
        return now._replace(memory=self.memory | seen)

    def start(self, kind: ClockKind, p: int, about: tuple[Any, ...], length: Erlang) -> None:
        """Start a clock; what takes no time is put on the agenda."""
        if length.stages:
            self.clocks.append((kind, p, about, 0))
        else:
            self._agenda.append((kind, p, about))

    # ---------------------------------------------------------------------------- messages

    def post(self, message: int, recipients: Sequence[int]) -> None:
        """The broker has a message: one delivery sets out to each recipient."""
        for recipient in recipients:
            self._count_from_now(recipient, message)
            self._redeliver(recipient, (message,))

    def _count_from_now(self, p: int, message: int) -> None:
        """A time-out of work that a message asks for counts from when the message is sent."""
        content = self.table.messages.values[message]
        node = self.rules.asked_of(p, content)
        if node < 0 or not isinstance(content, Proceed | Start):
            return
        epoch = content.epoch if isinstance(content, Proceed) else 0
        timer = Timer(TIMEOUT, node, epoch, 1)
        about = (
            self.table.timers.number(timer),
            self.table.events.number(TimerFired(timer)),
        )
        if all(c[1] != p or c[2] != about for c in self.clocks if c[0] in TIMERS):
            self.start(ClockKind.DUE, p, about, self.rates.timer(timer))

    def _redeliver(self, p: int, about: tuple[Any, ...]) -> None:
        kept, doubled = self.rates.losses[p], self.rates.doubles[p]
        if kept < 1 and self.pick((1 - kept, kept)) == 0:
            self._lose(p, about[0])
            return
        if doubled and self.pick((doubled, 1 - doubled)) == 0:
            self.start(ClockKind.DELIVER, p, about, self.rates.network)
        self.start(ClockKind.DELIVER, p, about, self.rates.network)

    def _lose(self, p: int, message: int) -> None:
        if self.cell_rules.policy.at_least_once:
            self.start(ClockKind.REDELIVER, p, (message,), self.rates.redelivery)

    def _deliver(self, p: int, about: tuple[Any, ...]) -> None:
        if self.cells[p].down and self.cell_rules.policy.at_least_once:
            self.queues[p] = (*self.queues[p], (self.table.received(about[0]), about[0], NONE))
        elif not self.cells[p].down:
            self._offer(p, (self.table.received(about[0]), about[0], NONE))

    # --------------------------------------------------------------------------- reactions

    def _offer(self, p: int, waiting: Waiting) -> None:
        if self.cells[p].pending is not None:
            self.queues[p] = (*self.queues[p], waiting)
        else:
            self._react(p, waiting[0])

    def _next(self, p: int) -> None:
        while self.queues[p] and self.cells[p].pending is None:
            first, *rest = self.queues[p]
            self.queues[p] = tuple(rest)
            self._react(p, first[0])

    def _react(self, p: int, event: int) -> None:
        before = self.cells[p]
        after = self.cell_rules.react(p, before, event)
        self.cells[p] = after.cell
        self._land(after.landing)
        if after.cell.pending is None:
            self._release(p, self.table.entry(p, before.volatile, event)[1])
        elif after.cell.pending.unpublished:
            self.start(ClockKind.PUBLISH_FIRST, p, (), self.rates.gap)
        else:
            self.start(ClockKind.COMMIT, p, (), self.rates.commit)

    def _land(self, landing: Landing | None) -> None:
        if landing is not None:
            self.world, _ = land(self.table.system, self.world, landing)

    def _commit(self, p: int, about: tuple[Any, ...]) -> None:
        pending = self.cells[p].pending
        if pending is None:
            return
        after = self.cell_rules.commit(self.cells[p])
        self.cells[p] = after.cell
        self._land(after.landing)
        self._release(p, pending.operations)

    # ----------------------------------------------------------------------------- actions

    def _release(self, p: int, operations: tuple[Operation, ...]) -> None:
        """Clocks for what a reaction asked for; its cell has noted it already."""
        posts, self.cells[p] = self.cells[p].queue, self.cells[p]._replace(queue=())
        relays = self.cell_rules.policy.outbox and not self.rules.gap and self.rates.relay.stages
        at_once = not self.rules.gap and not relays
        for operation in operations:
            code = operation[0]
            if code == SEND and at_once and not self.cell_rules.policy.publish_first:
                self.post(operation[1], operation[3])
            elif code == WORK:
                self.start(ClockKind.WORK, p, operation[1:4], self.rates.work(operation[1]))
            elif code == SET_TIMER:
                self._set(p, operation[1], operation[2])
            elif code == CLEAR_TIMER:
                self._clear(p, operation[1])
            elif code == CHOOSE:
                self._choose(p, operation[1], operation[2])
            elif code == EXPECT:
                self._expect(p, operation[1], operation[2])
        if posts and self.rules.gap:
            self.start(ClockKind.PUBLISH, p, posts, self.rates.gap)
        elif posts and relays:
            self.start(ClockKind.RELAY, p, posts, self.rates.relay)
        self._next(p)

    def _published(self, p: int, posts: tuple[Post, ...]) -> None:
        for message, recipients in posts:
            self.post(message, recipients)

    def _relayed(self, p: int, posts: tuple[Post, ...]) -> None:
        cell = self.cells[p]
        if cell.down:
            self.cells[p] = cell._replace(queue=(*cell.queue, *posts))
        else:
            self._published(p, posts)

    def _published_first(self, p: int, about: tuple[Any, ...]) -> None:
        pending = self.cells[p].pending
        for post in () if pending is None else pending.unpublished:
            self.cells[p] = self.cell_rules.publish(self.cells[p], post).cell
            self.post(*post)
        self.start(ClockKind.COMMIT, p, (), self.rates.commit)

    # ---------------------------------------------------------------------- work and timers

    def _worked(self, p: int, about: tuple[Any, ...]) -> None:
        node, epoch, attempt = about
        if about not in self.cells[p].work:
            return
        draws = self.rules.draws
        outcome, self.drawn = draws.outcome(self.drawn, node, epoch, self.pick)
        self._offer(p, (self.table.work_done(node, epoch, attempt, outcome), NONE, NONE))

    def _set(self, p: int, timer: int, event: int) -> None:
        """Start a timer; one whose due time goes on already is for then."""
        going_on = [c for c in self.clocks if c[0] != ClockKind.TIMER and _is_of(c, p, timer)]
        self._clear(p, timer)
        for kind, _, about, stage in going_on[:1]:
            if kind == ClockKind.DUE:
                self.clocks.append((ClockKind.TIMER, p, about, stage))
            else:
                self._agenda.append((ClockKind.TIMER, p, about))
            return
        length = self.rates.timer(self.table.timers.values[timer])
        self.start(ClockKind.TIMER, p, (timer, event), length)

    def _clear(self, p: int, timer: int) -> None:
        """Neither its clock nor a firing that waits for a commit is left."""
        self.clocks = [c for c in self.clocks if not _is_of(c, p, timer)]
        self.queues[p] = tuple(w for w in self.queues[p] if w[2] != timer)

    def _fired(self, p: int, about: tuple[Any, ...]) -> None:
        timer, event = about
        if timer in self.cells[p].timers:
            self._offer(p, (event, NONE, timer))

    def _passed(self, p: int, about: tuple[Any, ...]) -> None:
        self.clocks.append((ClockKind.OVERDUE, p, about, 0))

    # -------------------------------------------------------------------------- the outside

    def _choose(self, p: int, node: int, epoch: int) -> None:
        branch, self.drawn = self.rules.draws.branch(self.drawn, node, epoch, self.pick)
        event = self.table.events.number(Chosen(node, epoch, branch))
        self.queues[p] = (*self.queues[p], (event, NONE, NONE))

    def _expect(self, p: int, node: int, epoch: int) -> None:
        silent = self.rules.draws.silence(node)
        if silent and self.pick((silent, 1 - silent)) == 0:
            self.cells[p] = self.cell_rules.answered(self.cells[p], node, epoch)
        else:
            self.start(ClockKind.ANSWER, p, (node, epoch), self.rates.answer(node))

    def _answered(self, p: int, about: tuple[Any, ...]) -> None:
        node, epoch = about
        self.cells[p] = self.cell_rules.answered(self.cells[p], node, epoch)
        event = self.rules.draws.answer(node, self.pick)
        to = (self.table.hearer(p, node),)
        self.post(self.table.message(External(node, epoch, event)), to)

    # ------------------------------------------------------------------------------- faults

    def _strike(self, p: int, about: tuple[Any, ...]) -> None:
        (number,) = about
        before, lost = self.cells[p], list[int]()
        self.start(ClockKind.HEAL, p, about, self.rates.strikes[number].lasts)
        if not before.down:
            self.clocks = list(self._outliving(p))
            lost = [waiting[1] for waiting in self.queues[p] if waiting[1] != NONE]
            if before.pending is not None and before.pending.received != NONE:
                lost.insert(0, before.pending.received)
            self.queues[p] = ()
        self.cells[p] = self.cell_rules.crash(before).cell
        for message in lost:
            if self.rules.linked:  # free at once, it waits for the process
                self._deliver(p, (message,))
            else:
                self._lose(p, message)

    def _outliving(self, p: int) -> Iterator[Clock]:
        """Clocks after a crash of a process: due times of its timers are durable, if it commits."""
        for clock in self.clocks:
            if clock[1] == p and clock[0] == ClockKind.TIMER and self.cell_rules.policy.synchronous:
                yield (ClockKind.DUE, *clock[1:])
            elif clock[1] != p or clock[0] not in DIES_WITH_PROCESS:
                yield clock

    def _heal(self, p: int, about: tuple[Any, ...]) -> None:
        (number,) = about
        self.start(ClockKind.STRIKE, p, about, self.rates.strikes[number].gap)
        cell = self.cell_rules.restart(p, self.cells[p]).cell
        posts, self.cells[p] = cell.queue, cell._replace(queue=())
        if cell.down:
            self.cells[p] = cell
            return
        self._published(p, posts)
        waiting, self.queues[p] = self.queues[p], ()
        for _, message, _ in waiting:
            self._redeliver(p, (message,))
        if not cell.restarting:
            return
        if self.table.view(p, cell.durable).active:
            self._react(p, self.table.restarted)
        else:
            self.cells[p] = self.cells[p]._replace(restarting=False)
