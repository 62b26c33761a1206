"""The compiled search does not write steps that lead to what is known, and finds the same.

Random systems of machines that send, take and set timers, in every kind of channel, with all that
could make the argument of ``was_met`` untrue: steps that cost, messages that cross, orders kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exploration.test_packed import assert_equal_numbers
from wfmodel.designs import Knobs, System, Table, own_system
from wfmodel.designs.messages import Action, Event, Received, Send, SetTimer, TimerFired
from wfmodel.designs.state import Status, View
from wfmodel.designs.system import Channel
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.packed import Engine, has_numba, search

pytestmark = pytest.mark.skipif(not has_numba(), reason="numba is not installed")

NAMES = ("a", "b", "c", "d")
STATES = range(3)
MESSAGES = ("x", "y")
TIMERS = ("go", "on")

messages = st.sampled_from(MESSAGES)

Answer = tuple[int, tuple[Action, ...]]


@dataclass(frozen=True)
class Drawn:
    """A machine that does what was drawn for a state and what happens in it; else nothing."""

    answers: tuple[tuple[tuple[int, str], Answer], ...]
    initial: int = 0

    def react(self, state: int, event: Event) -> Answer:
        """As drawn."""
        match event:
            case Received(message):
                return dict(self.answers).get((state, str(message)), (state, ()))
            case TimerFired(timer):
                return dict(self.answers).get((state, str(timer)), (state, ()))
            case _:
                return state, ()

    def view(self, state: int) -> View:
        """The last state is an end."""
        return View(Status.SUCCEEDED if state == STATES[-1] else Status.RUNNING)


def answers(names: tuple[str, ...], state: int) -> st.SearchStrategy[Answer]:
    """States only grow, so that no machine sends for ever."""
    send = st.builds(Send, st.sampled_from(names).map(lambda name: (name,)), messages)
    timer = st.sampled_from(TIMERS).map(SetTimer)
    actions = st.lists(st.one_of(send, send, timer), max_size=2).map(tuple)
    return st.tuples(st.integers(state + 1, STATES[-1]), actions)


@st.composite
def systems(draw: st.DrawFn) -> System:
    names = NAMES[: draw(st.integers(2, 4))]
    keys = [(state, what) for state in STATES[:-1] for what in (*MESSAGES, *TIMERS)]
    machines = {
        name: Drawn(
            tuple(
                (key, draw(answers(names, key[0])))
                for key in keys
                if key == (0, "go") or draw(st.integers(0, 2))
            )
        )
        for name in names
    }
    return own_system(
        "drawn",
        machines,
        opening={name: (SetTimer("go"),) for name in names},
        channel=draw(st.sampled_from(list(Channel))),
        knobs=Knobs(
            persistence=draw(st.sampled_from(["memory", "database"])),
            delivery=draw(st.sampled_from(["at-most-once", "at-least-once"])),
        ),
    )


budgets = st.builds(
    FaultBudget,
    crashes=st.integers(0, 1),
    losses=st.integers(0, 1),
    duplicates=st.integers(0, 1),
    timeouts=st.integers(0, 1),
    pauses=st.integers(0, 1),
)


@settings(max_examples=100, deadline=None)
@given(systems(), budgets)
def test_the_compiled_search_numbers_states_as_the_plain_one_does(system, budget):
    table = Table(system)
    plain, compiled = (
        search(table, budget, limit=3_000, engine=engine)
        for engine in (Engine.PLAIN, Engine.COMPILED)
    )
    assert_equal_numbers(plain, compiled)


def sender(message: str) -> Drawn:
    """Sends one message to c when its timer fires."""
    return Drawn((((0, "go"), (1, (Send(("c",), message),))),))


@pytest.mark.parametrize(
    ("channel", "states"),
    [(Channel.MULTISET, 9), (Channel.SET, 4), (Channel.FIFO, 9), (Channel.QUEUE, 10)],
)
def test_in_a_queue_it_matters_who_sent_first(channel, states):
    """Neither, one or both have sent (4); received are none, one or both (5 more) - but where a
    message stays, receiving changes nothing, and in one queue for both two orders are two states.
    """
    system = own_system(
        "two-senders",
        {"a": sender("x"), "b": sender("y"), "c": Drawn(())},
        opening={"a": (SetTimer("go"),), "b": (SetTimer("go"),)},
        channel=channel,
    )
    found = search(Table(system), engine=Engine.COMPILED)
    assert (found.compiled, len(found)) == (True, states)
