"""An event from outside that a step sets going may come before anybody waits for it."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

import wfmodel
from wfmodel import check
from wfmodel.designs import Knobs, build
from wfmodel.exploration import FaultBudget
from wfmodel.metrics import measure
from wfmodel.model.workflow import Branch, Choice, Final, Reaction, Receive, Task, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate

SETTING = Setting(arrivals=Arrivals(at=("0s",)), horizon="5m", network="0s")
DESIGNS = ("orchestration", "choreography", "hybrid:money=charge;rest=tell")


def order(delay: str, *, timeout: str | None = "1m", cause: str = "charge"):
    """Charge, tell somebody, and wait until the bank has called back."""
    states = {
        "charge": Task(service="bank", duration="1s", idempotent=True, next="tell"),
        "tell": Task(service="mail", duration="5s", idempotent=True, next="confirmed"),
        "confirmed": Receive(
            service="mail",
            caused_by=cause,
            events={"paid": Reaction(next="done", probability=1.0)},
            delay=delay,
            timeout=timeout,
            on={} if timeout is None else {"timeout": "late"},
        ),
        "done": Final(),
        "late": Final(outcome="aborted"),
    }
    return Workflow(name="order", initial="charge", states=states)


def latency(design: str, delay: str, early: str, seconds: str = "0s") -> float:
    knobs = Knobs(commit="0s", publish="0s", early=early)
    setting = Setting(arrivals=SETTING.arrivals, horizon="5m", network=seconds)
    values = measure(simulate(build(order(delay), design, knobs), setting)).values
    return float(values["latency_mean"]) * (1 if values["committed"] else -1)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize(
    ("delay", "early", "ends"),
    [
        ("2s", "kept", 6),  # there at 3 s, waited for at 6 s
        ("2s", "dropped", -66),  # and so never seen: the time-out of a minute
        ("20s", "kept", 21),  # from the end of the charge at 1 s
        ("20s", "dropped", 21),
    ],
)
def test_it_is_there_when_it_is_waited_for_or_gone(design, delay, early, ends):
    assert latency(design, delay, early) == pytest.approx(ends)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("early", ["kept", "dropped"])
def test_explored_without_a_time_out_an_instance_hangs_only_where_it_is_dropped(design, early):
    workflow = order("2s", timeout=None)
    found = wfmodel.explore(workflow, FaultBudget(), design=design, knobs=Knobs(early=early))
    assert found.holds is (early == "kept"), str(found)


@pytest.mark.parametrize("design", DESIGNS)
def test_explored_with_a_crash_what_is_kept_is_not_lost(design):
    workflow, knobs = order("2s", timeout=None), Knobs(early="kept")
    found = wfmodel.explore(workflow, FaultBudget(crashes=1), design=design, knobs=knobs)
    assert found.holds, str(found)


def test_even_the_answer_of_the_step_itself_may_be_slower():
    """The bank's reply waits for half a second in its outbox, and its call-back for nothing."""
    states = dict(order("0s").states)
    states["charge"] = Task(service="bank", duration="1s", idempotent=True, next="confirmed")
    workflow = Workflow(name="order", initial="charge", states=states)
    setting = Setting(arrivals=SETTING.arrivals, horizon="5m", network="1s")
    ends = []
    for early in ("dropped", "kept"):
        system = build(workflow, "orchestration", Knobs(relay_delay="500ms", early=early))
        ends.append(measure(simulate(system, setting)).values["committed"])
    assert ends == [0, 1]


def test_whoever_hears_of_it_has_to_be_named():
    with pytest.raises(ValidationError, match="caused_by needs service"):
        Receive(caused_by="charge", events={"paid": Reaction(next="done")})


def test_a_cause_that_is_no_task_is_named():
    (finding,) = [f for f in check(order("2s", cause="chrage")) if f.code == "S142"]
    assert finding.path == ("states", "confirmed", "caused_by")
    assert finding.fix is not None


def looped(*, back_to: str) -> Workflow:
    """Ship, and ship again half of the time, before the bank's call-back is waited for."""
    states = {
        "pay": Task(service="bank", duration="100ms", idempotent=True, next="ship"),
        "ship": Task(service="depot", duration="50ms", idempotent=True, next="more"),
        "more": Choice(
            service="depot", branches=(Branch(next=back_to, probability=0.5),), default="conf"
        ),
        "conf": Receive(
            service="depot",
            caused_by="pay",
            events={"paid": Reaction(next="done", probability=1.0)},
            delay="5s",
            timeout="1m",
            on={"timeout": "late"},
        ),
        "done": Final(),
        "late": Final(outcome="aborted"),
    }
    return Workflow(name="order", initial="pay", states=states)


@pytest.mark.parametrize("design", ["orchestration", "choreography"])
@pytest.mark.parametrize("back_to", ["ship", "pay"])
def test_a_loop_between_the_work_and_the_wait_loses_nothing(design, back_to):
    workflow = looped(back_to=back_to)
    arrivals = Arrivals(at=tuple(f"{30 * number}s" for number in range(20)))
    setting = Setting(arrivals=arrivals, horizon="20m", network="0s")
    values = measure(simulate(build(workflow, design, Knobs(commit="0s")), setting, seed=1)).values
    assert values["committed"] == 1
    found = wfmodel.explore(workflow, FaultBudget(), design=design, knobs=Knobs(early="kept"))
    assert found.holds, str(found)
