"""The four failure stories on simulated histories, and what no run may violate."""

from __future__ import annotations

from functools import cache

import pytest

from wfmodel.designs import Fault, Knobs, choreograph, orchestrate
from wfmodel.designs.history import Kind
from wfmodel.metrics import Measurement, Terminal, measure, tracks_of
from wfmodel.metrics.path_parsing import Tracks
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.model.failures import FailureMode
from wfmodel.model.units import parse_duration as d
from wfmodel.model.workflow import Compensation, Final, Task, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate

DESIGNS = {"orchestration": orchestrate, "choreography": choreograph}
STEPS = 4
CRASHES = Fault(kind="crash", every=Exponential(mean=d("5s")), lasts=Constant(d("1s")))
LOSSES = Fault(kind="loss", probability=0.05)
DUPLICATES = Fault(kind="duplication", probability=0.1)
BOTH = pytest.mark.parametrize("design", sorted(DESIGNS))


def saga(failing: float = 0.05) -> Workflow:
    states: dict[str, Task | Final] = {"end": Final()}
    for i in range(STEPS):
        states[f"step{i}"] = Task(
            service=f"service{i}",
            duration=Exponential(mean=d("20ms")),
            failures={"declined": FailureMode("business", failing)},
            effect="compensatable",
            compensation=Compensation(duration=Constant(d("5ms"))),
            next=f"step{i + 1}" if i + 1 < STEPS else "end",
            on={"failure": "rollback"},
        )
    return Workflow(name="saga", initial="step0", states=states)


@cache
def tracks(design: str, faults: tuple[Fault, ...], **knobs: object) -> Tracks:
    setting = Setting(
        arrivals=Arrivals(every=Exponential(mean=d("100ms"))), horizon=d("12s"), faults=faults
    )
    system = DESIGNS[design](saga(), Knobs(**knobs))  # type: ignore[arg-type]
    return tracks_of(simulate(system, setting, seed=3))


@cache
def run(design: str, *faults: Fault, **knobs: object) -> Measurement:
    history = tracks(design, faults, **knobs).history
    return measure(history, until_ns=d("620s"))


@BOTH
def test_without_faults_everything_ends_clean(design: str) -> None:
    measured = run(design)
    assert measured.values["terminal_consistency"] == 1
    assert measured.classes[Terminal.COMPENSATED] > 0
    assert measured.values["divergence_permanent"] == 0
    assert measured.values["stuck"] == 0
    assert 0.5 < measured.values["global_agreement"] < 1  # replies and events take their time


def test_an_orchestrator_handles_twice_the_messages() -> None:
    orchestrated, choreographed = run("orchestration"), run("choreography")
    committed = orchestrated.classes[Terminal.COMMITTED]
    assert committed == choreographed.classes[Terminal.COMMITTED]  # the same draws
    assert orchestrated.values["messages"] > 1.5 * choreographed.values["messages"]
    assert orchestrated.values["busiest_load"] > 1.5 * choreographed.values["busiest_load"]


@BOTH
def test_memory_loses_transactions_and_a_database_does_not(design: str) -> None:
    memory = run(design, CRASHES, persistence="memory", delivery="at-most-once")
    database = run(design, CRASHES)
    assert memory.values["lost"] > 0.1
    assert memory.values["standstill_forever"] > 0
    assert database.values["lost"] == 0
    assert database.values["standstill_forever"] == 0
    assert database.values["stable_recovery"] > 0


def test_without_correlation_the_monitor_is_blind() -> None:
    without = run("choreography", LOSSES, delivery="at-most-once", correlation=False)
    joined = run("choreography", LOSSES, delivery="at-most-once")
    assert without.values["stuck"] == joined.values["stuck"] > 0
    assert without.values["blindness"] > 0
    assert joined.values["blindness"] == 0
    assert joined.values["detection_time"] >= 30


@BOTH
def test_dual_writes_lose_or_make_up_events_and_an_outbox_does_not(design: str) -> None:
    crashes = Fault(kind="crash", every=Exponential(mean=d("2s")), lasts=Constant(d("100ms")))
    dual = {
        "publishing": "dual-write",
        "publish": Constant(d("50ms")),
        "commit": Constant(d("50ms")),
    }
    loses = run(design, crashes, **dual)
    makes_up = run(design, crashes, **dual, dual_write_order="publish-first")
    outbox = run(design, crashes)
    assert loses.values["lost_events"] > 0 == loses.values["phantom_events"]
    assert makes_up.values["phantom_events"] > 0
    assert outbox.values["lost_events"] == outbox.values["phantom_events"] == 0


@BOTH
def test_repeated_deliveries_duplicate_effects_unless_recognised(design: str) -> None:
    assert run(design, DUPLICATES, deduplicate=False).values["duplicated_effect"] > 0.1
    assert run(design, DUPLICATES).values["duplicated_effect"] == 0


@BOTH
@pytest.mark.parametrize("persistence", ["memory", "database", "log", "event-stream"])
def test_truth_and_rows_agree(design: str, persistence: str) -> None:
    found = tracks(design, (CRASHES,), persistence=persistence)
    rows = found.history.rows
    landed = sum(
        count.landed
        for number in found.final_state.tolist()
        for count in found.graph.states[number].truth
    )
    assert landed == (rows[:, 1] == Kind.EFFECT).sum()
    assert ((found.verdict_ns >= found.arrival_ns) | (found.verdict_ns < 0)).all()
    assert (found.verdict_ns <= found.last_ns).all()
    assert (found.until_ns >= found.time_ns).all()


def test_the_same_history_gives_the_same_measurement() -> None:
    history = tracks("choreography", (CRASHES,)).history
    one, other = measure(history), measure(history)
    assert repr(dict(one.values)) == repr(dict(other.values))
    assert one.recovery == other.recovery
