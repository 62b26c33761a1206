"""Workers that die, each with its attempt: when that is known, and what follows at what time."""

from __future__ import annotations

import pytest

from tests.simulation.worlds import d, net_effects, rows
from wfmodel.designs import Fault, History, Knobs, Lease, choreograph, orchestrate
from wfmodel.designs.history import Kind
from wfmodel.exploration import Spending, refusals
from wfmodel.model.distributions import Constant
from wfmodel.model.failures import RetryPolicy
from wfmodel.model.workflow import Final, Lands, Task, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate

MS, SECOND = d("1ms"), d("1s")
BOTH = {"orchestration": orchestrate, "choreography": choreograph}
EITHER = pytest.mark.parametrize("design", sorted(BOTH))
HEARTBEAT = Lease(renewed="3s", lasts="20s", look="7s")
FREE = {"commit": "0s", "publish": "0s"}


def pay(**more: object) -> Workflow:
    """Ten seconds of work at the bank; after a failure a second's pause and another attempt."""
    retry = RetryPolicy(attempts=2, backoff=SECOND, factor=1.0)
    task = Task(service="bank", duration="10s", retry=retry, next="done", **more)  # type: ignore[arg-type]
    return Workflow(name="pay", initial="pay", states={"pay": task, "done": Final()})


def died(
    at: str, *, design: str = "orchestration", workflow: Workflow | None = None, **more: object
) -> History:
    knobs = {
        name: more.pop(name) for name in ("heartbeat", "acknowledge", "deduplicate") if name in more
    }
    fault = Fault(kind="worker-crash", target="bank", at=(d(at),), **more)
    setting = Setting(
        arrivals=Arrivals(at=(0,)), horizon="5m", network=Constant(0), faults=(fault,)
    )
    system = BOTH[design](workflow or pay(), Knobs(**FREE, **knobs))  # type: ignore[arg-type]
    history = simulate(system, setting)
    assert list(refusals(system, history)) == []
    return history


def begun(history: History) -> list[float]:
    return [row.time_ns / SECOND for row in rows(history, Kind.BEGIN)]


@EITHER
def test_seen_it_counts_as_failed_at_once(design):
    history = died("4s", design=design)
    assert begun(history) == [0.0, 5.0]  # a second's pause after it is known
    assert net_effects(history)[0] == {"pay": 1}


@EITHER
def test_unseen_the_missing_heartbeat_tells_at_the_next_look(design):
    history = died("4s", design=design, unseen=True, heartbeat=HEARTBEAT)
    # Heard of last at 3 s; taken for dead from 23 s on, looked at 28 s; a second's pause.
    assert begun(history) == [0.0, 29.0]


@EITHER
def test_unseen_without_a_heartbeat_nobody_ever_knows(design):
    history = died("4s", design=design, unseen=True)
    assert begun(history) == [0.0]
    assert [row.b for row in rows(history, Kind.DIE)] == [0]
    assert net_effects(history) == {} or net_effects(history)[0] == {}


@EITHER
def test_unseen_the_step_s_own_time_out_helps(design):
    """A retry that joins what the service takes to run waits with it; one that does not, works."""
    timed = pay(timeout="15s", idempotent=True)
    alone = died("4s", design=design, unseen=True, workflow=timed, deduplicate=False)
    assert begun(alone) == [0.0, 16.0]
    joined = died("4s", design=design, unseen=True, workflow=timed)
    assert begun(joined) == [0.0]
    last = joined.rows[joined.rows[:, 1] == Kind.REACT][-1]
    assert last[0] == 31 * SECOND  # two times fifteen seconds, and a pause of one


def test_who_acknowledges_after_the_work_is_its_own_worker():
    with pytest.raises(ValueError, match="unseen cannot be: with acknowledge: after-work"):
        died("4s", unseen=True, acknowledge="after-work")
    assert begun(died("4s", acknowledge="after-work")) == [0.0, 5.0]


