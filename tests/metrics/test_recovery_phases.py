"""Phases of recovery: noticed, taken over, finished; they add up, and are those of the runtime."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from tests.agreement.dressed import worlds
from tests.experiments.test_measures import flow, work
from wfmodel.designs import Fault, Knobs, System, build
from wfmodel.designs.history import Kind
from wfmodel.designs.messages import Restarted, TimerFired
from wfmodel.experiments.run_observation import observe, to_the_limit, twin_run
from wfmodel.experiments.why_wrong import told, worst_first
from wfmodel.metrics import ends_of, tracks_of
from wfmodel.metrics.fault_intervals import STOPPING, outages
from wfmodel.metrics.instance_paths import Tracks
from wfmodel.metrics.recovery_phases import phases
from wfmodel.metrics.twin import harm, limit_ns
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


def one_by_one(tracks: Tracks) -> dict[int, tuple[int, int, int]]:
    """The definition, one hurt instance after the other."""
    hurt = tracks.once(harm)
    assert hurt is not None
    rows = [tuple(row) for row in tracks.history.rows.tolist()]
    events = tracks.history.events
    told = {}
    for place in np.flatnonzero(hurt.hurt).tolist():
        number, arrived = int(tracks.ids[place]), int(tracks.arrival_ns[place])
        verdict = int(tracks.verdict_ns[place])
        own = range(tracks.bounds[place], tracks.bounds[place + 1])
        moves = [int(tracks.time_ns[i]) for i in own if tracks.progress[i]]
        reacts = [i for i, row in enumerate(rows) if row[1] == Kind.REACT and row[2] == number]
        strikes = [
            (each.start, each.end, rows[each.start][3])
            for each in tracks.once(outages)
            if each.kind in STOPPING
            and arrived < rows[each.end][0]
            and rows[each.start][0] < (tracks.end_ns if verdict < 0 else verdict)
        ]
        lost = [i for i, row in enumerate(rows) if row[1] == Kind.DROP and row[2] == number]
        strikes += [(i, i, rows[i][3]) for i in lost]
        if not strikes:
            continue
        worst, best = strikes[0], (False, -1)
        for start, end, target in strikes:
            begun = max(rows[start][0], arrived)
            stood = min((t for t in moves if t > begun), default=tracks.end_ns) - begun
            part = target < 0 or any(rows[i][3] == target for i in reacts)
            if (part, stood) > best:
                worst, best = (start, end, target), (part, stood)
        start, end, target = worst
        begun = max(rows[start][0], arrived)
        over = int((tracks.arrival_ns + limit_ns(tracks))[place])
        ended = max(begun, min(over if hurt.never[place] else verdict, over))
        seen = [
            i
            for i in reacts
            if i > start
            and (
                (i > end and target in (-1, rows[i][3]))
                or isinstance(events[rows[i][4]], TimerFired | Restarted)
            )
        ]
        noticed = taken = ended
        if seen:
            at = rows[seen[0]][0]
            noticed = min(ended, at)
            moved = min((t for t in moves if t >= at), default=ended)
            taken = min(ended, max(noticed, moved))
        noticed = max(begun, noticed)
        told[place] = (noticed - begun, taken - noticed, ended - taken)
    return told


@given(worlds())
@settings(max_examples=60)
def test_all_at_once_is_one_by_one(world: tuple[System, Setting, int]) -> None:
    system, setting, seed = world
    calm = to_the_limit(simulate(system, replace(setting, faults=()), seed=seed))
    run = to_the_limit(simulate(system, setting, seed=seed))
    tracks = tracks_of(run, twin=ends_of(tracks_of(calm)))
    found = tracks.once(phases)
    assert found is not None
    columns = (found.noticed_ns, found.taken_over_ns, found.finished_ns)
    told = {
        int(place): tuple(map(int, each))
        for place, *each in zip(found.place, *columns, strict=True)
    }
    assert told == one_by_one(tracks)


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
