"""What one participant may meet: events that a driver could hand to it, one after another.

A driver only hands over what is due: a message that somebody sent, a timer that is set, work that
was asked for. ``PossibleEvents`` keeps what is due for one participant; the messages of the others
are those that an exploration has seen them send.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from wfmodel.designs.messages import (
    Action,
    Choose,
    Chosen,
    ClearTimer,
    Event,
    Received,
    Restarted,
    SetTimer,
    Timer,
    TimerFired,
    Work,
    WorkDone,
)
from wfmodel.designs.system import System
from wfmodel.designs.table import Table
from wfmodel.exploration import Anything, FaultBudget, explore

WORTH_SEEING = FaultBudget(duplicates=1, failures=1)
MOST_CONFIGURATIONS = 20_000


def messages_to(
    system: System, participant: str, budget: FaultBudget = WORTH_SEEING
) -> tuple[Event, ...]:
    """Deliveries that the participant may meet, as an exploration found them.

    Raises:
        ValueError: the system has no such participant.
    """
    if participant not in system.participants:
        known = ", ".join(system.participants)
        raise ValueError(f"no participant {participant!r}; there are {known}")
    table = Table(system)
    explore(system, budget, limit=MOST_CONFIGURATIONS, table=table)
    met = table.entries[table.index[participant]]
    numbers = dict.fromkeys(event for _, event in met)
    events = (table.events.values[number] for number in numbers)
    return tuple(event for event in events if isinstance(event, Received))


@dataclass
class PossibleEvents:
    """What may be handed to one participant now. ``told`` is what it was last asked to do."""

    system: System
    deliveries: tuple[Event, ...]
    timers: list[Timer] = field(default_factory=list)
    work: list[tuple[int, int, int]] = field(default_factory=list)
    choices: list[tuple[int, int]] = field(default_factory=list)

    def due(self) -> tuple[Event, ...]:
        """Every event that a driver could hand over; at least one."""
        return (*self.deliveries, Restarted(), *self._own())

    def _own(self) -> Iterator[Event]:
        anything, nodes = Anything(), self.system.flow.nodes
        for timer in self.timers:
            yield TimerFired(timer)
        for node, epoch, attempt in self.work:
            for outcome in anything.outcomes(nodes[node], epoch, attempt):
                yield WorkDone(node, epoch, attempt, outcome)
        for node, epoch in self.choices:
            for branch in anything.branches(nodes[node], epoch):
                yield Chosen(node, epoch, branch)

    def hand_over(self, event: Event) -> None:
        """An event is used up; messages may always come again."""
        match event:
            case TimerFired(timer):
                self.timers.remove(timer)
            case WorkDone(node, epoch, attempt, _):
                self.work.remove((node, epoch, attempt))
            case Chosen(node, epoch, _):
                self.choices.remove((node, epoch))
            case Restarted():
                self.timers, self.work, self.choices = [], [], []
            case _:
                pass

    def carry_out(self, actions: tuple[Action, ...]) -> None:
        """What the participant asked for becomes due."""
        for action in actions:
            match action:
                case SetTimer(timer) if timer not in self.timers:
                    self.timers.append(timer)
                case ClearTimer(timer) if timer in self.timers:
                    self.timers.remove(timer)
                case Work(node, epoch, attempt):
                    self.work.append((node, epoch, attempt))
                case Choose(node, epoch):
                    self.choices.append((node, epoch))
                case _:
                    pass


@st.composite
def event_sequences(
    draw: DrawFn, system: System, participant: str, *, most: int = 20
) -> tuple[Event, ...]:
    """At most so many events that a participant could meet, each due when it comes.

    Raises:
        ValueError: the system has no such participant.
    """
    inbox = PossibleEvents(system, messages_to(system, participant))
    machine = system.machines[participant]
    state, events = machine.initial, []
    for _ in range(draw(st.integers(0, most))):
        event = draw(st.sampled_from(inbox.due()))
        inbox.hand_over(event)
        state, actions = machine.react(state, event)
        inbox.carry_out(actions)
        events.append(event)
    return tuple(events)
