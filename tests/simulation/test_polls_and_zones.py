"""Messages that are asked for on a grid of times; faults that strike several at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.simulation.worlds import d, rows
from wfmodel.designs import Fault, Knobs, Poll, choreograph, orchestrate
from wfmodel.designs.faults import FaultKind
from wfmodel.designs.history import FAULT_KINDS, Kind
from wfmodel.experiments import load_scenario
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


def test_who_is_not_back_yet_misses_what_is_over_and_meets_the_next_with_the_others():
    """An event stream whose replay outlasts the gap."""
    crash = Fault(kind="crash", target=("one", "two"), every=Constant(5 * SECOND), lasts="1s")
    zone = replace(crash, together=True)
    setting = Setting(
        arrivals=Arrivals(at=(SECOND,) * 20), horizon="60s", faults=(zone,), network="1ms"
    )
    knobs = Knobs(persistence="event-stream", replay="400ms")
    history = simulate(choreograph(two_steps("3s"), knobs), setting)
    struck: dict[int, list[float]] = {0: [], 1: []}
    for row in rows(history, Kind.FAULT_ON):
        struck[row.participant].append(row.time_ns / SECOND)
    assert struck[0] == [5.0 + 6 * k for k in range(10)]
    assert len(struck[1]) < len(struck[0])  # else the test shows nothing
    assert set(struck[1]) < set(struck[0])


def test_who_stands_still_asks_for_nothing():
    """The message waits in the queue, is delivered once, and no time-out runs."""
    pause = Fault(kind="pause", target="one", at=(d("500ms"),), lasts="100s")
    setting = Setting(
        arrivals=Arrivals(at=(d("600ms"),)), horizon="5m", network="0s", faults=(pause,)
    )
    knobs = Knobs(poll=Poll(every="1s"), redelivery_timeout="10s", max_deliveries=3, commit="0s")
    history = simulate(choreograph(two_steps(), knobs), setting)
    assert rows(history, Kind.DROP) == []
    assert begun(history)[0] == pytest.approx(101.0, abs=1e-3)
    taken = [row.a for row in rows(history, Kind.REACT) if row.participant == 0]
    assert len(set(taken)) == len(taken)  # nothing twice


WORKFLOW = """\
name: w
initial: a
states: {a: {kind: task, service: one, next: b}, b: {kind: final}}
"""
SCENARIO = """\
question: Who asks?
workflow: w.yaml
knobs: {poll: {every: 1s, of: orchestratr}}
setting:
  arrivals: {every: 1s}
  horizon: 10s
  faults: [{kind: worker-crash, target: one, at: [1s], unseen: true}]
variants: {late: {design: orchestration, knobs: {acknowledge: after-work}}}
"""


def test_what_cannot_be_is_said_with_its_place(tmp_path):
    (tmp_path / "w.yaml").write_text(WORKFLOW, encoding="utf-8")
    (tmp_path / "s.yaml").write_text(SCENARIO, encoding="utf-8")
    said = {each.code: each for each in load_scenario(tmp_path / "s.yaml").findings}
    assert (said["E103"].span.line, said["E103"].span.column) == (3, 31)
    assert "did you mean 'orchestrator'?" in str(said["E103"].message)
    assert (said["E111"].span.line, said["E111"].span.column) == (7, 64)
    assert "in 'late' there can be no worker-crash like that" in str(said["E111"].message)
