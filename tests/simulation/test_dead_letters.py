"""A message that was delivered too often is set aside: closed forms, and the explorer's verdict."""

from __future__ import annotations

import numpy as np
import pytest

import wfmodel
from tests.simulation.test_order import both_at_once
from wfmodel.designs import Fault, Knobs, build
from wfmodel.designs.history import Drop, History, Kind
from wfmodel.exploration import FaultBudget, accepts
from wfmodel.metrics import measure
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Final, Task, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate

S = parse_duration("1s")
LATE = {"acknowledge": "after-work", "commit": "0s", "publish": "0s"}


def one_step() -> Workflow:
    task = Task(service="press", duration="10s", idempotent=True, next="done")
    return Workflow(name="one", initial="print", states={"print": task, "done": Final()})


def run(workflow: Workflow, crashes: tuple[str, ...], **knobs: object) -> History:
    """The press is down for a second at each of some instants."""
    system = build(workflow, "orchestration", Knobs(**LATE | knobs))
    crash = Fault(kind="crash", target="press", at=crashes or ("0s",), lasts="1s")
    faults = (crash,) if crashes else ()
    setting = Setting(arrivals=Arrivals(at=("0s",)), horizon="1000s", network="0s", faults=faults)
    history = simulate(system, setting, seed=1)
    assert np.array_equal(history.rows, simulate(system, setting, seed=1, engine="compiled").rows)
    assert accepts(system, history, 0).accepted
    return history


def times(history: History, kind: Kind, cause: Drop | None = None) -> list[float]:
    rows = history.rows
    chosen = rows[:, 1] == kind
    if cause is not None:
        chosen &= rows[:, 5] == cause
    return [float(time / S) for time in rows[chosen, 0]]


def set_aside(history: History) -> list[float]:
    return times(history, Kind.DROP, Drop.SET_ASIDE)


@pytest.mark.parametrize(
    ("knobs", "when"),
    [
        # Delivered at 0 s and, the press being back, at 5 s; both are cut off, and the link tells.
        ({"custody": "link", "max_deliveries": 2}, [9]),
        ({"custody": "link", "max_deliveries": 1}, [4]),
        ({"custody": "link", "max_deliveries": 3}, []),
        # Only time tells: the first is over at 30 s, and the second delivery comes to its end.
        ({"redelivery_timeout": "30s", "max_deliveries": 1}, [30]),
        ({"redelivery_timeout": "30s", "max_deliveries": 2}, []),
    ],
)
def test_when_a_message_is_set_aside(knobs, when):
    history = run(one_step(), ("4s", "9s"), **knobs)
    assert set_aside(history) == when
    assert len(times(history, Kind.EFFECT)) == (not when)
    values = measure(history).values
    assert values["dead_letters"] == len(when)
    assert values["lost"] == len(when)


def test_a_message_in_hand_is_not_set_aside():
    """Held for longer than its time-out: nobody else gets it, and its holder may still end it."""
    history = run(one_step(), (), redelivery_timeout="3s", max_deliveries=1)
    assert set_aside(history) == []
    assert times(history, Kind.EFFECT) == [10]


def test_in_a_queue_the_next_message_goes_on():
    knobs = {"custody": "link", "max_deliveries": 2, "order": "per-instance"}
    history = run(both_at_once(), ("4s", "9s"), **knobs)
    assert set_aside(history) == [9]
    assert times(history, Kind.EFFECT) == [20]  # the second, begun when the press is back


def test_the_explorer_counts_deliveries():
    found = {
        (crashes, most): wfmodel.explore(
            one_step(),
            FaultBudget(crashes=crashes),
            design="orchestration",
            knobs=Knobs(acknowledge="after-work", max_deliveries=most),
            properties="never_ends: lost",
        )
        for crashes, most in ((1, None), (1, 2), (2, 2), (2, 3))
    }
    assert {key: answer.holds for key, answer in found.items()} == {
        (1, None): True,
        (1, 2): True,
        (2, 2): False,
        (2, 3): True,
    }
    [asked] = found[2, 2].asked
    assert asked.told is not None
    assert "has no delivery left of" in asked.told.story


@pytest.mark.parametrize("knob", ["max_deliveries", "order"])
def test_what_is_delivered_at_most_once_neither_waits_nor_comes_again(knob):
    value = {"max_deliveries": 2, "order": "per-instance"}[knob]
    with pytest.raises(ValueError, match=f"{knob}.* has no meaning with delivery: at-most-once"):
        Knobs(delivery="at-most-once", **{knob: value})
