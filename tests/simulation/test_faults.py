"""Every fault of the closed set does what its name says, and ends when it ends."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.simulation.worlds import (
    HUNDRED_MS,
    INSTANT,
    TEN_MS,
    d,
    durable_verdicts,
    exponential,
    net_effects,
    rows,
    run,
    sequence,
)
from wfmodel.designs import Fault, Knobs, choreograph, orchestrate
from wfmodel.designs.history import FAULT_KINDS, Drop, Kind
from wfmodel.designs.messages import Received, Restarted, TimerFired
from wfmodel.model.distributions import Constant
from wfmodel.model.failures import FailureMode, RetryPolicy
from wfmodel.model.loading import load_workflow
from wfmodel.model.units import parse_duration
from wfmodel.simulation import Arrivals, Setting, simulate

BOTH = pytest.mark.parametrize("design", ["orchestration", "choreography"])
ONE = sequence(3)
QUICK = Knobs(redelivery_timeout=d("1s"))


def test_a_rate_without_end_is_refused():
    with pytest.raises(ValueError, match=r"every.* must be greater than zero"):
        Fault(kind="crash", every=Constant(0))


def at(kind: str, target: str = "*", when: str = "50ms", lasts: str = "2s", **rest) -> Fault:
    return Fault(kind=kind, target=target, at=(d(when),), lasts=Constant(d(lasts)), **rest)


def latency(history, instance: int = 0) -> int:
    arrived = next(r.time_ns for r in rows(history, Kind.ARRIVE) if r.instance == instance)
    return durable_verdicts(history)[instance][1] - arrived


def latency_without_faults(design: str) -> int:
    return latency(run(ONE, design, QUICK, most=1))


@BOTH
def test_a_crashed_service_resumes_from_its_database(design):
    history = run(ONE, design, QUICK, most=1, faults=(at("crash", "service1", "122ms"),))
    assert durable_verdicts(history)[0][0] == "succeeded"
    assert latency(history) > d("1s")
    assert net_effects(history)[0] == {"step0": 1, "step1": 1, "step2": 1}


def test_work_in_progress_at_a_crash_is_done_again_after_the_restart():
    # Taken up at 101 ms, durable at 102 ms, worked on until 112 ms: crash in between.
    history = run(ONE, "choreography", QUICK, most=1, faults=(at("crash", "service0", "105ms"),))
    begun = [row for row in rows(history, Kind.BEGIN) if history.nodes[row.a] == "step0"]
    assert len(begun) == 2
    assert any(isinstance(history.events[row.a], Restarted) for row in rows(history, Kind.REACT))
    assert net_effects(history)[0]["step0"] == 1


@BOTH
def test_memory_forgets_at_a_crash(design):
    knobs = Knobs(persistence="memory", redelivery_timeout=d("1s"))
    target = "orchestrator" if design == "orchestration" else "service1"
    history = run(ONE, design, knobs, most=1, faults=(at("crash", target, "115ms"),))
    assert durable_verdicts(history) == {}
    assert net_effects(history)[0].get("step0") == 1  # the effect stays, nobody remembers it


@BOTH
def test_a_log_loses_its_window_and_no_more(design):
    late = Knobs(persistence="log", flush_interval=d("10s"), redelivery_timeout=d("1s"))
    target = "orchestrator" if design == "orchestration" else "service1"
    crash = (at("crash", target, "115ms"),)
    assert durable_verdicts(run(ONE, design, late, most=1, faults=crash)) == {}
    often = Knobs(persistence="log", flush_interval=d("1ms"), redelivery_timeout=d("1s"))
    assert durable_verdicts(run(ONE, design, often, most=1, faults=crash))[0][0] == "succeeded"


@BOTH
def test_an_event_stream_takes_time_to_replay(design):
    crash = (at("crash", "service1", "105ms", "1s"),)
    target = [FAULT_KINDS.index("crash")]

    def outage(knobs: Knobs) -> int:
        history = run(ONE, design, knobs, every=Constant(d("1ms")), most=100, faults=crash)
        on, off = (next(r for r in rows(history, k)) for k in (Kind.FAULT_ON, Kind.FAULT_OFF))
        assert [on.a] == [off.a] == target
        return off.time_ns - on.time_ns

    slow = Knobs(persistence="event-stream", replay=d("100ms"))
    assert outage(Knobs()) == d("1s")
    assert outage(slow) > d("1s")


@BOTH
def test_a_pause_only_delays(design):
    history = run(ONE, design, QUICK, most=1, faults=(at("pause", "service1", "110ms", "5s"),))
    assert durable_verdicts(history)[0][0] == "succeeded"
    assert d("4900ms") < latency(history) < d("7s")


def test_a_pause_longer_than_the_redelivery_time_out_brings_duplicates():
    pause = (at("pause", "service1", "105ms", "5s"),)
    once = run(ONE, "choreography", QUICK, most=1, faults=pause)
    assert net_effects(once)[0]["step1"] == 1
    knobs = Knobs(redelivery_timeout=d("1s"), deduplicate=False)
    twice = run(ONE, "choreography", knobs, most=1, faults=pause)
    assert net_effects(twice)[0]["step1"] > 1


@BOTH
def test_a_lost_message_comes_again_or_never(design):
    loss = (Fault(kind="loss", target="service1", at=(0,), lasts=Constant(d("150ms"))),)
    history = run(ONE, design, QUICK, most=1, faults=loss)
    assert durable_verdicts(history)[0][0] == "succeeded"
    assert latency(history) > d("1s")
    never = run(ONE, design, Knobs(delivery="at-most-once"), most=1, faults=loss)
    assert durable_verdicts(never) == {}
    assert [row.b for row in rows(never, Kind.DROP)] == [Drop.LOST]


@BOTH
def test_duplication_duplicates_effects_only_without_deduplication(design):
    twice = (Fault(kind="duplication", target="services"),)
    for deduplicate, most in ((True, 1), (False, 2)):
        knobs = Knobs(deduplicate=deduplicate)
        history = run(ONE, design, knobs, most=5, faults=twice)
        assert rows(history, Kind.DUPLICATE)
        landed = Counter((row.instance, row.a, row.b) for row in rows(history, Kind.EFFECT))
        assert (max(landed.values()) >= 2) == (most == 2)


def test_an_idempotent_step_lands_once_without_deduplication():
    twice = (Fault(kind="duplication", target="services"),)
    history = run(
        sequence(3, idempotent=True), "orchestration", Knobs(deduplicate=False), faults=twice
    )
    landed = Counter((row.instance, row.a) for row in rows(history, Kind.EFFECT))
    assert set(landed.values()) == {1}


@BOTH
def test_delay_and_reordering_make_messages_late(design):
    for kind in ("delay", "reordering"):
        fault = (Fault(kind=kind, target="service1", delay=Constant(d("300ms"))),)
        history = run(ONE, design, QUICK, most=1, faults=fault)
        late = latency(history) - latency_without_faults(design)
        # Choreography: the hand-over and the verdict, but the verdict is another service's.
        assert late == d("300ms"), kind


def test_reordered_messages_are_overtaken():
    fault = (
        Fault(kind="reordering", target="service0", delay=Constant(d("35ms")), probability=0.5),
    )
    history = run(ONE, "choreography", QUICK, every=Constant(d("10ms")), most=50, faults=fault)
    first: dict[int, int] = {}
    for row in rows(history, Kind.REACT):
        if isinstance(history.events[row.a], Received):
            first.setdefault(row.instance, row.time_ns)
    order = sorted(first, key=first.__getitem__)
    assert order != sorted(order)


@BOTH
def test_a_partition_cuts_off_and_heals(design):
    history = run(ONE, design, QUICK, most=1, faults=(at("partition", "service1", "0s", "3s"),))
    assert durable_verdicts(history)[0][0] == "succeeded"
    assert latency(history) > d("2s")


def test_a_partial_partition_stops_only_the_named_peers():
    cut = at("partition", "service1", "0s", "3s", peers=("service0",))
    history = run(ONE, "choreography", QUICK, most=1, faults=(cut,))
    assert latency(history) > d("2s")
    elsewhere = at("partition", "service1", "0s", "3s", peers=("service2",))
    history = run(ONE, "choreography", QUICK, most=1, faults=(elsewhere,))
    assert latency(history) > d("2s")  # service1 cannot hand over to service2
    history = run(ONE, "orchestration", QUICK, most=1, faults=(elsewhere,))
    assert latency(history) == latency_without_faults("orchestration")


@BOTH
def test_a_store_outage_stalls_commits(design):
    outage = (at("store-outage", "service1", "0s", "3s"),)
    history = run(ONE, design, QUICK, most=1, faults=outage)
    assert durable_verdicts(history)[0][0] == "succeeded"
    assert latency(history) > d("2800ms")


@BOTH
def test_a_slow_store_and_a_slow_service_stretch_what_they_name(design):
    slow = (Fault(kind="slow-store", target="service1", factor=11),)
    extra = latency(run(ONE, design, QUICK, most=1, faults=slow)) - latency_without_faults(design)
    assert extra == d("20ms")  # two commits on the way, each 10 ms longer
    slow = (Fault(kind="slow-service", target="service1", factor=3),)
    extra = latency(run(ONE, design, QUICK, most=1, faults=slow)) - latency_without_faults(design)
    assert extra == d("20ms")


@BOTH
def test_a_broker_outage_holds_messages(design):
    history = run(ONE, design, QUICK, most=1, faults=(at("broker-outage", when="0s", lasts="3s"),))
    assert durable_verdicts(history)[0][0] == "succeeded"
    assert latency(history) > d("2800ms")


@BOTH
def test_an_injected_business_failure_is_compensated(design):
    fault = (Fault(kind="business-failure", target="service2"),)
    history = run(ONE, design, QUICK, most=3, faults=fault)
    assert {verdict for verdict, _ in durable_verdicts(history).values()} == {"aborted"}
    assert set(net_effects(history)[0].values()) == {0}
    undone = [history.nodes[r.a] for r in rows(history, Kind.UNDO) if r.instance == 0]
    assert undone == ["step1", "step0"]  # reverse order of completion


@BOTH
def test_an_injected_transient_failure_is_retried(design):
    flaky = sequence(3, retry=RetryPolicy(attempts=None, backoff=d("10ms")))
    fault = (Fault(kind="transient-failure", target="service1", probability=0.5),)
    history = run(flaky, design, QUICK, faults=fault)
    assert {verdict for verdict, _ in durable_verdicts(history).values()} == {"succeeded"}
    begun = [row for row in rows(history, Kind.BEGIN) if history.nodes[row.a] == "step1"]
    assert 1.7 < len(begun) / history.instances() < 2.4  # geometric with p = 1/2: mean 2


def test_a_business_failure_with_no_handler_ends_failed():
    from dataclasses import replace

    bare = sequence(1)
    task = replace(bare.states["step0"], on={}, compensation=None)
    workflow = replace(bare, states={**bare.states, "step0": task})
    fault = (Fault(kind="business-failure", target="service0"),)
    for design in ("orchestration", "choreography"):
        history = run(workflow, design, most=1, faults=fault)
        assert durable_verdicts(history)[0][0] == "failed"


@BOTH
def test_a_time_out_is_retried_and_a_late_result_is_not_a_second_effect(design):
    slow = sequence(
        2, exponential("300ms"), timeout="200ms", retry=RetryPolicy(attempts=None, backoff=0)
    )
    history = run(slow, design, Knobs(redelivery_timeout=d("60s")), horizon="20s")
    fired = [r for r in rows(history, Kind.REACT) if isinstance(history.events[r.a], TimerFired)]
    assert fired
    landed = Counter((row.instance, row.a, row.b) for row in rows(history, Kind.EFFECT))
    assert set(landed.values()) == {1}
    assert {verdict for verdict, _ in durable_verdicts(history).values()} == {"succeeded"}


DUAL = {"publishing": "dual-write", "publish": Constant(d("5ms")), "redelivery_timeout": d("1s")}
CRASHES = (Fault(kind="crash", target="*", every=exponential("300ms"), lasts=Constant(d("50ms"))),)


@BOTH
def test_dual_write_loses_events_and_an_outbox_does_not(design):
    dual = run(ONE, design, Knobs(**DUAL), horizon="20s", faults=CRASHES)
    causes = Counter(Drop(row.b) for row in rows(dual, Kind.DROP))
    assert causes[Drop.UNPUBLISHED] > 0
    outbox = run(ONE, design, Knobs(redelivery_timeout=d("1s")), horizon="20s", faults=CRASHES)
    assert not rows(outbox, Kind.DROP)
    assert not rows(outbox, Kind.PHANTOM)
    assert len(durable_verdicts(outbox)) == outbox.instances()


@BOTH
def test_publishing_first_leaves_phantoms(design):
    knobs = Knobs(**DUAL, dual_write_order="publish-first", commit=Constant(d("5ms")))
    history = run(ONE, design, knobs, horizon="20s", faults=CRASHES)
    assert rows(history, Kind.PHANTOM)
    assert not rows(history, Kind.DROP)


@BOTH
def test_a_watchdog_brings_back_what_a_lost_message_stopped(design):
    loss = (Fault(kind="loss", probability=0.2),)
    without = Knobs(delivery="at-most-once", timeouts=False)
    stuck = run(ONE, design, without, horizon="5s", faults=loss)
    assert len(durable_verdicts(stuck)) < stuck.instances()
    watched = Knobs(delivery="at-most-once", timeouts=False, watchdog=d("1s"))
    history = run(ONE, design, watched, horizon="5s", faults=loss)
    # What the watchdog never heard of (its own copy of the Start was lost) it cannot bring back.
    watchdog = history.participants.index("watchdog")
    heard = {row.instance for row in rows(history, Kind.REACT) if row.participant == watchdog}
    assert heard <= set(durable_verdicts(history))
    assert len(heard) > 0.7 * history.instances()
    landed = Counter((row.instance, row.a, row.b) for row in rows(history, Kind.EFFECT))
    assert set(landed.values()) == {1}


def test_a_nudge_of_a_fork_under_way_is_not_answered_without_end():
    """A region's repeated arrival must not make its fork repeat the region."""
    model = Path(__file__).parents[2] / "models/parallel-provisioning/workflow.yaml"
    system = choreograph(load_workflow(model).workflow, Knobs(watchdog=d("2s")))
    alone = Setting(arrivals=Arrivals(at=(0,)), horizon=d("1s"), convergence=d("20m"))
    history = simulate(system, alone)
    (verdict, ended_ns) = durable_verdicts(history)[0]
    assert verdict == "succeeded"
    sent = len(rows(history, Kind.SEND))
    # In two seconds the watchdog nudges a fork and at most two arrivals, which are answered by
    # three hand-overs, three arrivals and no more.
    assert sent < 12 * (ended_ns / d("2s") + 1)


