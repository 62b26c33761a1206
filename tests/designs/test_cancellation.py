"""Somebody outside cancels an instance, at any moment: ended or undone, in every design."""

from __future__ import annotations

import pytest

import wfmodel
from tests.designs.test_deadline import DESIGNS, NO_TIME, order, values_of
from wfmodel import check
from wfmodel.designs import Knobs
from wfmodel.experiments import Scenario
from wfmodel.exploration import FaultBudget
from wfmodel.model.workflow import Compensation, Final, Task, Workflow

UNDONE = {"cancel": "rollback"}


def cancelled(after: str, probability: float = 1.0, **more: object) -> Workflow:
    """Reserve (1 s), pay (2 s), notify (1 s), cancelled this long after its start."""
    cancel = {"probability": probability, "delay": after}
    return order(cancel=cancel, **{"timeout": None, **more})


@pytest.mark.parametrize("design", DESIGNS)
def test_terminated_it_ends_at_once_and_what_was_done_stands(design):
    values = values_of(cancelled("2s"), design)
    assert values["latency_mean"] == pytest.approx(2.0)
    assert values["orphaned_effect"] == 1
    assert values["committed"] == values["compensated"] == 0


@pytest.mark.parametrize("design", DESIGNS)
def test_undone_it_waits_for_the_step_under_way(design):
    values = values_of(cancelled("2s", on=UNDONE), design)
    assert values["compensated"] == values["terminal_consistency"] == 1
    assert values["latency_mean"] == pytest.approx(3.0)  # pay has ended then, and is undone


@pytest.mark.parametrize("design", DESIGNS)
def test_one_that_comes_too_late_or_never_changes_nothing(design):
    for late in (cancelled("5s", on=UNDONE), cancelled("2s", probability=0.0, on=UNDONE)):
        values = values_of(late, design)
        assert values["committed"] == 1
        assert values["latency_mean"] == pytest.approx(4.0)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("both", [True, False])
def test_the_limit_goes_on_while_a_step_that_hangs_is_waited_for(design, both):
    on = {**UNDONE, "timeout": "rollback"} if both else UNDONE
    values = values_of(cancelled("2s", pay="10m", timeout="1m", on=on), design)
    assert values["committed"] == values["still_running"] == 0
    if design == "orchestration":
        assert values["latency_mean"] == pytest.approx(60.0)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("budget", [FaultBudget(), FaultBudget(crashes=1)])
def test_explored_a_cancellation_at_any_moment_is_undone_as_a_whole(design, budget):
    found = wfmodel.explore(cancelled("2s", 0.5, on=UNDONE), budget, design=design)
    assert found.holds, str(found)
    found = wfmodel.explore(cancelled("2s", 0.5), budget, design=design)
    violated = {each.title for each in found.asked if each.word == "violated"}
    assert {name for name in violated if name.startswith("never")} == {"never orphaned-effect"}


def retried(**more: object) -> Workflow:
    pay = Task(
        service="bank",
        effect="compensatable",
        idempotent=True,
        timeout="1s",
        retry={"attempts": 2, "backoff": "1s"},
        compensation=Compensation(idempotent=True, tolerates_absence=True),
        next="done",
    )
    return Workflow(name="order", initial="pay", states={"pay": pay, "done": Final()}, **more)


@pytest.mark.parametrize("design", ["orchestration", "choreography"])
def test_a_step_between_two_attempts_may_have_taken_effect_and_is_undone(design):
    """The first timed out, so whether it took effect is not known when the cancellation comes."""
    cancel = {"probability": 0.5, "delay": "1s"}
    found = wfmodel.explore(
        retried(cancel=cancel, on=UNDONE),
        FaultBudget(timeouts=1),
        design=design,
        knobs=Knobs(tombstones=True),
        properties=("never_ends: orphaned-effect", "never_ends: dangling-compensation"),
    )
    assert found.holds, str(found)


def test_a_region_that_is_cancelled_between_two_attempts_is_undone_too():
    region = {"initial": "pay", "states": {"pay": retried().states["pay"], "done": Final()}}
    quick = {"initial": "no", "states": {"no": Final(outcome="failed")}}
    fork = {
        "kind": "parallel",
        "regions": (region, {"initial": "late", "states": {"late": LATE, **quick["states"]}}),
        "join": "first",
        "siblings": "cancel",
        "on": {"failure": "rollback"},
        "next": "end",
    }
    workflow = Workflow(name="order", initial="fork", states={"fork": fork, "end": Final()})
    found = wfmodel.explore(
        workflow,
        FaultBudget(timeouts=1),
        design="orchestration",
        knobs=Knobs(tombstones=True),
        properties=("never_ends: orphaned-effect",),
    )
    assert found.holds, str(found)


LATE = {"kind": "wait", "duration": "1s", "next": "no"}


def test_an_entry_without_a_cancellation_is_a_finding():
    (finding,) = [f for f in check(order(on=UNDONE)) if f.code == "S120"]
    assert finding.path == ("on", "cancel")


def test_a_step_that_nothing_undoes_is_named():
    workflow = retried(cancel={"probability": 0.1, "delay": "1s"}, on=UNDONE)
    assert "W2" not in {f.code for f in check(workflow)}
    bare = Task(service="bank", effect="pivot", idempotent=True, next="done")
    states = {"pay": bare, "done": Final()}
    workflow = Workflow(
        name="order",
        initial="pay",
        states=states,
        cancel={"probability": 0.1, "delay": "1s"},
        on=UNDONE,
    )
    (finding,) = [f for f in check(workflow) if f.code == "W2"]
    assert "cancelled" in finding.message


def test_chains_know_it():
    """A cancellation after an exponential time races with the work: 2/3 of the instances are."""
    second = {"distribution": "exponential", "mean": "1s"}
    work = {"distribution": "exponential", "mean": "2s"}
    pay = Task(
        service="bank",
        duration=work,
        effect="compensatable",
        idempotent=True,
        compensation=Compensation(idempotent=True, tolerates_absence=True),
        next="done",
    )
    workflow = Workflow(
        name="order",
        initial="pay",
        states={"pay": pay, "done": Final()},
        cancel={"probability": 1.0, "delay": second},
        on=UNDONE,
    )
    asked = Scenario(
        question="how often?",
        variants={"one": {"design": "orchestration", "knobs": NO_TIME}},
        setting={"arrivals": {"every": "1s"}, "horizon": "1h", "network": "0s"},
    )
    [solved] = wfmodel.exact(asked, workflow)
    assert solved.value("compensated") == pytest.approx(2 / 3)
