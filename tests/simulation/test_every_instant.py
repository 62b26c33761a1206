"""One fault at every millisecond of a run: wherever it strikes, the design's promise holds.

Steps take 10 ms, everything else 2 ms, so a millisecond grid meets every phase: on the network,
waiting for a commit, in the gap of a dual write, in the relay, at work, between all of them.
"""

from __future__ import annotations

import pytest

from tests.simulation.worlds import DESIGNS, durable_verdicts, net_effects, rows, sequence
from wfmodel.designs import Fault, Knobs
from wfmodel.designs.history import Drop, Kind
from wfmodel.model.distributions import Constant
from wfmodel.model.units import parse_duration
from wfmodel.simulation import Arrivals, Setting, simulate

pytestmark = pytest.mark.long

d = parse_duration
TWO_MS = Constant(d("2ms"))
STEPS = 2
GOOD = {f"step{number}": 1 for number in range(STEPS)}
CAREFUL = Knobs(
    commit=TWO_MS,
    publish=TWO_MS,
    relay_delay=TWO_MS,
    redelivery_timeout=d("100ms"),
    replay=d("1ms"),
)
BOTH = pytest.mark.parametrize("design", sorted(DESIGNS))


def knobs(**changes: object) -> Knobs:
    fields = {name: getattr(CAREFUL, name) for name in CAREFUL.__dataclass_fields__}
    return Knobs(**{**fields, **changes})


def histories(design: str, settings: Knobs, kind: str, lasts: str = "300ms", target: str = "*"):
    """One instance each, struck at another millisecond."""
    system = DESIGNS[design](sequence(STEPS), settings)
    for instant in range(70):
        fault = Fault(kind=kind, target=target, at=(instant * d("1ms"),), lasts=Constant(d(lasts)))
        setting = Setting(
            arrivals=Arrivals(at=(0,)), horizon=d("1s"), network=TWO_MS, faults=(fault,)
        )
        yield instant, simulate(system, setting)


def went_well(history) -> bool:
    verdict = durable_verdicts(history).get(0, ("none", 0))[0]
    return verdict == "succeeded" and net_effects(history)[0] == GOOD


@BOTH
@pytest.mark.parametrize("kind", ["crash", "pause", "partition", "store-outage", "broker-outage"])
@pytest.mark.parametrize("persistence", ["database", "event-stream"])
def test_an_outbox_loses_nothing_wherever_a_fault_strikes(design, kind, persistence):
    for instant, history in histories(design, knobs(persistence=persistence), kind):
        assert went_well(history), instant
        assert not rows(history, Kind.DROP), instant


@BOTH
@pytest.mark.parametrize("order", ["commit-first", "publish-first"])
@pytest.mark.parametrize("kind", ["pause", "partition", "store-outage", "broker-outage"])
def test_a_dual_write_that_is_only_held_up_loses_nothing(design, order, kind):
    settings = knobs(publishing="dual-write", dual_write_order=order)
    for instant, history in histories(design, settings, kind):
        assert went_well(history), instant


@BOTH
def test_a_crash_in_the_gap_of_a_dual_write_loses_its_message(design):
    settings = knobs(publishing="dual-write")
    lost = 0
    for instant, history in histories(design, settings, "crash"):
        unpublished = [row for row in rows(history, Kind.DROP) if row.b == Drop.UNPUBLISHED]
        lost += bool(unpublished)
        assert went_well(history) or unpublished, instant
    assert 2 <= lost < 70


@BOTH
def test_a_crash_between_publishing_and_committing_leaves_phantoms_but_loses_nothing(design):
    settings = knobs(publishing="dual-write", dual_write_order="publish-first")
    phantoms = 0
    for instant, history in histories(design, settings, "crash"):
        phantoms += bool(rows(history, Kind.PHANTOM))
        assert not [row for row in rows(history, Kind.DROP) if row.b == Drop.UNPUBLISHED], instant
    assert 2 <= phantoms < 70


