"""The moves of one participant as guarded commands, from its tables.

The same rules as ``semantics.cell_rules`` and ``semantics.successors``, written a second time: what
the targets then count is compared with what the explorer counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from wfmodel.designs.messages import Chosen, Event, Received, Timer, TimerFired, WorkDone
from wfmodel.designs.table import CHOOSE, CLEAR_TIMER, EXPECT, SEND, SET_TIMER, WORK, Entry
from wfmodel.designs.table import Operation as Action
from wfmodel.exploration.export.budget_rules import Budget
from wfmodel.exploration.export.identifiers import (
    at,
    choice,
    expected,
    is_,
    one_of,
    positive,
    work,
)
from wfmodel.exploration.export.inbox import ExportedInbox, sent
from wfmodel.exploration.export.landing_rules import Effects
from wfmodel.exploration.export.program import (
    Add,
    All,
    AnyOf,
    Append,
    Contains,
    Expression,
    Filled,
    Gap,
    GuardedCommand,
    Named,
    Negation,
    Operation,
    Put,
    Relation,
    Remove,
)
from wfmodel.exploration.export.reaction_tables import Tables
from wfmodel.model.flow import BUSINESS_FAILURE, TRANSIENT_FAILURE
from wfmodel.model.workflow import TIMEOUT
from wfmodel.semantics.configuration import ANYONE, Pending, Post
from wfmodel.semantics.enabled_steps import is_detector

Meeting: TypeAlias = tuple[int, str, tuple[Expression, ...], tuple[Operation, ...]]
"""(event, note, when it may be met, what taking it up changes)."""

INJECTED = (BUSINESS_FAILURE, TRANSIENT_FAILURE)


class Rules:
    """Everything that participant ``p`` can do, and what can be done to it."""

    def __init__(self, tables: Tables, effects: Effects, budget: Budget, p: int) -> None:
        self.tables = tables
        self.budget = budget
        self.semantics = tables.semantics
        self.effects = effects
        self.p = p
        self.part = tables.parts[p]
        self.inbox = ExportedInbox(tables, p)
        self.name = tables.table.names[p]
        self.state = at("state", p)
        self.durable = at("durable", p)
        self.down = at("down", p)
        self.restarting = at("restarting", p)
        self.pending = at("pending", p)
        self.queue = at("queue", p)
        self.paused = at("paused", p)
        cell_rules = tables.semantics.cell_rules
        self.atomic, self.publish_first = cell_rules.atomic, cell_rules.policy.publish_first
        self.keeps_at_once = cell_rules.atomic and not cell_rules.policy.memory
        self.unflushed = Relation(self.state, "#", self.durable)
        self.runs = All((is_(self.down, 0), is_(self.paused, 0)))
        self.ready = All((self.runs, is_(self.pending, 0), is_(self.restarting, 0)))

    def variables(self) -> tuple[str, ...]:
        """All that is the participant's own, besides its queue."""
        p, part = self.p, self.part
        return (
            *(self.state, self.durable, self.down, self.paused, self.restarting, self.pending),
            *self.lost_in_a_crash(),
            *(expected(p, visit) for visit in part.expected),
            *self.inbox.variables(),
        )

    def lost_in_a_crash(self) -> tuple[str, ...]:
        """What is neither durable nor the world's, nor the queue."""
        p, part = self.p, self.part
        return (
            *(at("timer", p, timer) for timer in part.timers),
            *(work(p, item) for item in part.works),
            *(choice(p, visit) for visit in part.choices),
        )

    # ------------------------------------------------------------------------ definitions

    def busy(self) -> Expression:
        """It has something to commit, to flush or to publish."""
        parts: list[Expression] = [Filled(self.queue), positive(self.pending)]
        if self.semantics.policy.log:
            parts.append(All((positive("crashes"), self.unflushed)))
        return All((self.runs, AnyOf(tuple(parts))))

    def can_move(self) -> Expression:
        """Something can happen at it, while it runs and has nothing to commit."""
        tables, p, part = self.tables, self.p, self.part
        free = [timer for timer in part.timers if self._fires_freely(timer)]
        able = [item for item in part.works if tables.outcomes(item)]
        works = AnyOf(tuple(positive(work(p, item)) for item in part.works))
        open_choices = [v for v in part.choices if any(tables.choice_events(v))]
        answered = [v for v in part.expected if set(tables.answers(*v)) - {TIMEOUT}]
        parts: tuple[Expression, ...] = (
            positive(self.restarting),
            *(
                All((here, self._changes_if_set(message)))
                for message in part.messages
                for here, _ in self.inbox.next(message)
            ),
            *(positive(at("timer", p, timer)) for timer in free),
            *(positive(work(p, item)) for item in able),
            *(positive(choice(p, visit)) for visit in open_choices),
            *(positive(expected(p, visit)) for visit in answered),
            All((*self.budget.spend("failures", p)[0], works)),
        )
        return AnyOf(parts)

    def opening(self, actions: Iterable[Action]) -> Iterator[tuple[str, int]]:
        """Variables that do not begin at 0, by what it asked for before anything happens; and of
        queues each item.
        """
        for operation in self._release(actions):
            if isinstance(operation, Put) and isinstance(operation.value, int):
                yield operation.variable, operation.value
            elif isinstance(operation, Add):
                yield operation.variable, operation.amount
            elif isinstance(operation, Append):
                yield from ((operation.queue, item) for item in operation.items)

    def detects(self) -> Expression:
        """A failure detector of it is set."""
        return AnyOf(tuple(positive(at("timer", self.p, timer)) for timer in self.detectors()))

    # -------------------------------------------------------------------------- reactions

    def all(self) -> Iterator[GuardedCommand]:
        """Every rule."""
        yield from self._publications()
        yield from self._commits()
        if self.semantics.policy.log:
            guard = self._internally(positive("crashes"), self.unflushed)
            yield GuardedCommand(f"{self.name} flushes", guard, (Put(self.durable, self.state),))
        yield from self._reactions()
        yield from self._answers()

    def gaps(self) -> Iterator[Gap]:
        """Events that may be met in states for which the tables have no entry."""
        for event, _, guard, _ in self._events():
            known = one_of(self.state, tuple(self.part.states_after(event)))
            words = f"{self.name} has no entry here for {self._words(event)}"
            yield Gap(words, All((Named("GO"), *guard, Negation(known))))

    def _events(self) -> Iterator[Meeting]:
        tables, p, part = self.tables, self.p, self.part
        again = (self.runs, positive(self.restarting))
        yield tables.table.restarted, "", again, (Put(self.restarting, 0),)
        for message in part.messages:
            for here, taken in self.inbox.next(message):
                can = (here, self.ready, self._changes_if_set(message))
                yield tables.table.received(message), "", can, taken
        for timer in part.timers:
            yield from self._timer(timer)
        for item in part.works:
            yield from self._work(item)
        for visit in part.choices:
            one = Add(choice(p, visit), -1)
            for event in tables.choice_events(visit):
                yield event, "", self._can(choice(p, visit)), (one,)

    def _can(self, variable: str, *more: Expression) -> tuple[Expression, ...]:
        return (positive(variable), self.ready, *more)

    def _changes_if_set(self, message: int) -> Expression:
        """Where messages stay, one that changes nothing is not taken up: it is no step."""
        if not self.semantics.channels.stays:
            return All(())
        entries = self.part.states_after(self.tables.table.received(message)).items()
        return AnyOf(tuple(All((is_(self.state, s), self._changes(s, e))) for s, e in entries))

    def _changes(self, state: int, entry: Entry) -> Expression:
        after, actions, _ = entry
        timers: dict[int, int] = {}
        for action in actions:
            if action[0] not in (SET_TIMER, CLEAR_TIMER):
                return All(())
            timers[action[1]] = int(action[0] == SET_TIMER)
        if after != state:
            return All(())
        known = ((at("timer", self.p, t), on) for t, on in timers.items() if t in self.part.timers)
        return AnyOf(tuple(Relation(name, "#", on) for name, on in known))

    def _timer(self, timer: int) -> Iterator[Meeting]:
        name, event = at("timer", self.p, timer), self.tables.timer_event(timer)
        stop = Put(name, 0)
        if self._fires_freely(timer):
            yield event, "", self._can(name), (stop,)
        elif timer in self.detectors():
            still = Named("TIME_PASSES")
            yield event, " at last", self._can(name, still), (stop,)
            may, cost = self.budget.spend("timeouts", self.p)
            early = self._can(name, *may, Negation(still))
            yield event, " too early", early, (stop, *cost)

    def _work(self, item: tuple[int, int, int]) -> Iterator[Meeting]:
        name, tables = work(self.p, item), self.tables
        one = Add(name, -1)
        for event in tables.work_events(item, tables.outcomes(item)):
            yield event, "", self._can(name), (one,)
        for event in tables.work_events(item, INJECTED):
            may, cost = self.budget.spend("failures", self.p)
            yield event, " by a fault", self._can(name, *may), (one, *cost)

    def _reactions(self) -> Iterator[GuardedCommand]:
        for event, note, guard, taken in self._events():
            words = f"{self.name} reacts to {self._words(event)}{note}"
            for state, (after, actions, _) in self.part.states_after(event).items():
                here = (is_(self.state, state), Named("GO"), *guard)
                move = (Put(self.state, after),) if after != state else ()
                kept = (Put(self.durable, after),) if self.keeps_at_once else ()
                for when, change in self._consequences(event, actions):
                    yield GuardedCommand(
                        words, All((*here, *when)), (*taken, *move, *kept, *change)
                    )

    def _consequences(
        self, event: int, actions: tuple[Action, ...]
    ) -> Iterator[tuple[tuple[Expression, ...], tuple[Operation, ...]]]:
        semantics, landing = self.semantics, self.tables.landing(event)
        cases = self.effects.cases(None if semantics.policy.outbox else landing)
        if semantics.policy.synchronous:
            rest: tuple[Operation, ...] = (
                Put(self.pending, self.tables.pending(self.part, event, actions)),
            )
        else:
            gone = self.inbox.acknowledged(self.tables.received(event))
            rest = (*gone, *self._release(actions))
        for when, change in cases:
            yield when, (*change, *rest)

    def sent(self, post: Post) -> tuple[Operation, ...]:
        """A message is on its way to each recipient."""
        return sent(self.tables, self.p, post)

    def _release(self, actions: Iterable[Action]) -> Iterator[Operation]:
        sends: list[Post] = []
        for action in actions:
            code, rest = action[0], action[1:]
            if code == SEND:
                sends.append((action[1], action[3]))
            elif code == WORK:
                yield Add(work(self.p, rest), 1)
            elif code in (SET_TIMER, CLEAR_TIMER) and rest[0] in self.part.timers:
                yield Put(at("timer", self.p, rest[0]), int(code == SET_TIMER))
            elif code == CHOOSE:
                yield Add(choice(self.p, rest), 1)
            elif code == EXPECT:
                yield Add(expected(self.p, rest), 1)
        if sends and self.atomic:
            yield from (operation for post in sends for operation in self.sent(post))
        elif sends:
            yield Append(self.queue, tuple(self.part.posts[post] for post in sends))

    # ------------------------------------------------------------- commits, publications

    def _internally(self, *more: Expression) -> All:
        """With no crash to come the first thing that can be done at once is done at once."""
        earlier = AnyOf(tuple(Named(at("BUSY", q)) for q in range(self.p)))
        first = Negation(All((Named("CALM"), earlier)))
        return All((self.runs, *more, first, Negation(Named("CUT"))))

    def _commits(self) -> Iterator[GuardedCommand]:
        for pending, number in self.part.pendings.items():
            if pending.unpublished:
                yield from self._publications_first(pending, number)
                continue
            actions = pending.operations
            if self.publish_first:
                actions = tuple(action for action in actions if action[0] != SEND)
            change: tuple[Operation, ...] = (
                Put(self.pending, 0),
                Put(self.durable, self.state),
                *self.inbox.acknowledged(pending.received),
                *self._release(actions),
            )
            published = Negation(All((Named("CALM"), Filled(self.queue))))
            for when, landed in self.effects.cases(pending.landing):
                guard = self._internally(is_(self.pending, number), published, *when)
                yield GuardedCommand(f"{self.name} commits", guard, (*change, *landed))

    def _publications_first(self, pending: Pending, number: int) -> Iterator[GuardedCommand]:
        for post in dict.fromkeys(pending.unpublished):
            after = self.part.pendings[self.tables.published(pending, post)]
            head = pending.unpublished[0] == post
            when = () if head else (Negation(Named("CALM")),)
            guard = self._internally(is_(self.pending, number), *when)
            yield GuardedCommand(
                self._publishes(post), guard, (Put(self.pending, after), *self.sent(post))
            )

    def _publications(self) -> Iterator[GuardedCommand]:
        if self.publish_first:
            return
        for post, number in self.part.posts.items():
            out = (Remove(self.queue, number), *self.sent(post))
            head = Contains(self.queue, number, at_head=True)
            yield GuardedCommand(self._publishes(post), self._internally(head), out)
            if not self.semantics.policy.outbox:
                later = (
                    Contains(self.queue, number, at_head=False),
                    Negation(head),
                    Negation(Named("CALM")),
                )
                yield GuardedCommand(self._publishes(post), self._internally(*later), out)

    def _publishes(self, post: Post) -> str:
        return f"{self.name} publishes {self.tables.table.messages.values[post[0]]}"

    # ------------------------------------------------------------------ the outside

    def _answers(self) -> Iterator[GuardedCommand]:
        for visit in self.part.expected:
            name = expected(self.p, visit)
            for event in self.tables.answers(*visit):
                if event == TIMEOUT:
                    continue
                come = self._external(visit, event)
                words = f"{self.name} is answered {event!r}" if event else "no answer comes"
                yield GuardedCommand(
                    words, All((positive(name), Named("GO"))), (Add(name, -1), *come)
                )

    def _external(self, visit: tuple[int, int], event: str) -> tuple[Operation, ...]:
        message = self.tables.external(visit, event)
        to = (self.tables.table.hearer(self.p, visit[0]),)
        return () if message is None else sent(self.tables, ANYONE, (message, to))

    # ------------------------------------------------------------------------------ timers

    def detectors(self) -> tuple[int, ...]:
        """Timers that fire for nothing only when all else is still."""
        return tuple(timer for timer in self.part.timers if self._is_detector(timer))

    def _is_detector(self, number: int) -> bool:
        timer: object = self.tables.table.timers.values[number]
        return is_detector(timer, self.tables.table.system.flow)

    def _fires_freely(self, number: int) -> bool:
        timer: object = self.tables.table.timers.values[number]
        if self._is_detector(number):
            return False
        if not isinstance(timer, Timer) or timer.kind != TIMEOUT:
            return True
        return TIMEOUT in self.tables.answers(timer.node, timer.epoch)

    # ------------------------------------------------------------------------------- words

    def _words(self, event: int) -> str:
        return told(self.tables.table.events.values[event])


def told(event: Event) -> str:
    """An event in one line."""
    match event:
        case Received(message):
            return f"{message}"
        case TimerFired(timer):
            return f"{timer}"
        case WorkDone() | Chosen():
            return f"{event}"
        case _:
            return "its restart"
