"""Golden values of observability (times in ms; the monitor polls every 10 ms, threshold 30 ms)."""

from __future__ import annotations

import math

import pytest

from tests.metrics.runs import MS, A, Run, one_step, view
from wfmodel.designs.history import History
from wfmodel.metrics import Measurement, Monitor, measure

MONITOR = Monitor(poll_ns=10 * MS, threshold_ns=30 * MS)


def watched(history: History) -> Measurement:
    return measure(history, monitor=MONITOR)


def orchestrated(**knobs: object) -> Run:
    """The orchestrator waits for A for ever."""
    return Run(**knobs).arrive(0).says(5, "o", view("running", [A], A="running"))


def choreographed(**knobs: object) -> Run:
    """a has done its part, and nobody has heard of it."""
    return Run(**knobs).arrive(0).lands(5, A).says(5, "a", view("running", A="done"))


def test_a_stuck_instance_is_named_at_the_first_poll_after_the_threshold() -> None:
    values = watched(orchestrated().ends(500)).values
    assert values["stuck"] == 1
    assert values["blindness"] == 0
    assert values["detection_time"] == pytest.approx(0.035)  # stuck from 35, polled at 40, since 5


@pytest.mark.parametrize(("correlation", "blindness"), [(True, 0), (False, 1)])
def test_only_correlation_finds_what_nobody_still_has_to_move(
    correlation: bool, blindness: float
) -> None:
    values = watched(choreographed(correlation=correlation).ends(500)).values
    assert values["stuck"] == 1
    assert values["blindness"] == blindness
    assert math.isnan(values["detection_time"]) == bool(blindness)


def test_an_orchestrator_needs_no_correlation() -> None:
    assert watched(orchestrated(correlation=False).ends(500)).values["blindness"] == 0


def test_a_crash_that_empties_the_store_blinds_the_monitor() -> None:
    run = orchestrated(persistence="memory").fault(20, "o").fault(25, "o", over=True)
    assert watched(run.ends(500)).values["blindness"] == 1


def test_it_may_be_named_before_the_store_is_emptied() -> None:
    run = orchestrated(persistence="memory").fault(41, "o").fault(45, "o", over=True)
    assert watched(run.ends(500)).values["blindness"] == 0


def test_one_store_emptied_and_another_still_knows() -> None:
    run = orchestrated(persistence="memory").says(6, "a", view(A="running"))
    run.fault(20, "o").fault(25, "o", over=True)
    values = watched(run.ends(500)).values
    assert values["blindness"] == 0
    assert values["detection_time"] == pytest.approx(0.034)  # since 6: forgetting is no progress


def test_what_waits_at_the_door_is_not_stuck() -> None:
    values = watched(Run().arrive(0).ends(500)).values
    assert values["stuck"] == 0
    assert values["lost"] == 1


@pytest.mark.parametrize("at", [39, 40])
def test_what_goes_on_by_the_time_of_a_poll_was_never_seen_stuck(at: float) -> None:
    run = orchestrated().says(at, "o", view("failed"))  # stuck since 35, but no poll until 40
    assert watched(run.ends(500)).values["stuck"] == 0


def test_what_goes_on_later_was_stuck() -> None:
    run = orchestrated().says(45, "o", view("failed"))
    measured = watched(run.ends(500))
    assert measured.values["stuck"] == 1
    assert measured.values["detection_time"] == pytest.approx(0.035)


def test_after_the_verdict_nothing_is_stuck() -> None:
    assert watched(one_step(Run()).ends(500)).values["stuck"] == 0
    assert measure(one_step(Run()).ends(500)).reasons["blindness"].startswith("no instance")


def test_a_run_at_rest_is_watched_until_the_monitor_has_had_its_chance() -> None:
    assert watched(orchestrated().ends(6)).values["stuck"] == 1
    assert watched(orchestrated().ends(6, at_rest=False)).values["stuck"] == 0


def test_blindness_is_a_share_of_the_stuck() -> None:
    run = orchestrated(correlation=False)
    run.arrive(10, 1).lands(15, A, 1).says(15, "a", view("running", A="done"), 1)
    one_step(run, at=20, instance=2)
    values = watched(run.ends(500)).values
    assert values["stuck"] == pytest.approx(2 / 3)
    assert values["blindness"] == 0.5


def test_the_first_spell_that_is_named_counts() -> None:
    run = choreographed(correlation=False)  # nameless from 5
    run.says(101, "o", view("running", [A], A="running"))  # named at 140
    values = watched(run.ends(500)).values
    assert values["blindness"] == 0
    assert values["detection_time"] == pytest.approx(0.039)


@pytest.mark.parametrize("bad", [{"poll_ns": 0}, {"threshold_ns": -1}])
def test_a_monitor_needs_times(bad: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="greater than zero"):
        Monitor(**bad)
