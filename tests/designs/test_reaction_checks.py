"""What a machine of one's own does wrong is said with participant, state and event."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from wfmodel.designs import Channel, Table, own_system
from wfmodel.designs.messages import (
    ClearTimer,
    Event,
    Received,
    Send,
    SetTimer,
    Timer,
    TimerFired,
    Work,
)
from wfmodel.designs.reaction_checks import BadReaction
from wfmodel.designs.state import View
from wfmodel.exploration.packed import Engine, search


@dataclass(frozen=True)
class Machine:
    """Does on ``go`` whatever the test says."""

    does: Any
    initial: Any = "idle"
    shows: Any = field(default_factory=View)

    def react(self, state: Any, event: Event) -> Any:
        match event:
            case TimerFired("go"):
                return self.does(state)
            case _:
                return state, ()

    def view(self, state: Any) -> Any:
        return self.shows


def explored(does: Any, **more: Any) -> Table:
    machines = {"payment": Machine(does, **more), "orders": Machine(None)}
    system = own_system("shop", machines, opening={"payment": (SetTimer("go"),)})
    table = Table(system)
    search(table, engine=Engine.PLAIN)
    return table


@dataclass(unsafe_hash=True)
class Mutable:
    count: int = 0


def changed_in_place(state: Mutable) -> tuple[Mutable, tuple[()]]:
    state.count += 1
    return state, ()


@dataclass
class WithoutEquality:
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


NUMBERS = count()


@pytest.mark.parametrize(
    ("does", "more", "said"),
    [
        (lambda s: (["paid"], ()), {}, r"the next state is not hashable: \['paid'\]"),
        (lambda s: "paid", {}, "must return the next state and a tuple of actions.*got 'paid'"),
        (lambda s: ("paid", SetTimer("go")), {}, r"actions are a tuple; .*did you mean \(SetTimer"),
        (lambda s: ("paid", (Send("orders", "paid"),)), {}, "recipients are a tuple"),
        (lambda s: ("paid", (Send(("ordres",), 1),)), {}, "'ordres'.*did you mean 'orders'"),
        (lambda s: ("paid", (Send(("orders",), []),)), {}, r"the message is not hashable: \[\]"),
        (lambda s: ("paid", (SetTimer([]),)), {}, r"the timer is not hashable: \[\]"),
        (lambda s: ("paid", (SetTimer(Timer("watchdgo")),)), {}, "did you mean 'watchdog'"),
        (lambda s: ("paid", (Work(0, 0, 1),)), {}, "is no action of a system of one's own"),
        (lambda s: ("paid", ("send",)), {}, "'send' is no action"),
        (lambda s: (next(NUMBERS), ()), {}, "goes to .* when called once and .* called again"),
        (lambda s: (WithoutEquality(), ()), {}, "must be equal by value"),
        (lambda s: ("paid", (SetTimer(next(NUMBERS)),)), {}, "asks for .* when called once"),
        (changed_in_place, {"initial": Mutable()}, r"in place: .*count=0.* became .*count=1"),
        (lambda s: 1 / 0, {}, "raised ZeroDivisionError: division by zero .*test_reaction_checks"),
    ],
)  # fmt: skip
def test_a_bad_reaction_names_who_where_and_what(does, more, said):
    with pytest.raises(
        BadReaction, match=f"(?s)^payment in state '.*', meeting timer 'go'.*{said}"
    ):
        explored(does, **more)


def test_a_view_that_is_none_is_named():
    with pytest.raises(BadReaction, match="payment in state 'idle': view must return a View"):
        explored(lambda s: ("paid", ()), shows=None).view(0, 0)


def test_a_good_machine_is_let_be():
    table = explored(lambda s: ("paid", (Send(("orders",), "paid"), ClearTimer("other"))))
    assert Received("paid") in table.events.values


@pytest.mark.parametrize(
    ("machines", "more", "said"),
    [
        ({"a": Machine}, {}, r"a is the class Machine, not one of it: write Machine\(\)"),
        ({"a": object()}, {}, "has no initial and no react and no view"),
        ({"a": Machine(None, initial=[])}, {}, "a: its initial state is not hashable"),
        ({"a": Machine(None)}, {"channel": "fifoo"}, "no channel 'fifoo'; did you mean 'fifo'"),
        ({"alpha": Machine(None)}, {"start": ("alpa",)}, "did you mean 'alpha'"),
        ({"a": Machine(None)}, {"opening": {"a": SetTimer("x")}}, "what a opens with: actions are"),
        ({"a": Machine(None)}, {"opening": {"a": (Send(("b",), 1),)}}, "sends to 'b', and there"),
    ],
)
def test_what_cannot_be_a_system_is_refused_at_the_door(machines, more, said):
    with pytest.raises(ValueError, match=said):
        own_system("shop", machines, **more)


def test_a_channel_may_be_named():
    """``"fifo"`` silently meant a multiset."""
    assert own_system("shop", {"a": Machine(None)}, channel="fifo").channel is Channel.FIFO
