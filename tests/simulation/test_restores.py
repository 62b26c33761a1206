"""A store goes back to an old backup: which one, from when on, and what follows at what time."""

from __future__ import annotations

import pytest

from tests.simulation.worlds import TEN_MS, d, durable_verdicts, net_effects, rows, sequence
from wfmodel.designs import Fault, History, Knobs, choreograph, orchestrate
from wfmodel.designs.history import Kind
from wfmodel.exploration import refusals
from wfmodel.model.distributions import Constant
from wfmodel.model.workflow import Final, Lands, Task, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate

MS = d("1ms")
ONE = sequence(1)
"""Step 0 at service 0: sent at 100 ms, there at 101, committed at 102, done at 112, committed at
113: all of it with the default commit of a millisecond, in choreography.
"""


def restored(
    at_ms: int,
    *,
    workflow: Workflow = ONE,
    design=choreograph,
    knobs: Knobs | None = None,
    lasts_ms: int = 5,
    **which: int,
) -> History:
    when = {"at": (at_ms * MS,), "lasts": Constant(lasts_ms * MS)}
    fault = Fault(kind="restore", target="service0", **when, **which)
    setting = Setting(
        arrivals=Arrivals(at=(100 * MS,)),
        horizon=1000 * MS,
        network=Constant(MS),
        faults=(fault,),
    )
    system = design(workflow, knobs or Knobs())
    history = simulate(system, setting, seed=3)
    assert list(refusals(system, history)) == []
    return history


def begun(history: History) -> list[int]:
    return [row.time_ns // MS for row in rows(history, Kind.BEGIN)]


def went_back(history: History) -> list[tuple[int, str]]:
    """When, and what the store says of the instance since."""
    return [
        (row.time_ns // MS, history.views[row.participant][row.a].status.value)
        for row in rows(history, Kind.RESTORE)
    ]


def test_a_backup_of_running_work_does_it_again_from_the_restart_on():
    history = restored(200, age=90 * MS)  # as it was at 110: work was running
    assert went_back(history) == [(200, "running")]
    # Up at 205, the resumption is committed at 206, and the work takes its 10 ms again.
    assert begun(history) == [102, 206]
    assert [row.time_ns // MS for row in rows(history, Kind.COMMIT)][-1] == 217
    assert net_effects(history)[0] == {"step0": 1}  # the service's own store knows the key


def test_a_backup_of_nothing_forgets_the_instance():
    history = restored(200, age=100 * MS)  # as it was at 100, when it arrived
    assert went_back(history) == [(200, "unknown")]
    assert begun(history) == [102]
    assert durable_verdicts(history)[0] == ("succeeded", 113 * MS)  # once, and nobody knows


@pytest.mark.parametrize(
    ("age_ms", "seen"),
    [
        (86, []),  # 114: nothing has changed since
        (87, []),  # 113: the commit of that very instant is in it
        (88, ["running"]),  # 112
        (98, ["running"]),  # 102: again the commit of that instant
        (99, ["unknown"]),  # 101
    ],
)
def test_a_backup_holds_what_was_committed_by_its_instant(age_ms, seen):
    assert [status for _, status in went_back(restored(200, age=age_ms * MS))] == seen


@pytest.mark.parametrize(
    ("every_ms", "seen"),
    [
        (200, []),  # taken at 200, in the instant of the restore
        (110, ["running"]),  # taken at 110
        (199, []),  # taken at 199
        (101, ["unknown"]),  # taken at 101
        (1000, ["unknown"]),  # taken at 0
    ],
)
def test_the_latest_of_regular_backups_is_restored(every_ms, seen):
    history = restored(200, backups=every_ms * MS)
    assert [status for _, status in went_back(history)] == seen


def test_a_second_restore_may_find_the_first_in_its_backup():
    faults = tuple(
        Fault(kind="restore", target="service0", at=(at * MS,), age=age * MS)
        for at, age in ((200, 100), (300, 50), (400, 250))
    )
    setting = Setting(
        arrivals=Arrivals(at=(100 * MS,)), horizon=1000 * MS, network=Constant(MS), faults=faults
    )
    system = choreograph(ONE, Knobs())
    history = simulate(system, setting, seed=3)
    # At 300 its state of 250, after the first; at 400 that of 150, before any.
    assert went_back(history) == [(200, "unknown"), (400, "succeeded")]
    assert list(refusals(system, history)) == []


def test_it_is_down_as_long_as_any_fault_keeps_it_down():
    faults = (
        Fault(kind="crash", target="service0", at=(105 * MS,), lasts=Constant(50 * MS)),
        Fault(kind="restore", target="service0", at=(120 * MS,), lasts=TEN_MS, age=MS),
    )
    setting = Setting(
        arrivals=Arrivals(at=(100 * MS,)), horizon=1000 * MS, network=Constant(MS), faults=faults
    )
    system = choreograph(ONE, Knobs())
    history = simulate(system, setting, seed=3)
    assert begun(history) == [102, 156]  # up at 155, not at 130
    assert list(refusals(system, history)) == []


def test_outside_the_same_work_lands_twice_unless_its_key_is_known():
    for known, landed in ((False, 2), (True, 1)):
        charge = Task(
            service="service0",
            duration=TEN_MS,
            effect="pivot",
            lands=Lands.AT_START,
            idempotent=known,
            next="done",
        )
        states = {"charge": charge, "done": Final(outcome="succeeded")}
        workflow = Workflow(name="pay", initial="charge", states=states)
        assert net_effects(restored(200, workflow=workflow, age=90 * MS))[0] == {"charge": landed}


def test_an_orchestrator_of_yesterday_asks_again_for_what_was_done():
    fault = Fault(kind="restore", target="orchestrator", at=(200 * MS,), age=85 * MS)
    setting = Setting(
        arrivals=Arrivals(at=(100 * MS,)), horizon=1000 * MS, network=Constant(MS), faults=(fault,)
    )
    system = orchestrate(ONE, Knobs())
    history = simulate(system, setting, seed=3)
    sent = [row.time_ns // MS for row in rows(history, Kind.SEND) if row.participant == 0]
    assert sent == [102, 201]  # the command, and the command again
    assert begun(history) == [104]  # it is known, and answered
    assert list(refusals(system, history)) == []


def test_every_replica_goes_down_with_their_common_store():
    history = restored(200, knobs=Knobs(replicas={"service0": 3}), age=90 * MS)
    assert len(rows(history, Kind.FAULT_ON)) == 1
    assert begun(history) == [102, 206]


def test_a_restore_says_which_backup():
    for wrong in ({}, {"age": 1, "backups": 1}, {"age": 0}, {"backups": 0}):
        with pytest.raises(ValueError, match=r"age|backups"):
            Fault(kind="restore", at=(0,), **wrong)
    with pytest.raises(ValueError, match="needs an instant"):
        Fault(kind="restore", age=1)
    with pytest.raises(ValueError, match="age has no meaning with crash: it belongs to restore"):
        Fault(kind="crash", at=(0,), age=1)
