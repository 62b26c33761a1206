"""Recovery as measured on real engines, predicted from documented parameters alone.

The measured values come from killing consumers of Redis 7 Streams, an orchestrator that holds its
instances in a lease table of PostgreSQL 15, and schedulers of Apache Airflow 3. Boots of the
processes are inputs: they took 0.4 to 1.6 s, schedulers 2.3 to 4.4 s.
"""

from __future__ import annotations

import pytest

from wfmodel.designs import (
    Fault,
    History,
    Knobs,
    Lease,
    System,
    Table,
    choreograph,
    orchestrate,
)
from wfmodel.designs.history import Kind
from wfmodel.designs.messages import Restarted
from wfmodel.model.distributions import Constant
from wfmodel.model.workflow import Final, Task, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate

SECOND = 10**9
BOOTS = tuple(0.4 + 1.2 * (i + 0.5) / 24 for i in range(24))


def saga(work: str) -> Workflow:
    def step(service: str, following: str, lasts: str) -> Task:
        return Task(service=service, next=following, duration=lasts, effect="compensatable")

    states = {
        "order": step("orders", "pay", "0s"),
        "pay": step("payment", "ship", work),
        "ship": step("shipping", "done", "0s"),
        "done": Final(),
    }
    return Workflow(name="saga", initial="order", states=states)


class Measured:
    """A system in which somebody is killed in the middle of the payment."""

    def __init__(self, system: System, who: str) -> None:
        self.system, self.who, self.table = system, who, Table(system)

    def run(self, arrival_ns: int, kill_ns: int, down_s: float) -> History:
        down = Constant(round(down_s * SECOND))
        crash = Fault(kind="crash", target=self.who, at=(kill_ns,), lasts=down)
        setting = Setting(
            arrivals=Arrivals(at=(arrival_ns,)), horizon="20m", network="0s", faults=(crash,)
        )
        return simulate(self.system, setting, table=self.table)


def begins(history: History, step: str) -> list[int]:
    rows = [row for row in history if row.kind == Kind.BEGIN]
    return [row.time_ns for row in rows if history.nodes[row.a] == step]


def restarts(history: History) -> list[int]:
    rows = [row for row in history if row.kind == Kind.REACT]
    return [row.time_ns for row in rows if history.events[row.a] == Restarted()]


# --------------------------------------------------------------- a consumer of a stream

STREAM = {
    "commit": "0s",
    "acknowledge": "after-work",
    "redelivery_timeout": "10s",
    "redelivery_look": "2s",
}


def works_again(down: tuple[float, ...], **knobs: object) -> list[float]:
    system = choreograph(saga("1s"), Knobs(**{**STREAM, **knobs}))  # type: ignore[arg-type]
    kill = SECOND // 2
    measured = Measured(system, "payment")
    return [(begins(measured.run(0, kill, d), "pay")[1] - kill) / SECOND for d in down]


@pytest.mark.parametrize(
    ("down", "knobs", "mean", "within"),
    [
        (BOOTS, {}, 10.82, 1.08),
        (tuple(7 + boot for boot in BOOTS), {}, 10.00, 1.00),
        ((1.07,), {"custody": "link"}, 1.07, 0.11),
    ],
    ids=["at once", "after 7 s", "own pending messages first"],
)
def test_a_killed_consumer_works_again_when_measured(down, knobs, mean, within):
    times = works_again(down, **knobs)
    assert abs(sum(times) / len(times) - mean) <= within


def test_a_message_published_to_a_dead_consumer_waits_for_it_and_no_longer():
    measured = Measured(choreograph(saga("1s"), Knobs(**STREAM)), "payment")  # type: ignore[arg-type]
    history = measured.run(SECOND, SECOND - 1, 5.36)
    assert begins(history, "pay") == [SECOND - 1 + round(5.36 * SECOND)]


# ------------------------------------------- killed at a uniform instant of one message's life

INSTANTS = 70


