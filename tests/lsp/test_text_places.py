"""Places of a text, named in three ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfmodel.lsp.text_places import TextPlaces

TEXTS = st.text(st.sampled_from("ab \n\r\u2028\u0085é😀\ufeff"), max_size=30)


@given(TEXTS, st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_there_and_back(text, encoding):
    places = TextPlaces(text, encoding)
    for offset in range(len(text) + 1):
        if text[offset - 1 : offset + 1] == "\r\n":
            continue  # within the end of a line: no place of an editor's
        assert places.offset_at(*places.position(offset)) == offset


@given(TEXTS)
def test_lines_are_those_of_the_protocol(text):
    places = TextPlaces(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert places.position(len(text))[0] == len(lines) - 1
    for number, line in enumerate(lines):
        end = places.offset_at(number, 10_000)
        assert text[:end].endswith(line)
        assert places.position(end) == (number, len(line.encode("utf-16-le")) // 2)


@given(TEXTS, st.integers(0, 40), st.integers(0, 40))
def test_a_place_beyond_the_text_is_its_nearest(text, line, column):
    places = TextPlaces(text)
    assert 0 <= places.offset_at(line, column) <= len(text)
    assert 0 <= places.offset(line, column) <= len(text)
    begin, end = places.extent(line, column, line, column)
    assert 0 <= begin <= end <= len(text)
    assert end > begin or text[begin : begin + 1] in ("", "\r", "\n")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_mark_at_the_start_counts_for_the_editor_only(mark):
    places = TextPlaces(f"{mark}ab\ncd")
    assert places.text[places.offset(1, 2)] == "b"
    assert places.position(places.offset(1, 2)) == (0, 1 + len(mark))
    assert places.position(places.offset(2, 1)) == (1, 0)
