"""An undo whose step never took effect: it fails in runs as in the check, unless it is prepared."""

from __future__ import annotations

from dataclasses import replace

import pytest

import wfmodel
from wfmodel import check
from wfmodel.designs import Knobs, build
from wfmodel.designs.known_designs import DESIGNS
from wfmodel.exploration import FaultBudget
from wfmodel.metrics import measure
from wfmodel.model.workflow import Compensation, Final, Task, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate

SETTING = Setting(arrivals=Arrivals(at=("0s",)), horizon="1m", network="0s")
NO_TIME = Knobs(commit="0s", publish="0s")


def order(*, undo: dict[str, object] | None = None, elsewhere: bool = False, **pay: object):
    """A payment that takes 3 s and is given up after 2; its undo is asked for at once."""
    handler = Compensation(
        action="refund",
        duration="10ms",
        service="refunds" if elsewhere else None,
        **(undo or {}),
    )
    states = {
        "pay": Task(
            service="bank",
            duration="3s",
            timeout="2s",
            effect="compensatable",
            compensation=handler,
            next="paid",
            on={"timeout": "rollback"},
            **pay,
        ),
        "paid": Final(),
    }
    return Workflow(name="order", initial="pay", states=states)


KEY = {"idempotent": True, "status_query": True}


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize(
    ("workflow", "prepared"),
    [
        (order(), False),
        (order(undo={"idempotent": True}), False),
        (order(undo={"tolerates_absence": True}), True),
        (order(**KEY), True),
        (order(idempotent=True), False),
        (order(elsewhere=True), True),  # what another service did is not known there
        (order(lands="in-call"), True),  # nor what is outside
    ],
)
def test_an_undo_that_is_not_prepared_fails_the_instance(workflow, prepared, design):
    verdict = "aborted" if prepared else "failed"
    history = simulate(build(workflow, design, NO_TIME), SETTING)
    assert verdict in {view.status.value for views in history.views for view in views}
    codes = {finding.code for finding in check(workflow)}
    if not (
        workflow.states["pay"].compensation.service or workflow.states["pay"].lands != "with-commit"
    ):
        assert ("W4" in codes) == (not prepared)


@pytest.mark.parametrize("design", DESIGNS)
def test_what_took_effect_is_undone(design):
    workflow = order()
    states = {**workflow.states, "pay": replace(workflow.states["pay"], duration="1s", next="no")}
    states["no"] = Task(
        service="desk",
        failures={"refused": {"kind": "business", "probability": 1.0}},
        on={"refused": "rollback"},
        next="paid",
    )
    values = measure(
        simulate(build(replace(workflow, states=states), design, NO_TIME), SETTING)
    ).values
    assert values["compensated"] == values["terminal_consistency"] == 1


@pytest.mark.parametrize("design", DESIGNS)
def test_with_a_key_and_a_tombstone_the_late_effect_is_refused(design):
    knobs = Knobs(commit="0s", publish="0s", tombstones=True)
    values = measure(simulate(build(order(**KEY), design, knobs), SETTING)).values
    assert values["terminal_consistency"] == 1


@pytest.mark.parametrize("design", DESIGNS)
def test_explored_only_the_prepared_one_can_always_be_undone(design):
    budget = FaultBudget(timeouts=1)
    for workflow, knobs, holds in (
        (order(idempotent=True), Knobs(), False),
        (order(**KEY), Knobs(), False),  # the late effect stands
        (order(**KEY), Knobs(tombstones=True), True),
    ):
        found = wfmodel.explore(workflow, budget, design=design, knobs=knobs)
        assert found.holds is holds, str(found)


@pytest.mark.parametrize("design", DESIGNS)
def test_an_idempotent_undo_that_comes_twice_has_found_something_before(design):
    workflow = order(undo={"idempotent": True}, idempotent=True)
    pay = replace(workflow.states["pay"], timeout=None, on={}, next="no")
    refused = {"refused": {"kind": "business", "probability": 1.0}}
    no = Task(service="desk", failures=refused, on={"refused": "rollback"}, next="paid")
    workflow = replace(workflow, states={**workflow.states, "pay": pay, "no": no})
    twice = {"kind": "duplication", "target": "*", "probability": 1.0}
    knobs = replace(NO_TIME, deduplicate=False)
    history = simulate(build(workflow, design, knobs), replace(SETTING, faults=(twice,)))
    said = {view.status.value for views in history.views for view in views}
    assert "aborted" in said
    assert "failed" not in said
