"""Machines tabulated lazily: the first time a machine meets (state, event), ``react`` runs.

From then on drivers work on integers. States are numbered per participant; events, messages and
timers for the whole system. These numbers depend on the order of discovery, by whichever run came
first; nothing that is saved may show them. So each run sees the table through a ``RunTable``, whose
numbers depend on that run alone.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterator
from typing import Any, Final, Generic, TypeAlias, TypeVar

from wfmodel.designs.messages import (
    Action,
    Choose,
    ClearTimer,
    Event,
    Expect,
    Message,
    PeerGone,
    Received,
    Restarted,
    Send,
    SetTimer,
    Timer,
    TimerFired,
    Work,
    WorkDone,
)
from wfmodel.designs.participant import Participant
from wfmodel.designs.reaction_checks import checked_reaction, checked_view
from wfmodel.designs.state import View
from wfmodel.designs.system import System, takes

_UNMET: Final = array("q", [-1])
Value = TypeVar("Value", bound=Hashable)

SEND: Final = 0
WORK: Final = 1
SET_TIMER: Final = 2
CLEAR_TIMER: Final = 3
CHOOSE: Final = 4
EXPECT: Final = 5

Operation: TypeAlias = tuple[Any, ...]
"""(SEND, message, event, recipients) | (WORK, node, epoch, attempt) | (SET_TIMER, timer, event) |
(CLEAR_TIMER, timer) | (CHOOSE, node, epoch) | (EXPECT, node, epoch): an action in integers."""

Entry: TypeAlias = tuple[int, tuple[Operation, ...], bool]
"""Next state, operations, and whether any of them publishes a message."""


def only_works(operations: tuple[Operation, ...]) -> bool:
    """Whether a reaction asks for work, and for nothing that others would hear of."""
    codes = {operation[0] for operation in operations}
    return WORK in codes and codes <= {WORK, SET_TIMER, CLEAR_TIMER}


class Interned(Generic[Value]):
    """Values numbered from 0 in order of first use."""

    __slots__ = ("numbers", "values")

    def __init__(self) -> None:
        self.numbers: dict[Value, int] = {}
        self.values: list[Value] = []

    def number(self, value: Value) -> int:
        """The number of a value, new or known."""
        known = len(self.values)
        found = self.numbers.setdefault(value, known)  # a state's hash is asked for once
        if found == known:
            self.values.append(value)
        return found


class Renumbered:
    """Numbers of a table, numbered from 0 in the order in which a run meets them."""

    __slots__ = ("_own", "values")

    def __init__(self) -> None:
        self.values, self._own = array("q"), array("q")

    def number(self, shared: int) -> int:
        """The run's number, new or known."""
        own = self._own
        if shared >= len(own):
            own.extend(_UNMET * (shared + 1 - len(own)))
        found = own[shared]
        if found < 0:
            found = own[shared] = len(self.values)
            self.values.append(shared)
        return found


