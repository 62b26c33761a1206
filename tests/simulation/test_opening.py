"""What a System of one's own opens with is begun when an instance arrives, in both engines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest

from tests.agreement.interpreted import interpreted_kernel
from wfmodel.designs import Knobs, System, Table, own_system
from wfmodel.designs.faults import Fault
from wfmodel.designs.history import History, Kind
from wfmodel.designs.messages import (
    Action,
    Event,
    Received,
    Restarted,
    Send,
    SetTimer,
    Timer,
    TimerFired,
)
from wfmodel.designs.state import Status, View
from wfmodel.designs.table import RunTable
from wfmodel.experiments.hunting.history_to_schedule import retell
from wfmodel.exploration import accepts, refusals
from wfmodel.exploration.packed import search
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.native.words import OBSTACLE
from wfmodel.simulation import Arrivals, Setting, simulate
from wfmodel.simulation.randomness import Streams
from wfmodel.simulation.replay import replay
from wfmodel.simulation.run_context import RunContext

SECOND = 10**9


@dataclass(frozen=True)
class Asker:
    """Asks when its timer says so, and again when it comes back without an answer."""

    timer: object = "ask"
    initial: str = "idle"

    def react(self, state: str, event: Event) -> tuple[str, tuple[Action, ...]]:
        match event:
            case TimerFired() if state != "done":
                return "asked", (Send(("answerer",), "question"),)
            case Received("answer"):
                return "done", ()
            case Restarted() if state != "done":
                return state, (SetTimer(self.timer),)
            case _:
                return state, ()

    def view(self, state: str) -> View:
        return View(Status.SUCCEEDED if state == "done" else Status.RUNNING)


@dataclass(frozen=True)
class Answerer:
    initial: int = 0

    def react(self, state: int, event: Event) -> tuple[int, tuple[Action, ...]]:
        match event:
            case Received("question"):
                return min(state + 1, 2), (Send(("asker",), "answer"),)
            case _:
                return state, ()

    def view(self, state: int) -> View:
        return View()


def system(timer: object = "ask", *more: Action, **how: object) -> System:
    lasts = {} if isinstance(timer, Timer) else {timer: "1s"}
    given = {"lasts": lasts, "atomic": False, "knobs": Knobs(watchdog="3s"), **how}
    machines = {"asker": Asker(timer), "answerer": Answerer()}
    opening = {"asker": (SetTimer(timer), *more)}
    return own_system("question", machines, opening=opening, **given)  # type: ignore[arg-type]


def setting(*faults: Fault, at: tuple[int, ...] = (0,)) -> Setting:
    return Setting(arrivals=Arrivals(at=at), horizon="10s", convergence="1h", faults=faults)  # type: ignore[arg-type]


def both(one: System, surroundings: Setting, seed: int = 1) -> History:
    """The history, after making sure that each engine writes it; and the text without numba."""
    history = simulate(one, surroundings, seed=seed)
    if not OBSTACLE:
        other = simulate(one, surroundings, seed=seed, engine="compiled")
        assert other.rows.tobytes() == history.rows.tobytes()
        assert (other.events, other.messages) == (history.events, history.messages)
    assert list(refusals(one, history)) == []
    return history


def fired(history: History) -> list[int]:
    events = history.events
    return [
        row.time_ns
        for row in history
        if row.kind == Kind.REACT and isinstance(events[row.a], TimerFired)
    ]


@pytest.mark.parametrize(("timer", "after"), [("ask", SECOND), (Timer("watchdog"), 3 * SECOND)])
def test_a_timer_that_is_set_before_anything_happens_fires(timer, after):
    one = system(timer)
    history = both(one, setting(at=(0, 5)))
    assert fired(history) == [after, after + 5]
    assert [row.a for row in history if row.kind == Kind.END] == [1]
    last = {
        row.instance: row.b for row in history if row.kind == Kind.REACT and row.participant == 0
    }
    assert all(history.views[0][state].status is Status.SUCCEEDED for state in last.values())


def test_a_message_that_is_sent_before_anything_happens_arrives_and_is_counted():
    one = system("ask", Send(("answerer",), "question"))
    history = both(one, setting())
    sent = Counter(
        (row.participant, history.messages[row.a]) for row in history if row.kind == Kind.SEND
    )
    assert sent[0, "question"] == 1  # the timer finds that it is done
    assert sent[1, "answer"] == 1


def test_each_instance_draws_the_length_of_its_timers():
    one = system("ask", lasts={"ask": Exponential(SECOND)})
    times = fired(both(one, setting(at=tuple(range(20)))))
    assert len(set(times)) == 20
    assert 0.4 * SECOND < sum(times) / 20 < 2 * SECOND


@pytest.mark.parametrize(
    ("when", "durable", "lost"),
    [
        # set again at the restart: for when it was due, where that is durable; else anew
        ("500ms", [1.5], [2.5]),
        ("1010ms", None, None),
        ("0s", [2.0], [2.0]),
    ],
)
@pytest.mark.parametrize("persistence", ["database", "memory", "log"])
def test_a_crash_takes_the_timer_and_the_restart_is_told(when, durable, lost, persistence):
    times = durable if persistence == "database" else lost
    crash = Fault(kind="crash", target="asker", at=(when,), lasts=Constant(SECOND))  # type: ignore[arg-type]
    knobs = Knobs(watchdog="3s", persistence=persistence)
    arrival = 0 if when != "0s" else 1_000
    history = both(system(knobs=knobs), setting(crash, at=(arrival,)))
    if times is not None:
        assert [round(time / SECOND, 2) for time in fired(history)] == times
    _, space = retell(system(knobs=knobs), history)
    assert space.table.view(0, space.configuration(space.last).cells[0].volatile) == View(
        Status.SUCCEEDED
    )


def test_a_crash_that_is_over_before_the_arrival_takes_nothing():
    crash = Fault(kind="crash", target="asker", at=("0s",), lasts=Constant(SECOND))  # type: ignore[arg-type]
    history = both(system(), setting(crash, at=(2 * SECOND,)))
    assert fired(history) == [3 * SECOND]


def test_a_run_is_retold_and_replayed_from_the_opening():
    one = system("ask", Send(("answerer",), "question"))
    history = both(one, setting())
    acts, space = retell(one, history)
    assert space.last != 0
    played = replay(one, acts)
    assert accepts(one, played, 0).accepted
    assert [row.a for row in played if row.kind == Kind.END] == [1]
    space = search(Table(one))
    assert len(space) > 10


def test_a_timer_without_a_length_is_an_error_that_says_what_to_do():
    for engine in ("simpy", *(["compiled"] if not OBSTACLE else [])):
        with pytest.raises(ValueError, match=r"'ask'.*lasts="):
            simulate(system(lasts={}), setting(), engine=engine)
        unwatched = system(Timer("watchdog"), knobs=Knobs())
        with pytest.raises(ValueError, match=r"Knobs\(watchdog"):
            simulate(unwatched, setting(), engine=engine)
    with pytest.raises(ValueError, match="duration"):
        system(lasts={"ask": "soon"})


def test_the_kernels_text_opens_without_numba_too():
    one = system("ask", Send(("answerer",), "question"))
    crash = Fault(kind="crash", target="asker", at=("500ms",), lasts=Constant(SECOND))  # type: ignore[arg-type]
    history = simulate(one, setting(crash))
    with interpreted_kernel() as modules:
        run = RunContext(RunTable(Table(one)), setting(crash), Streams(0, 0))
        rows = modules["engine"].Compiled(run).rows()
    assert rows.tobytes() == history.rows.tobytes()
