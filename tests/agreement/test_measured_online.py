"""A run measured while it goes on, and the same run measured from its history: one truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from tests.agreement.dressed import MS, worlds
from tests.agreement.telling import replayable
from tests.agreement.test_engines import (
    BUSY,
    CAREFUL,
    CARELESS,
    LOGGED,
    SCENARIOS,
    STRUCK,
    WORLDS,
    variants_of,
)
from tests.agreement.worlds import EACH
from tests.metrics.online import assert_same
from wfmodel.designs import Fault, Knobs, Table, orchestrate
from wfmodel.designs.history import GONE
from wfmodel.experiments import simulate_and_measure
from wfmodel.metrics import measure, tracks_of
from wfmodel.metrics.streaming import ERROR
from wfmodel.metrics.streaming.totals import Totals
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.model.workflow import Final, Service, Task, Workflow
from wfmodel.simulation import Arrivals, Setting, Stream, simulate

pytestmark = pytest.mark.long


COMPILED = pytest.mark.usefixtures("numba")


@pytest.fixture
def numba() -> None:
    pytest.importorskip("numba", reason="the compiled kernel needs numba")


@COMPILED
@settings(max_examples=WORLDS)
@given(worlds())
def test_random_worlds(world):
    system, setting, seed = world
    whole = measure(simulate(system, setting, seed=seed, engine="compiled"))
    for engine in ("compiled", "simpy"):
        online = simulate_and_measure(system, setting, seed=seed, engine=engine)
        with replayable(system, setting, seed):
            assert_same(whole, online)


@COMPILED
@settings(max_examples=WORLDS // 3)
@given(worlds())
def test_blocks_are_the_history_and_the_last_word_of_who_is_gone(world):
    system, setting, seed = world
    stream = Stream(system, setting, seed=seed, engine="compiled")
    rows = np.concatenate(list(stream))
    history = simulate(system, setting, seed=seed)
    kept = rows[rows[:, 1] != GONE]
    assert kept.tobytes() == history.rows.tobytes()
    assert (stream.table.seen_views(), stream.table.seen_events()) == (
        history.views,
        history.events,
    )
    gone = rows[rows[:, 1] == GONE][:, 2].tolist()
    assert len(gone) == len(set(gone))
    for instance in gone:
        last = np.flatnonzero(rows[:, 2] == instance)[-1]
        assert rows[last, 1] == GONE
    if history.rows[-1, 4] == 1:  # at rest only such as somebody still has to move are left
        tracks = tracks_of(history)
        for instance, state in enumerate(tracks.final_state.tolist()):
            views = map(tracks.graph.view, tracks.graph.states[state].every_view())
            assert instance in gone or any(view.active for view in views)


@COMPILED
@pytest.mark.parametrize("engine", ["compiled", "simpy"])
def test_a_stream_runs_once(engine):
    stream = Stream(EACH["orchestration"](BUSY, CAREFUL), STRUCK, engine=engine)
    assert sum(len(block) for block in stream)
    with pytest.raises(ValueError, match="make another stream"):
        next(iter(stream))


@COMPILED
@pytest.mark.parametrize("knobs", [CAREFUL, CARELESS, LOGGED], ids=["outbox", "dual-write", "log"])
@pytest.mark.parametrize("persistence", ["database", "memory"])
@pytest.mark.parametrize("design", sorted(EACH))
def test_a_world_in_which_all_happens(design, persistence, knobs):
    system = EACH[design](BUSY, replace(knobs, persistence=persistence))
    table, until = Table(system), STRUCK.horizon + STRUCK.convergence
    whole = measure(simulate(system, STRUCK, seed=2, table=table), until_ns=until)
    online = simulate_and_measure(
        system, STRUCK, seed=2, table=table, until_ns=until, engine="compiled"
    )
    assert_same(whole, online)


@COMPILED
@pytest.mark.parametrize("design", sorted(EACH))
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.parent.name)
def test_on_every_model_with_its_scenario(path, design):
    for system, setting in variants_of(path, design, warm_up=10_000 * MS):
        whole = measure(simulate(system, setting, seed=5, engine="auto"))
        assert_same(whole, simulate_and_measure(system, setting, seed=5))


@COMPILED
def test_a_cut_while_some_wait_as_long_as_others_took():
    """Durations that differ by less than a bucket: who waits still may have waited longer."""
    flow = Workflow(
        name="queue",
        initial="work",
        services={"desk": Service(capacity=4)},
        states={
            "work": Task(
                service="desk", duration=Exponential(mean=300 * MS), idempotent=True, next="done"
            ),
            "done": Final(outcome="succeeded"),
        },
    )
    pause = Fault(kind="pause", target="desk", at=(10 * MS,), lasts=Constant(599_900 * MS))
    setting = Setting(
        arrivals=Arrivals(every=Exponential(mean=5 * MS), most=200),
        horizon=600_000 * MS,
        convergence=300 * MS,
        network=Constant(MS),
        faults=(pause,),
    )
    system = orchestrate(flow, Knobs(redelivery_timeout="1h"))
    whole = measure(simulate(system, setting, seed=1, engine="compiled"))
    assert 0 < whole.values["standstill_forever"] < 1
    assert_same(whole, simulate_and_measure(system, setting, seed=1))


@COMPILED
def test_more_times_to_recover_than_are_kept_one_by_one(monkeypatch):
    """Then they come from buckets."""
    monkeypatch.setattr(Totals, "one_by_one", 0)
    system = EACH["orchestration"](BUSY, CAREFUL)
    whole = measure(simulate(system, STRUCK, seed=2, engine="compiled"))
    online = simulate_and_measure(system, STRUCK, seed=2)
    assert len(whole.recovery) > 10
    for name in ("standstill_time", "standstill_median", "standstill_forever"):
        assert online.values[name] == pytest.approx(whole.values[name], rel=ERROR)
