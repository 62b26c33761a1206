"""Channels, budgets and reductions on systems small enough to count by hand."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.designs.workflows import workflows
from tests.exploration.test_explorer import saga
from wfmodel.designs import Channel, Knobs, Table, choreograph, orchestrate, own_system
from wfmodel.designs.messages import (
    Action,
    Event,
    PeerGone,
    Received,
    Send,
    SetTimer,
    Timer,
    TimerFired,
)
from wfmodel.designs.state import View
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.export.system_program import program_of
from wfmodel.exploration.packed import Engine, search
from wfmodel.exploration.symmetry import NotInterchangeable
from wfmodel.semantics.fault_budget import UNLIMITED
from wfmodel.semantics.outcome_monitor import ending_of


@dataclass(frozen=True)
class Sender:
    """Sends 1, then 2."""

    initial: int = 0
    to: tuple[str, ...] = ("log",)

    def react(self, state: int, event: Event) -> tuple[int, tuple[Action, ...]]:
        match event:
            case TimerFired("send") if state == 0:
                return 1, (Send(self.to, 1), SetTimer("send"))
            case TimerFired("send"):
                return 2, (Send(self.to, 2),)
            case _:
                return state, ()

    def view(self, state: int) -> View:
        return View()


@dataclass(frozen=True)
class Log:
    """Keeps what it hears, in order."""

    initial: tuple[int, ...] = ()

    def react(self, state: tuple[int, ...], event: Event) -> tuple[object, tuple[Action, ...]]:
        match event:
            case Received(int(number)) if len(state) < 3:
                return (*state, number), ()
            case _:
                return state, ()

    def view(self, state: tuple[int, ...]) -> View:
        return View()


def heard(channel: Channel, budget: FaultBudget | None = None, **knobs: object) -> set[object]:
    """What the log can have heard when nothing more happens."""
    system = own_system(
        "log",
        {"sender": Sender(), "log": Log()},
        channel=channel,
        opening={"sender": (SetTimer("send"),)},
        knobs=Knobs(**knobs),
    )
    space = search(Table(system), budget, engine=Engine.PLAIN)
    states = space.table.states[1].values
    return {states[space.configuration(n).cells[1].volatile] for n in space.resting.tolist()}


def test_a_multiset_keeps_no_order_and_fifo_does():
    assert heard(Channel.MULTISET) == {(1, 2), (2, 1)}
    assert heard(Channel.FIFO) == {(1, 2)}


def test_what_a_set_holds_may_come_again():
    # The log stops after three; 1 may come three times before 2 is even sent.
    assert heard(Channel.SET) == {(a, b, c) for a in (1, 2) for b in (1, 2) for c in (1, 2)}


@pytest.mark.parametrize("channel", [Channel.MULTISET, Channel.FIFO])
def test_losses_and_duplicates_come_out_of_the_budget(channel):
    orders = heard(channel)
    lost = heard(channel, FaultBudget(losses=1), delivery="at-most-once")
    assert lost == orders | {(1,), (2,)}
    twice = heard(channel, FaultBudget(duplicates=1))
    assert (1, 1, 2) in twice
    assert ((1, 2, 1) in twice) == (channel is Channel.MULTISET)
    assert heard(channel, FaultBudget(losses=1)) == orders  # at least once: nothing is lost


def test_a_bound_at_one_participant_spares_it_and_no_other():
    system = orchestrate(saga(), Knobs(persistence="memory"))
    budget = FaultBudget(crashes=2)
    spared = budget.each("crashes", ["bank"], 0)
    space = search(Table(system), spared, engine=Engine.PLAIN)
    crashed = {
        system.participants[step.participant]
        for number in range(1, len(space))
        if (step := space.came_from(number)[1]) is not None and step.kind == "crashes"
    }
    assert crashed == set(system.participants) - {"bank"}
    assert len(space) < len(search(Table(system), budget, engine=Engine.PLAIN))
    assert "at most 0 crashes at bank" in spared.describe()
    both = FaultBudget(crashes=1).each("crashes", ["bank", "shop"], 0)
    assert "at most 0 crashes at each of bank, shop;" in both.describe()


def test_an_unknown_fault_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="no fault 'crash'; there are crashes, losses"):
        FaultBudget().each("crash", ["bank"], 1)


def test_time_outs_fire_when_all_is_still_or_at_any_moment_and_the_budget_says_which():
    assert "only when nothing else can move" in FaultBudget(timeouts=1).describe()
    assert "at any moment" in FaultBudget(timeouts=UNLIMITED).describe()

    @dataclass(frozen=True)
    class Watcher(Sender):
        def react(self, state: int, event: Event) -> tuple[int, tuple[Action, ...]]:
            return (9, ()) if isinstance(event, TimerFired) else (state, ())

    def space(budget: FaultBudget):
        system = own_system(
            "watched",
            {"sender": Sender(), "log": Log(), "watcher": Watcher()},
            opening={"sender": (SetTimer("send"),), "watcher": (SetTimer(Timer("watchdog")),)},
        )
        return search(Table(system), budget, engine=Engine.PLAIN)

    still, any_moment = space(FaultBudget()), space(FaultBudget(timeouts=UNLIMITED))
    # Sender and log alone have 8 states, 2 of them resting, after which the watchdog fires.
    assert len(still) == 8 + 2
    assert len(any_moment) == 8 * 2
    paused = space(FaultBudget(pauses=1))
    fired = [n for n in range(len(paused)) if paused.configuration(n).cells[2].volatile]
    assert any(paused.configuration(n).cells[0].paused for n in fired)


def test_a_message_in_hand_cannot_be_lost():
    """At most once, a commit under way: the loss would take what is being acknowledged."""
    system = orchestrate(saga(), Knobs(delivery="at-most-once"))
    assert search(Table(system), FaultBudget(crashes=1, losses=1), engine=Engine.PLAIN).complete


@settings(max_examples=40, deadline=None)
@given(workflows(untimed_receives=False), st.sampled_from([orchestrate, choreograph]))
def test_taking_urgent_steps_first_keeps_every_ending(workflow, design):
    endings = []
    for urgent in (True, False):
        space = search(Table(design(workflow)), urgent=urgent, engine=Engine.PLAIN, limit=3_000)
        if not space.complete or space.cut:
            return
        found = space.groups(
            lambda n, s=space: ending_of(s.table, s.configuration(n)), space.resting
        )
        endings.append(set(found))
    assert endings[0] == endings[1]


@pytest.mark.parametrize("lasts", [{"mean": "3s"}, 3.5, "soon"])
def test_a_length_that_is_none_is_refused_by_its_timer(lasts):
    """A mapping was taken as it was, and failed deep inside a simulation."""
    with pytest.raises(ValueError, match=r"lasts of timer 'wake': .*; got"):
        own_system("sleepers", {"a": Log()}, lasts={"wake": lasts})


@dataclass(frozen=True)
class Patient(Log):
    """Takes 2 before 1."""

    def takes(self, state: tuple[int, ...], message: int) -> bool:
        return message == 2 or 2 in state


@pytest.mark.parametrize("engine", [Engine.PLAIN, Engine.COMPILED])
def test_a_message_that_is_not_taken_waits(engine):
    system = own_system(
        "log", {"sender": Sender(), "log": Patient()}, opening={"sender": (SetTimer("send"),)}
    )
    space = search(Table(system), engine=engine)
    states = space.table.states[1].values
    logged = [states[space.configuration(n).cells[1].volatile] for n in space.resting.tolist()]
    # Nothing sent; 1; 1 and 2; 1 left, 2 taken; both taken.
    assert (logged, len(space)) == ([(2, 1)], 5)


def test_in_a_fifo_channel_what_is_not_taken_holds_up_what_is_behind_it():
    system = own_system(
        "log",
        {"sender": Sender(), "log": Patient()},
        channel="fifo",
        opening={"sender": (SetTimer("send"),)},
    )
    assert len(search(Table(system))) == 3  # nothing is ever taken


@dataclass(frozen=True)
class Watching(Log):
    """Keeps what it hears, and who is gone."""

    def react(self, state: tuple[object, ...], event: Event) -> tuple[object, tuple[Action, ...]]:
        match event:
            case Received(PeerGone(who)):
                return (*state, who), ()
            case _:
                return super().react(state, event)


@pytest.mark.parametrize("engine", [Engine.PLAIN, Engine.COMPILED])
def test_whoever_watches_hears_of_a_crash_behind_what_was_sent_before(engine):
    system = own_system(
        "log",
        {"sender": Sender(), "log": Watching()},
        channel="fifo",
        opening={"sender": (SetTimer("send"),)},
        watches={"log": ("sender",)},
    )
    space = search(Table(system), FaultBudget(crashes=1), engine=engine)
    states = space.table.states[1].values
    ends = {states[space.configuration(n).cells[1].volatile] for n in space.resting.tolist()}
    # After a crash its timer is gone: it ends at what it had sent. Or the log itself crashes.
    assert {("sender",), (1, "sender"), (1, 2, "sender"), (1, 2)} <= ends
    assert ("sender", 1) not in ends


def test_what_no_export_can_say_is_refused():
    for more in ({"watches": {"log": ("sender",)}}, {}):
        machines = {"sender": Sender(), "log": Log() if more else Patient()}
        with pytest.raises(ValueError, match="'log' is not exported"):
            program_of(own_system("log", machines, **more))


def test_members_of_a_group_that_take_or_watch_differently_are_not_interchangeable():
    names = ("one", "two")
    watching = own_system(
        "pair", dict.fromkeys(names, Log()), symmetric=[names], watches={"one": ("two",)}
    )
    with pytest.raises(NotInterchangeable, match="they watch, or are watched, differently"):
        search(Table(watching))
    taking = own_system(
        "pair",
        {"sender": Sender(to=names), "one": Log(), "two": Patient()},
        symmetric=[names],
        opening={"sender": (SetTimer("send"),)},
    )
    with pytest.raises(NotInterchangeable, match="only one of them takes 1"):
        search(Table(taking))
