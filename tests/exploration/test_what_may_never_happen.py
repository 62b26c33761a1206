"""What need not come: an answer from outside, the success of a step that is tried without end."""

from __future__ import annotations

import pytest

import wfmodel
from wfmodel.designs.known_designs import DESIGNS
from wfmodel.exploration.properties import Violated
from wfmodel.model.workflow import Final, Receive, Task, Workflow
from wfmodel.simulation import Arrivals, Setting


def awaiting(probability: float | None, timeout: str | None = None) -> Workflow:
    receive = Receive(
        service="desk",
        events={"ok": {"next": "done", "probability": probability}},
        timeout=timeout,
        on={"timeout": "late"} if timeout else {},
    )
    late = {"late": Final(outcome="failed")} if timeout else {}
    return Workflow(name="ask", initial="ask", states={"ask": receive, "done": Final(), **late})


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize(
    ("workflow", "holds"),
    [
        (awaiting(None), False),  # nobody said that it comes
        (awaiting(0.9), False),
        (awaiting(1.0), True),  # the declaration says that it always does
        (awaiting(None, timeout="1d"), True),
    ],
)
def test_a_callback_may_not_come(design, workflow, holds):
    found = wfmodel.explore(workflow, design=design, properties="never_ends: lost")
    assert found.holds == holds, str(found)


def tried(probability: float, kind: str = "transient") -> Workflow:
    step = Task(
        service="a",
        failures={"no": {"kind": kind, "probability": probability}},
        retry={"attempts": None, "backoff": "1s"},
        idempotent=True,
        next="done",
    )
    return Workflow(name="tried", initial="x", states={"x": step, "done": Final()})


@pytest.mark.parametrize("design", DESIGNS)
def test_a_step_that_always_fails_is_tried_for_ever(design):
    found = wfmodel.explore(tried(1.0), design=design)
    broken = {each.title for each in found.asked if isinstance(each.answer, Violated)}
    assert "every run comes to an end" in broken
    assert "without end" not in found.bounds.words()


def test_two_kinds_of_failure_do_not_add_up():
    """Each is drawn for itself: half of the attempts that do not fail for good succeed."""
    step = Task(
        service="a",
        failures={
            "no": {"kind": "business", "probability": 0.5},
            "down": {"kind": "transient", "probability": 0.5},
        },
        retry={"attempts": None, "backoff": "1s"},
        idempotent=True,
        next="done",
    )
    workflow = Workflow(name="two", initial="x", states={"x": step, "done": Final()})
    assert wfmodel.explore(workflow, properties="no: endless-run").holds
    history = wfmodel.simulate(
        wfmodel.orchestrate(workflow), Setting(arrivals=Arrivals(every="1s"), horizon="100s")
    )
    assert 0.3 < wfmodel.measure(history).values["committed"] < 0.7


def test_that_a_step_succeeds_in_the_end_is_said_where_it_is_assumed():
    found = wfmodel.explore(tried(0.5))
    assert found.holds
    assert "x, tried without end, fails at most once" in found.bounds.words()
    once = {"x": Task(service="a", next="done"), "done": Final()}
    bounded = Workflow(name="once", initial="x", states=once)
    assert "without end" not in wfmodel.explore(bounded).bounds.words()
