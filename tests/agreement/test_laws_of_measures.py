"""What holds for measures in every world: a run beside its twin, whatever struck it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.agreement.dressed import worlds
from wfmodel.designs import History, System
from wfmodel.designs.anomalies import Anomaly
from wfmodel.experiments.run_observation import observe, to_the_limit, twin_run
from wfmodel.metrics import (
    LOSSES,
    METRICS,
    Measurement,
    ends_of,
    lost_on_derailed,
    measure,
    tracks_of,
)
from wfmodel.metrics.instance_paths import came_to_rest, without_verdict
from wfmodel.simulation import Setting, simulate

World = tuple[System, Setting, int]


def measured(system: System, setting: Setting, seed: int) -> Measurement:
    """A run and its twin, watched equally long."""
    histories = (
        to_the_limit(simulate(system, each, seed=seed))
        for each in (setting, replace(setting, faults=()))
    )
    history, twin = histories
    return measure(history, twin=twin)


@given(worlds())
@settings(max_examples=60)
def test_parts_add_up_and_nobody_drops_out(world: World) -> None:
    found = measured(*world)
    values, counts = found.values, found.counts
    if not found.instances:
        return
    assert sum(found.classes.values()) + found.running == found.instances
    assert 0 <= values["derailed"] <= values["hurt"] <= 1
    hurt = round(values["hurt"] * found.instances)
    assert hurt == sum(number for per, number in counts.items() if per == "hurt instances")
    total = values["fault_delay"] * found.instances
    if hurt:
        assert values["recovery_time"] * hurt == pytest.approx(total)
        never = values["never_recovered"] * hurt
        assert never == pytest.approx(values["derailed"] * found.instances)
    else:
        assert total == 0
    for name in ("fault_delay", "completion_time", "wrong_time", "behind_time", "exposed_time"):
        assert 0 <= values[name] <= world[1].convergence / 1e9 + 1e-9, name


@given(worlds())
@settings(max_examples=30)
def test_what_metrics_lose_on_each_instance_adds_up_to_them(world: World) -> None:
    """And on those that faults made end worse, no more."""
    system, setting, seed = world
    calm = simulate(system, replace(setting, faults=()), seed=seed)
    ends = ends_of(tracks_of(to_the_limit(calm)))
    tracks = tracks_of(to_the_limit(simulate(system, setting, seed=seed)), twin=ends)
    if not tracks.count:
        return
    part = lost_on_derailed(tracks)
    assert set(part) == set(LOSSES)
    for name, losses in LOSSES.items():
        each = losses(tracks)
        value = METRICS[name].function(tracks)
        lacks = 1 - value if METRICS[name].better == "higher" else value
        assert each.mean() == pytest.approx(lacks, abs=1e-9), name
        assert 0 <= part[name] <= each.sum() * (1 + 1e-9), name
    derailed = METRICS["derailed"].function(tracks) * tracks.count
    assert derailed > 0 or not any(part.values())
    assert part["committed"] <= derailed + 1e-9


@given(worlds())
@settings(max_examples=40)
def test_without_faults_nothing_is_their_doing(world: World) -> None:
    system, setting, seed = world
    found = measured(system, replace(setting, faults=()), seed)
    if found.instances:
        assert found.values["hurt"] == found.values["fault_delay"] == 0
        assert found.reasons["recovery_time"] == "no instance was hurt by a fault"


@given(worlds())
@settings(max_examples=40)
def test_baseline_is_what_the_run_without_faults_gives(world: World) -> None:
    system, setting, seed = world
    calm = simulate(system, replace(setting, faults=()), seed=seed)
    seen = observe(simulate(system, setting, seed=seed), twin=twin_run(calm))
    assert dict(seen.baseline) == pytest.approx(dict(twin_run(calm).values), nan_ok=True)
    assert set(seen.baseline) == set(seen.values) == set(METRICS)


@given(worlds(), st.integers(0, 1000))
@settings(max_examples=40)
def test_what_came_to_rest_has_nobody_that_runs_on(world: World, extra: int) -> None:
    """And a run that was cut is the beginning of the same run with a longer limit."""
    system, setting, seed = world
    history = simulate(system, setting, seed=seed)
    if came_to_rest(history):
        assert set(without_verdict(history)) == {
            i for i, flags in enumerate(_lost(history)) if flags
        }
        return
    longer = simulate(system, replace(setting, convergence=setting.convergence + extra), seed=seed)
    both = min(len(history.rows), len(longer.rows)) - 1
    assert (history.rows[:both, :2] == longer.rows[:both, :2]).all()


def _lost(history: History) -> NDArray[np.bool_]:
    tracks = tracks_of(history)
    found = np.zeros(history.instances(), dtype=bool)
    found[tracks.ids] = (tracks.anomalies & int(Anomaly.LOST)) > 0
    return found
