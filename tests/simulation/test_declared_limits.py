"""Limits and rates that a scenario may declare, held against closed forms."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

import wfmodel
from wfmodel.designs import Fault, Knobs, build
from wfmodel.designs.history import History, Kind
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import (
    Final,
    Parallel,
    Receive,
    Region,
    Task,
    Wait,
    Workflow,
)
from wfmodel.simulation import Arrivals, Pattern, Setting, simulate

S = parse_duration("1s")
NOTHING_TO_DO = Workflow(name="nothing", initial="done", states={"done": Final()})
POISSON = {"distribution": "exponential", "mean": "1s"}


def run(
    workflow: Workflow, knobs: Knobs, setting: Setting, design: str = "orchestration"
) -> History:
    system = build(workflow, design, knobs)
    pytest.importorskip("numba")
    found = simulate(system, setting, seed=1, engine="compiled")
    if len(found.rows) < 50_000:
        assert np.array_equal(found.rows, simulate(system, setting, seed=1).rows)
    return found


def commit_latency(history: History) -> float:
    """Mean time from an arrival to its commit, in seconds; each has one reaction."""
    rows = history.rows
    begun, ended = (rows[rows[:, 1] == kind] for kind in (Kind.ARRIVE, Kind.COMMIT))
    assert len(begun) == len(ended)
    return float((ended[:, 0].sum() - begun[:, 0].sum()) / len(begun) / S)


@pytest.mark.parametrize("load", [0.5, 0.8])
def test_commits_that_share_a_connection_wait_as_in_an_md1_queue(load):
    knobs = Knobs(commit=f"{int(load * 1000)}ms", connections=1)
    setting = Setting(arrivals=Arrivals(every=POISSON), horizon="60000s", network="0s")
    expected = load + load * load / (2 * (1 - load))  # Pollaczek and Khinchine
    found = commit_latency(run(NOTHING_TO_DO, knobs, setting))
    assert found == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("load", [0.5, 0.8])
def test_messages_wait_at_a_busy_broker_as_in_an_md1_queue(load):
    """The one message of each instance is its start; it is taken up when the broker is done."""
    knobs = Knobs(commit="0s", handling=f"{int(load * 1000)}ms")
    setting = Setting(arrivals=Arrivals(every=POISSON), horizon="60000s", network="0s")
    expected = load + load * load / (2 * (1 - load))  # Pollaczek and Khinchine
    found = commit_latency(run(NOTHING_TO_DO, knobs, setting))
    assert found == pytest.approx(expected, rel=0.05)


def test_a_busy_broker_has_one_line_for_all_and_what_comes_again_stands_in_it_too():
    """The first consumer is down at 1 s; of what comes again at its return each takes a second."""
    knobs = Knobs(commit="0s", handling="1s", redelivery_timeout="1h")
    setting = Setting(arrivals=Arrivals(at=("0s",) * 3), horizon="1m", network="0s")
    assert taken_at(knobs, setting) == [1, 2, 3]
    crash = Fault(kind="crash", target="*", at=("500ms",), lasts="9500ms")
    assert taken_at(knobs, replace(setting, faults=(crash,))) == [11, 12, 13]


def taken_at(knobs: Knobs, setting: Setting) -> list[int]:
    history = run(NOTHING_TO_DO, knobs, setting)
    return [int(row.time_ns // S) for row in history if row.kind == Kind.COMMIT]


def test_as_many_commits_as_connections_wait_for_nobody():
    knobs = Knobs(commit="1s", connections=3)
    setting = Setting(arrivals=Arrivals(at=("0s",) * 7), horizon="10s", network="0s")
    history = run(NOTHING_TO_DO, knobs, setting)
    ends = [row.time_ns // S for row in history if row.kind == Kind.COMMIT]
    assert ends == [1, 1, 1, 2, 2, 2, 3]


def test_a_crash_frees_connections():
    crash = Fault(kind="crash", target="initiator", at=("1500ms",), lasts="1s")
    knobs = Knobs(commit="1s", connections=1, redelivery_timeout="10s")
    setting = Setting(
        arrivals=Arrivals(at=("0s",) * 3), horizon="20s", network="0s", faults=(crash,)
    )
    history = run(NOTHING_TO_DO, knobs, setting, "choreography")
    ends = [row.time_ns / S for row in history if row.kind == Kind.COMMIT]
    assert ends == [1.0, 11.0, 12.0]


@pytest.mark.parametrize(
    ("staff", "every", "hours"), [(1, "40m", 0.5 / (1 - 0.75)), (2, "1h", 0.5 / (1 - 0.25**2))]
)
def test_people_who_answer_are_an_mmc_queue(staff, every, hours):
    """Half an hour each; of two, the mean stay is the service time over 1 - (load of each)²."""
    receive = Receive(
        service="desk",
        events={"approved": {"next": "done"}},
        delay={"distribution": "exponential", "mean": "30m"},
        staff=staff,
    )
    workflow = Workflow(name="ask", initial="ask", states={"ask": receive, "done": Final()})
    arrivals = Arrivals(every={"distribution": "exponential", "mean": every})
    setting = Setting(arrivals=arrivals, horizon="30000h", network="0s", convergence="1000h")
    history = run(workflow, Knobs(commit="0s", publish="0s"), setting)
    found = wfmodel.measure(history).values["latency_mean"] / 3600
    assert found == pytest.approx(hours, rel=0.06)


def test_staff_is_shared_by_the_copies_of_a_state():
    """Three items, one person, an hour each."""
    ask = Receive(service="desk", events={"ok": {"next": "end"}}, delay="1h", staff=1)
    region = Region(initial="ask", states={"ask": ask, "end": Final()})
    each = Parallel(regions=(region,), for_each="items", copies=3, next="done")
    workflow = Workflow(
        name="ask",
        initial="each",
        states={"each": each, "done": Final()},
        data={"items": {"type": "array", "input": True}},
    )
    setting = Setting(arrivals=Arrivals(at=("0s",)), horizon="1m", convergence="10h", network="0s")
    history = run(workflow, Knobs(commit="0s"), setting)
    assert wfmodel.measure(history).values["latency_mean"] == pytest.approx(3 * 3600)


def test_a_rate_follows_its_pattern():
    """Four quarters of an hour: none, as declared, three times as many, none."""
    pattern = Pattern(period="1h", factors=(0, 1, 3, 0))
    arrivals = Arrivals(every=POISSON, pattern=pattern)
    history = run(NOTHING_TO_DO, Knobs(), Setting(arrivals=arrivals, horizon="100h"))
    at = history.rows[history.rows[:, 1] == Kind.ARRIVE, 0]
    counts = np.bincount(at // (900 * S) % 4, minlength=4)
    assert counts[0] == counts[3] == 0
    assert counts[1:3] == pytest.approx([90_000, 270_000], rel=4 / 300)


def test_a_constant_rate_follows_it_to_the_nanosecond():
    arrivals = Arrivals(every="1s", pattern=Pattern(period="4s", factors=(2, 0.5)))
    history = run(NOTHING_TO_DO, Knobs(), Setting(arrivals=arrivals, horizon="9s"))
    at = [row.time_ns / S for row in history if row.kind == Kind.ARRIVE]
    # Twice as fast for 2 s, then half as fast for 2 s: the clock shows 5 s more after each 4 s.
    assert at == [0.5, 1.0, 1.5, 2.0, 4.0, 4.5, 5.0, 5.5, 6.0, 8.0, 8.5]


@pytest.mark.parametrize("engine", ["simpy", "auto"])
def test_a_rate_near_zero_brings_nobody_within_the_horizon(engine):
    """The clock of arrivals shows the first one after more years than 64 bits can count."""
    arrivals = Arrivals(every="11000d", pattern=Pattern(period="1s", factors=(1e-9,)))
    setting = Setting(arrivals=arrivals, horizon="9s")
    system = build(NOTHING_TO_DO, "orchestration", Knobs())
    assert simulate(system, setting, engine=engine).instances() == 0


@pytest.mark.parametrize("until", ["horizon", "end"])
def test_faults_stop_with_the_arrivals_or_go_on(until):
    """A wait of 15 min whose keeper forgets it in a crash, one in five minutes on average: of those
    that arrive in the first ten minutes, exp(-3) outlive crashes that go on.
    """
    wait = Workflow(
        name="wait",
        initial="wait",
        states={
            "wait": Wait(duration="15m", next="work"),
            "work": Task(service="a", idempotent=True, next="done"),
            "done": Final(),
        },
    )
    crash = Fault(
        kind="crash",
        target="orchestrator",
        every={"distribution": "exponential", "mean": "5m"},
        lasts="1ms",
    )
    setting = Setting(
        arrivals=Arrivals(every=POISSON),
        horizon="10m",
        convergence="1h",
        network="0s",
        faults=(crash,),
        faults_until=until,
    )
    knobs = Knobs(persistence="memory", commit="0s", redelivery_timeout="1s")
    system = build(wait, "orchestration", knobs)
    lost = [
        wfmodel.measure(simulate(system, setting, replication=r, engine="auto")).values["lost"]
        for r in range(60)
    ]
    expected = (
        1 - np.exp(-3.0) if until == "end" else 0.568
    )  # 1 - the mean of exp(-x/5) up to 10 min
    assert np.mean(lost) == pytest.approx(expected, abs=4 * np.std(lost) / 60**0.5)


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (lambda: Knobs(connections=1, persistence="memory"), "no reaction waits for a commit"),
        (lambda: Pattern(period="1h", factors=(0, 0)), "nothing ever arrives"),
        (lambda: Pattern(period=1, factors=(1, 1)), "shorter than a nanosecond"),
        (lambda: Pattern(period="1s", factors=(1e-20,)), "so small that nothing ever arrives"),
        (lambda: Pattern(period="1s", factors=(math.inf,)), "less than or equal to 1000000"),
        (lambda: Pattern(period="1s", factors=(math.nan, 1)), "less than or equal to 1000000"),
        (
            lambda: Setting(
                arrivals=Arrivals(every="1d", pattern=Pattern(period="1s", factors=(1e6,))),
                horizon="11574d",
            ),
            "longer than their clock can count",
        ),
        (lambda: Arrivals(at=("0s",), pattern=Pattern(period="1h", factors=(1,))), "a trace"),
    ],
)
def test_what_means_nothing_is_refused(made, why):
    with pytest.raises(ValidationError, match=why):
        made()
