"""``join: first``: a cancel from outside, or a time-out of the whole, beside the work."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

import wfmodel
from wfmodel.designs import Knobs, build
from wfmodel.designs.known_designs import DESIGNS
from wfmodel.exploration import FaultBudget
from wfmodel.metrics import measure
from wfmodel.model.workflow import (
    Compensation,
    Final,
    Parallel,
    Receive,
    Region,
    Task,
    Wait,
    Workflow,
)
from wfmodel.simulation import Arrivals, Setting, simulate

AT_ONCE = Setting(arrivals=Arrivals(at=("0s",)), horizon="1m", network="0s")


def order(*, works: str, cancel_after: str | None = None, most: str = "10s") -> Workflow:
    """A step that can be undone and takes its time, beside a cancel and a time-out of the whole."""
    work = Region(
        initial="pay",
        states={
            "pay": Task(
                service="bank",
                duration=works,
                effect="compensatable",
                idempotent=True,
                compensation=Compensation(action="refund", idempotent=True),
                next="paid",
            ),
            "paid": Final(),
        },
    )
    stop = Final(outcome="failed")
    late = Region(initial="wait", states={"wait": Wait(duration=most, next="late"), "late": stop})
    probability = 0.0 if cancel_after is None else 1.0
    receive = Receive(
        service="desk",
        events={"cancel": {"next": "stopped", "probability": probability}},
        delay=cancel_after or "0s",
    )
    cancel = Region(initial="cancelled", states={"cancelled": receive, "stopped": stop})
    fork = Parallel(
        regions=(work, cancel, late),
        join="first",
        siblings="cancel",
        on={"failure": "rollback"},
        next="done",
    )
    return Workflow(name="order", initial="order", states={"order": fork, "done": Final()})


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize(
    ("workflow", "committed", "latency"),
    [
        (order(works="2s"), 1.0, 2.0),
        (order(works="2s", cancel_after="1s"), 0.0, 2.0),  # the step under way is not stopped
        (order(works="2s", cancel_after="3s"), 1.0, 2.0),
        (order(works="20s"), 0.0, 20.0),
    ],
)
def test_whichever_ends_first_decides(design, workflow, committed, latency):
    system = build(workflow, design, Knobs(commit="0s", publish="0s"))
    values = measure(simulate(system, AT_ONCE)).values
    assert values["committed"] == committed
    assert values["compensated"] == 1.0 - committed
    assert values["latency_mean"] == pytest.approx(latency)


@pytest.mark.parametrize("design", DESIGNS)
def test_nothing_is_left_standing_at_any_moment_of_a_cancel_with_a_crash(design):
    """The cancel may come at any moment, and whoever decides may crash at any moment."""
    workflow = order(works="2s", cancel_after="1s")
    found = wfmodel.explore(workflow, FaultBudget(crashes=1), design=design)
    assert found.holds, str(found)


def test_waiting_for_all_contradicts_it():
    with pytest.raises(ValidationError, match="join: first goes on when one region has ended"):
        Parallel(
            regions=(Region(initial="a", states={"a": Final()}),), join="first", siblings="wait"
        )
