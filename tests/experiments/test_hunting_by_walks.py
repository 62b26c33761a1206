"""Walks find seeded bugs, which replay in the simulator, and nothing in careful designs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.exploration.test_seeded_bugs import Hasty, knobs, saga
from wfmodel.designs import System, choreograph, orchestrate
from wfmodel.experiments.hunting import Walked, hunt_by_walks
from wfmodel.experiments.kept_counterexample import still_happens
from wfmodel.experiments.reachability import possibility
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.properties import STANDARD

CRASH = FaultBudget(crashes=1)


def walked(system: System, budget: FaultBudget, *claims: str, walks: int = 1_500) -> Walked:
    return hunt_by_walks("seeded", system, budget, claims or STANDARD, walks=walks)


def hasty() -> System:
    system = orchestrate(saga(), knobs())
    machine = Hasty(system.machines["hotel"], system.flow.nodes)
    return replace(system, machines={**system.machines, "hotel": machine})


BUGS = {
    "no deduplication": (
        lambda: choreograph(saga(), knobs(deduplicate=False)),
        FaultBudget(duplicates=1),
        "duplicated-effect",
    ),
    "dual write": (lambda: choreograph(saga(), knobs(publishing="dual-write")), CRASH, "lost"),
    "compensation before the answer": (
        lambda: orchestrate(saga(), knobs(timeouts=True)),
        FaultBudget(timeouts=1),
        "orphaned-effect",
    ),
    "no watchdog": (
        lambda: choreograph(saga(), knobs(delivery="at-most-once")),
        FaultBudget(losses=1),
        "lost",
    ),
    "commit after the send": (
        lambda: choreograph(
            saga(), knobs(publishing="dual-write", dual_write_order="publish-first")
        ),
        CRASH,
        "split-verdict",
    ),
    "hasty compensation": (hasty, CRASH, "dangling-compensation"),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_seeded_bug_is_walked_into_told_short_and_the_run_replays(bug):
    build, budget, anomaly = BUGS[bug]
    system = build()
    found = walked(system, budget, f"never_ends: {anomaly}")
    [sought] = found.sought
    assert sought.told is not None
    assert 0 < sought.met_after <= 1_500
    assert len(sought.told.schedule) <= sought.steps_seen
    assert still_happens(system, sought.told.schedule, sought.claim, budget)
    shortest = next(
        story
        for kind, story in possibility("seeded", system, (budget,)).stories.items()
        if kind.terminal.value == anomaly
    )
    # A run is never shorter than the shortest; and not much longer after what was left out.
    assert len(shortest.steps) <= len(sought.told.lines) <= 1.5 * len(shortest.steps)


@pytest.mark.parametrize("design", [orchestrate, choreograph])
def test_nothing_is_found_of_the_careful_design(design):
    got = walked(design(saga(), knobs()), CRASH)
    assert got.found == ()
    assert [each.claim for each in got.not_found] == list(STANDARD)
    assert got.coverage.walks == 1_500


def test_the_same_seed_gives_the_same_stories():
    system = choreograph(saga(), knobs(publishing="dual-write"))
    one, two = (walked(system, CRASH, walks=200) for _ in range(2))
    assert (one.sought, one.coverage, one.bounds) == (two.sought, two.coverage, two.bounds)
    other = hunt_by_walks("seeded", system, CRASH, STANDARD, walks=200, seed=2)
    assert other.coverage != one.coverage


def test_a_claim_over_states_and_an_endless_run_are_looked_for_too():
    system = choreograph(saga(), knobs())
    [never] = walked(system, CRASH, "never: hotel.up == false and truth.book > 0").sought
    assert never.told is not None
    assert "hotel crashes" in never.told.story
    [ends] = walked(system, FaultBudget(), "no: endless-run").sought
    assert ends.told is None


def test_no_time_at_all_is_no_walk_and_says_so():
    got = hunt_by_walks(
        "seeded", choreograph(saga(), knobs()), CRASH, STANDARD, walks=10, seconds=0.0
    )
    assert (got.why, got.coverage.walks, got.found) == ("the time was up", 0, ())
    assert "0 random walks (the time was up)" in got.bounds.words()


def test_what_is_asked_amiss_is_refused():
    system = choreograph(saga(), knobs())
    with pytest.raises(ValueError, match="unknown end"):
        walked(system, CRASH, "never_ends: lots")
    with pytest.raises(ValueError, match="fewer than none"):
        walked(system, CRASH, walks=-1)
    with pytest.raises(ValueError, match="between 0 and 1"):
        hunt_by_walks("seeded", system, CRASH, STANDARD, walks=1, shares=(1.0,))
