"""How states are packed: every place has its bits to itself, and spare ones cost no word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wfmodel.exploration.packed.bit_layout import WORD, layout_of


@given(st.lists(st.integers(1, 1 << 20), min_size=1, max_size=30))
def test_places_have_room_side_by_side_and_what_is_spared_costs_no_word(sizes):
    exact = layout_of(tuple((size - 1).bit_length() for size in sizes))
    layout = layout_of((0,) * len(sizes)).wider(sizes)
    assert layout.fits(sizes)
    assert layout.size == exact.size
    used = [0] * layout.size
    for width, word, shift in zip(layout.widths, layout.words, layout.shifts, strict=True):
        mask = ((1 << width) - 1) << shift
        assert mask < 1 << WORD
        assert used[word] & mask == 0
        used[word] |= mask


def test_the_fullest_places_get_the_spare_bits():
    """Alike participants outgrow theirs one after the other: one packing anew, not many."""
    layout = layout_of((10,) * 6).wider([1025, 1024, 1024, 600, 600, 1024])
    assert layout.widths == (11, 11, 11, 10, 10, 11)
    assert layout.size == 1
