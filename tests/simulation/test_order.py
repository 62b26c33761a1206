"""Messages about one instance come in the order in which the broker got them: closed forms."""

from __future__ import annotations

import json

import numpy as np
import pytest

import wfmodel
from wfmodel.designs import Fault, Knobs, build
from wfmodel.designs.history import History, Kind
from wfmodel.exploration import FaultBudget, accepts
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Final, Parallel, Region, Task, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate

S = parse_duration("1s")


def both_at_once(service: str = "press") -> Workflow:
    """Two commands to one service at the same instant; each asks for ten seconds of work."""

    def region(name: str) -> Region:
        task = Task(service=service, duration="10s", idempotent=True, next="ok")
        return Region(initial=name, states={name: task, "ok": Final()})

    fork = Parallel(regions=(region("one"), region("two")), next="done")
    return Workflow(name="both", initial="fork", states={"fork": fork, "done": Final()})


def last_effect(knobs: dict[str, object], *faults: Fault) -> float:
    """Seconds until the second of two commands has had its effect; both engines agree."""
    most = {"commit": "0s", "publish": "0s"}
    system = build(both_at_once(), "orchestration", Knobs(**(most | knobs)))
    at_once = Setting(arrivals=Arrivals(at=("0s",)), horizon="1000s", network="0s", faults=faults)
    history = simulate(system, at_once, seed=1)
    assert np.array_equal(history.rows, simulate(system, at_once, seed=1, engine="compiled").rows)
    assert accepts(system, history, 0).accepted
    return float(_effects(history).max() / S)


def _effects(history: History) -> np.ndarray:
    rows = history.rows
    return rows[rows[:, 1] == Kind.EFFECT, 0]


IN_TURN = {"order": "per-instance"}
AFTER_WORK = {"acknowledge": "after-work"}


@pytest.mark.parametrize(
    ("knobs", "seconds"),
    [
        (AFTER_WORK, 10),  # beside each other: there is no limit to what the service works on
        (IN_TURN, 10),  # acknowledged with the commit: the jobs are durable, and run beside
        ({**IN_TURN, "acknowledge": "on-receipt"}, 10),
        (AFTER_WORK | IN_TURN, 20),  # the second is delivered when the first is done
    ],
)
def test_a_message_waits_for_the_acknowledgement_of_the_one_before_it(knobs, seconds):
    assert last_effect(knobs) == seconds


def test_what_a_crash_interrupts_is_still_before_the_others():
    crash = Fault(kind="crash", target="press", at=("4s",), lasts="1s")
    knobs = AFTER_WORK | IN_TURN
    # The link closes at 4 s, the process is back at 5 s: ten seconds for each from then on.
    assert last_effect(knobs | {"custody": "link"}, crash) == 25
    # The time-out of the first delivery is over at 30 s; the second waits behind it.
    assert last_effect(knobs | {"redelivery_timeout": "30s"}, crash) == 50
    assert last_effect(AFTER_WORK | {"redelivery_timeout": "30s"}, crash) == 40


def test_copies_come_before_the_next_message():
    twice = Fault(kind="duplication", target="press", probability=1.0)
    knobs = AFTER_WORK | IN_TURN | {"deduplicate": False}
    assert last_effect(knobs, twice) == 20
    system = build(both_at_once(), "orchestration", Knobs(**knobs))
    setting = Setting(arrivals=Arrivals(at=("0s",)), horizon="100s", faults=(twice,))
    history = simulate(system, setting, seed=1)
    begun = [row[4] for row in history.rows.tolist() if row[1] == Kind.BEGIN]
    assert len(begun) == 4
    assert begun[0] == begun[1] != begun[2] == begun[3]


UNDONE = {
    "name": "undone",
    "initial": "book",
    "states": {
        "book": {
            "kind": "task",
            "service": "press",
            "timeout": "2s",
            "idempotent": True,
            "effect": "compensatable",
            "compensation": {"idempotent": True, "tolerates_absence": True},
            "next": "done",
            "on": {"timeout": "rollback"},
        },
        "done": {"kind": "final"},
    },
}
"""A step that is given up at its time-out, and undone: the undo may overtake it."""


def test_no_undo_overtakes_its_step():
    workflow = wfmodel.load("undone.json", text=json.dumps(UNDONE)).workflow
    holds = {}
    for order in ("none", "per-instance"):
        found = wfmodel.explore(
            workflow,
            FaultBudget(timeouts=1),
            design="orchestration",
            knobs=Knobs(**AFTER_WORK, order=order),
            properties="never_ends: dangling-compensation",
        )
        holds[order] = found.holds
    assert holds == {"none": False, "per-instance": True}