@EITHER
@pytest.mark.parametrize(("at", "times"), [("2s", 1), ("9999ms", 2)])
def test_an_effect_outside_may_be_there_already(design, at, times):
    outside = pay(lands=Lands.AT_START if times == 2 else Lands.IN_CALL)
    history = died(at, design=design, workflow=outside)
    landed = sum(row.kind == Kind.EFFECT for row in history)
    assert landed == (2 if times == 2 else landed)
    assert begun(history)[1] == pytest.approx(d(at) / SECOND + 1)


def test_only_attempts_that_have_begun_have_a_worker():
    states = {
        "both": {
            "kind": "parallel",
            "regions": [
                {
                    "initial": name,
                    "states": {
                        name: {"kind": "task", "service": "bank", "duration": "10s", "next": "ok"},
                        "ok": {"kind": "final"},
                    },
                }
                for name in ("one", "two")
            ],
            "next": "done",
        },
        "done": {"kind": "final"},
    }
    workflow = Workflow(
        name="two-jobs", initial="both", states=states, services={"bank": {"capacity": 1}}
    )  # type: ignore[arg-type]
    history = died("4s", workflow=workflow)
    assert len(rows(history, Kind.DIE)) == 1
    assert begun(history) == [0.0, 4.0]  # the other gets its worker when that death is known


def test_a_crash_of_the_participant_is_no_crash_of_workers_besides():
    """Its workers go with it; nothing is left to die, and nothing is noticed twice."""
    crash = Fault(kind="crash", target="bank", at=(d("3s"),), lasts="2s")
    worker = Fault(kind="worker-crash", target="bank", at=(d("4s"),))
    setting = Setting(
        arrivals=Arrivals(at=(0,)), horizon="1m", network=Constant(0), faults=(crash, worker)
    )
    history = simulate(orchestrate(pay(), Knobs(**FREE)), setting)
    assert rows(history, Kind.DIE) == []
    assert begun(history) == [0.0, 5.0]


@pytest.mark.parametrize("unseen", [False, True])
@pytest.mark.parametrize("fenced", [True, False])
def test_a_worker_that_is_dead_has_no_effect_after_its_holder_was_fenced(unseen, fenced):
    """It dies during a pause; another replica goes on, and only that one's effect lands."""
    pause = Fault(kind="pause", target="bank", replica=0, at=(50 * MS,), lasts="1m")
    worker = Fault(kind="worker-crash", target="bank", replica=0, at=(100 * MS,), unseen=unseen)
    setting = Setting(
        arrivals=Arrivals(at=(0,)), horizon="5m", network=Constant(0), faults=(pause, worker)
    )
    lease = Lease(renewed="3s", lasts="10s", look="1s")
    knobs = Knobs(**FREE, replicas={"bank": 2}, lease=lease, fenced=fenced)  # type: ignore[arg-type]
    system = orchestrate(pay(lands=Lands.IN_CALL), knobs)
    history = simulate(system, setting)
    assert len(rows(history, Kind.EFFECT)) == 1
    assert list(refusals(system, history)) == []


def test_a_death_that_a_crash_overtakes_hides_no_later_failure():
    """What the explorer has to look at: a death, a crash, and a failure of the same attempt."""
    worker = Fault(kind="worker-crash", target="bank", at=(d("4s"),), unseen=True)
    crash = Fault(kind="crash", target="bank", at=(d("6s"),), lasts="1s")
    fails = Fault(kind="transient-failure", target="bank", at=(d("15s"),), lasts="4s")
    setting = Setting(
        arrivals=Arrivals(at=(0,)),
        horizon="1m",
        network=Constant(0),
        faults=(worker, crash, fails),
    )
    system = orchestrate(pay(), Knobs(**FREE, heartbeat=HEARTBEAT))  # type: ignore[arg-type]
    history = simulate(system, setting)
    assert list(refusals(system, history)) == []
    met = Spending(system, history).of(0).faults
    assert (met.worker_crashes, met.crashes, met.failures) == (1, 1, 1)
