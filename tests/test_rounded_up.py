"""A bound that is shown is never below the bound that was found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wfmodel.wording.figures import rounded_up, significant


@given(st.floats(1e-300, 1e300))
def test_a_bound_is_rounded_up_to_the_next_of_two_figures(value):
    shown = float(f"{rounded_up(value):.2g}")
    assert value <= shown <= value * 1.1 * (1 + 1e-12)


def test_the_bound_of_five_laps_is_not_told_as_less():
    assert significant(rounded_up(0.0625), figures=2) == "0.063"
