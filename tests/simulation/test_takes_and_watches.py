"""In runs: machines that choose what they take, crashes that are watched, the order of channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from wfmodel.designs import Fault, Knobs, System, own_system
from wfmodel.designs.history import Drop, History, Kind
from wfmodel.designs.messages import Action, Event, PeerGone, Received, Send, SetTimer, TimerFired
from wfmodel.designs.state import View
from wfmodel.experiments.hunting.history_to_schedule import retell
from wfmodel.exploration import accepts, refusals
from wfmodel.exploration.fault_accounting import Spending
from wfmodel.model.distributions import Constant, Uniform
from wfmodel.native.words import OBSTACLE
from wfmodel.simulation import Arrivals, Setting, simulate
from wfmodel.simulation.replay import replay
from wfmodel.simulation.script import UnplayableError

MS = 1_000_000
SECOND = 1000 * MS


@dataclass(frozen=True)
class Sender:
    """Sends one message after the other when its timer says so."""

    messages: tuple[Any, ...]
    initial: str = "idle"

    def react(self, state: str, event: Event) -> tuple[str, tuple[Action, ...]]:
        if isinstance(event, TimerFired):
            return "sent", tuple(Send(("reader",), message) for message in self.messages)
        return state, ()

    def view(self, state: str) -> View:
        return View()


@dataclass(frozen=True)
class Reader:
    """Keeps what it hears."""

    initial: tuple[Any, ...] = ()

    def react(self, state: tuple[Any, ...], event: Event) -> tuple[Any, tuple[Action, ...]]:
        match event:
            case Received(PeerGone(who)):
                return (*state, f"{who} is gone"), ()
            case Received(message) if isinstance(message, int):
                return (*state, message), ()
        return state, ()

    def view(self, state: tuple[Any, ...]) -> View:
        return View()


@dataclass(frozen=True)
class InTurn(Reader):
    """Takes 1 first, then 2, and so on."""

    def takes(self, state: tuple[Any, ...], message: Any) -> bool:
        return message == len(state) + 1


def letters(*messages: int, reader: Any = None, **more: Any) -> System:
    given: dict[str, Any] = {"lasts": {"send": "100ms"}, **more}
    return own_system(
        "letters",
        {"sender": Sender(messages), "reader": reader or InTurn()},
        opening={"sender": (SetTimer("send"),)},
        **given,
    )


def setting(*faults: Fault, at: tuple[int, ...] = (0,), network: Any = None) -> Setting:
    return Setting(
        arrivals=Arrivals(at=at),
        horizon=10 * SECOND,
        convergence=3600 * SECOND,
        network=network or Constant(10 * MS),
        faults=faults,
    )


def run(system: System, around: Setting, seed: int = 1) -> History:
    """The history that both engines write, and the explorer allows."""
    history = simulate(system, around, seed=seed)
    if not OBSTACLE:
        other = simulate(system, around, seed=seed, engine="compiled")
        assert other.rows.tobytes() == history.rows.tobytes()
    assert list(refusals(system, history)) == []
    return history


def crash(target: str, at: str, lasts: str = "1s") -> Fault:
    return Fault(kind="crash", target=target, at=(at,), lasts=lasts)  # type: ignore[arg-type]


def heard(history: History, instance: int = 0, since: int = 0) -> list[tuple[int, Any]]:
    """When the reader took up what."""
    reactions = [row for row in history if row.kind == Kind.REACT and row.participant == 1]
    events = [(row, history.events[row.a]) for row in reactions if row.instance == instance]
    return [
        (row.time_ns // MS, event.message)
        for row, event in events
        if isinstance(event, Received) and not str(event.message).startswith("Start")
    ]


def contents(history: History, instance: int = 0) -> list[Any]:
    return [message for _, message in heard(history, instance)]


def settled(history: History) -> bool:
    return [row.a for row in history if row.kind == Kind.END] == [1]


def test_what_is_not_taken_waits_and_is_looked_at_after_each_reaction():
    history = run(letters(3, 2, 5, 1), setting())
    # Each once the commit of the one before it is through, a millisecond; 5 is never taken.
    assert heard(history) == [(111, 1), (112, 2), (113, 3)]
    assert settled(history)


@pytest.mark.parametrize("persistence", ["memory", "log", "database"])
def test_it_does_so_wherever_a_state_is_kept(persistence):
    history = run(letters(3, 2, 1, knobs=Knobs(persistence=persistence)), setting())
    assert contents(history) == [1, 2, 3]


def test_no_redelivery_time_out_runs_while_it_waits():
    knobs = Knobs(redelivery_timeout=50 * MS)
    late = own_system(
        "late",
        {"sender": Sender((2,)), "reader": InTurn(), "other": Sender((1,))},
        opening={"sender": (SetTimer("send"),), "other": (SetTimer("later"),)},
        lasts={"send": "100ms", "later": "2s"},
        knobs=knobs,
    )
    history = run(late, setting())
    assert heard(history) == [(2011, 1), (2012, 2)]


def test_what_waits_at_a_process_that_crashes_comes_again():
    history = run(letters(2, 1, 9, reader=InTurn()), setting(crash("reader", "500ms")))
    assert contents(history) == [1, 2]
    waited = letters(2, lasts={"send": "100ms"})
    again = run(waited, setting(crash("reader", "500ms")))
    assert (contents(again), settled(again)) == ([], True)
    lost = run(letters(2, knobs=Knobs(delivery="at-most-once")), setting(crash("reader", "500ms")))
    drops = [(row.time_ns // MS, row.b) for row in lost if row.kind == Kind.DROP]
    assert drops == [(500, Drop.RECIPIENT_DOWN)]


@pytest.mark.parametrize(
    ("channel", "expected"),
    [("multiset", [1, 2, 3]), ("fifo", []), ("queue", []), ("set", [1, 2, 3])],
)
def test_in_a_channel_with_an_order_it_holds_up_what_is_behind_it(channel, expected):
    history = run(letters(2, 1, 3, channel=channel), setting())
    assert contents(history) == expected
    assert settled(history)


@pytest.mark.parametrize("channel", ["fifo", "queue"])
@pytest.mark.parametrize("delivery", ["at-least-once", "at-most-once"])
def test_a_channel_keeps_its_order_whatever_the_network_and_faults_do(channel, delivery):
    numbers = tuple(range(1, 9))
    odds = {"at": ("0s",), "lasts": "10s", "probability": 0.4, "target": "reader"}
    faults = [Fault(kind=kind, **odds) for kind in ("loss", "duplication")]  # type: ignore[arg-type]
    system = letters(*numbers, reader=Reader(), channel=channel, knobs=Knobs(delivery=delivery))
    around = setting(*faults, network=Uniform(1 * MS, 200 * MS))
    found = [contents(run(system, around, seed)) for seed in range(5)]
    assert all(one == sorted(one) for one in found)
    assert any(len(one) > len(set(one)) for one in found)
    whole = [set(one) == set(numbers) for one in found]
    assert all(whole) == (delivery == "at-least-once")


def watched(**more: Any) -> System:
    return letters(1, 2, reader=Reader(), watches={"reader": ("sender",)}, **more)


GONE = PeerGone("sender")


def test_every_instance_hears_of_each_crash_after_the_latency_of_the_network():
    faults = crash("sender", "500ms"), crash("sender", "1s", "2s"), crash("sender", "5s")
    history = run(watched(), setting(*faults, at=(0, 4 * SECOND)))
    # The second one strikes a process that is down.
    assert heard(history) == [(111, 1), (112, 2), (510, GONE), (5010, GONE)]
    assert heard(history, 1) == [(4111, 1), (4112, 2), (5010, GONE)]
    sent = [history.messages[row.a] for row in history if row.kind == Kind.SEND]
    assert GONE not in sent  # no process sends it
    spent = Spending(watched(), history).of(0).faults
    assert (spent.duplicates, spent.losses) == (0, 0)


def test_who_arrives_while_a_process_is_down_hears_of_that():
    history = run(watched(), setting(crash("sender", "0s", "3s"), at=(SECOND, 4 * SECOND)))
    assert heard(history) == [(1010, GONE)]  # and the sender has forgotten its timer
    assert heard(history, 1) == [(4111, 1), (4112, 2)]
    acts, _ = retell(watched(), history)
    assert [str(act.deed) for act in acts][:1] == ["crashes"]


@pytest.mark.parametrize(("delivery", "when"), [("at-least-once", [2010]), ("at-most-once", [])])
def test_a_watcher_that_is_down_hears_when_it_is_back_if_messages_wait(delivery, when):
    both = crash("reader", "50ms", "1950ms"), crash("sender", "60ms", "10ms")
    history = run(watched(knobs=Knobs(delivery=delivery)), setting(*both))
    assert [time for time, message in heard(history) if message == GONE] == when


def test_a_restored_store_counts_as_a_crash():
    restore = Fault(kind="restore", target="sender", at=("500ms",), lasts="1s", age="1s")  # type: ignore[arg-type]
    system = watched(channel="multiset")
    history = run(system, setting(restore))
    assert heard(history)[2:] == [(510, GONE)]
    acts, _ = retell(system, history)
    assert any("restored" in str(act) for act in acts)


def test_in_a_fifo_channel_the_news_comes_behind_what_was_sent():
    system = watched(channel="fifo")
    around = setting(crash("sender", "105ms"), network=Uniform(1 * MS, 400 * MS))
    for seed in range(5):
        assert contents(run(system, around, seed)) == [1, 2, GONE]


def test_replicas_of_a_watched_system_are_refused():
    system = watched(knobs=Knobs(replicas={"sender": 2}))
    with pytest.raises(ValueError, match=r"letters is not simulated: .* replicas"):
        simulate(system, setting())


def test_what_is_not_taken_cannot_be_played():
    system = letters(2, 1, atomic=False)
    acts, _ = retell(system, run(system, setting()))
    assert accepts(system, replay(system, acts), 0).accepted
    takes_two = next(act for act in acts if "2" in act.what and act.participant == "reader")
    first = [act for act in acts if act.participant == "sender"]
    with pytest.raises(UnplayableError):
        replay(system, [*first, takes_two])