@BOTH
@pytest.mark.parametrize("persistence", ["memory", "log"])
@pytest.mark.parametrize("kind", ["pause", "store-outage", "broker-outage"])
def test_volatile_states_survive_what_is_no_crash(design, persistence, kind):
    settings = knobs(persistence=persistence, flush_interval=d("20ms"))
    for instant, history in histories(design, settings, kind):
        assert net_effects(history)[0] == GOOD, instant


@BOTH
@pytest.mark.parametrize("publishing", ["outbox", "dual-write"])
def test_at_most_once_drops_what_the_broker_does_not_take_or_nobody_hears(design, publishing):
    settings = knobs(delivery="at-most-once", publishing=publishing, timeouts=False)
    ends = set()
    for instant, history in histories(design, settings, "broker-outage"):
        causes = {Drop(row.b) for row in rows(history, Kind.DROP)}
        assert went_well(history) or causes == {Drop.BROKER_DOWN}, instant
        ends.add(went_well(history))
    assert ends == ({True} if publishing == "outbox" else {True, False})


@BOTH
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"publishing": "dual-write"},
        {"publishing": "dual-write", "dual_write_order": "publish-first"},
    ],
)
def test_nothing_is_published_while_the_broker_is_out(design, changes):
    for instant, history in histories(design, knobs(**changes), "broker-outage"):
        begin, end = instant * d("1ms"), instant * d("1ms") + d("300ms")
        sent = [row.time_ns for row in rows(history, Kind.SEND) if row.participant >= 0]
        assert not [time for time in sent if begin < time < end], instant
        assert sent


def test_a_producer_that_crashes_while_it_waits_for_the_broker_loses_its_message():
    settings = knobs(publishing="dual-write")
    system = DESIGNS["choreography"](sequence(STEPS), settings)
    # step0 is done and committed at 16 ms and would publish at 18 ms.
    outage = Fault(kind="broker-outage", at=(d("17ms"),), lasts=Constant(d("200ms")))
    crash = Fault(kind="crash", target="service0", at=(d("50ms"),), lasts=Constant(d("10ms")))
    setting = Setting(
        arrivals=Arrivals(at=(0,)), horizon=d("1s"), network=TWO_MS, faults=(outage, crash)
    )
    history = simulate(system, setting)
    assert Drop.UNPUBLISHED in {Drop(row.b) for row in rows(history, Kind.DROP)}
    assert net_effects(history)[0] == {"step0": 1}


@BOTH
def test_nothing_is_flushed_while_the_store_is_out(design):
    settings = knobs(persistence="log", flush_interval=d("10ms"))
    for instant, history in histories(design, settings, "store-outage"):
        begin, end = instant * d("1ms"), instant * d("1ms") + d("300ms")
        struck = [r for r in rows(history, Kind.COMMIT) if begin < r.time_ns < end]
        assert not struck, instant
        assert rows(history, Kind.COMMIT)


@BOTH
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"publishing": "dual-write"},
        {"publishing": "dual-write", "dual_write_order": "publish-first"},
        {"persistence": "log", "flush_interval": d("10ms")},
        {"persistence": "memory"},
    ],
)
def test_a_paused_process_does_nothing_even_if_it_crashes_and_comes_back_meanwhile(design, changes):
    system = DESIGNS[design](sequence(STEPS), knobs(**changes))
    for instant in range(70):
        pause = Fault(
            kind="pause", target="service1", at=(instant * d("1ms"),), lasts=Constant(d("300ms"))
        )
        crash = Fault(kind="crash", target="*", at=(d("100ms"),), lasts=Constant(d("50ms")))
        setting = Setting(
            arrivals=Arrivals(at=(0,)), horizon=d("1s"), network=TWO_MS, faults=(pause, crash)
        )
        history = simulate(system, setting)
        begin, end = instant * d("1ms"), instant * d("1ms") + d("300ms")
        paused = system.participants.index("service1")
        idle = (Kind.REACT, Kind.COMMIT, Kind.SEND, Kind.EFFECT, Kind.UNDO, Kind.BEGIN)
        busy = [
            row
            for row in history
            if row.participant == paused and row.kind in idle and begin < row.time_ns < end
        ]
        assert not busy, instant
        if not changes:
            assert went_well(history), instant
