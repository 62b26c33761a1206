"""Each way to end, told by hand."""

from __future__ import annotations

import pytest

from tests.metrics.runs import A, B, Run, one_step, step, view
from wfmodel.designs.history import History
from wfmodel.metrics import METRICS, Anomaly, Terminal, measure, tracks_of


def judged(history: History) -> tuple[Terminal, Anomaly]:
    tracks = tracks_of(history)
    assert tracks.count == 1
    return tracks.terminal[0], Anomaly(int(tracks.anomalies[0]))


def rolled_back(run: Run, *, undone: bool = True) -> Run:
    """A landed, B failed; A is taken back, or should have been."""
    run.arrive(0).lands(5, A).says(5, "a", view(A="done"))
    run.says(6, "o", view("compensating", [A], A="done", B="failed"))
    if undone:
        run.undoes(8, A).says(8, "a", view(A="compensated"))
    return run


def test_committed() -> None:
    assert judged(one_step(Run()).ends(50)) == (Terminal.COMMITTED, Anomaly(0))


@pytest.mark.parametrize("verdict", ["aborted", "failed"])
def test_compensated_under_either_verdict(verdict: str) -> None:
    run = rolled_back(Run()).says(9, "o", view(verdict, A="compensated", B="failed"))
    assert judged(run.ends(50)) == (Terminal.COMPENSATED, Anomaly(0))


def test_compensated_if_nothing_ever_landed() -> None:
    run = Run().arrive(0).says(5, "o", view("failed", A="failed"))
    assert judged(run.ends(50))[0] is Terminal.COMPENSATED


def test_lost_if_nobody_was_ever_told() -> None:
    assert judged(Run().arrive(0).ends(50)) == (Terminal.LOST, Anomaly.LOST)


def test_lost_midway() -> None:
    run = Run().arrive(0).lands(5, A).says(5, "a", view(A="done"))
    assert judged(run.ends(50)) == (Terminal.LOST, Anomaly.LOST)


def test_a_verdict_that_a_crash_forgets_was_still_a_verdict() -> None:
    run = one_step(Run(persistence="memory"))
    assert judged(run.fault(20, "o").fault(30, "o", over=True).ends(50))[0] is Terminal.COMMITTED


def test_split_verdict_between_two_views() -> None:
    run = one_step(Run()).says(20, "b", view("aborted"))
    terminal, found = judged(run.ends(50))
    assert terminal is Terminal.SPLIT_VERDICT
    assert Anomaly.ORPHANED_EFFECT in found  # one of the verdicts disowns A


def test_split_verdict_of_one_participant_over_time() -> None:
    run = one_step(Run(persistence="memory")).fault(20, "o").fault(30, "o", over=True)
    run.says(40, "o", view("failed"))  # started anew after the crash, and failed
    assert judged(run.ends(50))[0] is Terminal.SPLIT_VERDICT


def test_a_view_that_lags_behind_the_verdict_is_no_split() -> None:
    run = one_step(Run()).says(20, "b", view("running"))
    assert judged(run.ends(50)) == (Terminal.COMMITTED, Anomaly(0))


def test_phantom_success_of_an_effect_that_never_landed() -> None:
    run = Run().arrive(0).says(5, "o", view("succeeded", A="done"))
    assert judged(run.ends(50)) == (Terminal.PHANTOM_SUCCESS, Anomaly.PHANTOM_SUCCESS)


def test_phantom_success_of_an_effect_that_was_taken_back() -> None:
    run = one_step(Run()).undoes(20, A)
    assert judged(run.ends(50))[0] is Terminal.PHANTOM_SUCCESS


def test_no_phantom_where_the_flow_itself_took_the_step_back() -> None:
    run = one_step(Run()).undoes(20, A).says(20, "a", view(A="compensated"))
    assert judged(run.ends(50))[0] is Terminal.COMMITTED


def test_a_step_without_effect_can_be_no_phantom() -> None:
    run = Run(steps=(step(A, "none"),)).arrive(0).says(5, "o", view("succeeded", A="done"))
    assert judged(run.ends(50))[0] is Terminal.COMMITTED


def test_duplicated_effect() -> None:
    run = one_step(Run()).lands(20, A)
    assert judged(run.ends(50)) == (Terminal.DUPLICATED_EFFECT, Anomaly.DUPLICATED_EFFECT)


def test_two_visits_of_a_loop_are_no_duplicate() -> None:
    run = one_step(Run()).lands(20, A, epoch=1)
    assert judged(run.ends(50))[0] is Terminal.COMMITTED


