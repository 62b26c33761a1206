"""What whoever asks is told: golden values, and the same as the naive definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from tests.metrics import naive
from tests.metrics.runs import A, Run, one_step, view
from tests.metrics.test_against_naive import histories
from wfmodel.designs.history import History
from wfmodel.metrics import measure


def value(history: History, name: str) -> float:
    return measure(history).values[name]


@given(histories())
@settings(max_examples=200)
def test_answers_are_what_the_definitions_say(history: History) -> None:
    found = np.mean([naive.answers(history, i) for i in range(3)], axis=0) / 1e9
    values = measure(history).values
    assert values["behind_time"] == pytest.approx(found[0], abs=1e-12)
    assert values["wrong_time"] == pytest.approx(found[1], abs=1e-12)
    assert values["exposed_time"] == pytest.approx(found[2], abs=1e-12)


@given(histories())
@settings(max_examples=60)
def test_nobody_is_behind_and_wrong_at_once(history: History) -> None:
    values = measure(history).values
    assert values["stale_answer"] + values["false_answer"] <= 1 + 1e-12
    assert values["consistency"] == pytest.approx(1 - values["false_answer"])


def test_a_reply_in_flight_makes_nobody_wrong() -> None:
    history = one_step(Run()).ends(50)
    assert value(history, "wrong_time") == 0
    assert value(history, "consistency") == 1
    assert value(history, "global_agreement") < 1  # where it counts


def test_the_first_to_know_is_behind_until_it_hears_of_the_end() -> None:
    run = Run().arrive(0).says(1, "a", view("running", [A], A="running")).lands(5, A)
    run.says(5, "a", view("running", A="done")).says(9, "b", view("succeeded", A="done"))
    run.says(12, "a", view("succeeded", A="done"))
    assert value(run.ends(50), "behind_time") == pytest.approx(0.003)


def test_who_forgot_is_behind_and_gains_nothing() -> None:
    run = Run(persistence="memory").arrive(0).says(1, "o", view("running", [A], A="running"))
    run.lands(5, A).fault(10, "o").says(30, "o", view("succeeded", A="done"))
    assert value(run.ends(50), "behind_time") == pytest.approx(0.020)


def test_running_is_false_once_nothing_will_move_it() -> None:
    run = Run().arrive(0).says(2, "o", view("running", [A], A="running"))
    history = run.ends(102)
    assert value(history, "wrong_time") == pytest.approx(0.100)
    assert value(history, "false_answer") == pytest.approx(100 / 102)


def test_an_order_that_nobody_ever_heard_of_is_told_wrong_for_as_long_as_one_asks() -> None:
    assert value(Run().arrive(0).ends(40), "wrong_time") == pytest.approx(0.040)


def test_success_without_its_effect_is_wrong() -> None:
    run = Run().arrive(0).says(1, "o", view("running", [A], A="running"))
    history = run.says(5, "o", view("succeeded", A="done")).ends(25)
    assert value(history, "wrong_time") == pytest.approx(0.020)


def test_exposed_is_what_is_taken_back_later() -> None:
    run = Run().arrive(0).says(1, "o", view("running", [A], A="running")).lands(5, A)
    run.says(6, "o", view("compensating", [A], A="done")).undoes(30, A)
    history = run.says(31, "o", view("aborted", A="compensated")).ends(50)
    assert value(history, "exposed_time") == pytest.approx(0.025)
    assert value(one_step(Run()).ends(50), "exposed_time") == 0


def test_a_second_landing_is_exposed_until_it_is_taken_back() -> None:
    run = one_step(Run()).lands(20, A)
    assert value(run.ends(50), "exposed_time") == pytest.approx(0.030)
