"""Forward and backward recovery of one workflow."""

from __future__ import annotations

from dataclasses import replace

import pytest

import wfmodel
from wfmodel.designs import Knobs, build
from wfmodel.designs.known_designs import DESIGNS
from wfmodel.exploration import FaultBudget
from wfmodel.metrics import measure
from wfmodel.model.workflow import (
    Compensation,
    Final,
    Parallel,
    Region,
    SubDefinition,
    SubWorkflow,
    Task,
    Workflow,
)
from wfmodel.simulation import Arrivals, Setting, simulate

SETTING = Setting(arrivals=Arrivals(at=("0s",) * 400), horizon="10m", network="0s")
BLIP = {"blip": {"kind": "transient", "probability": 0.3}}
REFUSED = {"no": {"kind": "business", "probability": 1.0}}


def task(service: str, following: str, **more: object) -> Task:
    undo = Compensation(idempotent=True)
    fields = {"effect": "compensatable", "idempotent": True, "compensation": undo, **more}
    return Task(service=service, next=following, **fields)


def order(*, nested: bool = False, **ship: object) -> Workflow:
    """Reserve, then ship; the second fails now and then, and is tried twice."""
    fields = {"failures": BLIP, "retry": {"attempts": 2, "backoff": "1s"}, **ship}
    shipped = task("carrier", "sent", **fields)
    states = {
        "reserve": task("stock", "ship"),
        "ship": shipped,
        "sent": Final(),
    }
    if nested:
        region = Region(initial="ship", states={"ship": shipped, "sent": Final()})
        states["ship"] = Parallel(regions=(region,), next="sent", on={"failure": "rollback"})
    return Workflow(name="order", initial="reserve", states=states)


def shares(workflow: Workflow, design: str, recovery: str) -> dict[str, float]:
    knobs = Knobs(commit="0s", publish="0s", recovery=recovery)
    return dict(measure(simulate(build(workflow, design, knobs), SETTING, seed=1)).values)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("nested", [False, True])
def test_forward_all_succeed_and_backward_as_many_as_at_the_first_attempt(design, nested):
    forward, backward = (
        shares(order(nested=nested), design, each) for each in ("forward", "backward")
    )
    assert forward["committed"] == 1
    assert backward["committed"] == pytest.approx(0.7, abs=0.06)
    assert backward["compensated"] == pytest.approx(1 - backward["committed"])


@pytest.mark.parametrize("design", DESIGNS)
def test_declared_is_in_between_and_its_failures_are_not_undone_by_themselves(design):
    declared = shares(order(), design, "declared")
    assert declared["committed"] == pytest.approx(0.91, abs=0.04)
    assert declared["orphaned_effect"] == pytest.approx(1 - declared["committed"])


def test_nobody_goes_forward_after_a_business_failure():
    workflow = order(failures=REFUSED, on={"no": "rollback"})
    for recovery in ("forward", "backward", "declared"):
        assert shares(workflow, "orchestration", recovery)["compensated"] == 1


def test_a_handler_that_is_declared_keeps_its_say():
    workflow = order(on={"blip": "sent"})
    assert shares(workflow, "orchestration", "backward")["committed"] == 1


@pytest.mark.parametrize("design", DESIGNS)
def test_explored_backward_recovery_leaves_nothing_behind(design):
    for recovery, holds in (("backward", True), ("forward", True), ("declared", False)):
        knobs = Knobs(recovery=recovery)
        found = wfmodel.explore(order(), FaultBudget(crashes=1), design=design, knobs=knobs)
        assert found.holds is holds, str(found)


@pytest.mark.parametrize("design", DESIGNS)
def test_backward_a_business_failure_leads_where_it_did(design):
    """Nothing handles it, so the instance fails as declared, and what it did stands."""
    workflow = order(failures={**REFUSED, **BLIP})
    for recovery in ("declared", "backward"):
        assert shares(workflow, design, recovery)["orphaned_effect"] == 1


@pytest.mark.parametrize("design", DESIGNS)
def test_backward_what_gives_up_in_a_region_or_a_workflow_of_its_own_is_undone_as_a_whole(design):
    plain = order(nested=True)
    fork = replace(plain.states["ship"], on={})
    region = replace(plain, states={**plain.states, "ship": fork})
    inner = SubDefinition(initial="ship", states=dict(fork.regions[0].states))
    called = SubWorkflow(workflow="inner", next="sent")
    sub = replace(plain, states={**plain.states, "ship": called}, workflows={"inner": inner})
    for workflow in (region, sub):
        values = shares(workflow, design, "backward")
        assert values["committed"] == pytest.approx(0.7, abs=0.06)
        assert values["compensated"] == pytest.approx(1 - values["committed"])
