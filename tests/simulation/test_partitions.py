"""Instances that share a line: a message waits for whoever's is before it."""

from __future__ import annotations

import pytest

from tests.simulation.worlds import d, rows
from wfmodel.designs import Fault, Knobs, choreograph
from wfmodel.designs.history import Drop, Kind
from wfmodel.model.distributions import Constant
from wfmodel.model.workflow import Final, Task, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate

SECOND = d("1s")
ENGINES = pytest.mark.parametrize("engine", ["simpy", "compiled"])


def work() -> Workflow:
    states = {"a": Task(service="one", duration="2s", next="done"), "done": Final()}
    return Workflow(name="work", initial="a", states=states)


def run(engine: str, knobs: dict[str, object], count: int, *faults: Fault):
    if engine == "compiled":
        pytest.importorskip("numba")
    known = {"commit": "0s", "publish": "0s", "acknowledge": "after-work", **knobs}
    setting = Setting(
        arrivals=Arrivals(at=(0,) * count), horizon="10m", network=Constant(0), faults=faults
    )
    system = choreograph(work(), Knobs(order="per-instance", **known))  # type: ignore[arg-type]
    return simulate(system, setting, engine=engine)


def begun(history) -> list[float]:
    return [row.time_ns / SECOND for row in rows(history, Kind.BEGIN)]


@ENGINES
def test_one_line_is_worked_off_one_by_one(engine):
    assert begun(run(engine, {"partitions": 1}, 4)) == [0.0, 2.0, 4.0, 6.0]
    assert begun(run(engine, {}, 4)) == [0.0, 0.0, 0.0, 0.0]


@ENGINES
def test_several_lines_go_on_beside_each_other(engine):
    """With three lines at most three work at once, and no line twice."""
    times = begun(run(engine, {"partitions": 3}, 30))
    assert len(times) == 30
    assert max(times.count(time) for time in times) == 3
    assert 2 * 30 / 3 - 2 <= max(times) <= 2 * 30


@ENGINES
def test_what_a_crash_interrupts_stays_first(engine):
    crash = Fault(kind="crash", target="one", at=(d("1s"),), lasts="3s")
    times = begun(run(engine, {"partitions": 1, "redelivery_timeout": "10s"}, 3, crash))
    assert times == [0.0, 10.0, 12.0, 14.0]  # ten seconds after its delivery it comes again


@ENGINES
def test_a_poison_message_holds_up_all_behind_it_until_it_is_set_aside(engine):
    """The first message is delivered three times, each time until its consumer crashes."""
    crash = Fault(kind="crash", target="one", at=tuple(d(f"{t}s") for t in (1, 11, 21)), lasts="1s")
    knobs = {"partitions": 1, "redelivery_timeout": "10s", "max_deliveries": 3}
    history = run(engine, knobs, 3, crash)
    assert begun(history) == [0.0, 10.0, 20.0, 30.0, 32.0]
    aside = [row.instance for row in rows(history, Kind.DROP) if row.b == Drop.SET_ASIDE]
    assert aside == [0]


def test_partitions_need_an_order():
    with pytest.raises(ValueError, match="partitions has no meaning without order"):
        Knobs(partitions=3)
