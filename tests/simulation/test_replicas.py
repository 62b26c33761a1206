"""Replicas share a queue and a store: who takes what, and how long until another goes on."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

import wfmodel
from wfmodel.designs import Fault, Knobs, build
from wfmodel.designs.history import History, Kind
from wfmodel.designs.knobs import Acknowledge, Lease, Persistence
from wfmodel.exploration import FaultBudget, refusals
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Final, Service, Task, Wait, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate
from wfmodel.simulation.replay import replay

S = parse_duration("1s")
FAULT_ROWS = (Kind.FAULT_ON, Kind.FAULT_OFF)
LEASE = Lease(renewed="1s", lasts="5s", look="2s")


def payment(*, duration: str = "10s", capacity: int | None = None, **more: object) -> Workflow:
    pay = Task(service="bank", duration=duration, idempotent=True, next="done", **more)  # type: ignore[arg-type]
    services = {"bank": Service(capacity=capacity)}
    states = {"pay": pay, "done": Final()}
    return Workflow(name="payment", initial="pay", states=states, services=services)


def waiting() -> Workflow:
    """Nothing but a timer, which an orchestrator keeps."""
    return Workflow(
        name="waiting",
        initial="wait",
        states={
            "wait": Wait(duration="1s", next="pay"),
            "pay": Task(service="bank", next="done", idempotent=True),
            "done": Final(),
        },
    )


def run(workflow: Workflow, design: str, knobs: Knobs, at: tuple[str, ...], *faults: Fault):
    setting = Setting(arrivals=Arrivals(at=at), horizon="2m", network="0s", faults=faults)
    system = build(workflow, design, knobs)
    found = simulate(system, setting)
    assert list(refusals(system, found)) == []
    if pytest.importorskip("numba"):
        compiled = simulate(system, setting, engine="compiled")
        assert np.array_equal(found.rows, compiled.rows)
    return found


def times(history: History, kind: Kind) -> list[float]:
    return [row.time_ns / S for row in history if row.kind == kind]


def test_another_orchestrator_goes_on_at_its_first_look_after_the_lease():
    """Heard of at 20 s, lapsed at 25 s; the other, up since 0 s, looks at even seconds."""
    crash = Fault(kind="crash", target="orchestrator", replica=0, at=("20.3s",), lasts="60s")
    knobs = Knobs(replicas={"orchestrator": 2}, lease=LEASE, commit="0s")
    history = run(waiting(), "orchestration", knobs, ("20s",), crash)
    assert times(history, Kind.TAKE) == [26.0]
    assert wfmodel.measure(history).values["latency_mean"] == pytest.approx(6.0)


def test_without_a_lease_only_its_own_holder_goes_on_with_an_instance():
    crash = Fault(kind="crash", target="orchestrator", replica=0, at=("20.3s",), lasts="60s")
    history = run(waiting(), "orchestration", Knobs(replicas={"orchestrator": 2}), ("20s",), crash)
    assert wfmodel.measure(history).values["latency_mean"] == pytest.approx(60.3, abs=0.02)


def test_a_lease_may_be_one_participants_only():
    """The services go on at once with what is theirs; the orchestrator waits for its lease."""
    lease = Lease(renewed="1s", lasts="5s", look="2s", of="orchestrator")
    crash = Fault(kind="crash", target="*", at=("20.3s",), lasts="1s")
    history = run(waiting(), "orchestration", Knobs(lease=lease, commit="0s"), ("20s",), crash)
    [again] = [row.time_ns / S for row in history if row.kind == Kind.BEGIN]
    assert again == pytest.approx(25.3)  # back at 21.3 s, the lease over at 25 s, looked at then
    whose = {p: Knobs(lease=lease).lease_of(p, ("bank",)) for p in ("orchestrator", "bank")}
    assert whose == {"orchestrator": lease, "bank": None}


def test_what_is_at_rest_is_taken_by_whoever_runs():
    """Both crash in turn; the second payment finds the first replica down, and the other up."""
    knobs = Knobs(replicas={"bank": 2})
    crash = Fault(kind="crash", target="bank", replica=0, at=("5s",), lasts="60s")
    history = run(payment(duration="1s"), "orchestration", knobs, ("0s", "10s"), crash)
    assert wfmodel.measure(history).values["latency_mean"] == pytest.approx(1.0, abs=0.02)


def test_a_message_in_hand_comes_to_another_when_its_own_lease_is_over():
    """Taken at 0 s, its holder crashes at 2 s, delivered again at 7 s, done at 8 s + 10 s."""
    knobs = Knobs(
        replicas={"bank": 2},
        acknowledge=Acknowledge.AFTER_WORK,
        redelivery_timeout="7s",
        commit="0s",
        publish="0s",
    )
    crash = Fault(kind="crash", target="bank", replica=0, at=("2s",), lasts="60s")
    history = run(payment(duration="5s"), "orchestration", knobs, ("0s",), crash)
    assert times(history, Kind.BEGIN) == [0.0, 7.0]
    assert wfmodel.measure(history).values["latency_mean"] == pytest.approx(12.0)


def test_work_is_shared_out():
    """Four at once at two replicas with two workers each."""
    knobs = Knobs(replicas={"bank": 2}, commit="0s", publish="0s")
    workflow = payment(duration="1s", capacity=2)
    history = run(workflow, "orchestration", knobs, ("0s",) * 4)
    assert wfmodel.measure(history).values["latency_mean"] == pytest.approx(1.0)


def test_a_schedule_strikes_all_replicas_at_once_and_a_rate_each_for_itself():
    both = Fault(kind="crash", target="bank", at=("5s",), lasts="1s")
    history = run(payment(), "orchestration", Knobs(replicas={"bank": 3}), ("0s",), both)
    assert times(history, Kind.FAULT_ON) == [5.0, 5.0, 5.0]
    each = Fault(kind="crash", target="bank", every={"distribution": "exponential", "mean": "20s"})
    history = run(payment(), "orchestration", Knobs(replicas={"bank": 3}), ("0s",), each)
    struck = [row.b for row in history if row.kind == Kind.FAULT_ON]
    assert set(struck) == {0, 1, 2}
    assert len(set(times(history, Kind.FAULT_ON))) == len(struck)


def test_ones_own_fault_strikes_all_replicas_and_heals_them():
    crash, seen = Fault(kind="crash", target="bank", at=("0s",)), []

    def outage(world):
        yield world.env.timeout(5 * S)
        world.strike(crash)
        seen.append(world.is_up("bank"))
        yield world.env.timeout(S)
        world.heal(crash)
        yield world.env.timeout(1)  # a restart happens in its own time
        seen.append(world.is_up("bank"))

    system = build(payment(), "orchestration", Knobs(replicas={"bank": 3}))
    setting = Setting(arrivals=Arrivals(at=("0s",)), horizon="1m")
    history = simulate(system, setting, processes=(outage,))
    rows = [(row.time_ns // S, row.kind, row.b) for row in history if row.kind in FAULT_ROWS]
    assert rows == [
        *((5, Kind.FAULT_ON, replica) for replica in range(3)),
        *((6, Kind.FAULT_OFF, replica) for replica in range(3)),
    ]
    assert seen == [False, True]


def test_their_store_is_one():
    outage = Fault(kind="store-outage", target="bank", at=("0s",), lasts="3s")
    knobs = Knobs(replicas={"bank": 2})
    history = run(payment(duration="1s"), "orchestration", knobs, ("1s", "1s"), outage)
    assert len(times(history, Kind.FAULT_ON)) == 1
    assert wfmodel.measure(history).values["latency_mean"] == pytest.approx(3.0, abs=0.02)


PAUSE = Fault(kind="pause", target="bank", replica=0, at=("2s",), lasts="20s")


@pytest.mark.parametrize(("known", "twice"), [(False, 1.0), (True, 0.0)])
def test_who_stands_still_is_fenced_and_its_call_outside_lands_all_the_same(known, twice):
    """A payment of 5 s is taken over from a replica that stands still, and made twice outside,
    unless the provider knows its key.
    """
    pay = Task(
        service="bank",
        duration="5s",
        effect="pivot",
        lands="in-call",
        idempotent=known,
        next="done",
    )
    workflow = Workflow(name="payment", initial="pay", states={"pay": pay, "done": Final()})
    knobs = Knobs(replicas={"bank": 2}, lease=LEASE)
    history = run(workflow, "orchestration", knobs, ("0s",), PAUSE)
    assert len(times(history, Kind.LAPSE)) == len(times(history, Kind.BOOT)) == 1
    assert wfmodel.measure(history).values["duplicated_effect"] == twice
    found = wfmodel.explore(workflow, FaultBudget(pauses=1), knobs=knobs)
    assert found.violated == bool(twice)
    alone = wfmodel.explore(workflow, FaultBudget(pauses=1), knobs=Knobs(lease=LEASE))
    assert alone.holds  # nobody else is there to take it over


def test_an_effect_in_the_own_store_is_fenced():
    knobs = Knobs(replicas={"bank": 2}, lease=LEASE)
    history = run(payment(duration="5s"), "orchestration", knobs, ("0s",), PAUSE)
    assert wfmodel.measure(history).values["duplicated_effect"] == 0.0
    assert wfmodel.explore(payment(), FaultBudget(pauses=1, crashes=1), knobs=knobs).holds


@pytest.mark.parametrize(
    ("idempotent", "deduplicate", "twice"),
    [(False, False, True), (False, True, False), (True, False, False)],
)
def test_without_a_fence_only_a_key_keeps_an_effect_apart(idempotent, deduplicate, twice):
    """The bank stands still from 2 s to 22 s, and is taken for dead: it goes on where it was."""
    pay = Task(service="bank", duration="5s", effect="pivot", idempotent=idempotent, next="done")
    workflow = Workflow(name="payment", initial="pay", states={"pay": pay, "done": Final()})
    knobs = Knobs(replicas={"bank": 2}, lease=LEASE, fenced=False, deduplicate=deduplicate)
    history = run(workflow, "orchestration", knobs, ("0s",), PAUSE)
    assert len(times(history, Kind.LAPSE)) == 1
    assert (times(history, Kind.EFFECT)[-1] == 22.0) == twice  # it was due at 5 s, and waited
    assert wfmodel.measure(history).values["duplicated_effect"] == twice
    found = wfmodel.explore(workflow, FaultBudget(pauses=1), knobs=knobs)
    assert found.violated == twice
    replayed = [asked.told for asked in found.asked if asked.told is not None]
    assert bool(replayed) == twice


def paid_and_shipped() -> Workflow:
    """A payment that may time out and is refunded then; what is paid is shipped."""
    undo = {"idempotent": True, "tolerates_absence": True}
    pay = Task(
        service="bank",
        duration="2s",
        timeout="40s",
        effect="compensatable",
        idempotent=True,
        compensation=undo,
        on={"timeout": "rollback"},
        next="ship",
    )
    ship = Task(service="post", duration="1s", idempotent=True, effect="retriable", next="done")
    states = {"pay": pay, "ship": ship, "done": Final()}
    return Workflow(name="order", initial="pay", states=states)


@pytest.mark.parametrize("fenced", [True, False])
def test_without_a_fence_what_the_one_had_decided_that_was_taken_for_dead_leaves(fenced):
    """It hears at 5 s that all is paid, stands still while it commits that, and goes on at 25.5 s:
    it has the order shipped, which the one that took over at 10 s has done before.
    """
    knobs = Knobs(
        replicas={"orchestrator": 2}, lease=LEASE, fenced=fenced, commit="1s", publish="0s"
    )
    stands = Fault(kind="pause", target="orchestrator", replica=0, at=("5500ms",), lasts="20s")
    history = run(paid_and_shipped(), "orchestration", knobs, ("0s",), stands)
    assert len(times(history, Kind.LAPSE)) == 1
    sent = [row.time_ns / S for row in history if row.kind == Kind.SEND and row.participant == 0]
    assert (25.5 in sent) is not fenced


@pytest.mark.parametrize("fenced", [True, False])
def test_an_orchestrator_without_a_fence_ships_what_is_not_paid(fenced):
    """One decides that the payment timed out and has it undone, the other that it came."""
    knobs = Knobs(replicas={"orchestrator": 2}, lease=LEASE, fenced=fenced, tombstones=True)
    found = wfmodel.explore(
        paid_and_shipped(),
        FaultBudget(pauses=1, timeouts=1),
        knobs=knobs,
        properties=("never_ends: phantom-success",),
    )
    assert found.violated is not fenced
    if not fenced:
        [told] = [asked.told for asked in found.asked if asked.told is not None]
        assert "as the one had decided that was taken for dead" in told.story
        replayed = replay(build(paid_and_shipped(), "orchestration", knobs), told.schedule)
        assert wfmodel.measure(replayed).values["phantom_success"] == 1


def test_nobody_is_taken_for_dead_where_there_is_one():
    with pytest.raises(ValidationError, match="fenced has no meaning without replicas"):
        Knobs(fenced=False)


def test_replicas_without_a_common_store_are_refused():
    with pytest.raises(ValidationError, match="replicas has no meaning with persistence: memory"):
        Knobs(replicas={"*": 2}, persistence=Persistence.MEMORY)


def test_a_replica_is_struck_only_by_what_strikes_processes():
    with pytest.raises(ValidationError, match="replica has no meaning with loss"):
        Fault(kind="loss", target="bank", replica=0)