def test_capacity_limits_what_runs_at_once():
    history = run(sequence(1, capacity=2), "choreography", every=Constant(d("1ms")), most=20)
    begun = sorted(row.time_ns for row in rows(history, Kind.BEGIN))
    assert all(
        later - earlier >= d("10ms") for earlier, later in zip(begun, begun[2:], strict=False)
    )


def test_a_users_own_process_strikes_and_heals():
    def own(world):
        yield world.env.timeout(d("105ms"))
        assert world.is_up("service0")
        world.strike(Fault(kind="crash", target="service0", at=(0,)))
        assert not world.is_up("service0")
        yield world.env.timeout(d("2s"))
        world.heal(Fault(kind="crash", target="service0", at=(0,)))
        number = world.start()
        assert number == world.arrived - 1 == 1

    history = run(ONE, "choreography", QUICK, most=1, processes=(own,))
    assert [row.time_ns for row in rows(history, Kind.FAULT_OFF)] == [d("2105ms")]
    assert set(durable_verdicts(history)) == {0, 1}


def test_a_users_process_that_names_nobody_is_told_who_there_is():
    def own(world):
        yield world.env.timeout(1)
        world.strike(Fault(kind="pause", target="nobody"))

    with pytest.raises(ValueError, match="no participant 'nobody'; there are service0"):
        run(ONE, "choreography", most=1, processes=(own,))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "crash"}, "instant"),
        ({"kind": "loss", "at": ("1s",), "every": "2s"}, "not both"),
        ({"kind": "slow-store"}, "factor"),
        ({"kind": "loss", "probability": 1.5}, "less than or equal to 1"),
        ({"kind": "earthquake"}, "crash"),
    ],
)
def test_a_fault_that_means_nothing_is_refused(arguments, message):
    with pytest.raises(ValidationError, match=message):
        Fault(**arguments)


