"""Numbers as a reader gets them: no infinity, no exponent of a machine, no empty interval."""

from __future__ import annotations

import math

import pytest

from wfmodel.experiments.metric_rows import estimate_cell
from wfmodel.experiments.statistics import Estimate, Method
from wfmodel.wording.figures import UNDEFINED, between, bracketed, gap, gap_between, number

NEVER = math.inf


@pytest.mark.parametrize(
    ("low", "high", "unit", "words"),
    [
        (1.0, NEVER, "s", "at least 1 s"),
        (NEVER, NEVER, "s", UNDEFINED),
        (2.0, 2.0, "s", UNDEFINED),
        (math.nan, 2.0, "s", UNDEFINED),
        (259199.0, 259201.0, "s", "71.9997 to 72.0003 h"),
        (34.98, 35.02, "s", "34.98 to 35.02 s"),
        (0.9951, 0.9999, "fraction", "99.5 to 100 %"),
        (0.9998, 0.99999, "fraction", "99.98 to 100 %"),
        (1.0, 1.0 + 1e-12, "s", UNDEFINED),
        (4e-12, 6e-12, "s", "0.004 to 0.006 ns"),
    ],
)
def test_an_interval_has_two_ends_that_differ_or_none(low, high, unit, words):
    assert between(low, high, unit).replace("\xa0", " ") == words


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-NEVER, 0.307, "at most +307 ms"),
        (-6.72, NEVER, "at least −6.72 s"),
        (-NEVER, -NEVER, UNDEFINED),
        (-NEVER, NEVER, UNDEFINED),
    ],
)
def test_an_interval_of_differences_is_open_where_one_never_ends(low, high, words):
    assert gap_between(low, high, "s").replace("\xa0", " ") == words


def test_a_difference_from_what_never_ends_is_no_number():
    assert gap(-NEVER, "s") == gap(NEVER, "s") == "one never ends"


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (5e-12, "s", "0.005 ns"),
        (2.31e-8, "fraction", "2.31 × 10⁻⁶ %"),
        (1.5e9, "", "1.5 × 10⁹"),
        (4e-7, "", "4 × 10⁻⁷"),
    ],
)
def test_what_is_very_small_or_large_is_written_as_on_paper(value, unit, words):
    assert number(value, unit).replace("\xa0", " ") == words


def test_an_estimate_without_an_interval_has_no_empty_brackets():
    assert bracketed("2 s", UNDEFINED) == "2 s"
    found = Estimate(NEVER, NEVER, NEVER, 20, 0, Method.WIDENED)
    cell = estimate_cell(found, "s", 20)
    assert (cell.text, cell.detail) == ("never", "")
