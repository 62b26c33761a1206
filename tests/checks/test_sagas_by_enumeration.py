"""The saga rules against an enumeration of every run of random small sagas."""

from __future__ import annotations

import pytest
from hypothesis import assume, given

from tests.checks.effort import cases
from tests.checks.enumeration import enumerate_runs
from tests.checks.game import replay
from tests.checks.sagas import sagas
from wfmodel.checks import check_workflow
from wfmodel.model.failures import FailureKind, FailureMode
from wfmodel.model.findings import Severity
from wfmodel.model.flow import build_flow
from wfmodel.model.workflow import (
    Branch,
    Choice,
    Compensation,
    Effect,
    Final,
    Outcome,
    Parallel,
    Task,
    Workflow,
)

pytestmark = pytest.mark.long


def found_by(workflow: Workflow, code: str) -> dict[str, bool]:
    findings = [f for f in check_workflow(workflow) if f.code == code]
    flow = build_flow(workflow, expand_copies=False)
    names = {node.path: node.name for node in flow.nodes}
    # W1 also speaks of good ends after a compensation, at the end's own place.
    return {
        names[f.path]: f.severity is Severity.ERROR
        for f in findings
        if "says succeeded" not in f.message
    }


def compensations_out_of_sight(workflow: Workflow) -> set[str]:
    """Of steps outside, in regions that a join need not wait for: W3's page leaves them out."""
    flow = build_flow(workflow, expand_copies=False)
    return {
        node.name
        for node in flow.nodes
        if node.undoes is not None
        and (fork := flow.scopes[node.scope].fork) is not None
        and isinstance(state := flow.nodes[fork].state, Parallel)
        and state.siblings == "finish"
        and state.needed < state.width
        and flow.nodes[node.undoes].scope != node.scope
    }


@cases(usual=400)
@given(sagas())
def test_what_is_left_behind_is_what_some_run_leaves_behind(workflow: Workflow):
    verdicts = enumerate_runs(build_flow(workflow, expand_copies=False))
    assume(verdicts is not None)
    assert verdicts is not None
    assert found_by(workflow, "W2") == verdicts.w2
    assert found_by(workflow, "W1") == verdicts.w1
    beyond = compensations_out_of_sight(workflow)
    assert set(found_by(workflow, "W3")) - beyond == verdicts.w3 - beyond
    assert set(found_by(workflow, "W6")) == verdicts.w6
    assert any(found_by(workflow, "W8").values()) >= verdicts.w8


@cases(usual=400)
@given(sagas())
def test_every_run_that_is_shown_is_a_run(workflow: Workflow):
    flow = build_flow(workflow, expand_copies=False)
    for finding in check_workflow(workflow):
        replay(flow, finding.trace)


def booking(*, undo_leads_to: str = "cancelled", declined_leads_to: str = "release") -> Workflow:
    """Seats are reserved one by one; then a payment that may be declined."""
    return Workflow(
        name="booking",
        initial="reserve",
        states={
            "reserve": Task(
                service="seats",
                next="more",
                effect=Effect.COMPENSATABLE,
                compensation=Compensation() if declined_leads_to == "rollback" else None,
            ),
            "more": Choice(branches=(Branch(next="reserve", when="more"),), default="pay"),
            "pay": Task(
                service="bank",
                next="booked",
                effect=Effect.PIVOT,
                failures={"declined": FailureMode(FailureKind.BUSINESS)},
                on={"declined": declined_leads_to},
            ),
            "release": Task(service="seats", compensates="reserve", next=undo_leads_to),
            "any-left": Choice(
                branches=(Branch(next="release", when="left"),), default="cancelled"
            ),
            "booked": Final(),
            "cancelled": Final(outcome=Outcome.ABORTED),
        },
    )


def test_of_two_visits_a_compensation_takes_back_the_latest():
    [found] = [f for f in check_workflow(booking()) if f.code == "W2"]
    assert "twice, and only the latest is compensated" in found.message
    assert found.trace.count("reserve -done->") == 2
    assert found.trace[-3:] == ("pay -declined->", "release -done->", "cancelled")


def test_a_rollback_takes_back_every_visit():
    assert not found_by(booking(declined_leads_to="rollback"), "W2")


def test_a_compensation_in_a_loop_of_its_own_runs_as_often():
    workflow = booking(undo_leads_to="any-left")
    assert not found_by(workflow, "W2")
    assert not found_by(workflow, "W3")


def test_a_pivot_that_comes_again_can_fail_after_it_was_done():
    pay = Task(
        service="bank",
        next="more",
        effect=Effect.PIVOT,
        failures={"declined": FailureMode(FailureKind.BUSINESS)},
        on={"declined": "cancelled"},
    )
    more = Choice(branches=(Branch(next="pay", when="more"),), default="paid")
    cancelled = Final(outcome=Outcome.ABORTED)
    workflow = Workflow(
        name="instalments",
        initial="pay",
        states={"pay": pay, "more": more, "paid": Final(), "cancelled": cancelled},
    )
    [found] = [f for f in check_workflow(workflow) if f.code == "W8"]
    assert found.trace == ("pay -done->", "more -0->", "pay -declined->", "cancelled")
