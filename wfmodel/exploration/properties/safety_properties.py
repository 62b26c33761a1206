"""Safety: something bad never happens, so a shortest run to it says all.

Each class says what it cannot see. None sees beyond the bounds of the search, other instances, or
time: within a budget, anything that is set may fire at any moment, in any order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from wfmodel.designs.anomalies import Terminal
from wfmodel.designs.messages import Received
from wfmodel.designs.state import Status, View
from wfmodel.designs.table import Table
from wfmodel.exploration.properties.property_answer import Answer, Holds, Trace, Undecided, Violated
from wfmodel.exploration.properties.property_context import Explored
from wfmodel.exploration.properties.visible_state import Predicate
from wfmodel.exploration.state_space import StateSpace
from wfmodel.semantics.successors import Step, StepKind

AT_REST: Final = Predicate(
    "nothing is left to happen", lambda seen: seen.quiescent, only_at_ends=True
)

STUCK: Final = Predicate(
    "nothing can happen any more, nobody holds a verdict, and somebody has still something to do",
    lambda seen: (
        seen.quiescent
        and not any(seen.status(name).is_final for name in seen.participants)
        and any(seen.view(name).active for name in seen.participants)
    ),
    only_at_ends=True,
)

WAITING: Final = Predicate(
    "nothing can happen any more, and somebody's view says that it is under way",
    lambda seen: seen.quiescent and any(is_busy(seen.view(name)) for name in seen.participants),
    only_at_ends=True,
)
"""A deadlock where there is no workflow: SPIN's invalid end state."""

NEVER_BUSY: Final = (
    "no view ever says that its participant is under way: return View(Status.RUNNING) from view as"
    " long as it waits for something"
)


def is_busy(view: View) -> bool:
    """Whether a participant of a system of one's own still waits for something."""
    return view.status in (Status.RUNNING, Status.COMPENSATING) or bool(view.active)


@dataclass(frozen=True)
class Never:
    """``bad`` holds in no configuration.

    Cannot see: what is never reached. The answer is vacuous where a part of ``bad`` never holds.
    """

    bad: Predicate
    name: str = ""

    @property
    def title(self) -> str:
        """What is claimed."""
        return self.name or f"never {self.bad.words}"

    by_states: ClassVar[bool] = True

    def predicates(self) -> tuple[Predicate, ...]:
        """What is asked of every configuration."""
        return (self.bad, *self.bad.parts, AT_REST)

    def decide(self, explored: Explored) -> Answer:
        """The answer."""
        found = explored.first(self.bad)
        if found is not None:
            return Violated(self.title, explored.bounds, explored.trace_to(found))
        for part in self.bad.parts:
            if explored.first(part) is None:
                return held(self.title, explored, None, f"{part.words} was never reached")
        interesting = self.bad.parts[-1] if self.bad.parts else AT_REST
        return held(self.title, explored, explored.first(interesting))


@dataclass(frozen=True)
class Always:
    """``good`` holds in every configuration.

    Cannot see: as ``Never``. Of an implication ("not a or b") the witness is a run to a.
    """

    good: Predicate
    name: str = ""

    @property
    def title(self) -> str:
        """What is claimed."""
        return self.name or f"always {self.good.words}"

    by_states: ClassVar[bool] = True

    def predicates(self) -> tuple[Predicate, ...]:
        """What is asked of every configuration."""
        return self._never.predicates()

    @property
    def _never(self) -> Never:
        return Never(self.good.negated(), self.title)

    def decide(self, explored: Explored) -> Answer:
        """The answer."""
        return self._never.decide(explored)


@dataclass(frozen=True)
class NeverEnds:
    """No run ends in this way; an anomaly counts alone or among others.

    Judged over whole runs (``exploration.terminal_states``): a verdict that was said and forgotten
    was said.

    Cannot see: what was wrong on the way and put right before the end; an instance that would still
    be moved by something outside of the system (an operator).
    """

    terminal: Terminal

    @property
    def title(self) -> str:
        """What is claimed."""
        return f"never {self.terminal}"

    by_states: ClassVar[bool] = True

    def predicates(self) -> tuple[Predicate, ...]:
        """What is asked of every configuration."""
        return (AT_REST,)

    def decide(self, explored: Explored) -> Answer:
        """The answer; its witness is a run to an end, with all faults spent if there is one."""
        found, note = explored.trace_to_end(self.terminal)
        if found is not None:
            return Violated(self.title, explored.bounds, found, note)
        return held(self.title, explored, _worst_end(explored))


@dataclass(frozen=True)
class Deadlock:
    """Whenever nothing can happen any more, somebody holds a verdict or nobody waits for anything.

    In a system of one's own: nobody waits for anything, as far as views say so (``Status.RUNNING``,
    or ``active``); where none ever does, the answer is vacuous.

    Cannot see: a livelock (ask ``Eventually``); a part that waits for ever while another part has
    ended the instance.
    """

    title: str = "no deadlock"
    by_states: ClassVar[bool] = True

    def predicates(self) -> tuple[Predicate, ...]:
        """What is asked of every configuration."""
        return (STUCK, WAITING, AT_REST)

    def decide(self, explored: Explored) -> Answer:
        """The answer."""
        table = explored.space.table
        found = explored.first(WAITING if table.own else STUCK)
        if found is not None:
            return Violated(self.title, explored.bounds, explored.trace_to(found))
        why = "" if not table.own or any(map(is_busy, table.seen_views())) else NEVER_BUSY
        return held(self.title, explored, _worst_end(explored), why)


