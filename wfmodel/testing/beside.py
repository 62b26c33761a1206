"""Your own implementation of a participant beside the model's: the first difference fails the test.

>>> TestOrders = beside_model(system, "orders", lambda: MyOrders()).TestCase

Hypothesis hands both the same events, shrinks what makes them differ, and prints it as a program.
What is compared after each event: the actions, in order, and the view.

What it cannot see: time, concurrency inside your implementation, and messages that no exploration
with one duplicate and one failure has seen (``messages_to`` takes another budget).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from wfmodel.designs.messages import Action, Event
from wfmodel.designs.state import View
from wfmodel.designs.system import System
from wfmodel.exploration import FaultBudget
from wfmodel.testing.event_sequences import WORTH_SEEING, PossibleEvents, messages_to


class Implementation(Protocol):
    """An adapter to your code, one object for each instance of the workflow."""

    def handle(self, event: Event) -> tuple[Action, ...]:
        """Meet an event; what was asked for in answer, in order.

        ``Restarted``: the process is back with its durable state.
        """
        ...

    def view(self) -> View | None:
        """What your store says of the instance; None if that is not to be compared."""
        ...


def beside_model(
    system: System,
    participant: str,
    make: Callable[[], Implementation],
    *,
    budget: FaultBudget = WORTH_SEEING,
) -> type[RuleBasedStateMachine]:
    """A state machine of Hypothesis; its ``TestCase`` is a test for pytest or unittest.

    ``budget``: of the exploration that finds out what the others may send.

    Raises:
        ValueError: the system has no such participant.
    """
    deliveries = messages_to(system, participant, budget)
    model = system.machines[participant]

    class Beside(RuleBasedStateMachine):
        """Both meet the same events."""

        def __init__(self) -> None:
            super().__init__()
            self.state, self.mine = model.initial, make()
            self.inbox = PossibleEvents(system, deliveries)

        @rule(data=st.data())
        def meets(self, data: st.DataObject) -> None:
            """Any event that is due."""
            event = data.draw(st.sampled_from(self.inbox.due()), label=f"{participant} meets")
            self.inbox.hand_over(event)
            self.state, wanted = model.react(self.state, event)
            self.inbox.carry_out(wanted)
            given = tuple(self.mine.handle(event))
            assert given == wanted, _differ("asks for", participant, event, given, wanted)
            seen, view = self.mine.view(), model.view(self.state)
            assert seen in (None, view), _differ("believes", participant, event, seen, view)

    Beside.__name__ = Beside.__qualname__ = f"{participant}-beside-model"
    return Beside


def _differ(verb: str, who: str, event: Event, given: object, wanted: object) -> str:
    return f"after {event}\nyour {who!r} {verb}\n  {given}\nthe model's\n  {wanted}"
