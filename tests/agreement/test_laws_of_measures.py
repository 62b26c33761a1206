"""What holds for measures in every world: a run beside its twin, whatever struck it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.agreement.dressed import worlds
from tests.metrics import naive
from wfmodel.designs import History, System
from wfmodel.designs.anomalies import Anomaly, Terminal
from wfmodel.designs.messages import StepStatus
from wfmodel.designs.state import View
from wfmodel.experiments.run_observation import observe, to_the_limit, twin_run
from wfmodel.metrics import (
    LOSSES,
    METRICS,
    Measurement,
    ends_of,
    lost_on_derailed,
    measure,
    measure_tracks,
    tracks_of,
)
from wfmodel.metrics.instance_paths import came_to_rest, without_verdict
from wfmodel.simulation import Setting, simulate

pytestmark = pytest.mark.long

World = tuple[System, Setting, int]
RANKS = {Terminal.COMMITTED: 0, Terminal.COMPENSATED: 1}
"""How well an instance ended; 2 is anything else."""


def measured(system: System, setting: Setting, seed: int) -> Measurement:
    """A run beside its twin."""
    history, twin = beside_its_twin(system, setting, seed)
    return measure(history, twin=twin)


def beside_its_twin(system: System, setting: Setting, seed: int) -> tuple[History, History]:
    """A run and the same without faults, as histories that are watched equally long."""
    history, twin = (
        to_the_limit(simulate(system, each, seed=seed))
        for each in (setting, replace(setting, faults=()))
    )
    return history, twin


def who_is_not_hurt_does_not_count(world: World) -> None:
    """Laws 3 and 4, instance by instance from the rows, with nothing of the measures' code."""
    history, twin = beside_its_twin(*world)
    seen = tracks_of(history)
    ends = dict(zip(seen.ids.tolist(), seen.terminal, strict=True))
    calm = tracks_of(twin)
    before = dict(zip(calm.ids.tolist(), calm.terminal, strict=True))
    delays, never = [], 0
    for i in seen.ids.tolist():
        mine, theirs = (naive.life(each, i) for each in (history, twin))
        assert mine.arrival == theirs.arrival
        worse = RANKS.get(ends[i], 2) > RANKS.get(before[i], 2)
        limit = world[1].convergence
        if theirs.verdict_ns < 0:
            continue
        derailed = mine.verdict_ns < 0 or worse
        if derailed or mine.verdict_ns > theirs.verdict_ns:
            taken = limit if derailed else min(mine.verdict_ns - mine.arrival, limit)
            delays.append(max(0, taken - min(theirs.verdict_ns - theirs.arrival, limit)))
            never += derailed
    values = measure(history, twin=twin).values
    if not delays:
        assert np.isnan(values["recovery_time"])
        return
    assert values["recovery_time"] == pytest.approx(np.mean(delays) / 1e9)
    assert values["never_recovered"] == pytest.approx(never / len(delays))
    assert values["fault_delay"] == pytest.approx(sum(delays) / 1e9 / len(seen.ids))


def _may_be_untrue(status: StepStatus, moment: naive.Moment, node: int) -> bool:
    if status is StepStatus.DONE:
        return not any(moment.landed.get(key) for key in moment.landed if key[0] == node)
    undone, landed = moment.undone, moment.landed
    stands = any(landed[key] > undone.get(key, 0) for key in landed if key[0] == node)
    return status is StepStatus.COMPENSATED and stands


def who_does_not_know_is_behind_and_not_wrong(world: World) -> None:
    """Law 2, from the rows: where another store has the verdict, who is asked and has none is one
    or the other; who claims nothing is not wrong, before nothing moves any more.
    """
    history, _ = beside_its_twin(*world)
    tracks = tracks_of(history)
    if not tracks.count or tracks.running.any():
        return
    lost = (tracks.anomalies & int(Anomaly.LOST)) > 0
    least = most = 0
    for place, i in enumerate(tracks.ids.tolist()):
        life = naive.life(history, i)
        closes = min(life.arrival + world[1].convergence, int(history.rows[-1, 0]))
        asked = next(
            (
                who
                for moment in life.moments
                for who, view in enumerate(moment.views)
                if view != View()
            ),
            None,
        )
        if asked is None:
            most += closes - life.arrival
            continue
        for moment in life.moments:
            lasts = max(0, min(moment.end, closes) - moment.start)
            view = moment.views[asked]
            ended = any(other.status.is_final for other in moment.views)
            least += lasts * (not view.status.is_final and ended)
            claims = view.status.is_final or any(
                _may_be_untrue(status, moment, node) for node, status in view.steps
            )
            at_rest = max(0, min(moment.end, closes) - max(moment.start, life.last))
            most += lasts if claims else at_rest * bool(lost[place])
    values = measure_tracks(tracks).values
    told = (values["wrong_time"] + values["behind_time"]) * tracks.count
    assert told >= least / 1e9 - 1e-6
    assert values["wrong_time"] * tracks.count <= most / 1e9 + 1e-6


@pytest.mark.parametrize(
    "law",
    [
        who_is_not_hurt_does_not_count,
        who_does_not_know_is_behind_and_not_wrong,
    ],
)
def test_each_law_holds(law: Callable[[World], None]) -> None:
    settings(max_examples=50)(given(worlds())(law))()


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