def shares(**knobs: object) -> tuple[float, float]:
    """Effect twice, message lost: of kills spread over 0.3 s of work and 0.4 s until the
    acknowledgement.
    """
    system = choreograph(saga("300ms"), Knobs(commit="0s", redelivery_timeout="10s", **knobs))  # type: ignore[arg-type]
    measured, twice, lost = Measured(system, "payment"), 0, 0
    calm = Setting(arrivals=Arrivals(at=(0,)), horizon="1m", network="0s")
    first = begins(simulate(system, calm), "pay")[0]
    for i in range(INSTANTS):
        kill = first + round((i + 0.5) / INSTANTS * 0.7 * SECOND)
        history = measured.run(0, kill, 1.0)
        landed = [row for row in history if row.kind == Kind.EFFECT]
        twice += sum(history.nodes[row.a] == "pay" for row in landed) > 1
        lost += not begins(history, "ship")
    return twice / INSTANTS, lost / INSTANTS


DUAL = {"publishing": "dual-write", "publish": "200ms"}
OUTBOX = {"publish": "400ms"}
LATE = {"acknowledge": "after-work"}


@pytest.mark.parametrize(
    ("knobs", "twice", "lost"),
    [  # 95 % intervals of what was measured in 40 kills each
        ({**LATE, **DUAL, "deduplicate": False}, (0.409, 0.730), (0, 0)),  # 23 of 40
        ({**LATE, **OUTBOX, "deduplicate": False}, (0.384, 0.708), (0, 0)),  # 22 of 40
        ({**LATE, **DUAL, "known_key": "skip"}, (0, 0), (0.206, 0.518)),  # 14 of 40
        ({**LATE, **DUAL, "known_key": "answer"}, (0, 0), (0, 0)),
        ({**LATE, **OUTBOX}, (0, 0), (0, 0)),
        ({"acknowledge": "on-receipt", **DUAL}, (0, 0), (0.701, 0.944)),  # 34 of 40
    ],
    ids=["no key", "no key, outbox", "skips", "answers", "key, outbox", "on receipt"],
)
def test_the_share_of_kills_that_do_harm(knobs, twice, lost):
    found = shares(**knobs)
    assert twice[0] <= found[0] <= twice[1]
    assert lost[0] <= found[1] <= lost[1]


# ------------------------------------------------------ an orchestrator with leased instances

LEASED = Lease(renewed="3s", lasts="10s", look="1s")  # type: ignore[arg-type]


def resumed(down: tuple[float, ...], lease: Lease | None) -> float:
    system = orchestrate(saga("1s"), Knobs(commit="0s", lease=lease))  # type: ignore[arg-type]
    measured, times = Measured(system, "orchestrator"), []
    for boot in down:
        for age in (0.25, 0.75, 1.25, 1.75, 2.25, 2.75):  # since the last heartbeat
            kill = round((30 + age) * SECOND)
            history = measured.run(kill - SECOND // 2, kill, boot)
            times.append((restarts(history)[0] - kill) / SECOND)
    return sum(times) / len(times)


@pytest.mark.parametrize(
    ("down", "lease", "mean", "within"),
    [
        (BOOTS, LEASED, 9.02, 0.91),
        (tuple(7 + boot for boot in BOOTS), LEASED, 9.29, 0.93),
        ((0.5,), None, 0.50, 0.05),
    ],
    ids=["at once", "after 7 s", "under its own name"],
)
def test_a_killed_orchestrator_resumes_when_measured(down, lease, mean, within):
    assert abs(resumed(down, lease) - mean) <= within


@pytest.mark.parametrize(
    ("lease", "age", "down", "measured"),
    [
        (Lease(renewed="6.4s", lasts="30s", look="5m"), 6.3, (2.3, 4.4), 304.0),  # type: ignore[arg-type]
        (Lease(renewed="6.4s", lasts="30s", look="5m"), 6.3, (37.3, 39.4), 38.6),  # type: ignore[arg-type]
        (Lease(renewed="3.1s", lasts="10s", look="5s"), 3.0, (2.3, 4.4), 9.2),  # type: ignore[arg-type]
    ],
    ids=["at once", "after 35 s: sooner", "tuned"],
)
def test_a_killed_scheduler_adopts_orphans_when_measured(lease, age, down, measured):
    """The ages of the last heartbeats were read off its tables, so they are inputs."""
    system = orchestrate(saga("20s"), Knobs(commit="0s", lease=lease))  # type: ignore[arg-type]
    harness = Measured(system, "orchestrator")
    for boot in down:
        kill = round((4 * lease.renewed / SECOND + age) * SECOND)
        history = harness.run(kill - 2 * SECOND, kill, boot)
        assert abs((restarts(history)[0] - kill) / SECOND - measured) <= 2.0
