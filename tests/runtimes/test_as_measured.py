"""What real engines did when they were killed is what their documented parameters predict."""

from __future__ import annotations

import pytest

from benchmarks.truth import NOT_SAID, ROWS, shown
from tests.generated import ROOT

PAGE = (ROOT / "docs" / "measured.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_what_was_measured_is_predicted(row):
    predicted, (low, high) = row.predicted(), row.allowed()
    assert low <= predicted <= high
    told = f"| {row.what} | {shown(row, row.measured)} | {shown(row, predicted)} |"
    assert told in PAGE, "python -m benchmarks.truth --markdown"


@pytest.mark.parametrize("what", NOT_SAID)
def test_a_row_that_cannot_be_said_is_told_with_the_reason(what):
    assert f"| {what} | {NOT_SAID[what]} |" in PAGE