class Table:
    """Every reaction of a system that any driver has met so far."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.own = system.own
        self.names = system.participants
        self.index = {name: i for i, name in enumerate(self.names)}
        self.machines = tuple(system.machines.values())
        self.messages: Interned[Message] = Interned()
        self.events: Interned[Event] = Interned()
        self.timers: Interned[Timer] = Interned()
        self.states: tuple[Interned[Any], ...] = tuple(Interned() for _ in self.names)
        self.entries: tuple[dict[tuple[int, int], Entry], ...] = tuple({} for _ in self.names)
        for participant, machine in enumerate(self.machines):
            assert self.states[participant].number(machine.initial) == 0
        self.restarted = self.events.number(Restarted())
        self._asked: dict[tuple[Operation, ...], tuple[Operation, ...]] = {}
        """Few things are asked for, from many states: those that are the same are one value."""
        self._views: tuple[list[View | None], ...] = tuple([] for _ in self.names)
        """By participant and state, as far as they were asked for."""
        self._received: dict[int, int] = {}
        self._done: dict[tuple[int, int, int, str], int] = {}

    @property
    def size(self) -> int:
        """How many states of participants were met."""
        return sum(len(known.values) for known in self.states)

    def hearer(self, participant: int, node: int) -> int:
        """Who hears the event from outside that this participant's action has set going."""
        machine = self.machines[participant]
        if not isinstance(machine, Participant):
            return participant
        role = machine.role
        return self.index[role.controller(role.flow.nodes[node], role.me)]

    def entry(self, participant: int, state: int, event: int) -> Entry:
        """The reaction of a participant, tabulated."""
        found = self.entries[participant].get((state, event))
        return self._miss(participant, state, event) if found is None else found

    def _miss(self, participant: int, state: int, event: int) -> Entry:
        known = self.states[participant]
        machine, met = self.machines[participant], (known.values[state], self.events.values[event])
        if self.own:
            after, actions = checked_reaction(self.names[participant], machine, *met, self.names)
        else:
            after, actions = machine.react(*met)
        operations = tuple([self._operation(action) for action in actions])
        operations = self._asked.setdefault(operations, operations)
        publishes = any(operation[0] == SEND for operation in operations)
        entry = (known.number(after), operations, publishes)
        self.entries[participant][state, event] = entry
        return entry

    def _operation(self, action: Action) -> Operation:
        match action:
            case Send(to, message):
                number = self.message(message)
                recipients = tuple(self.index[name] for name in to)
                return (SEND, number, self._received[number], recipients)
            case Work(node, epoch, attempt):
                return (WORK, node, epoch, attempt)
            case SetTimer(timer):
                fired = self.events.number(TimerFired(timer))
                return (SET_TIMER, self.timers.number(timer), fired)
            case ClearTimer(timer):
                return (CLEAR_TIMER, self.timers.number(timer))
            case Choose(node, epoch):
                return (CHOOSE, node, epoch)
            case Expect(node, epoch):
                return (EXPECT, node, epoch)

    def opening(self, name: str) -> tuple[Operation, ...]:
        """What a participant has asked for before anything happens."""
        return tuple(self._operation(action) for action in self.system.opening[name])

    def takes(self, participant: int, state: int, message: int) -> bool:
        """Whether a participant takes a message now; otherwise it waits."""
        known = self.states[participant].values
        return takes(self.machines[participant], known[state], self.messages.values[message])

    def notices(self, participant: int) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """(message, recipients): who hears that a participant has crashed, as one message."""
        name = self.names[participant]
        told = self.system.watchers_of(name)
        if not told:
            return ()
        notice: Any = PeerGone(name)  # one's own messages are of any kind
        return ((self.message(notice), tuple(sorted(self.index[who] for who in told))),)

    def message(self, message: Message) -> int:
        """The number of a message; its delivery is ``received``."""
        number = self.messages.number(message)
        if number not in self._received:
            self._received[number] = self.events.number(Received(message))
        return number

    def received(self, message: int) -> int:
        """The event that delivers a message."""
        return self._received[message]

    def work_done(self, node: int, epoch: int, attempt: int, outcome: str) -> int:
        """The event that ends an attempt."""
        key = (node, epoch, attempt, outcome)
        found = self._done.get(key)
        if found is None:
            found = self._done[key] = self.events.number(WorkDone(*key))
        return found

    def view(self, participant: int, state: int) -> View:
        """What the participant's store says in a state."""
        known = self._views[participant]
        if state >= len(known):
            known.extend([None] * (state + 1 - len(known)))
        found = known[state]
        if found is None:
            machine, value = self.machines[participant], self.states[participant].values[state]
            view = checked_view(self.names[participant], machine, value) if self.own else None
            found = known[state] = machine.view(value) if view is None else view
        return found

    def seen_views(self) -> Iterator[View]:
        """Views of all states that were met."""
        for participant, known in enumerate(self.states):
            for state in range(len(known.values)):
                yield self.view(participant, state)


