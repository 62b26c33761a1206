"""Messages that are asked for on a grid of times; faults that strike several at once."""

from __future__ import annotations

import pytest

from tests.simulation.worlds import d, rows
from wfmodel.designs import Fault, Knobs, Poll, choreograph, orchestrate
from wfmodel.designs.faults import FaultKind
from wfmodel.designs.history import FAULT_KINDS, Kind
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.model.workflow import Final, Task, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate

SECOND = d("1s")


def two_steps(duration: str = "0s") -> Workflow:
    states = {
        "a": Task(service="one", duration=duration, next="b"),
        "b": Task(service="two", duration=duration, next="done"),
        "done": Final(),
    }
    return Workflow(name="two-steps", initial="a", states=states)


def begun(history) -> list[float]:
    return [row.time_ns / SECOND for row in rows(history, Kind.BEGIN)]


def test_a_reply_waits_until_it_is_asked_for():
    """Start at 0.3 s, asked for at 1 s; a millisecond of commits makes each reply just miss."""
    knobs = Knobs(poll=Poll(every="1s", of="orchestrator"), commit="1ms", publish="0s")
    setting = Setting(arrivals=Arrivals(at=(d("300ms"),)), horizon="1m", network="0s")
    history = simulate(orchestrate(two_steps(), knobs), setting)
    assert begun(history) == pytest.approx([1.002, 2.002])


def test_who_starts_asks_at_once_and_goes_on_from_there():
    """Down from 0.5 s to 1.25 s: what came meanwhile is asked for then, the rest a second later."""
    crash = Fault(kind="crash", target="orchestrator", at=(d("500ms"),), lasts="750ms")
    setting = Setting(
        arrivals=Arrivals(at=(d("600ms"),)), horizon="1m", network="0s", faults=(crash,)
    )
    knobs = Knobs(poll=Poll(every="1s", of="orchestrator"), commit="1ms", publish="0s")
    history = simulate(orchestrate(two_steps(), knobs), setting)
    assert begun(history) == pytest.approx([1.252, 2.252])


def test_of_two_that_ask_at_other_times_the_first_gets_it():
    """The second was down until 0.4 s, so it asks at 1.4 s, the first at 2 s."""
    crash = Fault(kind="crash", target="one", replica=1, at=(0,), lasts="400ms")
    setting = Setting(
        arrivals=Arrivals(at=(d("1100ms"),)), horizon="1m", network="0s", faults=(crash,)
    )
    knobs = Knobs(
        poll=Poll(every="1s", of="services"), replicas={"one": 2}, commit="0s", publish="0s"
    )
    history = simulate(choreograph(two_steps(), knobs), setting)
    assert begun(history)[0] == pytest.approx(1.4)


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
@pytest.mark.parametrize("persistence", ["database", "event-stream"])
def test_a_zone_fails_as_one(engine, persistence):
    if engine == "compiled":
        pytest.importorskip("numba")
    zone = Fault(
        kind="crash",
        target=("one", "orchestrator"),
        every=Exponential(mean="20s"),
        lasts=Exponential(mean="2s"),
        together=True,
    )
    setting = Setting(
        arrivals=Arrivals(every=Constant(SECOND)), horizon="10m", faults=(zone,), network="1ms"
    )
    knobs = Knobs(persistence=persistence, replay="1s")
    history = simulate(orchestrate(two_steps(), knobs), setting, seed=4, engine=engine)
    crash = FAULT_KINDS.index(FaultKind.CRASH)
    struck = [row for row in rows(history, Kind.FAULT_ON) if row.a == crash]
    times: dict[str, list[int]] = {"one": [], "orchestrator": []}
    for row in struck:
        times[history.participants[row.participant]].append(row.time_ns)
    assert times["one"] == times["orchestrator"]
    assert len(times["one"]) > 10


def test_without_it_each_is_struck_for_itself():
    zone = Fault(kind="crash", target=("one", "two"), every=Exponential(mean="20s"), lasts="1s")
    setting = Setting(arrivals=Arrivals(at=(0,)), horizon="10m", faults=(zone,))
    history = simulate(orchestrate(two_steps(), Knobs()), setting)
    struck = [(row.time_ns, row.participant) for row in rows(history, Kind.FAULT_ON)]
    assert len({time for time, _ in struck}) == len(struck)


def test_what_means_nothing_is_refused():
    with pytest.raises(ValueError, match="together needs a rate"):
        Fault(kind="crash", at=(0,), together=True)
    with pytest.raises(ValueError, match="unseen has no meaning with crash"):
        Fault(kind="crash", at=(0,), unseen=True)
    with pytest.raises(ValueError, match="a worker-crash needs an instant"):
        Fault(kind="worker-crash")
