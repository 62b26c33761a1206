"""Patterns mean what they meant as regular expressions, and none of them can be made long."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfmodel.checks.policy import matches
from wfmodel.model import wildcards
from wfmodel.model.guards import holds, parse_guard
from wfmodel.model.wildcards import PathPattern, fits, path_pattern

short = settings(max_examples=300, deadline=None)


@short
@given(st.text("ab\n", max_size=9), st.lists(st.text("ab\n", max_size=3), min_size=1, max_size=5))
def test_texts_with_gaps_fit_as_a_regular_expression_says(text: str, parts: list[str]):
    expected = re.fullmatch(".*".join(re.escape(part) for part in parts), text, re.DOTALL)
    assert fits(text, parts) == (expected is not None)


def as_expression(pattern: str) -> str:
    signs = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return "".join(signs.get(part, re.escape(part)) for part in parts)


pieces = st.sampled_from(["**/", "**", "*", "?", "/", "a", "b", "."])


@short
@given(st.lists(pieces, max_size=7).map("".join), st.text("ab./", max_size=10))
def test_paths_fit_as_a_regular_expression_says(pattern: str, path: str):
    body = as_expression(pattern)
    whole = re.fullmatch(body, path, re.DOTALL)
    end = re.search(rf"(?:^|/){body}\Z", path, re.DOTALL)
    assert path_pattern(pattern).match(path) == (whole is not None)
    assert path_pattern(pattern).search(path) == (end is not None)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("a**b", "a/b", False),
        ("a**b", "axxb", True),
        ("**/b", "a/c/b", True),
        ("**/b", "b", True),
        ("a/**", "a/x/y", True),
        ("a/**", "a", False),
        ("a/**/b", "a/b", True),
        ("x**/b", "xyz/b", True),
        ("x**/b", "xy/z/b", False),
        ("[a-c]x", "bx", True),
        ("[!a-c]x", "bx", False),
        ("[]x]", "]", True),
        ("[-x]", "-", True),
        (r"\*", "*", True),
        (r"\*", "a", False),
        ("[", "[", True),
        ("*.sw[a-p]", "file.swp", True),
    ],
)
def test_patterns_of_git(pattern: str, path: str, expected: bool):
    assert path_pattern(pattern, as_git=True).match(path) is expected


def steps_of(pattern: str, path: str) -> int:
    """Rounds of the automaton: how many times signs were left out or met."""
    count = 0

    class Counted(PathPattern):
        def _closed(self, states: int) -> int:
            nonlocal count
            before = 0
            while states != before:
                before, count = states, count + 1
                for width, signs in self.skips.items():
                    states |= (states & signs) << width
            return states

    counted = Counted()
    for sign in wildcards._plain_signs(pattern):
        counted.add(sign)
    assert counted.search(path) is path_pattern(pattern).search(path)
    return count


def test_the_work_of_a_pattern_grows_with_its_length_and_the_path_only():
    path = "a/" * 40 + "w.json"
    works = [steps_of("**/x*/" * n + "zzz", path) for n in (4, 8, 16, 32)]
    assert all(later <= 3 * earlier for earlier, later in pairwise(works))
    assert works[-1] < len(path) * 200


def test_what_never_ended_ends():
    assert not matches("a/" * 30 + "w.asl.json", "**/" * 12 + "zzz")
    guard = parse_guard(f'matches(x, "{"*a" * 15}*b")')
    assert holds(guard, {"x": "a" * 90}) is False
    assert holds(guard, {"x": "a" * 90 + "b"}) is True


def test_a_pattern_longer_than_any_path_fits_nothing():
    assert not path_pattern("*" * (wildcards.LONGEST + 1)).search("a")
