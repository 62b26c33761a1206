"""Effects where no transaction reaches: a charge at a payment provider, somewhere in the call."""

from __future__ import annotations

import pytest

import wfmodel
from wfmodel.designs import Fault, Knobs, Table, choreograph
from wfmodel.designs.history import Kind
from wfmodel.exploration import refusals
from wfmodel.model.workflow import Final, Lands, Task, Workflow
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.simulation import Arrivals, Setting, simulate

SECOND = 10**9
MS = 10**6


def charging(lands: Lands, *, idempotent: bool = False) -> Workflow:
    charge = Task(
        service="psp",
        duration="250ms",
        next="done",
        effect="pivot",
        lands=lands,
        idempotent=idempotent,
    )
    return Workflow(name="charge", initial="charge", states={"charge": charge, "done": Final()})


def shares(workflow: Workflow, **knobs: object) -> float:
    """How often the effect lands twice, of 270 kills spread over call and commit."""
    system = choreograph(workflow, Knobs(commit="20ms", redelivery_timeout="1s", **knobs))  # type: ignore[arg-type]
    table, twice = Table(system), 0
    begins = 20 * MS if not knobs else 0  # the job is accepted with a commit
    for kill in range(begins + MS // 2, begins + 270 * MS, MS):
        crash = Fault(kind="crash", target="psp", at=(kill,), lasts="1s")
        setting = Setting(arrivals=Arrivals(at=(0,)), horizon="1m", network="0s", faults=(crash,))
        history = simulate(system, setting, table=table, seed=kill // MS * 7919)
        assert list(refusals(system, history)) == []
        twice += sum(row.kind == Kind.EFFECT for row in history) > 1
    return twice / 270


@pytest.mark.parametrize(
    ("lands", "expected"),
    [
        (Lands.WITH_COMMIT, 0.0),
        (Lands.AT_START, 1.0),
        (Lands.IN_CALL, (125 + 20) / 270),  # a uniform instant of the call, then the commit
    ],
)
def test_a_crash_does_not_take_back_what_is_outside(lands, expected):
    """With a crash every 10 s, 1.45 % of charges land twice: 145 ms of 10 s."""
    assert shares(charging(lands)) == pytest.approx(expected, abs=0.06)


def test_a_key_protects_where_the_provider_knows_it():
    assert shares(charging(Lands.IN_CALL, idempotent=True)) == 0.0


def test_work_that_comes_again_with_its_message_lands_again():
    twice = shares(charging(Lands.AT_START), acknowledge="after-work")
    assert twice == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("idempotent", [False, True])
def test_the_explorer_says_so_too(idempotent):
    found = wfmodel.explore(
        charging(Lands.IN_CALL, idempotent=idempotent),
        FaultBudget(crashes=1),
        design="choreography",
        properties="never_ends: duplicated-effect",
    )
    assert found.bounds.complete
    assert found.holds is idempotent