class RunTable:
    """A table in one run's own numbers: given out as the run meets things, so part of its result.

    Timers keep the table's numbers; no history shows them.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.system = table.system
        self.names = table.names
        self.index = table.index
        self.states = tuple(Renumbered() for _ in table.names)
        self.events, self.messages = Renumbered(), Renumbered()
        self._asked: dict[tuple[Operation, ...], tuple[Operation, ...]] = {}
        """Operations in the table's numbers, to those in this run's."""
        self._received: dict[int, int] = {}
        self._done: dict[tuple[int, int, int, str], int] = {}
        for known in self.states:
            known.number(0)
        self.restarted = self.events.number(table.restarted)

    def entry(self, participant: int, state: int, event: int) -> Entry:
        """The reaction of a participant, in this run's numbers."""
        known = self.states[participant]
        after, operations, publishes = self.table.entry(
            participant, known.values[state], self.events.values[event]
        )
        number, asked = known.number(after), self._asked.get(operations)
        if asked is None:
            asked = self._asked[operations] = tuple(map(self._operation, operations))
        return (number, asked, publishes)

    def _operation(self, operation: Operation) -> Operation:
        if operation[0] == SEND:
            number = self._message(operation[1])
            return (SEND, number, self._received[number], operation[3])
        if operation[0] == SET_TIMER:
            return (SET_TIMER, operation[1], self.events.number(operation[2]))
        return operation

    def opening(self, name: str) -> tuple[Operation, ...]:
        """What a participant has asked for before anything happens."""
        return tuple(map(self._operation, self.table.opening(name)))

    def resumes(self, participant: int, state: int) -> bool:
        """Whether a participant that comes back with this state is told so.

        One that works on a workflow is if its view has something to go on with, or the copy of a
        row is behind. One of a system of one's own that knows of the instance is also if the news
        changes anything.
        """
        shared = self.states[participant].values[state]
        if self.table.view(participant, shared).active:
            return True
        value = self.table.states[participant].values[shared]
        knows = shared or self.names[participant] in self.system.opening
        if not (getattr(value, "rows", ()) if self.system.services else knows):
            return False
        after, operations, _ = self.table.entry(participant, shared, self.table.restarted)
        return after != shared or bool(operations)

    def takes(self, participant: int, state: int, message: int) -> bool:
        """Whether a participant takes a message now; otherwise it waits."""
        shared = self.states[participant].values[state]
        return self.table.takes(participant, shared, self.messages.values[message])

    def notice(self, participant: int) -> Operation:
        """What is sent to those who watch a participant when it crashes."""
        [(message, recipients)] = self.table.notices(participant)
        number = self._message(message)
        return (SEND, number, self._received[number], recipients)

    def message(self, message: Message) -> int:
        """The number of a message; its delivery is ``received``."""
        return self._message(self.table.message(message))

    def _message(self, shared: int) -> int:
        number = self.messages.number(shared)
        if number not in self._received:
            self._received[number] = self.events.number(self.table.received(shared))
        return number

    def received(self, message: int) -> int:
        """The event that delivers a message."""
        return self._received[message]

    def event(self, event: Event) -> int:
        """The number of an event."""
        return self.events.number(self.table.events.number(event))

    def work_done(self, node: int, epoch: int, attempt: int, outcome: str) -> int:
        """The event that ends an attempt."""
        key = (node, epoch, attempt, outcome)
        found = self._done.get(key)
        if found is None:
            found = self._done[key] = self.events.number(self.table.work_done(*key))
        return found

    def timer(self, number: int) -> Timer | Any:  # noqa: ANN401 - a timer of one's own is any value
        """The timer of a number."""
        return self.table.timers.values[number]

    def view(self, participant: int, state: int) -> View:
        """What the participant's store says in a state."""
        return self.table.view(participant, self.states[participant].values[state])

    def seen_views(self) -> tuple[tuple[View, ...], ...]:
        """Views of all states that this run has met, by participant and number."""
        return tuple(
            tuple(self.table.view(participant, state) for state in known.values)
            for participant, known in enumerate(self.states)
        )

    def seen_events(self) -> tuple[Event, ...]:
        """Events that this run has met, by number."""
        return tuple(self.table.events.values[number] for number in self.events.values)

    def seen_messages(self) -> tuple[Message, ...]:
        """Messages that this run has met, by number."""
        return tuple(self.table.messages.values[number] for number in self.messages.values)
