"""An instance that goes on without end is stopped, and the run says which one and at what."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from tests.simulation.worlds import sequence
from wfmodel.designs import DESIGNS, Knobs, build
from wfmodel.model.distributions import Constant
from wfmodel.model.failures import FailureMode, RetryPolicy
from wfmodel.simulation import Arrivals, Setting, StormError, reaction_count, simulate

FOR_EVER = sequence(
    1,
    Constant(0),
    failures={"flaky": FailureMode("transient", 1.0)},
    retry=RetryPolicy(attempts=None, backoff=0),
)
AT_ONCE = Setting(arrivals=Arrivals(at=("1s",)), horizon="10s", network=Constant(0))
NO_TIME = Knobs(commit=Constant(0))


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
@pytest.mark.parametrize("design", DESIGNS)
def test_a_loop_that_takes_no_time_is_stopped_and_named(design, engine):
    if engine == "compiled":
        pytest.importorskip("numba", reason="machine code needs numba")
    without_end = r"instance 0 goes on without end: .* at 1s at \"\w+"
    with pytest.raises(StormError, match=without_end) as told:
        simulate(build(FOR_EVER, design, NO_TIME), AT_ONCE, engine=engine)
    assert told.value.instance == 0
    assert str(pickle.loads(pickle.dumps(told.value))) == str(told.value)  # it crosses processes


def test_a_storm_that_takes_time_is_stopped_too(monkeypatch):
    monkeypatch.setattr(reaction_count, "MOST_REACTIONS", 1_000)
    states = {
        name: replace(state, retry=RetryPolicy(attempts=None, backoff="1ms", factor=1.0))
        if hasattr(state, "retry")
        else state
        for name, state in FOR_EVER.states.items()
    }
    slow = replace(FOR_EVER, states=states)
    with pytest.raises(StormError, match="is woken by the backoff"):
        simulate(build(slow, "choreography", NO_TIME), AT_ONCE)


def test_a_busy_instance_is_no_storm():
    history = simulate(build(sequence(7, Constant(0)), "orchestration", NO_TIME), AT_ONCE)
    assert history.instances() == 1
