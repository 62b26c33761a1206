"""Phases of recovery: noticed, taken over, finished; they add up, and are those of the runtime."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from tests.agreement.dressed import worlds
from tests.experiments.test_measures import flow, work
from wfmodel.designs import Fault, Knobs, System, build
from wfmodel.experiments.run_observation import observe, to_the_limit, twin_run
from wfmodel.experiments.why_wrong import told, worst_first
from wfmodel.metrics import ends_of, tracks_of
from wfmodel.metrics.recovery_phases import phases
from wfmodel.metrics.twin import harm
from wfmodel.model.distributions import Constant
from wfmodel.model.units import parse_duration as d
from wfmodel.simulation import Arrivals, Setting, simulate

QUICK = {"commit": Constant(0), "publish": Constant(0)}


def struck(target: str, at: str, lasts: str, *, design: str, **knobs: object) -> dict[str, float]:
    """One instance from 1 s on, two steps of 100 ms, one crash; nothing else takes time."""
    two = flow("x", x=work("a", "y"), y=work("b", "done"))
    crash = Fault(kind="crash", target=target, at=(d(at),), lasts=Constant(d(lasts)))
    setting = Setting(
        arrivals=Arrivals(at=(d("1s"),)), horizon=d("2m"), network=Constant(0), faults=(crash,)
    )
    system = build(two, design, Knobs(**QUICK, **knobs))  # type: ignore[arg-type]
    calm = simulate(system, replace(setting, faults=()), seed=1)
    seen = observe(simulate(system, setting, seed=1), twin=twin_run(calm))
    parts = ("recovery_noticed", "recovery_taken_over", "recovery_finished")
    return {name.removeprefix("recovery_"): seen.values[name] for name in parts}


def test_a_service_that_is_down_is_noticed_when_it_is_back() -> None:
    found = struck("b", "1050ms", "20s", design="choreography")
    assert found["noticed"] == pytest.approx(20)
    assert found["taken_over"] == 0
    assert found["finished"] == pytest.approx(0.1)  # its own work, which it had not begun


def test_a_dead_orchestrator_is_noticed_by_the_look_after_its_lease() -> None:
    lease = {"renewed": d("5s"), "lasts": d("30s"), "look": d("10s")}
    found = struck("orchestrator", "1050ms", "5s", design="orchestration", lease=lease)
    assert 25 <= found["noticed"] <= 40
    without = struck("orchestrator", "1050ms", "5s", design="orchestration")
    assert without["noticed"] == pytest.approx(5)


def test_the_worst_instance_is_told_with_its_phases() -> None:
    two = flow("x", x=work("a", "y"), y=work("b", "done"))
    crash = Fault(kind="crash", target="b", at=(d("1050ms"),), lasts=Constant(d("20s")))
    setting = Setting(
        arrivals=Arrivals(at=(d("1s"),)), horizon=d("2m"), network=Constant(0), faults=(crash,)
    )
    system = build(two, "choreography", Knobs(**QUICK))  # type: ignore[arg-type]
    calm = simulate(system, replace(setting, faults=()), seed=1)
    seen = observe(simulate(system, setting, seed=1), twin=twin_run(calm))
    [line] = told(worst_first([seen.worst]))
    assert (
        "(noticed 20\xa0s after the fault, taken over 0\xa0s later, finished 100\xa0ms after"
        in line
    )


@given(worlds())
@settings(max_examples=40)
def test_phases_add_up_to_no_more_than_the_limit(world: tuple[System, Setting, int]) -> None:
    system, setting, seed = world
    calm = to_the_limit(simulate(system, replace(setting, faults=()), seed=seed))
    tracks = tracks_of(
        to_the_limit(simulate(system, setting, seed=seed)), twin=ends_of(tracks_of(calm))
    )
    found, hurt = tracks.once(phases), tracks.once(harm)
    assert found is not None
    assert hurt is not None
    assert set(found.place.tolist()) <= set(np.flatnonzero(hurt.hurt).tolist())
    total = found.noticed_ns + found.taken_over_ns + found.finished_ns
    for column in (found.noticed_ns, found.taken_over_ns, found.finished_ns):
        assert (column >= 0).all()
    assert (total <= setting.convergence).all()
    back = ~hurt.never[found.place]
    ends = np.minimum(tracks.verdict_ns, tracks.arrival_ns + setting.convergence)[found.place]
    assert (total[back] <= (ends - tracks.arrival_ns[found.place])[back]).all()
