"""Who waits at a service with a capacity: by priority, and of one priority in order of arrival."""

from __future__ import annotations

import numpy as np
import pytest

from wfmodel.designs import Knobs, build
from wfmodel.designs.history import History, Kind
from wfmodel.designs.known_designs import DESIGNS
from wfmodel.model.workflow import Branch, Choice, Compensation, Final, Service, Task, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate

NO_TIME = Knobs(commit="0s", publish="0s")


def shop(duration: object, *, urgent: int = 1) -> Workflow:
    """Half of all orders are urgent; one of all is packed at a time."""
    states = {
        "kind": Choice(branches=(Branch(next="express", probability=0.5),), default="usual"),
        "express": Task(service="depot", duration=duration, priority=urgent, next="done"),
        "usual": Task(service="depot", duration=duration, next="done"),
        "done": Final(),
    }
    services = {"depot": Service(capacity=1)}
    return Workflow(name="shop", initial="kind", states=states, services=services)


def waits(history: History) -> dict[str, np.ndarray]:
    """Seconds from arrival to a worker, by step, in order of beginning."""
    rows = history.rows
    arrivals = dict(rows[rows[:, 1] == Kind.ARRIVE][:, [2, 0]].tolist())
    begun = rows[rows[:, 1] == Kind.BEGIN]
    found: dict[str, list[float]] = {"express": [], "usual": []}
    for time, instance, node in begun[:, [0, 2, 4]].tolist():
        found[history.nodes[node]].append((time - arrivals[instance]) / 1e9)
    return {name: np.array(each) for name, each in found.items()}


@pytest.mark.long
@pytest.mark.parametrize("design", DESIGNS)
def test_mean_waits_are_cobham_s(design):
    """M/M/1 with two classes, not preemptive, load 0.8 (Cobham 1954): R / (1 - a), and that over
    1 - load, where a is the urgent half of the load and R what the one at work has left.
    """
    setting = Setting(
        arrivals=Arrivals(every={"distribution": "exponential", "mean": "1250ms"}),
        horizon="150000s",
        network="0s",
    )
    service = {"distribution": "exponential", "mean": "1s"}
    found = waits(simulate(build(shop(service), design, NO_TIME), setting, seed=3))
    left = 0.8  # load times the mean rest of an exponential time of 1 s
    express = left / (1 - 0.4)
    assert found["express"].mean() == pytest.approx(express, rel=0.03)
    assert found["usual"].mean() == pytest.approx(express / (1 - 0.8), rel=0.06)


@pytest.mark.parametrize("design", DESIGNS)
def test_order_of_service_by_hand(design):
    """All come at once: one is at work, then all the urgent ones, each kind in order of arrival."""
    setting = Setting(arrivals=Arrivals(at=("0s",) * 40), horizon="10m", network="0s")
    history = simulate(build(shop("1s"), design, NO_TIME), setting, seed=1)
    rows = history.rows[history.rows[:, 1] == Kind.BEGIN][1:]
    order = [(history.nodes[node], instance) for node, instance in rows[:, [4, 2]].tolist()]
    assert order == sorted(order, key=lambda each: (each[0] != "express", each[1]))
    assert {name for name, _ in order} == {"express", "usual"}


@pytest.mark.parametrize("design", DESIGNS)
def test_of_equal_priority_it_is_the_order_of_arrival(design):
    setting = Setting(arrivals=Arrivals(at=("0s",) * 40), horizon="10m", network="0s")
    for urgent in (0, -3):
        history = simulate(build(shop("1s", urgent=urgent), design, NO_TIME), setting, seed=1)
        rows = history.rows[history.rows[:, 1] == Kind.BEGIN][1:]
        usual = [i for node, i in rows[:, [4, 2]].tolist() if history.nodes[node] == "usual"]
        assert usual == sorted(usual)
        if urgent == 0:
            assert rows[:, 2].tolist() == sorted(rows[:, 2].tolist())


def test_an_undo_may_go_before_new_work():
    states = {
        "take": Task(
            service="depot",
            duration="1s",
            effect="compensatable",
            compensation=Compensation(duration="1s", priority=5),
            next="pay",
        ),
        "pay": Task(
            service="bank",
            failures={"refused": {"kind": "business", "probability": 1.0}},
            on={"refused": "rollback"},
            next="done",
        ),
        "done": Final(),
    }
    services = {"depot": Service(capacity=1)}
    workflow = Workflow(name="shop", initial="take", states=states, services=services)
    setting = Setting(arrivals=Arrivals(at=("0s",) * 4), horizon="10m", network="0s")
    history = simulate(build(workflow, "orchestration", NO_TIME), setting)
    begun = [history.nodes[row.a] for row in history if row.kind == Kind.BEGIN]
    depot = [name for name in begun if name.startswith("take")]
    # A refusal is heard just after the depot has turned to the next order; then undos go first.
    assert depot == ["take", "take", "take~undo", "take~undo"] * 2
