"""Seeded bugs are hunted down within a bounded number of examples; the careful design has none.

Bounds are those of Hypothesis' examples at seed 1, with room to spare; no clock is involved.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.exploration.test_seeded_bugs import Hasty, knobs, saga
from wfmodel.designs import System, choreograph, orchestrate
from wfmodel.designs.anomalies import Anomaly
from wfmodel.designs.faults import FaultKind
from wfmodel.experiments.hunting import AnomalyTarget, Hunted, hunt
from wfmodel.experiments.kept_counterexample import still_happens
from wfmodel.experiments.reachability import possibility
from wfmodel.model.failures import FailureMode
from wfmodel.simulation import Arrivals, Setting

pytestmark = pytest.mark.long


ALONE = Setting(arrivals=Arrivals(at=(0,)), horizon="1s", convergence="1h")
USUAL = (FaultKind.CRASH, FaultKind.LOSS, FaultKind.DUPLICATION, FaultKind.DELAY)
MOST_EXAMPLES = 600


def hunted(
    system: System,
    anomaly: Anomaly,
    examples: int = MOST_EXAMPLES,
    kinds: tuple[FaultKind, ...] = USUAL,
) -> Hunted:
    return hunt(system, ALONE, AnomalyTarget(anomaly), kinds=kinds, examples=examples)


def hasty() -> System:
    """The bank declines half of the time: else no world of seed 1 ever compensates."""
    states = dict(saga().states)
    declined = {"declined": FailureMode(kind="business", probability=0.5)}
    states["pay"] = replace(states["pay"], failures=declined)
    system = orchestrate(replace(saga(), states=states), knobs())
    machine = Hasty(system.machines["hotel"], system.flow.nodes)
    return replace(system, machines={**system.machines, "hotel": machine})


BUGS = {
    "no deduplication": (
        lambda: choreograph(saga(), knobs(deduplicate=False)),
        Anomaly.DUPLICATED_EFFECT,
    ),
    "dual write": (lambda: choreograph(saga(), knobs(publishing="dual-write")), Anomaly.LOST),
    "compensation before the answer": (
        lambda: orchestrate(saga(), knobs(timeouts=True)),
        Anomaly.ORPHANED_EFFECT,
    ),
    "no watchdog": (lambda: choreograph(saga(), knobs(delivery="at-most-once")), Anomaly.LOST),
    "commit after the send": (
        lambda: choreograph(
            saga(), knobs(publishing="dual-write", dual_write_order="publish-first")
        ),
        Anomaly.SPLIT_VERDICT,
        (FaultKind.CRASH, FaultKind.TRANSIENT_FAILURE),
    ),
    "hasty compensation": (hasty, Anomaly.DANGLING_COMPENSATION, (FaultKind.CRASH,)),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_seeded_bug_is_hunted_down_and_the_run_replays(bug):
    build, anomaly, *kinds = BUGS[bug]
    system = build()
    found = hunted(system, anomaly, MOST_EXAMPLES, *kinds).found
    assert found is not None
    assert len(found.schedule.faults) <= 2
    assert found.told is not None
    assert still_happens(system, found.told.schedule, found.told.claim, found.budget)


@pytest.mark.parametrize("design", [orchestrate, choreograph])
def test_nothing_is_found_of_the_careful_design(design):
    got = hunted(design(saga(), knobs()), ~Anomaly(0), examples=100)
    assert got.found is None
    assert got.coverage.rested == got.coverage.schedules > 0


def test_the_same_seed_gives_the_same_hunt_and_the_explorer_agrees():
    system = choreograph(saga(), knobs(publishing="dual-write"))
    one, two = (hunted(system, Anomaly.LOST) for _ in range(2))
    assert one.found is not None
    assert two.found is not None
    assert (one.coverage, one.found.schedule) == (two.coverage, two.found.schedule)
    assert Anomaly.LOST in possibility("hunted", system, (one.found.budget,)).stories