@dataclass(frozen=True)
class UnspecifiedReception:
    """Nobody in the middle of an instance meets a message for which its machine has no answer.

    No answer: the message changes nothing and asks for nothing, and it is no repetition of one that
    was taken up (then it is meant to be ignored). Source: Brand & Zafiropulo, JACM 1983.

    Cannot see: a message that is ignored though only another run took it up before, as far as the
    recipient's own state does not tell these runs apart; a wrong answer.
    """

    title: str = "no unspecified reception"

    def predicates(self) -> tuple[Predicate, ...]:
        """What is asked of every configuration: nothing; it is about steps."""
        return ()

    def decide(self, explored: Explored) -> Answer:
        """The answer."""
        return _receptions(self.title, explored, in_the_middle=True)


@dataclass(frozen=True)
class OrphanMessage:
    """No message reaches somebody who is not, or no longer, concerned with the instance.

    As ``UnspecifiedReception``, where the recipient knows nothing of the instance or holds its
    verdict. Also: no message is still on its way when nothing can happen any more.

    Cannot see: as ``UnspecifiedReception``. A late answer to a question that timed out is one, too:
    whether it does harm is for the anomalies to say.
    """

    title: str = "no orphan message"

    def predicates(self) -> tuple[Predicate, ...]:
        """What is asked of every configuration: nothing; it is about steps."""
        return (_LEFT_OVER,)

    def decide(self, explored: Explored) -> Answer:
        """The answer."""
        found = explored.first(_LEFT_OVER)
        if found is not None:
            return Violated(self.title, explored.bounds, explored.trace_to(found))
        return _receptions(self.title, explored, in_the_middle=False)


_LEFT_OVER: Final = Predicate(
    "nothing can happen any more, and a message is still on its way",
    lambda seen: seen.quiescent and bool(seen.config.channel),
    only_at_ends=True,
)


def held(title: str, explored: Explored, witness: int | None, why: str = "") -> Answer:
    """The answer where nothing bad was found: it holds if all was searched."""
    bounds = explored.bounds
    if not bounds.complete:
        return Undecided(title, bounds, f"the search stopped: {bounds.stopped}")
    run = None if witness is None or why else explored.trace_to(witness)
    return Holds(title, bounds, run, why or ("" if run is not None else "no run came to an end"))


def _worst_end(explored: Explored) -> int | None:
    """An end with as few faults left as possible: the first of them."""
    ends = explored.where(AT_REST).nonzero()[0].tolist()
    budget = explored.space.budget
    return min(ends, key=lambda n: (sum(budget(n).totals), n), default=None)


# ------------------------------------------------------------------------------------ receptions


def _receptions(title: str, explored: Explored, *, in_the_middle: bool) -> Answer:
    table = explored.space.table
    repetitions = Repetitions(table)
    witness = None
    for source, step, target in deliveries(explored.space):
        witness = target if witness is None else witness
        state = explored.space.configuration(source).cells[step.participant].volatile
        if not repetitions.is_ignored(step.participant, state, step.number):
            continue
        status = table.view(step.participant, state).status
        middle = not status.is_final and state != 0
        if middle is not in_the_middle:
            continue
        if not repetitions.taken_before(step.participant, state, step.number):
            before = explored.trace_to(source)
            run = Trace((*before.numbers, target), (*before.steps, step))
            return Violated(title, explored.bounds, run)
    return held(title, explored, witness, "" if witness is not None else "no message was received")


def deliveries(space: StateSpace) -> Iterator[tuple[int, Step, int]]:
    """Steps in which a message is taken up, nearest first."""
    events = space.table.events.values
    for source in range(len(space)):
        for step, target in space.successors(source):
            if step.kind is StepKind.REACT and isinstance(events[step.number], Received):
                yield source, step, target


class Repetitions:
    """Which messages a participant ignores, and whether it may have taken them up before."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._after: dict[tuple[int, int], frozenset[int]] = {}

    def is_ignored(self, participant: int, state: int, event: int) -> bool:
        """Whether an event changes nothing and asks for nothing."""
        after, operations, _ = self.table.entry(participant, state, event)
        return after == state and not operations

    def taken_before(self, participant: int, state: int, event: int) -> bool:
        """Whether the participant can have come to this state with the event behind it."""
        key = (participant, event)
        if key not in self._after:
            self._after[key] = self._states_after(participant, event)
        return state in self._after[key]

    def _states_after(self, participant: int, event: int) -> frozenset[int]:
        """States that follow, at once or later, the taking up of an event."""
        following: dict[int, set[int]] = {}
        begin = set()
        for (state, met), (after, operations, _) in self.table.entries[participant].items():
            following.setdefault(state, set()).add(after)
            if met == event and (after != state or operations):
                begin.add(after)
        reached, stack = set(begin), list(begin)
        while stack:
            fresh = following.get(stack.pop(), set()) - reached
            reached |= fresh
            stack.extend(fresh)
        return frozenset(reached)