def test_durations_have_one_meaning():
    assert parse_duration("2s") == d("2000ms") == 2 * 10**9


def test_transient_failures_of_a_step_without_retry_take_its_failure_edge():
    flaky = sequence(2, failures={"flaky": FailureMode("transient", 1.0)})
    history = run(flaky, most=2)
    assert {verdict for verdict, _ in durable_verdicts(history).values()} == {"aborted"}


def test_what_was_not_struck_cannot_be_healed():
    crash = Fault(kind="crash", target="service0", at=(0,))
    refused = []

    def early(world):
        yield world.env.timeout(0)
        try:
            world.heal(crash)
        except ValueError as error:
            refused.append(str(error))
        world.strike(crash)
        world.heal(crash)

    system = orchestrate(sequence(), INSTANT)
    setting = Setting(arrivals=Arrivals(at=(0,)), horizon=d("1s"), convergence=d("1s"))
    history = simulate(system, setting, processes=(early,))
    assert refused == ["no crash is on at 'service0' that strike() began"]
    assert len(rows(history, Kind.FAULT_ON)) == len(rows(history, Kind.FAULT_OFF)) == 1


def test_overlapping_slow_downs_multiply_and_leave_nothing_behind():
    slow = Fault(kind="slow-service", target="service0", factor=3, at=(0,), lasts=HUNDRED_MS)
    slower = Fault(kind="slow-service", target="service0", factor=7, at=(0,), lasts=TEN_MS)
    setting = Setting(
        arrivals=Arrivals(at=(d("1ms"), d("20ms"), d("200ms"))),
        horizon=d("1s"),
        convergence=d("1s"),
        faults=(slow, slower),
    )
    history = simulate(orchestrate(sequence(1), INSTANT), setting)
    begun = {row.instance: row.time_ns for row in rows(history, Kind.BEGIN)}
    lengths = {r.instance: r.time_ns - begun[r.instance] for r in rows(history, Kind.EFFECT)}
    assert lengths == {0: d("210ms"), 1: d("30ms"), 2: d("10ms")}
