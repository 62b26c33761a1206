"""Golden values of recovery (times in ms)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.metrics.runs import MS, A, Run, one_step, view
from wfmodel.designs.faults import FaultKind
from wfmodel.designs.history import Drop
from wfmodel.designs.messages import Start
from wfmodel.metrics import Censored, kaplan_meier, measure


def resumed(run: Run | None = None) -> Run:
    """The orchestrator is down from 20 to 50; the instance, begun at 0, goes on at 60."""
    run = (run or Run()).arrive(0).says(10, "o", view("running", [A], A="running"))
    run.fault(20, "o").fault(50, "o", over=True)
    run.lands(60, A).says(60, "a", view(A="done"))
    return run.says(62, "o", view("succeeded", A="done"))


def test_the_clock_runs_from_the_onset_to_the_next_durable_progress() -> None:
    measured = measure(resumed().ends(100))
    assert measured.recovery == (Censored(40 * MS, True),)  # 20 to 60
    assert measured.values["standstill_time"] == pytest.approx(0.040)
    assert measured.values["standstill_median"] == pytest.approx(0.040)
    assert measured.values["standstill_forever"] == 0


def test_what_arrives_during_the_fault_waits_from_its_arrival() -> None:
    run = Run().fault(20, "o").arrive(30).fault(50, "o", over=True)
    run.says(55, "o", view("running")).says(70, "o", view("failed"))
    assert measure(run.ends(100)).recovery == (Censored(25 * MS, True),)  # 30 to 55


def test_a_fault_meets_neither_what_is_over_nor_what_comes_later() -> None:
    run = one_step(Run()).fault(20, "o").fault(50, "o", over=True)
    one_step(run, at=60, instance=1)
    measured = measure(run.ends(100))
    assert measured.recovery == ()
    assert measured.reasons["standstill_time"] == "no instance met a fault that stops something"


def test_faults_within_one_standstill_are_one_sample() -> None:
    run = Run().arrive(0).says(10, "o", view("running", [A], A="running"))
    run.fault(20, "o").fault(25, "a").fault(30, "o", over=True).fault(35, "a", over=True)
    run.says(60, "o", view("failed"))
    assert measure(run.ends(100)).recovery == (Censored(40 * MS, True),)


def test_faults_in_two_standstills_are_two() -> None:
    run = Run().arrive(0).says(10, "o", view("running", [A], A="running"))
    run.fault(20, "o").fault(30, "o", over=True).says(31, "a", view(A="running"))
    run.fault(40, "o").fault(50, "o", over=True).says(60, "o", view("failed"))
    expected = (Censored(11 * MS, True), Censored(20 * MS, True))
    assert measure(run.ends(100)).recovery == expected


def test_progress_that_leads_to_no_verdict_is_no_recovery() -> None:
    run = Run(persistence="memory").arrive(0).says(10, "o", view("running", [A], A="running"))
    run.fault(20, "o").fault(50, "o", over=True).lands(60, A).says(60, "a", view(A="done"))
    cut = run.ends(200, at_rest=False)
    assert measure(cut).recovery == (Censored(180 * MS, False),)  # 20 to the limit
    assert measure(cut).values["standstill_forever"] == 1


def test_a_loss_is_charged_to_the_last_fault_after_which_anything_moved() -> None:
    run = Run(persistence="memory").arrive(0).says(10, "o", view("running"))
    run.fault(20, "b").fault(21, "b", over=True).says(30, "a", view(A="running"))  # harmless
    run.fault(40, "o").fault(41, "o", over=True).says(45, "a", view(A="done"))  # the loss
    run.fault(90, "c").fault(91, "c", over=True)  # nothing was left to hit
    assert measure(run.ends(200, at_rest=False)).recovery == (Censored(160 * MS, False),)


def test_what_came_to_rest_unrecovered_outlasts_the_run() -> None:
    run = Run(persistence="memory").arrive(0).says(10, "o", view("running", [A], A="running"))
    run.fault(20, "o").fault(50, "o", over=True)
    assert measure(run.ends(200)).recovery == (Censored(200 * MS, False),)


def test_late_losses_do_not_pass_for_recoveries_to_come() -> None:
    run = resumed()  # recovered after 40
    run.arrive(80, 1).says(81, "o", view("running"), 1).fault(90, "o").fault(91, "o", over=True)
    measured = measure(run.ends(100))
    assert measured.values["standstill_forever"] == 0.5  # not 0, though watched for only 10


def test_slow_services_and_failing_steps_are_load_and_not_outage() -> None:
    run = Run().arrive(0).fault(5, "a", FaultKind.SLOW_SERVICE)
    run.says(10, "o", view("running")).fault(15, "a", FaultKind.SLOW_SERVICE, over=True)
    assert measure(run.says(20, "o", view("failed")).ends(50)).recovery == ()


def test_a_lost_message_meets_its_own_instance() -> None:
    run = one_step(Run(delivery="at-most-once"))
    run.arrive(20, 1).says(21, "o", view("running"), 1).drops(25, "a", Start(), Drop.LOST, 1)
    run.says(65, "o", view("failed"), 1)
    assert measure(run.ends(100)).recovery == (Censored(40 * MS, True),)


# ------------------------------------------------------------------------------ of the run


def test_the_run_is_stable_when_its_last_inconsistency_is_over() -> None:
    run = Run().arrive(0).says(10, "o", view("running", [A], A="running"))
    run.fault(20, "o").lands(30, A).says(30, "a", view(A="done")).fault(50, "o", over=True)
    run.says(62, "o", view("succeeded", A="done"))
    measured = measure(run.ends(100))
    assert measured.stable == Censored(12 * MS, True)  # o heard of the landing at 62
    assert measured.returned == Censored(12 * MS, True)
    assert measured.values["stable_recovery"] == pytest.approx(0.012)


def test_first_return_may_come_before_it_goes_wrong_again() -> None:
    measured = measure(resumed().ends(100))
    assert measured.returned == Censored(0, True)  # at 50 all views agree
    assert measured.stable == Censored(12 * MS, True)  # from 60 to 62 they do not


def test_instances_that_arrive_later_do_not_disturb_recovery() -> None:
    run = resumed()
    one_step(run, at=70, instance=1)
    assert measure(run.ends(100)).stable == Censored(12 * MS, True)


def test_a_run_that_never_recovers_is_censored_and_undefined() -> None:
    run = Run(persistence="memory").arrive(0).lands(5, A).says(5, "a", view(A="done"))
    measured = measure(run.fault(20, "o").fault(50, "o", over=True).ends(150))
    assert measured.stable == Censored(100 * MS, False)
    assert measured.returned == Censored(100 * MS, False)
    assert math.isnan(measured.values["stable_recovery"])
    assert measured.reasons["stable_recovery"] == "never within the 0.1 s after the last fault"


def test_without_faults_there_is_nothing_to_recover_from() -> None:
    measured = measure(one_step(Run()).ends(100))
    assert measured.stable is None
    assert measured.reasons["stable_recovery"] == "no fault happened"


def test_the_last_fault_counts_and_one_that_never_ends_lasts_to_the_end() -> None:
    run = one_step(Run()).fault(5, "o").fault(20, "b").fault(30, "b", over=True)
    measured = measure(run.ends(100))
    assert measured.stable == Censored(0, True)  # o's crash ends with the run: nothing after it


# ---------------------------------------------------------------------------- Kaplan-Meier


def test_kaplan_meier_by_hand() -> None:
    samples = (
        Censored(1, True),  # 4 at risk: 1 - 1/4 = 3/4
        Censored(2, False),  # leaves
        Censored(3, True),  # 2 at risk: 3/4 - 3/8 = 3/8
        Censored(4, False),
    )
    curve = kaplan_meier(samples)
    at = dict(zip(curve.times_ns.tolist(), curve.probability.tolist(), strict=True))
    assert at[1] == pytest.approx(3 / 4)
    assert at[3] == pytest.approx(3 / 8)
    assert curve.never == pytest.approx(3 / 8)
    assert curve.median_ns() == 3
    assert curve.restricted_mean_ns() == pytest.approx(1 + 2 * 3 / 4 + 1 * 3 / 8)


def test_kaplan_meier_without_any_recovery() -> None:
    curve = kaplan_meier((Censored(5, False), Censored(7, False)))
    assert curve.never == 1
    assert curve.median_ns() is None
    assert curve.restricted_mean_ns() == 7


@pytest.mark.parametrize("half", [*range(1, 100)])
def test_half_recovered_is_half_whatever_products_round_to(half: int) -> None:
    samples = [Censored(n, n <= half) for n in range(1, 2 * half + 1)]
    assert kaplan_meier(tuple(samples)).median_ns() == half


def test_kaplan_meier_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no samples"):
        kaplan_meier(())


SAMPLES = st.lists(st.builds(Censored, st.integers(1, 20), st.booleans()), min_size=1, max_size=30)


@given(SAMPLES)
def test_kaplan_meier_is_the_product_limit(samples: list[Censored]) -> None:
    curve = kaplan_meier(tuple(samples))
    expected = 1.0
    for time in sorted({s.duration_ns for s in samples}):
        at_risk = sum(s.duration_ns >= time for s in samples)
        expected *= 1 - sum(s.duration_ns == time and s.observed for s in samples) / at_risk
    assert curve.never == pytest.approx(expected)


@given(SAMPLES)
def test_without_censoring_the_restricted_mean_is_the_mean(samples: list[Censored]) -> None:
    seen = tuple(Censored(s.duration_ns, True) for s in samples)
    mean = sum(s.duration_ns for s in seen) / len(seen)
    assert kaplan_meier(seen).restricted_mean_ns() == pytest.approx(mean)


def test_who_arrives_and_has_a_verdict_in_one_instant_of_an_outage_met_nothing():
    run = Run(persistence="memory").fault(0, "o", FaultKind.PAUSE).arrive(1)
    history = run.says(1, "o", view("succeeded")).ends(2)
    assert measure(history).recovery == ()
