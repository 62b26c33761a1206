"""A workflow's own time-out: enforced in every design, whatever hangs."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

import wfmodel
from wfmodel import check
from wfmodel.designs import Knobs, System, build
from wfmodel.exploration import FaultBudget
from wfmodel.metrics import measure
from wfmodel.model.workflow import Compensation, Final, Receive, Task, Wait, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate

SETTING = Setting(arrivals=Arrivals(at=("0s",)), horizon="5m", convergence="5m", network="0s")
NO_TIME = Knobs(commit="0s", publish="0s")
DESIGNS = ("orchestration", "choreography", "hybrid:shop=reserve,notify;money=pay")
UNDONE = {"timeout": "rollback"}


def task(name: str, service: str, duration: str, undo: str = "0s") -> Task:
    undo = Compensation(duration=undo, idempotent=True, tolerates_absence=True)
    return Task(
        service=service,
        duration=duration,
        effect="compensatable",
        idempotent=True,
        compensation=undo,
        next={"reserve": "answer", "pay": "notify", "notify": "done"}[name],
    )


def order(pay: str = "2s", *, answered: float = 1.0, timeout: str | None = "1m", **more: object):
    """Reserve, wait for an answer that comes at once or never, pay, notify."""
    answer = Receive(service="stock", events={"yes": {"next": "pay", "probability": answered}})
    states = {
        "reserve": task("reserve", "stock", "1s"),
        "answer": answer,
        "pay": task("pay", "bank", pay),
        "notify": task("notify", "mail", "1s"),
        "done": Final(),
    }
    return Workflow(name="order", initial="reserve", states=states, timeout=timeout, **more)


def values_of(workflow: Workflow, design: str, knobs: Knobs = NO_TIME, **setting: object):
    system = build(workflow, design, knobs)
    return measured(system, Setting(**{**vars_of(SETTING), **setting}))


def vars_of(setting: Setting) -> dict[str, object]:
    return {name: getattr(setting, name) for name in setting.__dataclass_fields__}


def measured(system: System, setting: Setting) -> dict[str, float]:
    return dict(measure(simulate(system, setting)).values)


@pytest.mark.parametrize("design", DESIGNS)
def test_who_is_in_time_notices_nothing(design):
    values, unlimited = (values_of(order(timeout=most), design) for most in ("1m", None))
    # In a choreography whoever keeps the limit has to be told of the end.
    hears = {"messages", "deliveries", "broker_hops", "shared_schemas", "store_writes"}
    told = hears if design == "choreography" else set()
    same = {name: value for name, value in unlimited.items() if name not in told}
    assert {name: values[name] for name in same} == pytest.approx(same, nan_ok=True)
    assert all(values[name] == unlimited[name] + 1 for name in told)
    assert values["committed"] == 1
    assert values["latency_mean"] == pytest.approx(4.0)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("hangs", ["an answer", "a step", "a dead service"])
def test_what_hangs_is_not_waited_for(design, hangs):
    fault = {"kind": "crash", "target": "bank", "at": ("500ms",), "lasts": "4m"}
    workflow, faults = {
        "an answer": (order(answered=0.0), ()),
        "a step": (order(pay="3m"), ()),
        "a dead service": (order(), (fault,)),
    }[hangs]
    values = values_of(workflow, design, faults=faults)
    assert values["committed"] == values["still_running"] == 0
    # What was done stands; a step that was asked for is done when its service is back.
    assert values["orphaned_effect"] == 1
    if hangs == "an answer" or design == "orchestration":
        assert values["latency_mean"] == pytest.approx(60.0)


@pytest.mark.parametrize("design", DESIGNS)
def test_it_is_undone_where_one_asks_for_that(design):
    values = values_of(order(answered=0.0, on=UNDONE), design)
    assert values["compensated"] == values["terminal_consistency"] == 1
    assert values["latency_mean"] == pytest.approx(60.0)


@pytest.mark.parametrize("design", DESIGNS)
def test_the_knob_for_time_outs_is_its_knob_too(design):
    values = values_of(order(pay="3m"), design, Knobs(commit="0s", publish="0s", timeouts=False))
    assert values["committed"] == 1


@pytest.mark.parametrize("design", DESIGNS)
def test_a_rollback_that_is_cut_short_is_taken_up_again(design):
    """The handlers of what is left are run all the same, and none of them is forgotten."""
    states = {**order().states, "answer": Wait(duration="59500ms", next="rollback")}
    workflow = Workflow(
        name="order",
        initial="reserve",
        states={**states, "reserve": task("reserve", "stock", "100ms", undo="10s")},
        timeout="1m",
        on=UNDONE,
    )
    values = values_of(workflow, design)
    assert values["compensated"] == values["terminal_consistency"] == 1
    assert values["duplicated_effect"] == 0


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("on", [{}, UNDONE])
def test_explored_it_may_come_at_any_moment(design, on):
    """Cut at any moment: effects stand, or are undone unless the undo overtakes its step."""
    found = wfmodel.explore(order(on=on), FaultBudget(timeouts=1), design=design)
    violated = {each.title for each in found.asked if each.word == "violated"}
    assert any("orphaned" in name for name in violated), str(found)
    assert any("dangling" in name for name in violated) == bool(on), str(found)
    assert not any("comes to an end" in name or "deadlock" in name for name in violated)


@pytest.mark.parametrize("design", DESIGNS)
def test_explored_without_an_early_time_out_it_ends_what_would_hang(design):
    """Without it, an answer that never comes leaves the instance where it is."""
    found = wfmodel.explore(order(answered=0.5, on=UNDONE), FaultBudget(), design=design)
    assert found.holds, str(found)
    found = wfmodel.explore(order(answered=0.5, timeout=None), FaultBudget(), design=design)
    assert not found.holds


def test_a_handler_needs_a_time_out():
    (finding,) = [f for f in check(order(timeout=None, on=UNDONE)) if f.code == "S120"]
    assert finding.path == ("on", "timeout")


def test_what_it_cuts_short_may_have_nothing_to_undo():
    states = {
        "pay": Task(
            service="bank",
            effect="compensatable",
            idempotent=True,
            compensation=Compensation(action="refund", idempotent=True),
            next="done",
        ),
        "done": Final(),
    }
    limited = Workflow(name="order", initial="pay", states=states, timeout="1m", on=UNDONE)
    assert "W4" in {finding.code for finding in check(limited)}
    endless = Workflow(name="order", initial="pay", states=states, timeout="1m")
    assert "W4" not in {finding.code for finding in check(endless)}


def test_a_rollback_of_the_whole_runs_handlers_only_and_the_check_says_so():
    undo = Task(
        service="bank", compensates="pay", idempotent=True, tolerates_absence=True, next="no"
    )
    states = {
        "pay": Task(service="bank", effect="compensatable", idempotent=True, next="wait"),
        "wait": Wait(duration="2m", next="undo"),
        "undo": undo,
        "no": Final(outcome="aborted"),
    }
    workflow = Workflow(name="order", initial="pay", states=states, timeout="1m", on=UNDONE)
    assert [f.path for f in check(workflow) if f.code == "W2"] == [("states", "pay")]
    assert values_of(workflow, "orchestration")["orphaned_effect"] == 1
    terminated = Workflow(name="order", initial="pay", states=states, timeout="1m")
    assert "W2" not in {finding.code for finding in check(terminated)}


def test_a_step_that_takes_longer_than_the_whole_may_is_named():
    found = [f for f in check(order(pay="2m")) if f.code == "S124"]
    assert [finding.path for finding in found] == [("timeout",)]


def test_it_leads_to_a_rollback_or_to_nothing():
    with pytest.raises(ValidationError, match="rollback"):
        order(on={"timeout": "done"})
