"""Work that a crash interrupts: it is done again, or it has failed and a retry decides."""

from __future__ import annotations

import pytest

from wfmodel.designs import Fault, Knobs, Table, build
from wfmodel.designs.history import Kind
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.packed import search
from wfmodel.exploration.properties import Observation
from wfmodel.model.failures import FailureKind, FailureMode, RetryPolicy
from wfmodel.model.workflow import Final, Outcome, Task, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate

SECOND = 10**9
DESIGNS = ("orchestration", "choreography")


def system(design, *, attempts=1, **knobs):
    pay = Task(
        service="bank",
        duration="10s",
        failures={"reset": FailureMode(FailureKind.TRANSIENT, 0.0)},
        retry=RetryPolicy(attempts=attempts, backoff=2 * SECOND),
        effect="compensatable",
        next="paid",
        on={"reset": "unpaid"},
    )
    states = {"pay": pay, "paid": Final(), "unpaid": Final(outcome=Outcome.FAILED)}
    workflow = Workflow(name="pay", initial="pay", states=states)
    return build(workflow, design, Knobs(**knobs))


def killed(made):
    crash = Fault(kind="crash", target="bank", at=(5 * SECOND,))
    setting = Setting(arrivals=Arrivals(at=(0,)), horizon="1m", network="0s", faults=(crash,))
    history = simulate(made, setting)
    begins = [row.time_ns / SECOND for row in history if row.kind == Kind.BEGIN]
    effects = sum(row.kind == Kind.EFFECT for row in history)
    return [round(at) for at in begins], effects


@pytest.mark.parametrize("design", DESIGNS)
def test_by_default_it_is_done_again_at_once(design):
    assert killed(system(design)) == ([0, 5], 1)


@pytest.mark.parametrize("design", DESIGNS)
def test_a_failed_attempt_is_tried_again_after_its_pause(design):
    assert killed(system(design, attempts=2, interrupted="fails")) == ([0, 7], 1)


@pytest.mark.parametrize("design", DESIGNS)
def test_without_a_retry_the_failure_leads_on(design):
    assert killed(system(design, interrupted="fails")) == ([0], 0)


@pytest.mark.parametrize("design", DESIGNS)
def test_explored_a_crash_can_then_fail_the_instance(design):
    def statuses(made):
        space = search(Table(made), FaultBudget(crashes=1))
        seen = [Observation(space, number) for number in space.resting.tolist()]
        return {str(each.status(made.start[0])) for each in seen}

    again, fails = statuses(system(design)), statuses(system(design, interrupted="fails"))
    assert again <= fails
    assert "failed" in fails


@pytest.mark.parametrize("knobs", [{"persistence": "memory"}, {"acknowledge": "after-work"}])
def test_it_means_nothing_where_the_job_is_not_durable(knobs):
    with pytest.raises(ValueError, match="interrupted: fails has no meaning"):
        Knobs(interrupted="fails", **knobs)
