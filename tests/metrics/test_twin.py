"""What faults did to instances: a run beside its twin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics import naive
from tests.metrics.runs import A, Run, one_step, view
from tests.metrics.test_against_naive import histories
from wfmodel.designs.history import History
from wfmodel.metrics import measure, tracks_of

HARM = ("fault_delay", "hurt", "never_recovered", "derailed", "system_recovery", "recovery_time")


def calm() -> History:
    return one_step(one_step(Run(), 0, 0), 100, 1).ends(1000)


def test_a_run_that_is_its_own_twin_has_hurt_nobody() -> None:
    measured = measure(calm(), twin=calm())
    assert measured.values["fault_delay"] == measured.values["hurt"] == 0
    assert measured.reasons["recovery_time"] == "no instance was hurt by a fault"


def test_without_a_twin_nothing_is_said() -> None:
    measured = measure(calm())
    assert {measured.reasons[name] for name in HARM} == {"needs the run's twin without faults"}


def test_only_who_is_hurt_counts_and_by_how_much() -> None:
    run = one_step(Run(), 0, 0).arrive(100, 1).fault(101, "a").fault(160, "a", over=True)
    run.says(170, "o", view("running", [A], A="running"), 1).lands(172, A, 1)
    history = run.says(172, "o", view("succeeded", A="done"), 1).ends(1000)
    values = measure(history, twin=calm()).values
    assert values["hurt"] == 0.5
    assert values["recovery_time"] == pytest.approx(0.060)  # 172 instead of 112
    assert values["fault_delay"] == pytest.approx(0.030)
    assert values["system_recovery"] == pytest.approx(0.012)  # the fault was over at 160


def test_who_never_comes_back_counts_until_the_limit_and_is_told() -> None:
    history = one_step(Run(), 0, 0).arrive(100, 1).ends(1000)
    values = measure(history, twin=calm()).values
    assert values["derailed"] == 0.5
    assert values["never_recovered"] == 1
    assert values["recovery_time"] == pytest.approx(0.888)  # watched for 900, would have been 12


def test_a_worse_end_is_no_recovery_however_soon() -> None:
    run = one_step(Run(), 0, 0).arrive(100, 1)
    history = run.says(101, "o", view("aborted"), 1).ends(1000)
    values = measure(history, twin=calm()).values
    assert values["derailed"] == 0.5


def test_a_twin_of_other_instances_is_refused() -> None:
    with pytest.raises(ValueError, match="its instances are not the same"):
        measure(calm(), twin=one_step(Run()).ends(50))


RANKS = {"committed": 0, "compensated": 1}


@given(histories(), histories())
@settings(max_examples=150)
def test_harm_is_what_the_definition_says(history: History, twin: History) -> None:
    delays, never = [], []
    ends = [tracks_of(each).terminal for each in (history, twin)]
    end = int(history.rows[-1, 0])
    for i in range(3):
        mine, theirs = naive.life(history, i), naive.life(twin, i)
        worse = RANKS.get(ends[0][i], 2) > RANKS.get(ends[1][i], 2)
        lost = theirs.verdict_ns >= 0 and (mine.verdict_ns < 0 or worse)
        limit = end - mine.arrival
        expected = min(theirs.verdict_ns - theirs.arrival, limit)
        taken = limit if lost else mine.verdict_ns - mine.arrival
        later = theirs.verdict_ns >= 0 and (lost or mine.verdict_ns > theirs.verdict_ns)
        delays.append(max(0, taken - expected) if later else None)
        never.append(lost)
    values = measure(history, twin=twin).values
    assert values["hurt"] == pytest.approx(np.mean([each is not None for each in delays]))
    assert values["derailed"] == pytest.approx(np.mean(never))
    assert values["fault_delay"] == pytest.approx(np.mean([each or 0 for each in delays]) / 1e9)


@given(histories(), st.frozensets(st.integers(0, 2)))
@settings(max_examples=100)
def test_who_still_runs_is_neither_lost_nor_judged(
    history: History, moving: frozenset[int]
) -> None:
    tracks, before = tracks_of(history, moving=moving), tracks_of(history)
    for i in range(3):
        assert tracks.running[i] == (i in moving and before.verdict_ns[i] < 0)
        assert tracks.anomalies[i] == (0 if tracks.running[i] else before.anomalies[i])
