"""Golden values of consistency, divergence and staleness on runs told by hand (times in ms)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.metrics.runs import MS, A, B, Run, one_step, step, view
from wfmodel.designs.history import History
from wfmodel.metrics import measure
from wfmodel.metrics.divergence import divergence_series
from wfmodel.metrics.path_parsing import tracks_of
from wfmodel.metrics.staleness import t_visibility


def value(history: History, name: str) -> float:
    return measure(history).values[name]


def test_a_clean_step_is_inconsistent_while_its_reply_is_under_way() -> None:
    history = one_step(Run()).ends(50)
    assert value(history, "global_agreement") == pytest.approx(
        10 / 12
    )  # wrong from 10 to 12, over at 12
    assert value(history, "disagreement_time") == pytest.approx(0.002)
    assert value(history, "terminal_consistency") == 1


def test_divergence_of_a_clean_step() -> None:
    history = one_step(Run()).ends(50)
    assert value(history, "divergence_max") == 1  # running beside done
    assert value(history, "divergence_integral") == pytest.approx(0.002)  # 1 fact for 2 ms
    assert value(history, "divergence_time") == pytest.approx(0.002)
    assert value(history, "divergence_pairs") == 1  # o and a
    assert value(history, "divergence_permanent") == 0


def test_two_facts_and_three_pairs() -> None:
    run = Run().arrive(0).lands(5, A).says(5, "a", view("succeeded", A="done"))
    run.says(10, "b", view("running", A="running")).says(10, "c", view("succeeded", A="failed"))
    run.says(20, "b", view("succeeded", A="done")).says(20, "c", view("succeeded", A="done"))
    history = run.ends(30)
    # a-b: status and A; a-c: A; b-c: status and A (b does not hold A, so failed contradicts it)
    assert value(history, "divergence_max") == 2
    assert value(history, "divergence_pairs") == 3
    assert value(history, "divergence_integral") == pytest.approx(0.020)  # 2 facts for 10 ms
    assert value(history, "divergence_time") == pytest.approx(0.010)


def test_what_lasts_no_time_is_no_divergence() -> None:
    run = Run().arrive(0).says(5, "a", view("running")).lands(9, A)
    run.says(9, "a", view("succeeded", A="done")).says(9, "b", view("running"))
    run.says(9, "b", view("succeeded"))
    assert value(run.ends(20), "divergence_max") == 0


def test_a_verdict_that_one_view_never_hears_diverges_for_ever() -> None:
    history = one_step(Run()).says(12, "b", view("running")).ends(50)
    measured = measure(history)
    assert measured.values["terminal_consistency"] == 1  # it is committed,
    assert measured.values["divergence_permanent"] == 1  # but b goes on saying "running"
    assert measured.values["global_agreement"] == pytest.approx(10 / 50)  # so it is never over
    assert measured.values["divergence_integral"] == pytest.approx(0.040)


def test_what_is_lost_is_inconsistent_from_its_last_row_on() -> None:
    run = Run().arrive(0).lands(5, A).says(5, "a", view(A="done"))
    assert value(run.ends(50), "global_agreement") == pytest.approx(5 / 50)


def test_observation_can_be_extended_where_nothing_is_left_to_happen() -> None:
    run = Run().arrive(0).lands(5, A).says(5, "a", view(A="done"))
    history = run.ends(50)
    assert measure(history, until_ns=100 * MS).values["global_agreement"] == pytest.approx(5 / 100)
    run = Run().arrive(0).lands(5, A).says(5, "a", view(A="done"))
    cut = run.ends(50, at_rest=False)
    assert measure(cut, until_ns=100 * MS).values["global_agreement"] == pytest.approx(5 / 50)


def test_each_instance_counts_the_same_however_long_it_lives() -> None:
    run = one_step(Run())  # 10 of 12
    run.arrive(100, 1)  # lost at once: 0 of 900
    assert value(run.ends(1000), "global_agreement") == pytest.approx((10 / 12 + 0) / 2)


def test_a_service_that_claims_an_effect_which_never_landed_is_inconsistent() -> None:
    run = Run().arrive(0).says(4, "a", view(A="done")).lands(6, A)
    run.says(10, "o", view("succeeded", A="done"))
    assert value(run.ends(50), "global_agreement") == pytest.approx(8 / 10)  # wrong from 4 to 6


def test_an_effect_that_stands_twice_is_inconsistent_until_it_is_taken_back() -> None:
    run = Run().arrive(0).lands(4, A).lands(6, A).undoes(7, A)
    run.says(10, "o", view("succeeded", A="done"))
    assert value(run.ends(50), "global_agreement") == pytest.approx(9 / 10)  # wrong from 6 to 7


def test_a_step_without_effect_lands_as_often_as_it_likes() -> None:
    run = Run(steps=(step(A, "none"),)).arrive(0).lands(4, A).lands(6, A)
    run.says(10, "o", view("succeeded", A="done"))
    assert value(run.ends(50), "global_agreement") == 1


def test_instances_of_the_warm_up_are_not_measured() -> None:
    run = one_step(Run())
    one_step(run, at=100, instance=1).lands(120, A, instance=1)
    measured = measure(run.ends(500, warm_up_ms=50))
    assert measured.instances == 1
    assert measured.values["duplicated_effect"] == 1


def test_nothing_measured_is_undefined_with_a_reason() -> None:
    measured = measure(Run().ends(50))
    assert measured.instances == 0
    assert math.isnan(measured.values["global_agreement"])
    assert measured.reasons["global_agreement"] == "no instance was measured"
    assert measured.reasons["standstill_time"].startswith("no instance met a fault")


def test_the_divergence_curve_is_a_mean_over_open_instances() -> None:
    run = one_step(Run())  # D is 1 from 10 to 12
    run.arrive(5, 1).says(6, "o", view("running"), 1).says(20, "o", view("failed"), 1)
    series = divergence_series(tracks_of(run.ends(30)), points=31)  # a point per ms
    assert series.times_ns.tolist() == [ms * MS for ms in range(31)]
    assert series.values[9] == 0
    assert series.values[10] == pytest.approx(0.5)  # one of two open instances
    assert series.values[12] == 0
    assert series.values.max() == pytest.approx(0.5)


# --------------------------------------------------------------------------------- staleness


def test_staleness_of_a_clean_step() -> None:
    measured = measure(one_step(Run()).ends(50)).values
    assert measured["inconsistency_window"] == pytest.approx(0.002)  # a has it at once, o after 2
    assert measured["staleness_worst"] == pytest.approx(0.002)
    assert measured["staleness_versions"] == pytest.approx(0.5)  # o lacked 1, a 0
    # Age grows from 0 to 2 ms at o: 2 ms² of area, over two views of 12 ms.
    assert measured["staleness_time"] == pytest.approx(0.000002 / 0.024 * 1)
    assert measured["fresh_10ms"] == 1
    assert measured["never_applied"] == 0


def test_more_years_of_views_than_64_bits_have_nanoseconds_for() -> None:
    years = 200 * 365 * 86_400_000  # in milliseconds; two views live so long
    run = Run().arrive(0).lands(10, A).says(10, "a", view(A="done"))
    run.says(years, "o", view("succeeded", A="done"))
    measured = measure(run.ends(years + 1)).values
    assert measured["staleness_time"] == pytest.approx(years / 1000 / 4)  # o's age grows all along


def test_t_visibility_counts_write_and_view_pairs() -> None:
    tracks = tracks_of(one_step(Run()).ends(50))
    assert t_visibility(tracks, 1 * MS) == 0.5  # a, and not o
    assert t_visibility(tracks, 2 * MS) == 1.0


def test_two_writes_that_wait_for_one_flush() -> None:
    run = Run().arrive(0).says(1, "o", view("running", A="running", B="running"))
    run.lands(10, A).lands(16, B).says(20, "o", view("succeeded", A="done", B="done"))
    measured = measure(run.ends(50)).values
    assert measured["staleness_versions"] == 2
    assert measured["staleness_worst"] == pytest.approx(0.010)
    assert measured["inconsistency_window"] == pytest.approx((0.010 + 0.004) / 2)
    # The oldest write that o lacks is A's for the whole 10 ms: 50 ms² over one view of 20 ms.
    assert measured["staleness_time"] == pytest.approx(50e-6 / 0.020)


def test_the_second_write_is_the_oldest_once_the_first_has_come() -> None:
    run = Run().arrive(0).says(1, "o", view("running", A="running", B="running"))
    run.lands(10, A).lands(12, B).says(14, "o", view("running", A="done", B="running"))
    run.says(18, "o", view("succeeded", A="done", B="done"))
    measured = measure(run.ends(50)).values
    # A: age 0 to 4 from 10 to 14: 8 ms². B: age 2 to 6 from 14 to 18: 16 ms². One view of 18 ms.
    assert measured["staleness_time"] == pytest.approx(24e-6 / 0.018)
    assert measured["staleness_versions"] == 2  # both, from 12 to 14


def test_a_view_that_waits_for_ever_lacks_it_to_the_end() -> None:
    run = Run().arrive(0).says(1, "o", view("running", A="running")).lands(10, A)
    measured = measure(run.says(10, "a", view(A="done")).ends(50)).values
    assert measured["never_applied"] == 1
    assert measured["inconsistency_window"] == pytest.approx(0.040)
    assert measured["fresh_10ms"] == 0.5


def test_a_view_that_the_run_ended_on_too_soon_tells_nothing() -> None:
    run = Run().arrive(0).says(1, "o", view("running", A="running")).lands(10, A)
    tracks = tracks_of(run.says(10, "a", view(A="done")).ends(50))
    assert t_visibility(tracks, 100 * MS) == 1  # only a is known; o was watched for 40 ms


def test_a_view_that_never_shows_the_step_does_not_lack_it() -> None:
    run = one_step(Run()).says(5, "b", view("running", B="running"))
    assert value(run.ends(50), "inconsistency_window") == pytest.approx(0.002)


def test_a_repeated_landing_is_no_new_write() -> None:
    history = one_step(Run()).lands(30, A).ends(50)
    assert value(history, "inconsistency_window") == pytest.approx(0.002)


def test_a_second_visit_is_a_new_write() -> None:
    run = one_step(Run()).says(13, "a", view(A="running")).says(13, "o", view(A="running"))
    run.lands(20, A, epoch=1).says(20, "a", view(A="done")).says(24, "o", view(A="done"))
    assert value(run.ends(50), "inconsistency_window") == pytest.approx((0.002 + 0.004) / 2)


def test_without_effects_there_is_nothing_to_be_stale() -> None:
    measured = measure(Run().arrive(0).says(1, "o", view("succeeded")).ends(10))
    assert measured.reasons["staleness_time"] == "no effect landed that any view shows"


def test_latency_and_classes_are_plain_values() -> None:
    measured = measure(one_step(Run()).ends(50))
    assert measured.latencies_ns.tolist() == [12 * MS]
    assert measured.values["latency_mean"] == pytest.approx(0.012)
    assert measured.quiescent
    assert np.all(measured.divergence.values <= 1)