def test_a_duplicate_that_was_taken_back_leaves_nothing() -> None:
    run = rolled_back(Run()).lands(9, A).undoes(9.5, A)
    run.says(10, "o", view("aborted", A="compensated"))
    history = run.ends(50)
    assert judged(history)[0] is Terminal.COMPENSATED
    assert measure(history).values["repeated_landings"] == 1  # it did land twice


def test_a_duplicate_half_taken_back_explains_the_orphan_that_it_is() -> None:
    run = rolled_back(Run()).lands(9, A).says(10, "o", view("aborted", A="compensated"))
    terminal, found = judged(run.ends(50))
    assert terminal is Terminal.DUPLICATED_EFFECT
    assert Anomaly.ORPHANED_EFFECT in found


def test_orphaned_effect_where_no_compensation_was_begun() -> None:
    run = Run().arrive(0).lands(5, A).says(6, "o", view("failed", A="failed"))
    assert judged(run.ends(50)) == (Terminal.ORPHANED_EFFECT, Anomaly.ORPHANED_EFFECT)


def test_orphaned_effect_of_a_step_that_timed_out_and_landed_after_all() -> None:
    run = Run().arrive(0).says(5, "o", view("running", [B], A="failed", B="running"))
    run.lands(8, A).says(8, "a", view(A="done")).lands(9, B).says(9, "b", view(B="done"))
    run.says(11, "o", view("succeeded", A="failed", B="done"))
    assert judged(run.ends(50)) == (Terminal.ORPHANED_EFFECT, Anomaly.ORPHANED_EFFECT)


def test_a_view_of_an_earlier_visit_proves_no_orphan() -> None:
    run = Run().arrive(0).begins(1, A).says(3, "b", view(A="failed"))
    run.begins(5, A, epoch=1).lands(8, A, epoch=1).says(8, "a", view("succeeded", A="done"))
    run.says(10, "b", view("succeeded", A="failed"))  # never told that the second try went well
    assert judged(run.ends(50))[0] is Terminal.COMMITTED


def test_a_view_of_an_earlier_visit_proves_no_phantom() -> None:
    run = Run().arrive(0).begins(1, A).lands(3, A).says(4, "b", view(A="done"))
    run.undoes(6, A).begins(7, A, epoch=1).says(9, "a", view("succeeded", A="failed"))
    assert judged(run.ends(50))[0] is Terminal.COMMITTED  # b still means the first visit


def test_dangling_compensation_left_midway() -> None:
    run = rolled_back(Run(), undone=False).says(9, "o", view("failed", A="done", B="failed"))
    terminal, found = judged(run.ends(50))
    assert terminal is Terminal.DANGLING_COMPENSATION
    assert Anomaly.ORPHANED_EFFECT in found


def test_dangling_compensation_of_what_never_landed() -> None:
    run = Run().arrive(0).undoes(5, A).says(6, "o", view("aborted"))
    assert judged(run.ends(50))[0] is Terminal.DANGLING_COMPENSATION


def test_an_effect_that_nothing_can_take_back_is_orphaned_and_not_dangling() -> None:
    run = Run(steps=(step(A, "pivot"), step(B))).arrive(0).lands(5, A)
    run.says(6, "o", view("compensating", A="done")).says(7, "o", view("failed", A="done"))
    assert judged(run.ends(50)) == (Terminal.ORPHANED_EFFECT, Anomaly.ORPHANED_EFFECT)


def test_lost_in_the_middle_of_a_rollback_is_lost_first_and_dangling_too() -> None:
    terminal, found = judged(rolled_back(Run(), undone=False).ends(50))
    assert terminal is Terminal.LOST
    assert found == Anomaly.LOST | Anomaly.DANGLING_COMPENSATION


def test_shares_of_anomalies_overlap_and_classes_do_not() -> None:
    run = one_step(Run())
    run.arrive(20, 1).lands(25, A, 1).lands(26, A, 1)  # lost, and duplicated
    measured = measure(run.ends(50))
    assert measured.classes[Terminal.COMMITTED] == 1
    assert measured.classes[Terminal.LOST] == 1
    assert sum(measured.classes.values()) == 2
    assert measured.values["lost"] == 0.5
    assert measured.values["duplicated_effect"] == 0.5
    assert measured.values["terminal_consistency"] == 0.5


def test_every_anomaly_has_its_metric_and_its_class() -> None:
    for anomaly in Anomaly:
        assert str(anomaly.name).lower() in METRICS
        assert str(anomaly.name) in Terminal.__members__


def test_a_success_whose_duplicate_was_taken_back_is_a_success() -> None:
    assert judged(one_step(Run()).lands(20, A).undoes(30, A).ends(50))[0] is Terminal.COMMITTED
